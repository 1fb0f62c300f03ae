// SPDX-License-Identifier: MIT
// The table from operators to their translators.
#include "ops.h"

#include <iterator>

namespace accel::onnx {
namespace {

struct Row {
    std::string_view domain;
    std::string_view name;
    Translate translate;
};

constexpr Row kRows[] = {
    {"", "Add", ops::add},
    {"", "AveragePool", ops::average_pool},
    {"", "BatchNormalization", ops::batch_normalization},
    {"", "Cast", ops::cast},
    {"", "Clip", ops::clip},
    {"", "Concat", ops::concat},
    {"", "Constant", ops::constant},
    {"", "ConstantOfShape", ops::constant_of_shape},
    {"", "Conv", ops::convolution},
    {"", "DequantizeLinear", ops::dequantize_linear},
    {"", "Div", ops::div},
    {"", "Dropout", ops::dropout},
    {"", "Exp", ops::exp},
    {"", "Expand", ops::expand},
    {"", "Flatten", ops::flatten},
    {"", "Gather", ops::gather},
    {"", "Gemm", ops::gemm},
    {"", "GlobalAveragePool", ops::global_average_pool},
    {"", "Identity", ops::identity},
    {"", "LeakyRelu", ops::leaky_relu},
    {"", "MatMul", ops::matmul},
    {"", "MaxPool", ops::max_pool},
    {"", "Mul", ops::mul},
    {"", "Pad", ops::pad},
    {"", "QLinearConv", ops::qlinear_conv},
    {"", "QLinearMatMul", ops::qlinear_matmul},
    {"", "QuantizeLinear", ops::quantize_linear},
    {"", "ReduceMean", ops::reduce_mean},
    {"", "Relu", ops::relu},
    {"", "Reshape", ops::reshape},
    {"", "Shape", ops::shape},
    {"", "Sigmoid", ops::sigmoid},
    {"", "Size", ops::size},
    {"", "Slice", ops::slice},
    {"", "Softmax", ops::softmax},
    {"", "Split", ops::split},
    {"", "Squeeze", ops::squeeze},
    {"", "Sub", ops::sub},
    {"", "Tanh", ops::tanh},
    {"", "Transpose", ops::transpose},
    {"", "Unsqueeze", ops::unsqueeze},
    {"com.microsoft", "QLinearAdd", ops::qlinear_add},
};

}  // namespace

Translate find_operator(std::string_view domain, std::string_view name) {
    for (const Row& row : kRows) {
        if (row.domain == domain && row.name == name) {
            return row.translate;
        }
    }
    return nullptr;
}

size_t operator_count() { return std::size(kRows); }

}  // namespace accel::onnx
