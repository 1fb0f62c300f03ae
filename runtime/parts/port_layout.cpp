// SPDX-License-Identifier: MIT
// Takes, makes and compares layouts of ports.
#include "port_layout.h"

#include <accel/layouts/conversion.h>

#include <algorithm>

#include "base/catalog.h"
#include "base/check.h"
#include "graph/graph.h"

namespace accel::runtime {

namespace {

std::vector<int32_t> zeros_of(const Tensor &tensor)
{
    if (!tensor.quantization) return {};
    return graph::zero_points(graph::QuantizationDesc(*tensor.quantization, static_cast<uint32_t>(tensor.shape.size())).get());
}

/// The tensor without a place.
PortLayout layout_for(const Tensor &tensor)
{
    PortLayout layout;
    layout.tensor_type = tensor.type;
    for (const Dim &dim : tensor.shape) layout.dims.push_back(dim.size);
    if (const std::vector<int32_t> zeros = zeros_of(tensor); !zeros.empty()) layout.zero = zeros[0];
    return layout;
}

/// Is there one stored value that stands for 0.0?
bool has_one_zero(const Tensor &tensor)
{
    const std::vector<int32_t> zeros = zeros_of(tensor);
    return std::adjacent_find(zeros.begin(), zeros.end(), std::not_equal_to<>()) == zeros.end();
}

}  // namespace

PortLayout dense_layout(const Tensor &tensor)
{
    PortLayout layout = layout_for(tensor);
    // A tensor of a graph that was checked is below kMaxTensorBytes.
    static_cast<layouts::Layout &>(layout) = layouts::dense(tensor.type, layout.dims).value_or(layouts::Layout{});
    return layout;
}

PortLayout dense_like(const PortLayout &layout)
{
    PortLayout dense = layout;
    static_cast<layouts::Layout &>(dense) = layouts::dense(layout.tensor_type, layout.dims).value_or(layouts::Layout{});
    return dense;
}

accel_status take_layout(const accel_layout *given, const Tensor &tensor, bool follows, PortLayout *out)
{
    accel_layout mine{};
    ACCEL_TRY(copy_in(given, &mine, "layout"));
    if (mine.kind != ACCEL_LAYOUT_KIND_STEPS)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-1", nullptr, "a layout is of kind %u, which is not known here; %u (STEPS) is", mine.kind, ACCEL_LAYOUT_KIND_STEPS);
    if (mine.step_count > layouts::kStepsMax)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-1", nullptr, "a layout has %u steps; %u are the most", mine.step_count, layouts::kStepsMax);
    if (mine.step_count && !mine.steps) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-1", nullptr, "a layout has %u steps at NULL", mine.step_count);
    if (mine.reserved) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "layout.reserved is 0x%x, expected 0", mine.reserved);
    const uint64_t align_bytes = out->align_bytes;
    *out = layout_for(tensor);
    out->align_bytes = align_bytes;
    static_cast<layouts::Layout &>(*out) = layouts::copy_of(mine);
    // Made for the planned sizes, it follows those of now.
    const std::vector<int64_t> ones(out->dims.size(), 1);
    if (follows && out->sizing == ACCEL_LAYOUT_SIZING_PACKED && layouts::broken_rule(out->view(), out->tensor_type, ones).empty())
        if (auto now = layouts::resized(*out, out->dims)) static_cast<layouts::Layout &>(*out) = std::move(*now);
    if (out->padding == ACCEL_PADDING_REAL_ZERO && !has_one_zero(tensor))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-1", nullptr, "a layout has padding REAL_ZERO for '%s', which has several zero points", tensor.name.c_str());
    const std::string wrong = broken_layout(*out);
    if (!wrong.empty()) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-1", nullptr, "the layout of '%s' %s", tensor.name.c_str(), wrong.c_str());
    // So that accel_layout_strides tells of a list what can be told.
    out->steps = layouts::canonical(*out);
    return ACCEL_STATUS_OK;
}

std::string broken_layout(const PortLayout &layout)
{
    if (layout.align_bytes == 0 || (layout.align_bytes & (layout.align_bytes - 1))) return "has an alignment of " + std::to_string(layout.align_bytes) + ", which is no power of two";
    if (std::any_of(layout.dims.begin(), layout.dims.end(), [](int64_t size) { return size < 0; })) return "is of a tensor with a size below 0";
    if (layout.size_bytes > kMaxTensorBytes) return "has a size of " + std::to_string(layout.size_bytes) + " bytes; " + std::to_string(kMaxTensorBytes) + " are the most";
    return layouts::broken_rule(layout.view(), layout.tensor_type, layout.dims);
}

bool is_plain(const PortLayout &layout)
{
    if (layout.type != layout.tensor_type || (layout.padding != ACCEL_PADDING_ANY && layouts::has_padding(layout, layout.dims))) return false;
    std::vector<int64_t> strides_bytes(layout.dims.size());
    const accel_layout shown = layout.view();
    return accel_layout_strides(&shown, static_cast<uint32_t>(layout.dims.size()), strides_bytes.data()) != 0;
}

bool same_places(const PortLayout &a, const PortLayout &b)
{
    return a.tensor_type == b.tensor_type && a.dims == b.dims && layouts::same_places(a, b, a.dims);
}

bool same_distances(const PortLayout &a, const PortLayout &b)
{
    if (a.dims.size() != b.dims.size()) return false;
    std::vector<int64_t> both = a.dims;
    for (size_t axis = 0; axis < both.size(); ++axis) both[axis] = std::min(both[axis], b.dims[axis]);
    return layouts::same_places(a, b, both);
}

bool layouts_agree(const PortLayout &from, const PortLayout &to)
{
    return from.tensor_type == to.tensor_type && from.dims == to.dims && layouts::agree(from, to, from.dims) &&
           (to.padding != ACCEL_PADDING_REAL_ZERO || from.zero == to.zero);
}

uint64_t written_bytes(const PortLayout &from, const PortLayout &to)
{
    return layouts::Conversion(from, to, from.tensor_type, from.dims, to.zero).written_bytes();
}

std::string layout_text(const PortLayout &layout)
{
    const std::string steps = layouts::text(layout);
    return layout.type == layout.tensor_type ? steps : steps + " as " + type_text(layout.type);
}

}  // namespace accel::runtime
