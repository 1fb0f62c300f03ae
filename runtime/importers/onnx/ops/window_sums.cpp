// SPDX-License-Identifier: MIT
// Translators of pools that add up what a window covers, and of operators that put such values back to their places.
//
// Sums over windows are a CONV of each channel by itself with ones; ceil_mode becomes more padding at the end. Putting back is a SCATTER_ELEMENTS into zeros.
#include "computed.h"
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"
#include "window.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace accel::onnx::ops {
namespace {

int64_t product_of(const std::vector<int64_t> &sizes) { return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>()); }

/// A pool of operand 0, whose result has those dims; all are numbers but the batch.
struct SumPool {
    Window window;
    Dims dims;
};

SumPool read_pool(Node &node)
{
    node.expect_rank(0, 3);
    SumPool pool;
    pool.window = read_window(node, node.input(0).dims.size() - 2, std::nullopt);
    pool.window.ceil_mode = node.integer("ceil_mode", 0) != 0;
    pool.dims = pooled(node, pool.window);
    for (size_t axis = 1; axis < pool.dims.size(); ++axis) {
        known_size(node, node.input(0).dims, axis);
    }
    return pool;
}

/// Every value has the weight 1.
ValueId window_sums(Steps &steps, const SumPool &pool, ValueId x)
{
    Node &node = steps.node;
    const Dims input = steps.dims(x);
    const int64_t channels = input[1].size;
    Window window = pool.window;
    const size_t rank = window.kernel.size();
    for (size_t axis = 0; axis < rank; ++axis) {
        const int64_t reached = (pool.dims[2 + axis].size - 1) * window.strides[axis] + extent(window, axis);
        window.pads[rank + axis] = std::max(window.pads[rank + axis], reached - input[2 + axis].size - window.pads[axis]);
    }
    check_range(node, window.pads, 2 * rank, 0, kPadMax, "resolved pads");
    std::vector<int64_t> weight_sizes{channels, 1};
    weight_sizes.insert(weight_sizes.end(), window.kernel.begin(), window.kernel.end());
    const Dims weight_dims = fixed_dims(weight_sizes);
    const auto count = element_count(weight_dims);
    if (!count) {
        node.fail_corrupt("a window of more elements than any memory holds");
    }
    node.charge(static_cast<uint64_t>(*count) * sizeof(float));
    const ValueId ones = numbers(node, ACCEL_TYPE_F32, std::vector<float>(static_cast<size_t>(*count), 1), weight_dims);
    AttributeList attributes;
    add_window(window, attributes);
    attributes.ints(ACCEL_ATTRIBUTE_PADS, window.pads).integer(ACCEL_ATTRIBUTE_GROUP, channels);
    return steps.make(ACCEL_OPERATION_CONV, {x, ones, kNoValue}, ACCEL_TYPE_F32, pool.dims, std::move(attributes));
}

/// How many values each window averages along one axis: of the input, or of the padded one.
std::vector<int64_t> covered(const SumPool &pool, const Dims &input, size_t axis, bool with_pads)
{
    const Window &window = pool.window;
    const int64_t size = input[2 + axis].size, begin = with_pads ? -window.pads[axis] : 0, end = with_pads ? size + window.pads[window.kernel.size() + axis] : size;
    std::vector<int64_t> counts;
    for (int64_t position = 0; position < pool.dims[2 + axis].size; ++position) {
        int64_t count = 0;
        for (int64_t tap = 0; tap < window.kernel[axis]; ++tap) {
            const int64_t at = position * window.strides[axis] - window.pads[axis] + tap * window.dilations[axis];
            count += at >= begin && at < end;
        }
        counts.push_back(count);
    }
    return counts;
}

/// 1 / the number of values of each window.
ValueId window_shares(Node &node, const SumPool &pool, bool with_pads)
{
    const size_t rank = pool.window.kernel.size();
    std::vector<float> counts{1};
    Dims dims{fixed_dim(1), fixed_dim(1)};
    for (size_t axis = 0; axis < rank; ++axis) {
        std::vector<float> more;
        const std::vector<int64_t> along_axis = covered(pool, node.input(0).dims, axis, with_pads);
        node.charge(counts.size() * along_axis.size() * sizeof(float));
        for (const float before : counts) {
            for (const int64_t count : along_axis) {
                more.push_back(before * static_cast<float>(count));
            }
        }
        counts = std::move(more);
        dims.push_back(pool.dims[2 + axis]);
    }
    return numbers(node, ACCEL_TYPE_F32, counts, std::move(dims));
}

}  // namespace

