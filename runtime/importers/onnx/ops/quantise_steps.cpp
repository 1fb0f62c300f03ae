// SPDX-License-Identifier: MIT
// Divides, rounds, moves and cuts; scales and zero points are spread to the operand first where they do not stretch by themselves.
#include "quantise_steps.h"

#include <algorithm>

#include "ops.h"
#include "steps.h"

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kFloats = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});
constexpr TypeSet kWholes = type_set({ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I16, ACCEL_TYPE_U16, ACCEL_TYPE_I4, ACCEL_TYPE_U4, ACCEL_TYPE_I2, ACCEL_TYPE_U2});
constexpr TypeSet kSigned = type_set({ACCEL_TYPE_I8, ACCEL_TYPE_I16, ACCEL_TYPE_I4, ACCEL_TYPE_I2});
constexpr TypeSet kSmallFloats = type_set({ACCEL_TYPE_F8E4M3FN, ACCEL_TYPE_F8E4M3FNUZ, ACCEL_TYPE_F8E5M2, ACCEL_TYPE_F8E5M2FNUZ, ACCEL_TYPE_F4E2M1});

ValueId as(Steps &steps, ValueId value, uint32_t type)
{
    if (steps.type(value) == type) {
        return value;
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, type);
    return steps.make(ACCEL_OPERATION_CAST, {value}, type, steps.dims(value), std::move(attributes));
}

ValueId reshaped(Steps &steps, ValueId value, const Dims &dims)
{
    return steps.make(ACCEL_OPERATION_RESHAPE, reshape_operands(steps.node, value, dims), steps.type(value), dims);
}

/// Each number of a scale so many times along the axis, as many as the operand has.
ValueId repeated(Steps &steps, ValueId scale, const Dims &x, uint32_t axis, int64_t times)
{
    const Node &node = steps.node;
    Dims blocks = x, apart;
    if (!all_fixed(x)) {
        node.fail_unsupported("quantisation in blocks of dimensions that are only known by name");
    }
    blocks[axis].size = x[axis].size / times + (x[axis].size % times != 0);
    if (times < 0 || !same(steps.dims(scale), blocks)) {
        node.fail_corrupt("scales or zero points of ", to_text(steps.dims(scale)), ", expected are ", to_text(blocks), " for blocks of ", times);
    }
    if (x.size() >= kRankMax) {
        node.fail_unsupported("quantisation in blocks of ", x.size(), " axes");
    }
    apart = blocks;
    apart.insert(apart.begin() + axis + 1, fixed_dim(1));
    std::vector<int64_t> repeats(apart.size(), 1);
    repeats[axis + 1] = times;
    Dims tiled = apart, whole = blocks;
    tiled[axis + 1].size = times;
    whole[axis].size *= times;
    const ValueId tiles = steps.make(ACCEL_OPERATION_TILE, {reshaped(steps, scale, apart), steps.node.define_list(repeats)}, steps.type(scale), tiled);
    const ValueId all = reshaped(steps, tiles, whole);
    if (same(whole, x)) {
        return all;
    }
    return steps.make(ACCEL_OPERATION_SLICE, {all, steps.node.define_list({0}), steps.node.define_list({x[axis].size}), steps.node.define_list({axis}), steps.node.define_list({1})}, steps.type(scale), x);
}

/// The scale or the zero point in a real type, in a form that stretches to the operand.
ValueId spread(Steps &steps, size_t index, uint32_t type, const Blocks &blocks)
{
    const Node &node = steps.node;
    const ValueId value = as(steps, node.input_id(index), type);
    const Dims given = steps.dims(value), &x = node.input(0).dims;
    if (blocks.size != 0) {
        return repeated(steps, value, x, node.axis(blocks.axis, x.size()), blocks.size);
    }
    if (given.size() > 1) {
        node.fail_unsupported("scales or zero points of ", to_text(given), " without a block_size");
    }
    if (given.empty() || (is_fixed(given[0]) && given[0].size == 1)) {
        return given.empty() ? value : reshaped(steps, value, {});
    }
    const uint32_t axis = node.axis(blocks.axis, x.size());
    if (!may_equal(given, Dims{x[axis]})) {
        node.fail_corrupt("scales or zero points of ", to_text(given), " for a dimension of ", to_text(Dims{x[axis]}));
    }
    Dims along(x.size() - axis, fixed_dim(1));
    along[0] = given[0];
    return along.size() == 1 ? value : reshaped(steps, value, along);
}

