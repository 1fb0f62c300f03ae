// SPDX-License-Identifier: MIT
// The translator of Pad. What pads cut off goes first; constants are put around the rest by PAD, in other modes pieces of it are.
#include "computed.h"
#include "ops.h"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace accel::onnx::ops {

namespace {

/// Pads of all axes: begins, then ends. Since opset 18 they may be given for some axes only.
std::vector<int64_t> read_pads(Node &node, size_t rank)
{
    std::vector<int64_t> given;
    if (node.opset < 11) {
        given = node.integers(node.opset < 2 ? "paddings" : "pads").value_or(std::vector<int64_t>{});
    } else {
        given = node.constant_integers(1, "pads");
    }
    std::vector<int64_t> axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    if (node.has_input(3)) {
        axes = node.constant_integers(3, "axes");
    }
    if (given.size() != 2 * axes.size()) {
        node.fail_corrupt("pads has ", given.size(), " values for ", axes.size(), " axes");
    }
    std::vector<int64_t> pads(2 * rank, 0);
    for (const int64_t pad : given) {
        if (pad < -kSizeMax || pad > kSizeMax) {
            node.fail_corrupt("a pad of ", pad, "; at most ", kSizeMax, " either way");
        }
    }
    for (size_t i = 0; i < axes.size(); ++i) {
        const uint32_t axis = node.axis(axes[i], rank);
        pads[axis] = given[i];
        pads[rank + axis] = given[axes.size() + i];
    }
    return pads;
}

/// Of stored values as stored; settle_quantization makes it real where the tensor turns out to be quantised.
ValueId pad_value(Node &node)
{
    if (node.opset < 11 || !node.has_input(2)) {
        return node.define_real(node.opset < 11 ? node.real("value", 0.0f) : 0.0f);
    }
    return node.input(0).type == ACCEL_TYPE_F32 ? node.real_operand(2, "value") : node.define_real(node.constant_byte(2, "value"));
}

/// Pads of all axes that are open; where they are given for some, the others have none.
ValueId computed_pads(Node &node, size_t rank)
{
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const auto axes = node.has_input(3) ? integers_of(node.input(3)) : std::nullopt;
    if (node.has_input(3) && !axes) {
        node.expect_type(3, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
        node.expect_rank(3, 1, 1);
        const accel_dim named = node.input(3).dims[0];
        if (!is_fixed(named) || named.size < 1 || !same(node.input(1).dims, Dims{fixed_dim(2 * named.size)})) {
            node.fail_unsupported("pads '", node.input(1).name, "' of axes '", node.input(3).name, "' that are computed, and not of a known number");
        }
        Steps steps{node};
        return pads_of_all(steps, node.input_id(1), steps.convert(node.input_id(3), ACCEL_TYPE_I64), rank);
    }
    const size_t count = axes ? axes->size() : rank;
    if (!same(node.input(1).dims, Dims{fixed_dim(static_cast<int64_t>(2 * count))})) {
        node.fail_corrupt("pads has ", to_text(node.input(1).dims), " values for ", count, " axes");
    }
    if (!axes) {
        return node.input_id(1);
    }
    const auto none = static_cast<int64_t>(2 * count);
    std::vector<int64_t> positions(2 * rank, none);
    for (size_t i = 0; i < count; ++i) {
        const uint32_t axis = node.axis((*axes)[i], rank);
        if (positions[axis] != none) {
            node.fail_corrupt("axis ", axis, " is given twice");
        }
        positions[axis] = static_cast<int64_t>(i);
        positions[rank + axis] = static_cast<int64_t>(count + i);
    }
    Steps steps{node};
    return picked(steps, node.input_id(1), node.define_list({0}), positions);
}

/// Pads that are open: they stay an operand.
void pad_by_operand(Node &node)
{
    Dims dims = node.input(0).dims;
    const size_t rank = dims.size();
    const ValueId pads = computed_pads(node, rank);
    const auto elements = elements_of(node.graph.value(pads));
    Sizes &sizes = node.graph.sizes;
    for (size_t axis = 0; axis < rank; ++axis) {
        const Size added = elements ? sizes.calculate().add(node.graph.size_of((*elements)[axis]), node.graph.size_of((*elements)[rank + axis])) : kOpenSize;
        dims[axis] = sizes.dim(sizes.calculate().add(sizes.size(dims[axis]), added));
    }
    const ValueId value = pad_value(node);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(ACCEL_OPERATION_PAD, {node.input_id(0), pads, value}, {y});
}

/// A value that is the node's result, or one on the way to it.
ValueId make_value(Node &node, bool is_result, Dims dims)
{
    const uint32_t type = node.input(0).type;
    return is_result ? node.define_output(0, type, std::move(dims)) : node.define_hidden(type, std::move(dims));
}

/// Pads below 0 cut x.
ValueId cut_off(Node &node, const std::vector<int64_t> &pads, bool is_result)
{
    Dims dims = node.input(0).dims;
    const size_t rank = dims.size();
    std::vector<int64_t> starts, ends, axes;
    Sizes &sizes = node.graph.sizes;
    for (size_t axis = 0; axis < rank; ++axis) {
        const int64_t front = std::max<int64_t>(-pads[axis], 0);
        const int64_t back = std::max<int64_t>(-pads[rank + axis], 0);
        if (front + back == 0) {
            continue;
        }
        if (is_fixed(dims[axis]) && front + back > dims[axis].size) {
            node.fail_corrupt("pads cut ", front, " and ", back, " off axis ", axis, ", which has ", dims[axis].size);
        }
        axes.push_back(static_cast<int64_t>(axis));
        starts.push_back(front);
        ends.push_back(back == 0 ? kSizeMax : -back);
        graph::Builder &calculate = sizes.calculate();
        dims[axis] = sizes.dim(calculate.max(calculate.sub(sizes.size(dims[axis]), sizes.number(front + back)), sizes.number(0)));
    }
    const ValueId rest = make_value(node, is_result, std::move(dims));
    node.emit(ACCEL_OPERATION_SLICE, {node.input_id(0), node.define_list(starts), node.define_list(ends), node.define_list(axes)}, {rest});
    return rest;
}

/// PAD of what is left of x.
void pad_constant(Node &node, ValueId x, const std::vector<int64_t> &added)
{
    Dims dims = node.graph.value(x).dims;
    const size_t rank = dims.size();
    Sizes &sizes = node.graph.sizes;
    for (size_t axis = 0; axis < rank; ++axis) {
        dims[axis] = sizes.dim(sizes.calculate().add(sizes.size(dims[axis]), sizes.number(added[axis] + added[rank + axis])));
    }
    const ValueId value = pad_value(node);
    const ValueId y = make_value(node, true, std::move(dims));
    node.emit(ACCEL_OPERATION_PAD, {x, node.define_list(added), value}, {y});
}

/// What is put around x: a value, or pieces of x.
enum class Mode { kConstant,
                  kReflect,
                  kEdge,
                  kWrap };

Mode mode_of(const Node &node, std::string_view name)
{
    constexpr std::string_view kNames[] = {"constant", "reflect", "edge", "wrap"};
    const auto found = std::find(std::begin(kNames), std::end(kNames), name);
    if (found == std::end(kNames)) {
        node.fail_unsupported("mode '", name, "'; only constant, reflect, edge and wrap");
    }
    return static_cast<Mode>(found - std::begin(kNames));
}

/// The pieces of x around it along one axis. A count of 0 has none.
struct Pieces {
    Steps steps;
    Mode mode;
    ValueId x;
    size_t axis;

    /// A size that is known is too small for some pads. One that is open contradicts what a piece is said to have once it is known.
    void check(int64_t count) const
    {
        const accel_dim &dim = steps.dims(x)[axis];
        if (!is_fixed(dim)) {
            return;
        }
        const int64_t most = mode == Mode::kReflect ? std::max<int64_t>(dim.size - 1, 0) : mode == Mode::kWrap || dim.size == 0 ? dim.size
                                                                                                                                : kSizeMax;
        if (count > most) {
            steps.node.fail_unsupported("a pad of ", count, " along axis ", axis, " of size ", dim.size, "; in this mode at most ", most);
        }
    }

    ValueId front(int64_t count)
    {
        switch (mode) {
        case Mode::kReflect: return cut(count, 0, -1, count);
        case Mode::kWrap: return cut(-count, kSizeMax, 1, count);
        default: return repeat(cut(0, 1, 1, 1), count);
        }
    }

    ValueId back(int64_t count)
    {
        switch (mode) {
        case Mode::kReflect: return cut(-2, -2 - count, -1, count);
        case Mode::kWrap: return cut(0, count, 1, count);
        default: return repeat(cut(-1, kSizeMax, 1, 1), count);
        }
    }

private:
    ValueId cut(int64_t start, int64_t end, int64_t step, int64_t count)
    {
        Node &node = steps.node;
        Dims dims = steps.dims(x);
        dims[axis] = fixed_dim(count);
        const ValueId along_axis = node.define_list({static_cast<int64_t>(axis)});
        return steps.make(ACCEL_OPERATION_SLICE, {x, node.define_list({start}), node.define_list({end}), along_axis, node.define_list({step})}, steps.type(x), std::move(dims));
    }

    ValueId repeat(ValueId one, int64_t count)
    {
        if (count == 1) {
            return one;
        }
        Dims dims = steps.dims(one);
        dims[axis] = fixed_dim(count);
        std::vector<int64_t> repeats(dims.size(), 1);
        repeats[axis] = count;
        return steps.make(ACCEL_OPERATION_TILE, {one, steps.node.define_list(repeats)}, steps.type(one), std::move(dims));
    }
};

/// What is left of x with pieces of it around: axis by axis, so that corners are pieces of pieces.
void pad_pieces(Node &node, Mode mode, ValueId x, const std::vector<int64_t> &added)
{
    const size_t rank = added.size() / 2;
    const auto grows = [&](size_t axis) { return added[axis] + added[rank + axis] > 0; };
    size_t last = rank;
    while (last > 0 && !grows(last - 1)) {
        --last;
    }
    Sizes &sizes = node.graph.sizes;
    for (size_t axis = 0; axis < last; ++axis) {
        if (!grows(axis)) {
            continue;
        }
        const int64_t before = added[axis], behind = added[rank + axis];
        Pieces pieces{{node}, mode, x, axis};
        pieces.check(std::max(before, behind));
        std::vector<ValueId> joined;
        if (before > 0) {
            joined.push_back(pieces.front(before));
        }
        joined.push_back(x);
        if (behind > 0) {
            joined.push_back(pieces.back(behind));
        }
        Dims dims = node.graph.value(x).dims;
        dims[axis] = sizes.dim(sizes.calculate().add(sizes.size(dims[axis]), sizes.number(before + behind)));
        x = make_value(node, axis + 1 == last, std::move(dims));
        node.emit(ACCEL_OPERATION_CONCAT, std::move(joined), {x}, along(static_cast<int64_t>(axis)));
    }
}

/// Of pads that are open where each element comes from, axis by axis.
void pad_by_positions(Node &node, Mode mode)
{
    Steps steps{node};
    ValueId x = node.input_id(0);
    const size_t rank = steps.dims(x).size();
    if (rank == 0) {
        node.fail_unsupported("pads '", node.input(1).name, "' that are computed, of a value without axes");
    }
    const ValueId pads = computed_pads(node, rank);
    const Outside outside = mode == Mode::kReflect ? Outside::kReflect : mode == Mode::kWrap ? Outside::kWrap
                                                                                             : Outside::kEdge;
    for (size_t axis = 0; axis < rank; ++axis) {
        const ValueId positions = padded_positions(steps, x, pads, axis, outside);
        Dims dims = steps.dims(x);
        dims[axis] = open_dim();
        const ValueId whole = x;
        x = make_value(node, axis + 1 == rank, std::move(dims));
        node.emit(ACCEL_OPERATION_GATHER, {whole, positions}, {x}, along(static_cast<int64_t>(axis)));
    }
}

}  // namespace

void pad(Node &node)
{
    node.expect_operands(node.opset < 11 ? 1 : 2, node.opset < 11 ? 1 : node.opset < 18 ? 3
                                                                                        : 4,
                         1, 1);
    const std::string name = node.string("mode").value_or("constant");
    const Mode mode = mode_of(node, name);
    node.expect_type(0, mode == Mode::kConstant ? kPooledTypes : kMovedTypes);
    if (node.opset >= 11 && !integers_of(node.input(1))) {
        if (mode == Mode::kConstant) {
            pad_by_operand(node);
        } else {
            node.ignore_attribute("value");
            pad_by_positions(node, mode);
        }
        return;
    }
    std::vector<int64_t> added = read_pads(node, node.input(0).dims.size());
    const bool cuts = std::any_of(added.begin(), added.end(), [](int64_t pad) { return pad < 0; });
    const bool grows = std::any_of(added.begin(), added.end(), [](int64_t pad) { return pad > 0; });
    const ValueId x = cuts ? cut_off(node, added, !grows) : node.input_id(0);
    std::replace_if(
        added.begin(), added.end(), [](int64_t pad) { return pad < 0; }, 0);
    if (mode == Mode::kConstant && (grows || !cuts)) {
        pad_constant(node, x, added);
        return;
    }
    node.ignore_attribute("value");
    if (grows) {
        pad_pieces(node, mode, x, added);
    } else if (!cuts) {
        node.emit(ACCEL_OPERATION_IDENTITY, {x}, {make_value(node, true, node.input(0).dims)});
    }
}

}  // namespace accel::onnx::ops
