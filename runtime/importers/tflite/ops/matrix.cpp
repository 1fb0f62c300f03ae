// SPDX-License-Identifier: MIT
// Translators of matrix products, and the bias that products and convolutions take.
#include "ops.h"
#include "tflite/quantization.h"

#include <cstring>

namespace accel::tflite::ops {
namespace {

template <typename T>
std::vector<float> scaled(const Value &bias, const Quantization &by, int64_t count)
{
    std::vector<float> out;
    for (int64_t i = 0; i < count; ++i) {
        T stored;
        std::memcpy(&stored, static_cast<const char *>(bias.data) + static_cast<size_t>(i) * sizeof(T), sizeof stored);
        out.push_back(static_cast<float>(static_cast<double>(stored) * static_cast<double>(by.scales[by.per_axis() ? static_cast<size_t>(i) : 0])));
    }
    return out;
}

}  // namespace

ValueId real_bias(Node &node, size_t bias, size_t x, size_t w, int64_t channels)
{
    Emitter &emitter = node.emitter();
    const Tensor &tensor = node.input(bias);
    if (count_of(tensor.sizes) != channels) {
        node.fail_corrupt("a bias of ", count_of(tensor.sizes), " values for ", channels, " channels");
    }
    if (tensor.type == ACCEL_TYPE_F32 || tensor.type == ACCEL_TYPE_F16) {
        return emitter.reshaped(node.value(bias), {channels});
    }
    if ((tensor.type != ACCEL_TYPE_I32 && tensor.type != ACCEL_TYPE_I64) || !node.input(x).is_quantised() || !node.input(w).is_quantised()) {
        node.fail_unsupported("a bias of whole numbers beside operands that are not quantised");
    }
    const Quantization scales = bias_quantization(*node.input(x).quantization, *node.input(w).quantization);
    const ValueId stored = emitter.reshaped(node.stored(bias), {channels});
    if (tensor.type == ACCEL_TYPE_I32 && is_byte(node.input(x).type)) {
        return emitter.dequantised(emitter.meaning(stored, scales));
    }
    const Value &value = emitter.value(stored);
    if (value.data == nullptr) {
        node.fail_unsupported("a bias that is computed, beside operands of 16 bits");
    }
    return emitter.reals({channels}, tensor.type == ACCEL_TYPE_I32 ? scaled<int32_t>(value, scales, channels) : scaled<int64_t>(value, scales, channels));
}

void fully_connected(Node &node)
{
    node.expect_operands(2, 3);
    node.expect_rank(0, 1);
    node.expect_rank(1, 2, 2);
    const auto &options = node.options<schema::FullyConnectedOptions>();
    if (options.weights_format() != 0) {
        node.fail_unsupported("weights in format ", int{options.weights_format()}, ", which is shuffled");
    }
    const Sizes x = node.sizes(0), w = node.sizes(1);  // weights: out, in
    const int64_t count = count_of(x);
    if (w[1] < 1 || count % w[1] != 0 || (options.keep_num_dims() && x.back() != w[1])) {
        node.fail_corrupt("weights of ", w[1], " inputs over ", count, " elements");
    }
    Emitter &emitter = node.emitter();
    const int64_t rows = count / w[1];
    // Stored values get the view, so that the product stands directly behind their DEQUANTIZE.
    const Tensor &from = node.input(0);
    const ValueId flat = emitter.reshaped(from.is_quantised() ? node.stored(0) : node.value(0), {rows, w[1]});
    std::vector<ValueId> operands{from.is_quantised() ? emitter.dequantised(flat, *from.quantization) : flat, node.value(1)};
    if (node.has_input(2)) {
        operands.push_back(real_bias(node, 2, 0, 1, w[0]));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TRANS_B, 1);
    const ValueId y = node.activated(node.emit(ACCEL_OPERATION_GEMM, std::move(operands), ACCEL_TYPE_F32, {rows, w[0]}, std::move(attributes)), options.fused_activation_function());
    Sizes to{rows, w[0]};
    if (options.keep_num_dims()) {
        to = x;
        to.back() = w[0];
    }
    node.define_reshaped(y, to);
}

void batch_matmul(Node &node)
{
    node.expect_operands(2, 2);
    node.expect_rank(0, 2);
    node.expect_rank(1, 2);
    const auto &options = node.options<schema::BatchMatMulOptions>();
    Emitter &emitter = node.emitter();
    const auto turned = [&](size_t index, bool turn) {
        Perm perm;
        for (size_t i = 0; i < node.sizes(index).size(); ++i) {
            perm.push_back(static_cast<int64_t>(i));
        }
        if (turn) {
            std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
        }
        return emitter.transposed(node.value(index), perm);
    };
    const ValueId a = turned(0, options.adj_x()), b = turned(1, options.adj_y());
    Sizes left = emitter.sizes(a), right = emitter.sizes(b);
    const int64_t rows = left[left.size() - 2], columns = right.back();
    if (left.back() != right[right.size() - 2]) {
        node.fail_corrupt("a product of ", rows, "x", left.back(), " and ", right[right.size() - 2], "x", columns);
    }
    left.resize(left.size() - 2);
    right.resize(right.size() - 2);
    Sizes to = broadcast(node, left, right);
    to.insert(to.end(), {rows, columns});
    node.define(0, Order::kFile, node.emit(ACCEL_OPERATION_MATMUL, {a, b}, ACCEL_TYPE_F32, std::move(to)));
}

}  // namespace accel::tflite::ops
