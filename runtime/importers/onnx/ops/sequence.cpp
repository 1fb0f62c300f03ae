// SPDX-License-Identifier: MIT
// Translators of what models of language do around their products: rotations by position, gates, and caches that are written in part.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

/// What a RotaryEmbedding turns: heads of so many values, of which the first ones turn in pairs.
struct Rotation {
    ValueId x = kNoValue;  ///< batch, heads and places in either order, values of a head
    bool heads_first = true;
    int64_t head = 0, turned = 0;
    bool interleaved = false;
};

Rotation read_rotation(Steps &steps)
{
    Node &node = steps.node;
    node.expect_rank(0, 3, 4);
    const uint32_t type = computed_in(node.input(0).type);
    Rotation how;
    how.interleaved = node.integer("interleaved", 0) != 0;
    how.heads_first = node.input(0).dims.size() == 4;
    const int64_t heads = node.integer("num_heads", 0);
    Dims dims = node.input(0).dims;
    if (!how.heads_first) {
        const int64_t hidden = known_size(node, dims, 2);
        if (heads < 1 || hidden % heads != 0) {
            node.fail_corrupt("num_heads is ", heads, ", expected is a divisor of ", hidden);
        }
        dims = {dims[0], dims[1], fixed_dim(heads), fixed_dim(hidden / heads)};
    }
    how.head = known_size(node, dims, 3);
    how.x = steps.shaped(steps.convert(node.input_id(0), type), dims);
    how.turned = node.integer("rotary_embedding_dim", 0);
    if (how.turned == 0) {
        how.turned = how.head;
    }
    if (how.turned < 2 || how.turned > how.head || how.turned % 2 != 0) {
        node.fail_corrupt("rotary_embedding_dim is ", how.turned, ", expected is an even number up to ", how.head);
    }
    return how;
}

/// Cosines or sines for each place, as they are spread over the heads.
ValueId angles(Steps &steps, const Rotation &how, size_t cache)
{
    Node &node = steps.node;
    node.expect_same_type(0, cache);
    ValueId values = steps.convert(node.input_id(cache), computed_in(node.input(0).type));
    if (node.has_input(3)) {
        node.expect_type(3, type_set({ACCEL_TYPE_I64}));
        node.expect_rank(3, 2, 2);
        node.expect_rank(cache, 2, 2);
        Dims dims = node.input(3).dims;
        dims.push_back(steps.dims(values)[1]);
        values = steps.make(ACCEL_OPERATION_GATHER, {values, node.input_id(3)}, steps.type(values), std::move(dims), along(0));
    }
    Dims dims = steps.dims(values);
    if (dims.size() != 3 || !may_equal(dims[2], fixed_dim(how.turned / 2))) {
        node.fail_corrupt("angles are ", to_text(dims), ", expected are ", how.turned / 2, " for each place of each batch");
    }
    dims.insert(dims.begin() + (how.heads_first ? 1 : 2), fixed_dim(1));
    return steps.shaped(values, std::move(dims));
}

/// One of each pair.
ValueId half_of(Steps &steps, const Rotation &how, int64_t which)
{
    const int64_t count = how.turned / 2;
    return how.interleaved ? steps.part(how.x, 3, which, count, 2) : steps.part(how.x, 3, which * count, count);
}

}  // namespace