/// The node's result: this value in the type.
void define_as(Steps &steps, ValueId value, uint32_t type)
{
    const ValueId y = steps.node.define_output(0, type, steps.dims(value));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, type);
    steps.node.emit(ACCEL_OPERATION_CAST, {value}, {y}, std::move(attributes));
}

/// The same of whole numbers in F32, which saturate; NaN becomes the lowest, as QUANTIZE has it.
void define_whole(Steps &steps, ValueId value, uint32_t type)
{
    const auto all = static_cast<float>((1 << accel_type_bits(type)) - 1), low = (kSigned >> type & 1) != 0 ? -(all + 1) / 2 : 0.0f;
    const Dims dims = steps.dims(value);
    const ValueId lowest = steps.node.define_real(low), nan = steps.make(ACCEL_OPERATION_IS_NAN, {value}, ACCEL_TYPE_BOOL, dims);
    const ValueId cut = steps.make(ACCEL_OPERATION_CLIP, {value, lowest, steps.node.define_real(low + all)}, ACCEL_TYPE_F32, dims);
    define_as(steps, steps.make(ACCEL_OPERATION_WHERE, {nan, lowest, cut}, ACCEL_TYPE_F32, dims), type);
}

/// An operand of one element, without axes.
ValueId one(Steps &steps, size_t index)
{
    const Dims &dims = steps.node.input(index).dims;
    if (!dims.empty() && !(dims.size() == 1 && is_fixed(dims[0]) && dims[0].size == 1)) {
        steps.node.fail_unsupported("scales or zero points of ", to_text(dims), " that are computed");
    }
    return dims.empty() ? steps.node.input_id(index) : reshaped(steps, steps.node.input_id(index), {});
}

/// Of stored values alone: those that have a quantisation already are other numbers than they look.
void expect_plain(const Node &node, size_t index)
{
    if (node.input(index).quantization) {
        node.fail_unsupported("'", node.input(index).name, "' is read with a computed scale, and has another one");
    }
}

}  // namespace

bool is_computed(const Node &node, std::initializer_list<size_t> operands)
{
    return std::any_of(operands.begin(), operands.end(), [&](size_t index) { return node.has_input(index) && node.input(index).data == nullptr; });
}

void quantize_by_steps(Node &node, uint32_t type, uint32_t precision, const Blocks &blocks)
{
    node.expect_type(0, kFloats);
    node.expect_type(1, kFloats);
    if ((kFloats >> precision & 1) == 0) {
        node.fail_unsupported("precision ", name_of(precision));
    }
    if ((kSmallFloats >> type & 1) != 0 && node.integer("saturate", 1) != 1) {
        node.fail_unsupported("saturate 0 to ", name_of(type), "; only 1");
    }
    if (((kWholes | kSmallFloats) >> type & 1) == 0) {
        node.fail_unsupported("to ", name_of(type));
    }
    Steps steps{node};
    const Dims x = node.input(0).dims;
    const bool whole = (kWholes >> type & 1) != 0;
    ValueId value = steps.make(ACCEL_OPERATION_DIV, {as(steps, node.input_id(0), precision), spread(steps, 1, precision, blocks)}, precision, x);
    value = as(steps, value, ACCEL_TYPE_F32);
    if (whole) {
        value = steps.make(ACCEL_OPERATION_ROUND, {value}, ACCEL_TYPE_F32, x);
    }
    if (node.has_input(2)) {
        value = steps.make(ACCEL_OPERATION_ADD, {value, spread(steps, 2, ACCEL_TYPE_F32, blocks)}, ACCEL_TYPE_F32, x);
    }
    whole ? define_whole(steps, value, type) : define_as(steps, value, type);
}

