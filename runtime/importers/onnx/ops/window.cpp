// SPDX-License-Identifier: MIT
// Translators of convolutions and pools.
#include "window.h"

#include <algorithm>

namespace accel::onnx::ops {

namespace {

std::span<const accel_dim> spatial_dims(const Dims &dims)
{
    return std::span<const accel_dim>(dims).subspan(2);
}

}  // namespace

void check_range(const Node &node, const std::vector<int64_t> &values, size_t count, int64_t smallest, int64_t largest, const char *what)
{
    if (values.size() != count) {
        node.fail_corrupt(what, " has ", values.size(), " values, expected are ", count);
    }
    for (const int64_t value : values) {
        if (value < smallest || value > largest) {
            node.fail_corrupt(what, " has ", value, ", allowed are ", smallest, " to ", largest);
        }
    }
}

Window read_window(Node &node, size_t spatial_rank, std::optional<std::vector<int64_t>> default_kernel)
{
    Window window;
    const auto kernel = node.integers("kernel_shape");
    if (!kernel && !default_kernel) {
        node.fail_corrupt("attribute 'kernel_shape' is missing");
    }
    window.kernel = kernel ? *kernel : *default_kernel;
    window.strides = node.integers("strides").value_or(std::vector<int64_t>(spatial_rank, 1));
    window.dilations = node.integers("dilations").value_or(std::vector<int64_t>(spatial_rank, 1));
    window.auto_pad = node.string("auto_pad").value_or("NOTSET");
    const auto pads = node.integers("pads");
    window.pads = pads ? *pads : std::vector<int64_t>(2 * spatial_rank, 0);
    if (window.auto_pad != "NOTSET") {
        window.pads.assign(2 * spatial_rank, 0);
    }
    check_range(node, window.kernel, spatial_rank, 1, kWindowMax, "kernel_shape");
    check_range(node, window.strides, spatial_rank, 1, kSizeMax, "strides");
    check_range(node, window.dilations, spatial_rank, 1, kWindowMax, "dilations");
    if (std::any_of(window.pads.begin(), window.pads.end(), [](int64_t pad) { return pad < 0; })) {
        node.fail_unsupported("negative pads");
    }
    check_range(node, window.pads, 2 * spatial_rank, 0, kPadMax, "pads");
    return window;
}

int64_t extent(const Window &window, size_t axis)
{
    return window.dilations[axis] * (window.kernel[axis] - 1) + 1;
}

void expect_auto_pad(const Node &node, const Window &window)
{
    if (window.auto_pad != "NOTSET" && window.auto_pad != "VALID" && window.auto_pad != "SAME_UPPER" && window.auto_pad != "SAME_LOWER") {
        node.fail_corrupt("auto_pad is '", window.auto_pad, "'");
    }
}

std::vector<int64_t> kernel_of(const Node &node, const Dims &weights)
{
    if (!all_fixed(weights)) {
        node.fail_unsupported("the shape of the weights is only known by name");
    }
    std::vector<int64_t> kernel;
    for (const accel_dim &dim : spatial_dims(weights)) {
        kernel.push_back(dim.size);
    }
    return kernel;
}

void add_window(const Window &window, AttributeList &attributes)
{
    attributes.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, window.kernel).ints(ACCEL_ATTRIBUTE_STRIDES, window.strides).ints(ACCEL_ATTRIBUTE_DILATIONS, window.dilations);
}

