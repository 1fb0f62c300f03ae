// SPDX-License-Identifier: MIT
// Graphs of one operation: the stuff of numeric probes and of the sweep over what a device claims.
#pragma once

#include "graph.h"
#include "reference/window.h"

namespace accel::conformance {

/// Attributes of a sliding window; pools name their kernel.
GraphBuilder::Attributes window_attributes(const Window &window, bool with_kernel, bool with_group);

/// y = CONV(x, w [, bias]) in F32.
GraphBuilder conv_graph(const Window &window, const std::vector<float> &w, const std::vector<float> &bias = {});
/// A pool in F32, or in I8 with one quantisation for x and y.
GraphBuilder pool_graph(accel_operation operation, const Window &window, accel_type type, accel_rounding rounding = ACCEL_ROUNDING_NONE);

struct QuantisedConv {
    Window window;
    Quantization x, w, y;
    std::vector<int8_t> weights;
    std::vector<int32_t> bias;
    std::vector<float> clamp;  ///< empty, or lower and upper bound
};
GraphBuilder quantised_conv_graph(const QuantisedConv &conv, accel_rounding rounding);

/// An operation of one operand, F32 unless told.
GraphBuilder unary_graph(accel_operation operation, const std::vector<int64_t> &x_dims, const std::vector<int64_t> &y_dims, const GraphBuilder::Attributes &attributes = {},
                         accel_type type = ACCEL_TYPE_F32, const Quantization &quantization = {});
GraphBuilder binary_graph(accel_operation operation, const std::vector<int64_t> &dims);

/// A graph with a name, for messages.
struct Sample {
    std::string name;
    GraphBuilder graph;
};
/// Operations in many types, shapes and attributes, sensible and odd ones; all are legal.
std::vector<Sample> operation_samples();

}  // namespace accel::conformance
