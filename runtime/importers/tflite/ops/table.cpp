// SPDX-License-Identifier: MIT
// Which translator reads which operation.
#include "ops.h"

#include <array>

namespace accel::tflite {
namespace {

using namespace ops;
using schema::BuiltinOperator;

template <accel_operation Operation>
void one(Node &node)
{
    unary(node, Operation);
}

template <accel_operation Operation, typename Options>
void two(Node &node)
{
    arithmetic(node, Operation, node.options<Options>().fused_activation_function());
}

template <accel_operation Operation>
void plain(Node &node)
{
    arithmetic(node, Operation, schema::ActivationFunctionType::NONE);
}

template <accel_operation Operation>
void comparison(Node &node)
{
    compare(node, Operation);
}

template <accel_operation Operation>
void reduction(Node &node)
{
    reduce(node, Operation);
}

void relu(Node &node) { clip(node, 0.0f, std::nullopt); }
void relu6(Node &node) { clip(node, 0.0f, 6.0f); }
void relu_n1_to_1(Node &node) { clip(node, -1.0f, 1.0f); }
void relu_0_to_1(Node &node) { clip(node, 0.0f, 1.0f); }
void reduce_any(Node &node) { reduce_bool(node, ACCEL_OPERATION_REDUCE_MAX); }
void reduce_all(Node &node) { reduce_bool(node, ACCEL_OPERATION_REDUCE_MIN); }
void arg_max(Node &node) { arg_extreme(node, ACCEL_OPERATION_ARG_MAX); }
void arg_min(Node &node) { arg_extreme(node, ACCEL_OPERATION_ARG_MIN); }

struct Row {
    BuiltinOperator op;
    Translate translate;
};

constexpr Row kRows[] = {
    {BuiltinOperator::ABS, one<ACCEL_OPERATION_ABS>},
    {BuiltinOperator::ADD, two<ACCEL_OPERATION_ADD, schema::AddOptions>},
    {BuiltinOperator::ADD_N, add_n},
    {BuiltinOperator::ARG_MAX, arg_max},
    {BuiltinOperator::ARG_MIN, arg_min},
    {BuiltinOperator::AVERAGE_POOL_2D, average_pool_2d},
    {BuiltinOperator::BATCH_MATMUL, batch_matmul},
    {BuiltinOperator::BATCH_TO_SPACE_ND, batch_to_space},
    {BuiltinOperator::BROADCAST_TO, broadcast_to},
    {BuiltinOperator::CAST, cast},
    {BuiltinOperator::CEIL, one<ACCEL_OPERATION_CEIL>},
    {BuiltinOperator::CONCATENATION, concatenation},
    {BuiltinOperator::CONV_2D, conv_2d},
    {BuiltinOperator::COS, one<ACCEL_OPERATION_COS>},
    {BuiltinOperator::CUMSUM, cumsum},
    {BuiltinOperator::DENSIFY, densify},
    {BuiltinOperator::DEPTHWISE_CONV_2D, depthwise_conv_2d},
    {BuiltinOperator::DEPTH_TO_SPACE, depth_to_space},
    {BuiltinOperator::DEQUANTIZE, dequantize},
    {BuiltinOperator::DIV, two<ACCEL_OPERATION_DIV, schema::DivOptions>},
    {BuiltinOperator::ELU, elu},
    {BuiltinOperator::EQUAL, comparison<ACCEL_OPERATION_EQUAL>},
    {BuiltinOperator::EXP, one<ACCEL_OPERATION_EXP>},
    {BuiltinOperator::EXPAND_DIMS, expand_dims},
    {BuiltinOperator::FILL, fill},
    {BuiltinOperator::FLOOR, one<ACCEL_OPERATION_FLOOR>},
    {BuiltinOperator::FLOOR_DIV, floor_div},
    {BuiltinOperator::FLOOR_MOD, floor_mod},
    {BuiltinOperator::FULLY_CONNECTED, fully_connected},
    {BuiltinOperator::GATHER, gather},
    {BuiltinOperator::GATHER_ND, gather_nd},
    {BuiltinOperator::GELU, gelu},
    {BuiltinOperator::GREATER, comparison<ACCEL_OPERATION_GREATER>},
    {BuiltinOperator::GREATER_EQUAL, comparison<ACCEL_OPERATION_GREATER_OR_EQUAL>},
    {BuiltinOperator::HARD_SWISH, one<ACCEL_OPERATION_HARD_SWISH>},
    {BuiltinOperator::L2_NORMALIZATION, l2_normalization},
    {BuiltinOperator::LEAKY_RELU, leaky_relu},
    {BuiltinOperator::LESS, comparison<ACCEL_OPERATION_LESS>},
    {BuiltinOperator::LESS_EQUAL, comparison<ACCEL_OPERATION_LESS_OR_EQUAL>},
    {BuiltinOperator::LOG, one<ACCEL_OPERATION_LOG>},
    {BuiltinOperator::LOGICAL_AND, comparison<ACCEL_OPERATION_AND>},
    {BuiltinOperator::LOGICAL_NOT, one<ACCEL_OPERATION_NOT>},
    {BuiltinOperator::LOGICAL_OR, comparison<ACCEL_OPERATION_OR>},
    {BuiltinOperator::LOGISTIC, one<ACCEL_OPERATION_SIGMOID>},
    {BuiltinOperator::LOG_SOFTMAX, log_softmax},
    {BuiltinOperator::MAXIMUM, plain<ACCEL_OPERATION_MAX>},
    {BuiltinOperator::MAX_POOL_2D, max_pool_2d},
    {BuiltinOperator::MEAN, reduction<ACCEL_OPERATION_REDUCE_MEAN>},
    {BuiltinOperator::MINIMUM, plain<ACCEL_OPERATION_MIN>},
    {BuiltinOperator::MIRROR_PAD, mirror_pad},
    {BuiltinOperator::MUL, two<ACCEL_OPERATION_MUL, schema::MulOptions>},
    {BuiltinOperator::NEG, one<ACCEL_OPERATION_NEG>},
    {BuiltinOperator::NOT_EQUAL, not_equal},
    {BuiltinOperator::PACK, pack},
    {BuiltinOperator::PAD, pad},
    {BuiltinOperator::PADV2, pad},
    {BuiltinOperator::POW, plain<ACCEL_OPERATION_POW>},
    {BuiltinOperator::PRELU, prelu},
    {BuiltinOperator::QUANTIZE, quantize},
    {BuiltinOperator::RANK, rank},
    {BuiltinOperator::REDUCE_ALL, reduce_all},
    {BuiltinOperator::REDUCE_ANY, reduce_any},
    {BuiltinOperator::REDUCE_MAX, reduction<ACCEL_OPERATION_REDUCE_MAX>},
    {BuiltinOperator::REDUCE_MIN, reduction<ACCEL_OPERATION_REDUCE_MIN>},
    {BuiltinOperator::REDUCE_PROD, reduction<ACCEL_OPERATION_REDUCE_PROD>},
    {BuiltinOperator::RELU, relu},
    {BuiltinOperator::RELU6, relu6},
    {BuiltinOperator::RELU_0_TO_1, relu_0_to_1},
    {BuiltinOperator::RELU_N1_TO_1, relu_n1_to_1},
    {BuiltinOperator::RESHAPE, reshape},
    {BuiltinOperator::RESIZE_BILINEAR, resize_bilinear},
    {BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, resize_nearest},
    {BuiltinOperator::REVERSE_V2, reverse},
    {BuiltinOperator::ROUND, one<ACCEL_OPERATION_ROUND>},
    {BuiltinOperator::RSQRT, rsqrt},
    {BuiltinOperator::SELECT, select},
    {BuiltinOperator::SELECT_V2, select},
    {BuiltinOperator::SHAPE, shape},
    {BuiltinOperator::SIGN, one<ACCEL_OPERATION_SIGN>},
    {BuiltinOperator::SIN, one<ACCEL_OPERATION_SIN>},
    {BuiltinOperator::SLICE, slice},
    {BuiltinOperator::SOFTMAX, softmax},
    {BuiltinOperator::SPACE_TO_BATCH_ND, space_to_batch},
    {BuiltinOperator::SPACE_TO_DEPTH, space_to_depth},
    {BuiltinOperator::SPLIT, split},
    {BuiltinOperator::SPLIT_V, split_v},
    {BuiltinOperator::SQRT, one<ACCEL_OPERATION_SQRT>},
    {BuiltinOperator::SQUARE, square},
    {BuiltinOperator::SQUARED_DIFFERENCE, squared_difference},
    {BuiltinOperator::SQUEEZE, squeeze},
    {BuiltinOperator::STRIDED_SLICE, strided_slice},
    {BuiltinOperator::SUB, two<ACCEL_OPERATION_SUB, schema::SubOptions>},
    {BuiltinOperator::SUM, reduction<ACCEL_OPERATION_REDUCE_SUM>},
    {BuiltinOperator::TANH, one<ACCEL_OPERATION_TANH>},
    {BuiltinOperator::TILE, tile},
    {BuiltinOperator::TOPK_V2, top_k},
    {BuiltinOperator::TRANSPOSE, transpose},
    {BuiltinOperator::TRANSPOSE_CONV, transpose_conv},
    {BuiltinOperator::UNPACK, unpack},
    {BuiltinOperator::ZEROS_LIKE, zeros_like},
};

}  // namespace

Translate find_operator(BuiltinOperator op)
{
    for (const Row &row : kRows) {
        if (row.op == op) {
            return row.translate;
        }
    }
    return nullptr;
}

size_t operator_count()
{
    return std::size(kRows);
}

}  // namespace accel::tflite