void add_convolution(Node &node, Dims dims, AttributeList attributes)
{
    if (node.has_input(2)) {
        node.expect_same_type(0, 2);
        if (!same(node.input(2).dims, Dims{dims[1]})) {
            node.fail_corrupt("bias is ", to_text(node.input(2).dims), ", expected is ", to_text(Dims{dims[1]}));
        }
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(node.schema().operation, {node.input_id(0), node.input_id(1), node.optional_input_id(2)}, {y}, std::move(attributes));
}

namespace {

/// SAME pads so that the result has ceil(size / stride) positions; the odd one goes to the end (UPPER) or to the begin (LOWER).
accel_dim same_padded(Node &node, Window &window, size_t axis, const accel_dim &input)
{
    const int64_t stride = window.strides[axis];
    if (!is_fixed(input) && stride != 1) {
        window.is_open = true;
        Sizes &sizes = node.graph.sizes;
        return sizes.dim(sizes.calculate().ceil_div(sizes.size(input), sizes.number(stride)));
    }
    const int64_t size = is_fixed(input) ? input.size : 1;
    const int64_t positions = (size + stride - 1) / stride;
    // With stride 1 the padding does not depend on the size.
    const int64_t total = std::max<int64_t>((positions - 1) * stride + extent(window, axis) - size, 0);
    if (size + total < extent(window, axis)) {
        node.fail_unsupported("auto_pad ", window.auto_pad, " over an axis without positions");
    }
    const int64_t smaller = total / 2;
    const bool upper = window.auto_pad == "SAME_UPPER";
    const size_t rank = window.kernel.size();
    window.pads[axis] = upper ? smaller : total - smaller;
    window.pads[rank + axis] = upper ? total - smaller : smaller;
    return is_fixed(input) ? fixed_dim(positions) : input;
}

/// As explicitly_padded, of a size that is open.
accel_dim open_positions(Node &node, const Window &window, size_t axis, const accel_dim &input)
{
    Sizes &sizes = node.graph.sizes;
    graph::Builder &calculate = sizes.calculate();
    const int64_t begin = window.pads[axis];
    const int64_t end = window.pads[window.kernel.size() + axis];
    const Size stride = sizes.number(window.strides[axis]);
    const Size room = calculate.add(sizes.size(input), sizes.number(begin + end - extent(window, axis)));
    Size positions = calculate.add(window.ceil_mode ? calculate.ceil_div(room, stride) : calculate.floor_div(room, stride), sizes.number(1));
    if (window.ceil_mode) {
        // With more padding than that, more than one window could begin in it.
        const Size begins = end <= extent(window, axis) ? calculate.ceil_div(calculate.add(sizes.size(input), sizes.number(begin)), stride) : kOpenSize;
        positions = calculate.min(positions, begins);
    }
    sizes.mark_positive(positions);
    return sizes.dim(positions);
}

accel_dim explicitly_padded(Node &node, const Window &window, size_t axis, const accel_dim &input)
{
    const size_t rank = window.kernel.size();
    const int64_t begin = window.pads[axis];
    const int64_t padding = begin + window.pads[rank + axis];
    const int64_t stride = window.strides[axis];
    if (!is_fixed(input)) {
        return open_positions(node, window, axis, input);
    }
    const int64_t room = input.size + padding - extent(window, axis);
    if (room < 0) {
        node.fail_corrupt("a window of ", extent(window, axis), " does not fit into a padded size of ", input.size + padding);
    }
    int64_t positions = (window.ceil_mode ? (room + stride - 1) / stride : room / stride) + 1;
    // A last window that would begin in the padding at the end does not count.
    if (window.ceil_mode && (positions - 1) * stride >= input.size + begin) {
        --positions;
    }
    return fixed_dim(positions);
}

/// Resolve auto_pad and give the spatial part of the result's shape.
Dims slide(Node &node, Window &window, std::span<const accel_dim> spatial)
{
    expect_auto_pad(node, window);
    Dims out;
    for (size_t axis = 0; axis < spatial.size(); ++axis) {
        const bool same_pad = window.auto_pad.starts_with("SAME");
        out.push_back(same_pad ? same_padded(node, window, axis, spatial[axis]) : explicitly_padded(node, window, axis, spatial[axis]));
    }
    check_range(node, window.pads, 2 * spatial.size(), 0, kPadMax, "resolved pads");
    return out;
}

bool has_gaps(const Window &window)
{
    return std::any_of(window.dilations.begin(), window.dilations.end(), [](int64_t dilation) { return dilation != 1; });
}

void add_pads(const Window &window, AttributeList &attributes)
{
    if (window.is_open) {
        attributes.text(ACCEL_ATTRIBUTE_AUTO_PAD, window.auto_pad);
    } else {
        attributes.ints(ACCEL_ATTRIBUTE_PADS, window.pads);
    }
}

}  // namespace

Dims pooled(Node &node, Window &window)
{
    const Dims &x = node.input(0).dims;
    Dims out{x[0], x[1]};
    const Dims spatial = slide(node, window, spatial_dims(x));
    out.insert(out.end(), spatial.begin(), spatial.end());
    return out;
}

Dims convolution_shape(Node &node, size_t x, size_t w, AttributeList &attributes)
{
    node.expect_rank(x, 3);
    const Dims &input = node.input(x).dims;
    const Dims &weights = node.input(w).dims;
    node.expect_rank(w, input.size(), input.size());
    const std::vector<int64_t> kernel = kernel_of(node, weights);
    Window window = read_window(node, kernel.size(), kernel);
    if (window.kernel != kernel) {
        node.fail_corrupt("kernel_shape differs from the weights' ", to_text(weights));
    }
    const int64_t group = node.integer("group", 1);
    if (group < 1 || group > kSizeMax || weights[0].size % group != 0) {
        node.fail_corrupt("group ", group, " does not divide ", weights[0].size, " output channels");
    }
    if (!may_equal(input[1], fixed_dim(weights[1].size * group))) {
        node.fail_corrupt("input ", to_text(input), " has ", input[1].size, " channels, weights ", to_text(weights), " in ", group, " groups need ",
                          weights[1].size * group);
    }
    Dims out{input[0], weights[0]};
    const Dims spatial = slide(node, window, spatial_dims(input));
    out.insert(out.end(), spatial.begin(), spatial.end());
    add_window(window, attributes);
    add_pads(window, attributes);
    attributes.integer(ACCEL_ATTRIBUTE_GROUP, group);
    return out;
}

void convolution(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    node.expect_type(0, kRealTypes);
    node.expect_same_type(0, 1);
    AttributeList attributes;
    Dims dims = convolution_shape(node, 0, 1, attributes);
    add_convolution(node, std::move(dims), std::move(attributes));
}

void convolution_integer(Node &node)
{
    node.expect_operands(2, 4, 1, 1);
    expect_stored(node, 0, 1);
    AttributeList attributes;
    Dims dims = convolution_shape(node, 0, 1, attributes);
    if (std::any_of(attributes.entries.begin(), attributes.entries.end(), [](const AttributeList::Entry &entry) { return entry.key == ACCEL_ATTRIBUTE_AUTO_PAD; })) {
        node.fail_unsupported("auto_pad over a size that is open");
    }
    const ValueId y = node.define_output(0, ACCEL_TYPE_I32, std::move(dims));
    node.emit(ACCEL_OPERATION_CONV_INTEGER, {node.input_id(0), node.input_id(1), node.optional_input_id(2), node.optional_input_id(3)}, {y}, std::move(attributes));
}

void max_pool(Node &node)
{
    node.expect_operands(1, 1, 1, 2);
    node.expect_type(0, kPooledTypes);
    node.expect_rank(0, 3);
    if (node.is_output_read(1)) {
        node.fail_unsupported("the second output (indices)");
    }
    node.ignore_attribute("storage_order");  // orders the indices only
    Window window = read_window(node, node.input(0).dims.size() - 2, std::nullopt);
    window.ceil_mode = node.integer("ceil_mode", 0) != 0;
    Dims dims = pooled(node, window);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    add_window(window, attributes);
    add_pads(window, attributes);
    attributes.integer(ACCEL_ATTRIBUTE_CEIL_MODE, window.ceil_mode ? 1 : 0);
    node.emit(ACCEL_OPERATION_MAX_POOL, {node.input_id(0)}, {y}, std::move(attributes));
}

AttributeList average_window(Node &node, Dims &dims)
{
    Window window = read_window(node, node.input(0).dims.size() - 2, std::nullopt);
    if (has_gaps(window)) {
        node.fail_unsupported("windows with gaps");
    }
    window.ceil_mode = node.integer("ceil_mode", 0) != 0;
    const bool count_include_pad = node.integer("count_include_pad", 0) != 0;
    dims = pooled(node, window);
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, window.kernel)
        .ints(ACCEL_ATTRIBUTE_STRIDES, window.strides);
    add_pads(window, attributes);
    attributes.integer(ACCEL_ATTRIBUTE_CEIL_MODE, window.ceil_mode ? 1 : 0)
        .integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, count_include_pad ? 1 : 0);
    return attributes;
}

void average_pool(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kRealTypes);
    node.expect_rank(0, 3);
    if (has_gaps(read_window(node, node.input(0).dims.size() - 2, std::nullopt))) {
        dilated_average_pool(node);
        return;
    }
    Dims dims;
    AttributeList attributes = average_window(node, dims);
    node.emit(ACCEL_OPERATION_AVERAGE_POOL, {node.input_id(0)}, {node.define_output(0, node.input(0).type, std::move(dims))}, std::move(attributes));
}

namespace {

void global_pool(Node &node, TypeSet types)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, types);
    node.expect_rank(0, 3);
    Dims dims = node.input(0).dims;
    std::fill(dims.begin() + 2, dims.end(), fixed_dim(1));
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(node.schema().operation, {node.input_id(0)}, {y});
}

}  // namespace

// Bytes are stored forms, which QuantizeLinear makes.
void global_average_pool(Node &node) { global_pool(node, kRealTypes); }
void global_max_pool(Node &node) { global_pool(node, node.types_of(0)); }

}  // namespace accel::onnx::ops