void dilated_average_pool(Node &node)
{
    const SumPool pool = read_pool(node);
    Steps steps{node};
    const ValueId counts = window_shares(node, pool, node.integer("count_include_pad", 0) != 0);
    const ValueId sums = window_sums(steps, pool, node.input_id(0));
    node.emit(ACCEL_OPERATION_DIV, {sums, counts}, {node.define_output(0, ACCEL_TYPE_F32, pool.dims)});
}

void lp_pool(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    if (!node.schema().readable_at(node.opset)) {
        node.fail_unsupported("opset ", node.opset, " has a real p");
    }
    node.expect_type(0, kRealTypes);
    const int64_t p = node.integer("p", 2);
    if (p < 1) {
        node.fail_corrupt("p is ", p, ", expected is 1 or more");
    }
    const SumPool pool = read_pool(node);
    Steps steps{node};
    const ValueId x = node.input_id(0);
    ValueId powers = p == 2 ? steps.both(ACCEL_OPERATION_MUL, x, x) : steps.each(ACCEL_OPERATION_ABS, x);
    if (p > 2) {
        powers = steps.both(ACCEL_OPERATION_POW, powers, one_value(node, ACCEL_TYPE_F32, static_cast<double>(p)));
    }
    const ValueId sums = window_sums(steps, pool, powers);
    if (p == 1) {
        steps.give(sums);
    } else if (p == 2) {
        node.emit(ACCEL_OPERATION_SQRT, {sums}, {node.define_output(0, ACCEL_TYPE_F32, pool.dims)});
    } else {
        node.emit(ACCEL_OPERATION_POW, {sums, one_value(node, ACCEL_TYPE_F32, 1 / static_cast<double>(p))}, {node.define_output(0, ACCEL_TYPE_F32, pool.dims)});
    }
}

namespace {

/// So many zeros of a type.
ValueId zeros(Steps &steps, uint32_t type, Dims dims)
{
    const auto count = element_count(dims);
    if (!count || dims.size() > kRankMax) {
        steps.node.fail_corrupt("its result has more elements than any memory holds");
    }
    static constexpr uint64_t kZero = 0;
    Value zero;
    zero.type = type;
    zero.dims = Dims(dims.size(), fixed_dim(1));
    zero.data = &kZero;
    zero.data_bytes = size_bytes_of(type);
    return steps.spread(steps.node.graph.add(std::move(zero)), dims);
}

ValueId put(Steps &steps, ValueId into, ValueId places, ValueId values, size_t axis, bool adds)
{
    AttributeList attributes = along(static_cast<int64_t>(axis));
    if (adds) {
        attributes.text(ACCEL_ATTRIBUTE_REDUCTION, "add");
    }
    return steps.make(ACCEL_OPERATION_SCATTER_ELEMENTS, {into, places, values}, steps.type(into), steps.dims(into), std::move(attributes));
}

/// What the pool saw: the size before padding of each spatial axis.
std::vector<int64_t> unpooled_sizes(const Node &node, const Window &window)
{
    const Dims &x = node.input(0).dims;
    const size_t rank = window.kernel.size();
    std::vector<int64_t> sizes;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        sizes.push_back(known_size(node, x, axis));
    }
    for (size_t axis = 0; axis < rank; ++axis) {
        int64_t &size = sizes[2 + axis];
        size = (size - 1) * window.strides[axis] - window.pads[axis] - window.pads[rank + axis] + window.kernel[axis];
        if (size < 1 || size > kSizeMax) {
            node.fail_corrupt("axis ", 2 + axis, " of its result would have ", size, " places");
        }
    }
    return sizes;
}

}  // namespace

