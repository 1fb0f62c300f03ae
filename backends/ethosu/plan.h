// SPDX-License-Identifier: MIT
// One node of the graph -> NPU operations, or the reason why not.
//
// Query and build both come here, so a claim cannot promise what a build does not
// do. Nothing is encoded yet: feature maps name tensors, weights are views.
#pragma once

#include "coefs.h"
#include "op.h"
#include <accel/graph/view.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace accel::ethosu {

struct Refusal {
    accel_reason reason = ACCEL_REASON_OPERATION;
    uint32_t tensor = ACCEL_TENSOR_NONE;
    int64_t given = 0;
    int64_t expected = 0;
    uint32_t attribute = 0;  // enum accel_attribute_key, with reason ATTRIBUTE
};

using Verdict = std::optional<Refusal>;  // nothing: admitted

struct Coefs {
    WeightView weights;
    std::vector<ScaleRecord> scales;
};

// Offsets in `op` are relative to the named tensors.
struct PlannedOp {
    Op op;
    uint32_t ifm = ACCEL_TENSOR_NONE;
    uint32_t ifm2 = ACCEL_TENSOR_NONE;
    uint32_t ofm = ACCEL_TENSOR_NONE;
    std::optional<Coefs> coefs;
    std::vector<int64_t> ifm2_dims;  // the rank at which a constant ifm2 is laid out
};

struct NodePlan {
    std::vector<PlannedOp> ops;
    // The operations only copy: the output may be the input's memory instead.
    bool may_alias = false;
};

Verdict plan_node(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);

// The parts of plan_node, by family.
Verdict plan_conv(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_gemm(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_pool(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_binary(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_requantise(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_clamp(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_reshape(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_transpose(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_concat(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);
Verdict plan_slice(const graph::View &graph, const accel_node_desc &node, NodePlan &plan);

}  // namespace accel::ethosu
