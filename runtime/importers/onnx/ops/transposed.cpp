// SPDX-License-Identifier: MIT
// Translator of transposed convolutions.
#include "window.h"

#include <algorithm>

namespace accel::onnx::ops {

namespace {

/// Pads of that many places in all; what is below 0 is added to the result instead.
void share_pads(Window &window, size_t axis, int64_t total, int64_t &added)
{
    added += std::max<int64_t>(-total, 0);
    total = std::max<int64_t>(total, 0);
    const int64_t smaller = total / 2;
    const bool upper = window.auto_pad == "SAME_UPPER";
    window.pads[axis] = upper ? smaller : total - smaller;
    window.pads[window.kernel.size() + axis] = upper ? total - smaller : smaller;
}

/// The result's places along one axis, whose pads are resolved: as many as windows at each place of x reach, those that are added, without the pads.
accel_dim unfolded(Node &node, Window &window, size_t axis, const accel_dim &input, const std::optional<int64_t> &wanted, int64_t &added)
{
    const int64_t stride = window.strides[axis], one = extent(window, axis) + added;
    if (is_fixed(input) && input.size < 1) {
        node.fail_unsupported("a transposed convolution of an axis without places");
    }
    if (wanted && !is_fixed(input)) {
        node.fail_unsupported("output_shape over a size that is open");
    }
    if (wanted) {
        share_pads(window, axis, (input.size - 1) * stride + one - *wanted, added);
        return fixed_dim(*wanted);
    }
    Sizes &sizes = node.graph.sizes;
    if (window.auto_pad.starts_with("SAME")) {
        share_pads(window, axis, one - stride, added);
        return is_fixed(input) ? fixed_dim(input.size * stride) : sizes.dim(sizes.calculate().mul(sizes.size(input), sizes.number(stride)));
    }
    const int64_t rest = one - stride - window.pads[axis] - window.pads[window.kernel.size() + axis];
    if (is_fixed(input) && input.size * stride + rest < 1) {
        node.fail_corrupt("pads take all places of an axis, whose size would be ", input.size * stride + rest);
    }
    if (is_fixed(input)) {
        return fixed_dim(input.size * stride + rest);
    }
    const Size places = sizes.calculate().add(sizes.calculate().mul(sizes.size(input), sizes.number(stride)), sizes.number(rest));
    sizes.mark_positive(places);
    return sizes.dim(places);
}

/// The sizes that are asked for, by spatial axis; some models name all axes.
std::optional<std::vector<int64_t>> output_shape(Node &node, size_t spatial_rank)
{
    auto wanted = node.integers("output_shape");
    if (!wanted || wanted->empty()) {
        return std::nullopt;
    }
    if (wanted->size() == spatial_rank + 2) {
        wanted->erase(wanted->begin(), wanted->begin() + 2);
    }
    check_range(node, *wanted, spatial_rank, 1, kSizeMax, "output_shape");
    return wanted;
}

}  // namespace

void transposed_convolution(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_same_type(0, 1);
    node.expect_rank(0, 3);
    const Dims &x = node.input(0).dims, &w = node.input(1).dims;
    node.expect_rank(1, x.size(), x.size());
    const std::vector<int64_t> kernel = kernel_of(node, w);
    Window window = read_window(node, kernel.size(), kernel);
    if (window.kernel != kernel) {
        node.fail_corrupt("kernel_shape differs from the weights' ", to_text(w));
    }
    expect_auto_pad(node, window);
    const int64_t group = node.integer("group", 1);
    if (group < 1 || group > kSizeMax || w[0].size % group != 0 || !may_equal(x[1], w[0])) {
        node.fail_corrupt("input ", to_text(x), " and weights ", to_text(w), " do not fit in ", group, " groups");
    }
    std::vector<int64_t> added = node.integers("output_padding").value_or(std::vector<int64_t>(kernel.size(), 0));
    check_range(node, added, kernel.size(), 0, kPadMax, "output_padding");
    const auto wanted = output_shape(node, kernel.size());
    Dims dims{x[0], fixed_dim(w[1].size * group)};
    for (size_t axis = 0; axis < kernel.size(); ++axis) {
        dims.push_back(unfolded(node, window, axis, x[axis + 2], wanted ? std::optional((*wanted)[axis]) : std::nullopt, added[axis]));
    }
    check_range(node, window.pads, 2 * kernel.size(), 0, kPadMax, "resolved pads");
    check_range(node, added, kernel.size(), 0, kPadMax, "resolved output_padding");
    AttributeList attributes;
    add_window(window, attributes);
    attributes.ints(ACCEL_ATTRIBUTE_PADS, window.pads).ints(ACCEL_ATTRIBUTE_OUTPUT_PADDING, added).integer(ACCEL_ATTRIBUTE_GROUP, group);
    add_convolution(node, std::move(dims), std::move(attributes));
}

}  // namespace accel::onnx::ops