void max_unpool(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    node.expect_type(0, kRealTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    node.expect_rank(0, 3);
    if (!may_equal(node.input(0).dims, node.input(1).dims)) {
        node.fail_corrupt("indices of ", to_text(node.input(1).dims), " for an input of ", to_text(node.input(0).dims));
    }
    const Window window = read_window(node, node.input(0).dims.size() - 2, std::nullopt);
    const std::vector<int64_t> sizes = unpooled_sizes(node, window);
    Steps steps{node};
    const Dims flat{fixed_dim(product_of(sizes))}, values{fixed_dim(*element_count(node.input(0).dims))};
    const ValueId whole = put(steps, zeros(steps, node.input(0).type, flat), steps.shaped(node.input_id(1), values), steps.shaped(node.input_id(0), values), 0, false);
    ValueId made = steps.shaped(whole, fixed_dims(sizes));
    if (node.has_input(2)) {
        const std::vector<int64_t> wanted = node.constant_integers(2, "output_shape");
        for (size_t axis = 0; axis < sizes.size(); ++axis) {
            if (wanted.size() != sizes.size() || wanted[axis] < sizes[axis] || wanted[axis] > kSizeMax) {
                node.fail_corrupt("output_shape is smaller than the ", to_text(fixed_dims(sizes)), " that the indices are of, or has another number of axes");
            }
            if (wanted[axis] > sizes[axis]) {
                Dims rest = steps.dims(made);
                rest[axis] = fixed_dim(wanted[axis] - sizes[axis]);
                made = steps.joined({made, zeros(steps, steps.type(made), std::move(rest))}, axis);
            }
        }
    }
    steps.give(made);
}

namespace {

/// For each tap and each position of the window its place in the image, row-major; one behind the image where it lies outside.
std::vector<int64_t> column_places(const Window &window, const std::vector<int64_t> &image, const std::vector<int64_t> &positions)
{
    std::vector<int64_t> places;
    const int64_t taps = product_of(window.kernel), steps = product_of(positions), outside = product_of(image);
    for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t step = 0; step < steps; ++step) {
            int64_t tap_rest = tap, step_rest = step, place = 0, unit = 1;
            bool inside = true;
            for (size_t axis = image.size(); axis-- > 0; unit *= image[axis]) {
                const int64_t at = step_rest % positions[axis] * window.strides[axis] - window.pads[axis] + tap_rest % window.kernel[axis] * window.dilations[axis];
                tap_rest /= window.kernel[axis];
                step_rest /= positions[axis];
                inside = inside && at >= 0 && at < image[axis];
                place += at * unit;
            }
            places.push_back(inside ? place : outside);
        }
    }
    return places;
}

/// kernel_shape of Col2Im is an operand.
Window read_block(Node &node, const std::vector<int64_t> &block)
{
    Window window;
    const size_t rank = block.size();
    window.kernel = block;
    window.strides = node.integers("strides").value_or(std::vector<int64_t>(rank, 1));
    window.dilations = node.integers("dilations").value_or(std::vector<int64_t>(rank, 1));
    window.pads = node.integers("pads").value_or(std::vector<int64_t>(2 * rank, 0));
    check_range(node, window.kernel, rank, 1, kWindowMax, "block_shape");
    check_range(node, window.strides, rank, 1, kSizeMax, "strides");
    check_range(node, window.dilations, rank, 1, kWindowMax, "dilations");
    check_range(node, window.pads, 2 * rank, 0, kPadMax, "pads");
    return window;
}

}  // namespace