void dequantize_by_steps(Node &node, uint32_t type, const Blocks &blocks)
{
    node.expect_type(0, kWholes | kSmallFloats | type_set({ACCEL_TYPE_I32}));
    node.expect_type(1, kFloats);
    if ((kFloats >> type & 1) == 0) {
        node.fail_unsupported("to ", name_of(type));
    }
    expect_plain(node, 0);
    Steps steps{node};
    const Dims x = node.input(0).dims;
    if (node.input(0).type == ACCEL_TYPE_I32 && node.has_input(2)) {
        node.fail_unsupported("a zero point of int32");  // the difference may have more digits than float
    }
    ValueId value = as(steps, node.input_id(0), ACCEL_TYPE_F32);
    if (node.has_input(2)) {
        value = steps.make(ACCEL_OPERATION_SUB, {value, spread(steps, 2, ACCEL_TYPE_F32, blocks)}, ACCEL_TYPE_F32, x);
    }
    const ValueId scale = spread(steps, 1, ACCEL_TYPE_F32, blocks);
    if (type == ACCEL_TYPE_F32) {
        const ValueId y = node.define_output(0, type, x);
        node.emit(ACCEL_OPERATION_MUL, {value, scale}, {y});
        return;
    }
    define_as(steps, steps.make(ACCEL_OPERATION_MUL, {value, scale}, ACCEL_TYPE_F32, x), type);
}

ValueId reals_by_steps(Node &node, size_t data, size_t scale, size_t zero_point)
{
    expect_plain(node, data);
    Steps steps{node};
    ValueId value = as(steps, node.input_id(data), ACCEL_TYPE_F32);
    if (node.has_input(zero_point)) {
        value = steps.make(ACCEL_OPERATION_SUB, value, as(steps, one(steps, zero_point), ACCEL_TYPE_F32));
    }
    return steps.make(ACCEL_OPERATION_MUL, value, as(steps, one(steps, scale), ACCEL_TYPE_F32));
}

void store_by_steps(Node &node, ValueId reals, size_t scale, size_t zero_point, uint32_t type)
{
    Steps steps{node};
    ValueId value = steps.make(ACCEL_OPERATION_DIV, reals, as(steps, one(steps, scale), ACCEL_TYPE_F32));
    value = steps.make(ACCEL_OPERATION_ROUND, value);
    if (node.has_input(zero_point)) {
        value = steps.make(ACCEL_OPERATION_ADD, value, as(steps, one(steps, zero_point), ACCEL_TYPE_F32));
    }
    define_whole(steps, value, type);
}

void qlinear_matmul_by_steps(Node &node, Dims dims)
{
    expect_plain(node, 0);
    expect_plain(node, 3);
    Steps steps{node};
    const auto real = [&](size_t index) { return as(steps, one(steps, index), ACCEL_TYPE_F32); };
    const ValueId product = steps.make(ACCEL_OPERATION_MATMUL_INTEGER, {node.input_id(0), node.input_id(3), one(steps, 2), one(steps, 5)}, ACCEL_TYPE_I32, dims);
    const ValueId both = steps.make(ACCEL_OPERATION_MUL, {real(1), real(4)}, ACCEL_TYPE_F32, {});
    const ValueId factor = steps.make(ACCEL_OPERATION_DIV, {both, real(6)}, ACCEL_TYPE_F32, {});
    const ValueId scaled = steps.make(ACCEL_OPERATION_MUL, {as(steps, product, ACCEL_TYPE_F32), factor}, ACCEL_TYPE_F32, dims);
    const ValueId rounded = steps.make(ACCEL_OPERATION_ROUND, {scaled}, ACCEL_TYPE_F32, dims);
    define_whole(steps, steps.make(ACCEL_OPERATION_ADD, {rounded, real(7)}, ACCEL_TYPE_F32, dims), node.input(7).type);
}

}  // namespace accel::onnx::ops
