// SPDX-License-Identifier: MIT
// Windows that slide: what their attributes say, of convolutions and pools.
#pragma once

#include "onnx/schema.h"
#include "ops.h"

#include <span>

namespace accel::onnx::ops {

/// Kernel, strides, dilations and pads of one node, all of spatial rank; pads holds begins, then ends.
struct Window {
    std::vector<int64_t> kernel;
    std::vector<int64_t> strides;
    std::vector<int64_t> dilations;
    std::vector<int64_t> pads;
    std::string auto_pad = "NOTSET";
    bool ceil_mode = false;
    bool is_open = false;  ///< the pads follow from a size that is open: auto_pad stays
};

constexpr int64_t kWindowMax = int64_t{1} << 20;
constexpr int64_t kPadMax = int64_t{1} << 30;

void check_range(const Node &node, const std::vector<int64_t> &values, size_t count, int64_t smallest, int64_t largest, const char *what);
Window read_window(Node &node, size_t spatial_rank, std::optional<std::vector<int64_t>> default_kernel);
int64_t extent(const Window &window, size_t axis);
void expect_auto_pad(const Node &node, const Window &window);
std::vector<int64_t> kernel_of(const Node &node, const Dims &weights);
/// Kernel, strides and dilations.
void add_window(const Window &window, AttributeList &attributes);
/// Result dims of a pool of operand 0; resolves auto_pad.
Dims pooled(Node &node, Window &window);
/// Attributes and result dims of an average pool of operand 0, whose windows have no gaps.
AttributeList average_window(Node &node, Dims &dims);
/// window_sums.cpp: an AveragePool whose windows have gaps.
void dilated_average_pool(Node &node);
/// The node's operation of x, w and a bias that may be absent.
void add_convolution(Node &node, Dims dims, AttributeList attributes);

}  // namespace accel::onnx::ops