void rotary_embedding(Node &node)
{
    node.expect_operands(3, 4, 1, 1);
    node.expect_type(0, node.types_of(0));
    Steps steps{node};
    const Rotation how = read_rotation(steps);
    const ValueId cosines = angles(steps, how, 1), sines = angles(steps, how, 2), first = half_of(steps, how, 0), second = half_of(steps, how, 1);
    const auto times = [&](ValueId a, ValueId b) { return steps.both(ACCEL_OPERATION_MUL, a, b); };
    std::vector<ValueId> turned{steps.both(ACCEL_OPERATION_SUB, times(first, cosines), times(second, sines)), steps.both(ACCEL_OPERATION_ADD, times(first, sines), times(second, cosines))};
    ValueId made;
    if (how.interleaved) {
        Dims pairs = steps.dims(turned[0]), whole = pairs;
        pairs.push_back(fixed_dim(1));
        whole.back() = fixed_dim(how.turned);
        made = steps.shaped(steps.joined({steps.shaped(turned[0], pairs), steps.shaped(turned[1], pairs)}, 4), std::move(whole));
    } else {
        made = steps.joined(turned, 3);
    }
    if (how.turned < how.head) {
        made = steps.joined({made, steps.part(how.x, 3, how.turned, how.head - how.turned)}, 3);
    }
    steps.give(steps.convert(steps.shaped(made, node.input(0).dims), node.input(0).type));
}

void swiglu(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_same_type(0, 1);
    if (!may_equal(node.input(0).dims, node.input(1).dims)) {
        node.fail_corrupt("A is ", to_text(node.input(0).dims), " and B is ", to_text(node.input(1).dims), ", which must be equal");
    }
    Steps steps{node};
    const uint32_t type = node.input(0).type, wide = computed_in(type);
    const ValueId a = steps.convert(node.input_id(0), wide), b = steps.convert(node.input_id(1), wide);
    const float alpha = node.real("alpha", 1);
    const ValueId scaled = alpha == 1 ? a : steps.both(ACCEL_OPERATION_MUL, a, one_value(node, wide, static_cast<double>(alpha)));
    const ValueId gate = steps.both(ACCEL_OPERATION_MUL, a, steps.each(ACCEL_OPERATION_SIGMOID, scaled));
    steps.give(steps.convert(steps.both(ACCEL_OPERATION_MUL, gate, b), type));
}

namespace {

/// Where along the axis each place of the update goes, with a size of 1 on every axis but that one and the batch's.
ValueId written_places(Steps &steps, const Dims &cache, const Dims &update, size_t axis, bool circular)
{
    Node &node = steps.node;
    const ValueId counts = counted(node, known_size(node, update, axis), update.size() - 1 - axis);
    if (!node.has_input(2)) {
        return counts;
    }
    node.expect_type(2, type_set({ACCEL_TYPE_I64}));
    if (!may_equal(node.input(2).dims, Dims{cache[0]})) {
        node.fail_corrupt("write_indices are ", to_text(node.input(2).dims), ", expected is one for each batch, ", to_text(Dims{cache[0]}));
    }
    Dims column(update.size(), fixed_dim(1));
    column[0] = cache[0];
    const ValueId places = steps.both(ACCEL_OPERATION_ADD, steps.shaped(node.input_id(2), std::move(column)), counts);
    return circular ? steps.both(ACCEL_OPERATION_MOD, places, one_value(node, ACCEL_TYPE_I64, static_cast<double>(known_size(node, cache, axis)))) : places;
}

}  // namespace

void tensor_scatter(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_same_type(0, 1);
    const std::string mode = node.string("mode").value_or("linear");
    if (mode != "linear" && mode != "circular") {
        node.fail_corrupt("mode is '", mode, "', expected is linear or circular");
    }
    const Dims cache = node.input(0).dims, update = node.input(1).dims;
    const uint32_t axis = node.axis(node.integer("axis", -2), cache.size());
    Dims expected = cache;
    if (axis > 0 && update.size() == cache.size()) {
        expected[axis] = update[axis];
    }
    if (axis == 0 || !may_equal(update, expected)) {
        node.fail_corrupt("an update of ", to_text(update), " along axis ", axis, " of ", to_text(cache));
    }
    Steps steps{node};
    const ValueId places = steps.spread(written_places(steps, cache, update, axis, mode == "circular"), update);
    const uint32_t type = node.input(0).type;
    node.emit(ACCEL_OPERATION_SCATTER_ELEMENTS, {node.input_id(0), places, node.input_id(1)}, {node.define_output(0, type, cache)}, along(axis));
}

}  // namespace accel::onnx::ops