void col2im(Node &node)
{
    node.expect_operands(3, 3, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_rank(0, 3, 3);
    const std::vector<int64_t> image = node.constant_integers(1, "image_shape"), block = node.constant_integers(2, "block_shape");
    if (image.empty() || block.size() != image.size() || image.size() + 2 > kRankMax) {
        node.fail_corrupt("image_shape has ", image.size(), " values and block_shape ", block.size(), ", expected are as many, up to ", kRankMax - 2);
    }
    check_range(node, image, image.size(), 1, kSizeMax, "image_shape");
    const Window window = read_block(node, block);
    std::vector<int64_t> positions;
    for (size_t axis = 0; axis < image.size(); ++axis) {
        const int64_t room = image[axis] + window.pads[axis] + window.pads[image.size() + axis] - extent(window, axis);
        if (room < 0) {
            node.fail_corrupt("a block of ", extent(window, axis), " does not fit into the image along axis ", axis);
        }
        positions.push_back(room / window.strides[axis] + 1);
    }
    const Dims given = node.input(0).dims, taps = fixed_dims(block), steps_dims = fixed_dims(positions), pixels = fixed_dims(image);
    const auto tap_count = element_count(taps), step_count = element_count(steps_dims), pixel_count = element_count(pixels);
    if (!tap_count || !step_count || !pixel_count || *tap_count * *step_count > kElementsMax / 8) {
        node.fail_corrupt("its operand has more elements than any memory holds");
    }
    const int64_t batch = known_size(node, given, 0), rows = known_size(node, given, 1);
    if (rows % *tap_count != 0 || !may_equal(given[2], fixed_dim(*step_count))) {
        node.fail_corrupt("an input of ", to_text(given), ", expected are channels times ", *tap_count, ", and ", *step_count, " positions");
    }
    Steps steps{node};
    node.charge(static_cast<uint64_t>(*tap_count * *step_count) * sizeof(int64_t));
    const int64_t channels = rows / *tap_count, images = batch * channels;
    const ValueId columns = steps.shaped(node.input_id(0), {fixed_dim(images), fixed_dim(*tap_count * *step_count)});
    const ValueId places = numbers(node, ACCEL_TYPE_I64, column_places(window, image, positions), {fixed_dim(1), fixed_dim(*tap_count * *step_count)});
    // What lies outside meets behind the image, and is left there.
    const ValueId sums = put(steps, zeros(steps, node.input(0).type, {fixed_dim(images), fixed_dim(*pixel_count + 1)}), steps.spread(places, steps.dims(columns)), columns, 1, true);
    Dims dims{fixed_dim(batch), fixed_dim(channels)};
    dims.insert(dims.end(), pixels.begin(), pixels.end());
    steps.give(steps.shaped(steps.part(sums, 1, 0, *pixel_count), std::move(dims)));
}

namespace {

/// The same where the shape is computed: a SLICE that takes what is too much, and a PAD of what is missing.
void crop_and_pad(Node &node, const std::vector<int64_t> &axes)
{
    node.expect_type(0, type_set({ACCEL_TYPE_F32}));  // that PAD has
    if (!may_equal(node.input(1).dims, Dims{fixed_dim(static_cast<int64_t>(axes.size()))})) {
        node.fail_corrupt("shape is ", to_text(node.input(1).dims), ", expected is a size for each of ", axes.size(), " axes");
    }
    Steps steps{node};
    const size_t rank = node.input(0).dims.size();
    std::vector<int64_t> named, places(2 * rank, static_cast<int64_t>(2 * axes.size()));
    Dims open = node.input(0).dims;
    for (size_t i = 0; i < axes.size(); ++i) {
        const uint32_t axis = node.axis(axes[i], rank);
        named.push_back(axis);
        places[axis] = static_cast<int64_t>(i);
        places[rank + axis] = static_cast<int64_t>(axes.size() + i);
        open[axis] = open_dim();
    }
    const auto of = [&](accel_operation operation, ValueId a, ValueId b) { return steps.make(operation, a, b); };
    const ValueId wanted = steps.convert(node.input_id(1), ACCEL_TYPE_I64), none = one_value(node, ACCEL_TYPE_I64, 0), two = one_value(node, ACCEL_TYPE_I64, 2), list = node.define_list(named);
    const ValueId sizes = steps.make(ACCEL_OPERATION_GATHER, {shape_list(steps, node.input_id(0)), list}, ACCEL_TYPE_I64, steps.dims(wanted), along(0));
    const ValueId first = of(ACCEL_OPERATION_DIV, of(ACCEL_OPERATION_MAX, of(ACCEL_OPERATION_SUB, sizes, wanted), none), two);
    const ValueId end = of(ACCEL_OPERATION_ADD, first, of(ACCEL_OPERATION_MIN, sizes, wanted));
    const ValueId cut = steps.make(ACCEL_OPERATION_SLICE, {node.input_id(0), first, end, list}, node.input(0).type, open);
    const ValueId missing = of(ACCEL_OPERATION_MAX, of(ACCEL_OPERATION_SUB, wanted, sizes), none), front = of(ACCEL_OPERATION_DIV, missing, two);
    const ValueId pads = picked(steps, steps.joined({front, of(ACCEL_OPERATION_SUB, missing, front)}, 0), node.define_list({0}), places);
    const uint32_t type = node.input(0).type;
    node.emit(ACCEL_OPERATION_PAD, {cut, pads, node.define_real(0)}, {node.define_output(0, type, std::move(open))});
}

}  // namespace

void center_crop_pad(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    const size_t rank = node.input(0).dims.size();
    std::vector<int64_t> axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    axes = node.integers("axes").value_or(axes);
    if (!integers_of(node.input(1))) {
        crop_and_pad(node, axes);
        return;
    }
    const std::vector<int64_t> wanted = node.constant_integers(1, "shape");
    if (wanted.size() != axes.size()) {
        node.fail_corrupt("shape has ", wanted.size(), " values for ", axes.size(), " axes");
    }
    check_range(node, wanted, wanted.size(), 0, kSizeMax, "shape");
    Steps steps{node};
    ValueId made = node.input_id(0);
    for (size_t i = 0; i < axes.size(); ++i) {
        const uint32_t axis = node.axis(axes[i], rank);
        const int64_t size = known_size(node, steps.dims(made), axis), missing = wanted[i] - size;
        if (missing < 0) {
            made = steps.part(made, axis, -missing / 2, wanted[i]);
        } else if (missing > 0) {
            Dims front = steps.dims(made), back = front;
            front[axis] = fixed_dim(missing / 2);
            back[axis] = fixed_dim(missing - missing / 2);
            const ValueId behind = zeros(steps, steps.type(made), std::move(back));
            made = missing == 1 ? steps.joined({made, behind}, axis) : steps.joined({zeros(steps, steps.type(made), std::move(front)), made, behind}, axis);
        }
    }
    steps.give(made);
}

}  // namespace accel::onnx::ops
