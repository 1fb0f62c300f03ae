// SPDX-License-Identifier: MIT
// Requirements on one node. Each throws the refusal that it finds; check_node catches it.
#pragma once

#include "support.h"
#include "window.h"

#include <accel/graph/catalog.h>

#include <initializer_list>

namespace accel::cpu {

[[noreturn]] void refuse(uint32_t reason, uint32_t tensor = ACCEL_TENSOR_NONE, int64_t given = 0, int64_t expected = 0);
[[noreturn]] void refuse_attribute(uint32_t key, int64_t given = 0, int64_t expected = 0);

inline bool quantizable(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }

class Checker {
public:
    Checker(const graph::View &graph, const accel_node_desc &node) : graph_(graph),
                                                                     node_(node),
                                                                     view_(graph, node) {}

    // What the catalog says, of an operation that is implemented to that revision: counts of operands, known sizes and values; shapes that fit each other.
    void known(uint32_t revision) const;
    void fitting() const;

    uint32_t operation() const { return node_.operation; }
    const graph::Applied &applied() const { return view_.get(); }
    // Numbers of tensors, and the tensors.
    uint32_t operand(size_t position) const { return graph::input(node_, static_cast<uint32_t>(position)); }
    uint32_t result() const { return node_.outputs[0]; }
    bool has_input(size_t position) const { return operand(position) != ACCEL_TENSOR_NONE; }
    const accel_tensor_desc &tensor(uint32_t index) const { return graph_.tensor(index); }
    const accel_tensor_desc &input(size_t position) const { return graph_.tensor(node_.inputs[position]); }
    const accel_tensor_desc &output() const { return graph_.tensor(node_.outputs[0]); }
    std::span<const uint32_t> inputs() const { return graph::inputs(node_); }
    std::span<const uint32_t> outputs() const { return graph::outputs(node_); }
    int64_t integer(uint32_t key, int64_t otherwise) const { return applied().integer(key, otherwise); }
    float real(accel_attribute_key key, float otherwise) const { return graph::real(node_, key).value_or(otherwise); }
    // Without scales where there is none.
    graph::Quantization quantization(uint32_t tensor) const;

    void same_type(uint32_t tensor, uint32_t type) const;
    // Of the data operand.
    void operand_types(std::initializer_list<uint32_t> admitted) const;
    // Of the data operand, and of the result the same.
    void types(std::initializer_list<uint32_t> admitted) const;
    // A tensor's numbers are themselves.
    void unscaled(uint32_t tensor) const;
    void equal_quantization(uint32_t a, uint32_t b) const;
    // Every operand is F32, and so is the result.
    void real_operands() const;
    // Type and quantisation stay what they are.
    void kept() const;
    // And the type is one that moves.
    void moved() const;
    // Of the data operand.
    void rank(uint32_t most) const;
    // Of a node whose shapes fit, its padding settled.
    Window window(const Dims &kernel) const;

    void per_tensor(uint32_t tensor) const;
    // One scale, or one per index of an axis that the tensor has; zero points that kernels compute with in 32 bits.
    void scaled(uint32_t tensor) const;
    // The quotient of scales that multiplies sums stays inside what every rounding rule can express.
    void ratio(double operand_scale) const;
    void rounding() const;
    // Of an average, which may change the stored type. Are they stored ones?
    bool averaged_types() const;
    // Each is of so many stored values.
    void stored_average(int64_t count, int64_t most) const;
    // What is stored by one scale is stored by another.
    void rescaled() const;
    // Constants, by which the sum of a channel fits 32 bits whatever the activations are. A bias is operand 2.
    void quantized_weights(uint32_t channel_axis) const;

private:
    void operands(const graph::OperationRow &row) const;
    void tensors() const;
    void values(const graph::OperationRow &row) const;
    void sized(uint32_t tensor) const;

    const graph::View &graph_;
    const accel_node_desc &node_;
    const graph::NodeView view_;
};

}  // namespace accel::cpu
