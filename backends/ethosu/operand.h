// SPDX-License-Identifier: MIT
// What the planners ask about a node's tensors before they use them.
#pragma once

#include "plan.h"
#include "shape.h"

#include <optional>
#include <vector>

namespace accel::ethosu {

// An 8-bit feature map with fixed dimensions.
struct Operand {
    uint32_t tensor = ACCEL_TENSOR_NONE;
    std::vector<int64_t> dims;
    Shape shape;
    bool is_signed = true;
    bool is_constant = false;
    bool is_quantised = false;
    float scale = 1.0f;
    int32_t zero_point = 0;

    quant::Range range() const { return is_signed ? quant::kInt8Range : quant::kUint8Range; }
    bool same_quantisation(const Operand &other) const;

    // The map of one image of the batch, with offset relative to the tensor.
    FeatureMap map(int64_t batch_index) const;
};

// Type, rank, sizes and per-tensor quantisation are checked.
Verdict read_operand(const graph::View &graph, uint32_t tensor, Operand &out);

// The same, and not constant.
Verdict read_variable(const graph::View &graph, uint32_t tensor, Operand &out);

// The only output of a node.
Verdict read_output(const graph::View &graph, const accel_node_desc &node, Operand &out);

// Both must be quantised for an operation that rescales.
Verdict need_quantised(const Operand &operand);

// TFLITE or NATURAL, as what the NPU does after its multiplier.
Verdict read_rounding(const accel_node_desc &node, Rounding &out);

// The stored range of the output, narrowed by CLAMP_MIN and CLAMP_MAX.
Verdict read_clamp(const accel_node_desc &node, const Operand &output, quant::Range &out);

// The same, narrowed by the operands of a CLIP.
Verdict read_bounds(const graph::View &graph, const accel_node_desc &node, const Operand &output, quant::Range &out);

// A value operand that may be absent.
Verdict read_integers(const graph::View &graph, const accel_node_desc &node, uint32_t position, std::optional<std::vector<int64_t>> &out);

// One operation per image and part: refuses batches that would become too many.
Verdict check_repeats(const Operand &output, int64_t parts = 1);

// Chooses the block; refuses with RESOURCE when none fits.
Verdict finish_op(Op &op);

inline Refusal refuse(accel_reason reason, uint32_t tensor = ACCEL_TENSOR_NONE, int64_t given = 0, int64_t expected = 0)
{
    return {reason, tensor, given, expected};
}

inline Refusal refuse_attribute(accel_attribute_key key, uint32_t tensor = ACCEL_TENSOR_NONE, int64_t given = 0, int64_t expected = 0)
{
    return {ACCEL_REASON_ATTRIBUTE, tensor, given, expected, static_cast<uint32_t>(key)};
}

}  // namespace accel::ethosu
