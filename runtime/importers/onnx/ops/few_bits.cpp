// SPDX-License-Identifier: MIT
// The translator of com.microsoft's MatMulNBits: weights of 2, 4 or 8 bits in blocks, which become real where they stand; what a build folds of that is a constant.
#include "ops.h"
#include "steps.h"

namespace accel::onnx::ops {
namespace {

constexpr size_t kWeights = 1, kScales = 2, kZeroPoints = 3, kPlaces = 4, kBias = 5;

struct Packed {
    int64_t columns = 0, depth = 0, bits = 0, block = 0, blocks = 0;
    uint32_t type = 0;
};

int64_t number(Node &node, const char *name, int64_t least, int64_t most, std::optional<int64_t> otherwise = {})
{
    const auto given = node.integer(name);
    const int64_t value = given ? *given : otherwise.value_or(least - 1);
    if (value < least || value > most) {
        node.fail_corrupt(name, " is ", value, ", allowed are ", least, " to ", most);
    }
    return value;
}

Packed read_packed(Node &node)
{
    Packed made;
    made.columns = number(node, "N", 1, kSizeMax);
    made.depth = number(node, "K", 1, kSizeMax);
    made.block = number(node, "block_size", 1, kSizeMax);
    made.bits = number(node, "bits", 1, 8, 4);
    made.type = made.bits == 2 ? ACCEL_TYPE_U2 : made.bits == 4 ? ACCEL_TYPE_U4
                                                                : ACCEL_TYPE_U8;
    if ((made.bits != 2 && made.bits != 4 && made.bits != 8) || made.block * made.bits % 8 != 0) {
        node.fail_unsupported("weights of ", made.bits, " bits in blocks of ", made.block);
    }
    made.blocks = (made.depth + made.block - 1) / made.block;
    return made;
}

/// Bytes of a constant operand as rows of so many numbers of the packed type, as reals.
ValueId reals_in(Steps &steps, size_t index, const Packed &packed, int64_t rows, int64_t row)
{
    Node &node = steps.node;
    node.expect_type(index, type_set({ACCEL_TYPE_U8}));
    Value view = node.input(index);
    if (view.data == nullptr) {
        node.fail_unsupported("'", view.name, "' is not constant");
    }
    if (view.data_bytes * 8 != static_cast<uint64_t>(rows) * static_cast<uint64_t>(row) * static_cast<uint64_t>(packed.bits)) {
        node.fail_corrupt("'", view.name, "' has ", view.data_bytes, " bytes, expected are ", rows, " rows of ", row, " numbers of ", packed.bits, " bits");
    }
    view.name = {};
    view.type = packed.type;
    view.dims = {fixed_dim(rows), fixed_dim(row)};
    return steps.convert(node.graph.add(std::move(view)), ACCEL_TYPE_F32);
}

/// One for each block: [columns, blocks, 1].
ValueId zero_points(Steps &steps, const Packed &packed)
{
    Node &node = steps.node;
    const Dims wanted{fixed_dim(packed.columns), fixed_dim(packed.blocks), fixed_dim(1)};
    if (!node.has_input(kZeroPoints)) {
        return node.define_real(static_cast<float>(1 << (packed.bits - 1)));
    }
    if (node.input(kZeroPoints).type != ACCEL_TYPE_U8) {
        node.expect_type(kZeroPoints, kRealTypes);
        return steps.shaped(node.input_id(kZeroPoints), wanted);
    }
    const int64_t row = (packed.blocks * packed.bits + 7) / 8 * 8 / packed.bits;
    const ValueId all = reals_in(steps, kZeroPoints, packed, packed.columns, row);
    return steps.shaped(row == packed.blocks ? all : steps.part(all, 1, 0, packed.blocks), wanted);
}

}  // namespace

void matmul_few_bits(Node &node)
{
    node.expect_operands(3, 6, 1, 1);
    node.expect_type(0, kRealTypes);
    node.expect_type(kScales, kRealTypes);
    node.ignore_attribute("accuracy_level");  // how it may be computed, not what
    if (node.has_input(kPlaces)) {
        node.fail_unsupported("g_idx, which orders the weights anew");
    }
    const Packed packed = read_packed(node);
    Steps steps{node};
    const Dims blocks{fixed_dim(packed.columns), fixed_dim(packed.blocks), fixed_dim(packed.block)}, one_each{blocks[0], blocks[1], fixed_dim(1)};
    if (element_count(node.input(kScales).dims) != element_count(one_each)) {
        node.fail_corrupt("scales of ", to_text(node.input(kScales).dims), ", expected is one for each block, ", to_text(one_each));
    }
    const ValueId stored = steps.shaped(reals_in(steps, kWeights, packed, packed.columns, packed.blocks * packed.block), blocks);
    const ValueId moved = steps.both(ACCEL_OPERATION_SUB, stored, zero_points(steps, packed));
    ValueId weights = steps.both(ACCEL_OPERATION_MUL, moved, steps.shaped(node.input_id(kScales), one_each));
    weights = steps.shaped(weights, {blocks[0], fixed_dim(packed.blocks * packed.block)});
    if (packed.blocks * packed.block != packed.depth) {
        weights = steps.part(weights, 1, 0, packed.depth);
    }
    weights = steps.permute(weights, {1, 0});
    ValueId made = steps.make(ACCEL_OPERATION_MATMUL, {node.input_id(0), weights}, ACCEL_TYPE_F32, matmul_shape(node, node.input(0).dims, steps.dims(weights)));
    if (node.has_input(kBias)) {
        node.expect_type(kBias, kRealTypes);
        made = steps.both(ACCEL_OPERATION_ADD, made, node.input_id(kBias));
    }
    steps.give(made);
}

}  // namespace accel::onnx::ops
