// SPDX-License-Identifier: MIT
// Which operation of a model is the first whose results differ between two sides.
//
// By bisection: the model's first n operations are built for both sides with all results that later operations read as outputs. Where these agree nothing before n can be to blame, so that
// the smallest n found to differ names the operation. What a device does in one pass with its neighbours may so be cut from them: a difference that only the whole has is not found, and said to be such.
#pragma once

#include <optional>

#include "comparison.h"
#include "sides.h"

namespace accel::tool {

/// One tensor of both sides.
struct ComparedTensor {
    TensorValue a, b;
    Tolerance tolerance;
    Difference difference;
    nlohmann::json json() const;
};

/// Throws Failure where types or shapes differ.
ComparedTensor compare_tensor(TensorValue a, TensorValue b, const ToleranceOptions &options);
std::vector<ComparedTensor> compare_tensors(std::vector<TensorValue> a, std::vector<TensorValue> b, const ToleranceOptions &options);

/// {"node", "operation", "index", "nodes", "tensor"} of the first of the tensors that differs; null: none does. They are rows of the graph, in the order in which they are made.
nlohmann::json first_that_differs(const std::vector<ComparedTensor> &compared, const std::vector<uint32_t> &tensors, const accel_graph_desc &graph);

/// The same with "device_a", "device_b" and "how". null: the first operations agree wherever they are cut.
nlohmann::json find_first_difference(const Instance &instance, const accel_graph_desc &graph, Side &a, Side &b, const ToleranceOptions &options);

}  // namespace accel::tool
