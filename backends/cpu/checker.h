// SPDX-License-Identifier: MIT
// Requirements on one node. Each throws the refusal that it finds; check_node catches it.
#ifndef ACCEL_BACKENDS_CPU_CHECKER_H
#define ACCEL_BACKENDS_CPU_CHECKER_H

#include "support.h"

#include <initializer_list>

namespace accel::cpu
{

class Checker
{
public:
    Checker(const Graph &graph, const Node &node) : graph_(graph), node_(node) {}

    void check() const;

private:
    const Tensor &input(size_t position) const { return graph_.tensor(node_.inputs[position]); }
    const Tensor &output(size_t position = 0) const { return graph_.tensor(node_.outputs[position]); }
    bool has_input(size_t position) const { return node_.input(position) != kNone; }

    // common
    void operands(size_t least, size_t most, size_t outputs) const;
    void tensors() const;
    void same_type(uint32_t tensor, uint32_t type) const;
    void types(std::initializer_list<uint32_t> admitted) const;
    void shape(uint32_t tensor, const Dims &expected) const;
    void axis(int64_t value, size_t rank) const;
    void equal_quantization(uint32_t a, uint32_t b) const;
    // A value operand; nothing when it is absent.
    std::optional<Dims> integers(size_t position) const;
    std::optional<float> real(size_t position) const;

    // per family
    void convolution() const;
    void gemm() const;
    void matmul() const;
    void pooled_types() const;
    void pool() const;
    void global_pool() const;
    void binary() const;
    void unary() const;
    void softmax() const;
    void reshape() const;
    void transpose() const;
    void concat() const;
    void split() const;
    void slice() const;
    void pad() const;
    void gather() const;
    void cast() const;
    void batch_normalization() const;
    void quantize() const;
    void dequantize() const;
    void reduce_mean() const;
    void moved() const;

    // quantised
    void per_tensor(uint32_t tensor) const;
    void zero_points_in_range(uint32_t tensor) const;
    void rounding() const;
    void ratios(double operand_scale) const;
    void quantized_weights(size_t weight_position, size_t channel_axis, int64_t channels, size_t bias_position) const;

    const Graph &graph_;
    const Node &node_;
};

[[noreturn]] void refuse(uint32_t reason, uint32_t tensor = kNone, int64_t given = 0, int64_t expected = 0);
[[noreturn]] void refuse_attribute(accel_attribute_key key, int64_t given = 0, int64_t expected = 0);

} // namespace accel::cpu

#endif
