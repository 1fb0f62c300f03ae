// SPDX-License-Identifier: MIT
// Translators of Resize, and of Upsample, which came before it. What some axes only are said of is written for all.
#include "computed.h"
#include "ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace accel::onnx::ops {
namespace {

using Reals = std::vector<float>;

/// Where the operands stand at an opset, and which axes they are of.
struct Places {
    size_t roi, scales, sizes;
    std::vector<int64_t> axes;
};

/// What an operand or an attribute says, if there is one that says anything: empty ones are as good as none.
bool says_anything(const Node &node, size_t index)
{
    return node.has_input(index) && element_count(node.input(index).dims) != 0;
}

void expect_one_of(const Node &node, const char *attribute, const std::string &given, std::initializer_list<const char *> names)
{
    std::string expected;
    for (const char *name : names) {
        if (given == name) {
            return;
        }
        expected += (expected.empty() ? "" : ", ") + std::string(name);
    }
    node.fail_corrupt("attribute '", attribute, "' is '", given, "', expected is one of ", expected);
}

/// Constant reals of an operand; nothing where they are computed.
std::optional<Reals> reals_of(const Node &node, size_t index, size_t count, const char *what)
{
    const Value &value = node.input(index);
    node.expect_type(index, type_set({ACCEL_TYPE_F32}));
    if (!may_equal(value.dims, Dims{fixed_dim(static_cast<int64_t>(count))})) {
        node.fail_corrupt(what, " are ", to_text(value.dims), " values, expected are ", count);
    }
    if (value.data == nullptr) {
        return std::nullopt;
    }
    Reals reals(count);
    std::memcpy(reals.data(), value.data, count * sizeof(float));
    return reals;
}

/// All axes, or those that are named since opset 18.
std::vector<int64_t> read_axes(Node &node, size_t rank)
{
    std::vector<int64_t> axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    const auto given = node.opset < 18 ? std::nullopt : node.integers("axes");
    if (!given) {
        return axes;
    }
    axes.clear();
    for (const int64_t axis : *given) {
        axes.push_back(node.axis(axis, rank));
        if (std::find(axes.begin(), axes.end() - 1, axes.back()) != axes.end() - 1) {
            node.fail_corrupt("axis ", axes.back(), " is given twice");
        }
    }
    return axes;
}

/// Is something said of each axis, in order?
bool of_all(const std::vector<int64_t> &axes, size_t rank) { return axes.size() == rank && std::is_sorted(axes.begin(), axes.end()); }

/// What an operand says of some axes, with what is so of the others, in `parts` lists one behind the other.
ValueId of_each_axis(Node &node, size_t index, ValueId others, const std::vector<int64_t> &axes, size_t rank, size_t parts = 1)
{
    if (of_all(axes, rank)) {
        return node.input_id(index);
    }
    const auto count = static_cast<int64_t>(axes.size());
    std::vector<int64_t> positions(parts * rank);
    for (size_t i = 0; i < positions.size(); ++i) {
        const auto part = static_cast<int64_t>(i / rank), axis = static_cast<int64_t>(i % rank);
        const auto found = std::find(axes.begin(), axes.end(), axis);
        positions[i] = found == axes.end() ? static_cast<int64_t>(parts) * count + static_cast<int64_t>(i) : part * count + (found - axes.begin());
    }
    Steps steps{node};
    return picked(steps, node.input_id(index), others, positions);
}

/// A size by a scale, rounded down, in binary32 as ONNX multiplies; an open one where an expression says it.
accel_dim scaled(const Node &node, const accel_dim &dim, float scale)
{
    Sizes &sizes = node.graph.sizes;
    graph::Builder &calculate = sizes.calculate();
    if (is_fixed(dim)) {
        const float size = std::floor(static_cast<float>(dim.size) * scale);
        if (!(size <= static_cast<float>(kSizeMax))) {
            node.fail_corrupt("its result would have a dimension of ", dim.size, " * ", scale);
        }
        return fixed_dim(static_cast<int64_t>(size));
    }
    constexpr int64_t kMostParts = 256;
    for (int64_t parts = 1; parts <= kMostParts; parts *= 2) {
        const float whole = scale * static_cast<float>(parts);
        if (whole == std::floor(whole) && whole <= static_cast<float>(1 << 20)) {
            return sizes.dim(calculate.floor_div(calculate.mul(sizes.size(dim), sizes.number(static_cast<int64_t>(whole))), sizes.number(parts)));
        }
    }
    return open_dim();
}

ValueId add_reals(Node &node, const Reals &reals)
{
    Value value;
    value.type = ACCEL_TYPE_F32;
    value.dims = {fixed_dim(static_cast<int64_t>(reals.size()))};
    value.data = node.graph.memory.copy(reals);
    value.data_bytes = reals.size() * sizeof(float);
    return node.graph.add(std::move(value));
}

/// Operands of a RESIZE, and the sizes of its result.
struct Resized {
    ValueId roi = kNoValue, scales = kNoValue, sizes = kNoValue;
    Dims dims;
};

/// Of all axes, 1 where none is given.
void by_scales(Node &node, const Reals &given, const std::vector<int64_t> &axes, Resized &resized)
{
    Reals scales(resized.dims.size(), 1);
    for (size_t i = 0; i < axes.size(); ++i) {
        if (!std::isfinite(given[i]) || given[i] <= 0) {
            node.fail_corrupt("a scale of ", given[i], ", expected is a number above 0");
        }
        scales[static_cast<size_t>(axes[i])] = given[i];
    }
    for (size_t axis = 0; axis < scales.size(); ++axis) {
        if (scales[axis] != 1) {
            resized.dims[axis] = scaled(node, resized.dims[axis], scales[axis]);
        }
    }
    resized.scales = add_reals(node, scales);
}

/// One scale for all axes that are named: the least or the largest of those that the sizes would need.
void keep_aspect(Node &node, bool least, const std::vector<int64_t> &axes, std::vector<int64_t> &sizes, Resized &resized)
{
    double scale = least ? INFINITY : 0;
    for (const int64_t axis : axes) {
        const accel_dim &dim = resized.dims[static_cast<size_t>(axis)];
        if (!is_fixed(dim)) {
            node.fail_unsupported("keep_aspect_ratio_policy along axis ", axis, ", whose size is only known by name");
        }
        const double needed = static_cast<double>(sizes[static_cast<size_t>(axis)]) / static_cast<double>(dim.size);
        scale = least ? std::min(scale, needed) : std::max(scale, needed);
    }
    Reals scales(resized.dims.size(), 1);
    for (const int64_t axis : axes) {
        const double size = std::floor(scale * static_cast<double>(resized.dims[static_cast<size_t>(axis)].size) + 0.5);
        if (!(size <= static_cast<double>(kSizeMax))) {
            node.fail_corrupt("its result would have a dimension of ", size);
        }
        sizes[static_cast<size_t>(axis)] = static_cast<int64_t>(size);
        scales[static_cast<size_t>(axis)] = static_cast<float>(scale);
    }
    resized.scales = add_reals(node, scales);
}

/// The same of sizes that are computed.
void keep_open_aspect(Node &node, bool least, const Places &places, Resized &resized)
{
    Steps steps{node};
    const size_t rank = resized.dims.size();
    const ValueId shape = shape_list(steps, node.input_id(0)), wanted = steps.convert(node.input_id(places.sizes), ACCEL_TYPE_F64);
    const ValueId now = steps.convert(steps.make(ACCEL_OPERATION_GATHER, {shape, node.define_list(places.axes)}, ACCEL_TYPE_I64, steps.dims(wanted), along(0)), ACCEL_TYPE_F64);
    AttributeList kept;
    kept.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1);
    const ValueId needed = steps.make(ACCEL_OPERATION_DIV, wanted, now);
    const ValueId scale = steps.make(least ? ACCEL_OPERATION_REDUCE_MIN : ACCEL_OPERATION_REDUCE_MAX, {needed, node.define_list({0})}, ACCEL_TYPE_F64, {fixed_dim(1)}, std::move(kept));
    const ValueId half_more = steps.make(ACCEL_OPERATION_ADD, steps.make(ACCEL_OPERATION_MUL, now, scale), one_value(node, ACCEL_TYPE_F64, 0.5));
    std::vector<int64_t> sizes_at(rank), scales_at(rank, 1);
    const auto count = static_cast<int64_t>(places.axes.size());
    std::iota(sizes_at.begin(), sizes_at.end(), count);
    for (int64_t i = 0; i < count; ++i) {
        const auto axis = static_cast<size_t>(places.axes[static_cast<size_t>(i)]);
        sizes_at[axis] = i, scales_at[axis] = 0;
        resized.dims[axis] = open_dim();
    }
    resized.sizes = picked(steps, steps.convert(half_more, ACCEL_TYPE_I64), shape, sizes_at);
    resized.scales = picked(steps, steps.convert(scale, ACCEL_TYPE_F32), add_reals(node, {1}), scales_at);
}

void by_sizes(Node &node, const Places &places, Resized &resized)
{
    const std::vector<int64_t> &axes = places.axes;
    node.expect_type(places.sizes, type_set({ACCEL_TYPE_I64}));
    if (!may_equal(node.input(places.sizes).dims, Dims{fixed_dim(static_cast<int64_t>(axes.size()))})) {
        node.fail_corrupt("sizes are ", to_text(node.input(places.sizes).dims), " values, expected are ", axes.size());
    }
    const std::string policy = node.opset < 18 ? "stretch" : node.string("keep_aspect_ratio_policy").value_or("stretch");
    expect_one_of(node, "keep_aspect_ratio_policy", policy, {"stretch", "not_larger", "not_smaller"});
    const auto known = integers_of(node.input(places.sizes));
    if (!known) {
        if (policy != "stretch") {
            keep_open_aspect(node, policy == "not_larger", places, resized);
            return;
        }
        const Dims given = sizes_operand(node, places.sizes).value_or(Dims(axes.size(), open_dim()));
        for (size_t i = 0; i < axes.size(); ++i) {
            resized.dims[static_cast<size_t>(axes[i])] = given[i];
        }
        Steps steps{node};
        const size_t rank = resized.dims.size();
        resized.sizes = of_each_axis(node, places.sizes, of_all(axes, rank) ? kNoValue : shape_list(steps, node.input_id(0)), axes, rank);
        return;
    }
    std::vector<int64_t> sizes(resized.dims.size());
    std::vector<bool> named(sizes.size());
    for (size_t i = 0; i < axes.size(); ++i) {
        const int64_t size = (*known)[i];
        if (size < 1 || size > kSizeMax) {
            node.fail_corrupt("a size of ", size);
        }
        sizes[static_cast<size_t>(axes[i])] = size;
        named[static_cast<size_t>(axes[i])] = true;
    }
    bool open = false;
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
        open = open || (!named[axis] && !is_fixed(resized.dims[axis]));
        sizes[axis] = named[axis] ? sizes[axis] : resized.dims[axis].size;
    }
    if (open) {
        node.fail_unsupported("sizes of some axes only, and another one is only known by name");
    }
    if (policy != "stretch") {
        keep_aspect(node, policy == "not_larger", axes, sizes, resized);
    }
    resized.dims = fixed_dims(sizes);
    resized.sizes = node.define_list(sizes);
}

ValueId read_roi(Node &node, const Places &places, size_t rank)
{
    if (!node.has_input(places.roi)) {
        node.fail_corrupt("tf_crop_and_resize without roi");
    }
    const std::vector<int64_t> &axes = places.axes;
    const auto given = reals_of(node, places.roi, 2 * axes.size(), "roi");
    if (!given) {
        Reals whole(2 * rank, 0);
        std::fill(whole.begin() + static_cast<std::ptrdiff_t>(rank), whole.end(), 1.0f);
        return of_each_axis(node, places.roi, of_all(axes, rank) ? kNoValue : add_reals(node, whole), axes, rank, 2);
    }
    Reals roi(2 * rank, 0);
    std::fill(roi.begin() + static_cast<std::ptrdiff_t>(rank), roi.end(), 1.0f);
    for (size_t i = 0; i < axes.size(); ++i) {
        const auto axis = static_cast<size_t>(axes[i]);
        roi[axis] = (*given)[i];
        roi[rank + axis] = (*given)[axes.size() + i];
        if (!std::isfinite(roi[axis]) || !std::isfinite(roi[rank + axis])) {
            node.fail_corrupt("roi is not finite along axis ", axis);
        }
    }
    return add_reals(node, roi);
}

/// Attributes that mean something for the mode, whatever the opset leaves out.
AttributeList read_attributes(Node &node, const std::string &mode, const std::string &coordinates)
{
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_MODE, mode).text(ACCEL_ATTRIBUTE_COORDINATES, coordinates);
    const std::string nearest = node.opset < 11 ? "floor" : node.string("nearest_mode").value_or("round_prefer_floor");
    expect_one_of(node, "nearest_mode", nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
    if (mode == "nearest") {
        attributes.text(ACCEL_ATTRIBUTE_NEAREST, nearest);
    }
    if (node.opset < 11) {
        return attributes;
    }
    const float coefficient = node.real("cubic_coeff_a", -0.75f), outside = node.real("extrapolation_value", 0);
    const bool excludes = node.integer("exclude_outside", 0) != 0, antialias = node.opset >= 18 && node.integer("antialias", 0) != 0;
    if (mode == "cubic") {
        attributes.real(ACCEL_ATTRIBUTE_CUBIC_COEFFICIENT, coefficient);
    }
    if (mode != "nearest" && excludes) {
        attributes.integer(ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE, 1);
    }
    if (coordinates == "tf_crop_and_resize") {
        attributes.real(ACCEL_ATTRIBUTE_EXTRAPOLATION, outside);
    }
    if (mode == "nearest" && antialias) {
        node.fail_unsupported("antialias of mode nearest");
    }
    if (antialias) {
        attributes.integer(ACCEL_ATTRIBUTE_ANTIALIAS, 1);
    }
    return attributes;
}

void emit(Node &node, Resized resized, AttributeList attributes)
{
    std::vector<ValueId> operands{node.input_id(0), resized.roi, resized.scales, resized.sizes};
    while (operands.back() == kNoValue) {
        operands.pop_back();
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(resized.dims));
    node.emit(ACCEL_OPERATION_RESIZE, std::move(operands), {y}, std::move(attributes));
}

void by_scales_operand(Node &node, const Places &places, Resized &resized)
{
    const auto given = reals_of(node, places.scales, places.axes.size(), "scales");
    if (given) {
        by_scales(node, *given, places.axes, resized);
        return;
    }
    const size_t rank = resized.dims.size();
    for (const int64_t axis : places.axes) {
        resized.dims[static_cast<size_t>(axis)] = open_dim();
    }
    resized.scales = of_each_axis(node, places.scales, of_all(places.axes, rank) ? kNoValue : add_reals(node, Reals(rank, 1)), places.axes, rank);
}

TypeSet resized_types() { return find_schema("", "Resize")->input(0, newest_opset())->types; }

}  // namespace

void resize(Node &node)
{
    const bool first = node.opset < 11;
    node.expect_operands(first ? 2 : 1, first ? 2 : 4, 1, 1);
    node.expect_type(0, resized_types());
    const std::string mode = node.string("mode").value_or("nearest"), coordinates = first ? "asymmetric" : node.string("coordinate_transformation_mode").value_or("half_pixel");
    expect_one_of(node, "mode", mode, {"nearest", "linear", "cubic"});
    expect_one_of(node, "coordinate_transformation_mode", coordinates, {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"});
    Resized resized{.dims = node.input(0).dims};
    const size_t rank = resized.dims.size();
    const Places places{first ? SIZE_MAX : 1, first ? 1u : 2u, first ? SIZE_MAX : 3, read_axes(node, rank)};
    const bool has_scales = says_anything(node, places.scales), has_sizes = says_anything(node, places.sizes);
    if (has_scales == has_sizes && rank > 0) {
        node.fail_corrupt("has ", has_scales ? "both scales and sizes" : "neither scales nor sizes");
    }
    AttributeList attributes = read_attributes(node, mode, coordinates);
    if (coordinates == "tf_crop_and_resize") {
        resized.roi = read_roi(node, places, rank);
    }
    if (has_sizes) {
        by_sizes(node, places, resized);
    } else {
        if (node.opset >= 18) {
            node.ignore_attribute("keep_aspect_ratio_policy");
        }
        by_scales_operand(node, places, resized);
    }
    emit(node, std::move(resized), std::move(attributes));
}

/// Positions from the begin, rounded down.
void upsample(Node &node)
{
    const bool as_operand = node.opset >= 9;
    node.expect_operands(as_operand ? 2 : 1, as_operand ? 2 : 1, 1, 1);
    node.expect_type(0, resized_types());
    const std::string mode = node.string("mode").value_or("nearest");
    expect_one_of(node, "mode", mode, {"nearest", "linear", "bilinear"});
    Resized resized{.dims = node.input(0).dims};
    const size_t rank = resized.dims.size();
    Places places{SIZE_MAX, 1, SIZE_MAX, {}};
    places.axes.resize(rank);
    std::iota(places.axes.begin(), places.axes.end(), 0);
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_MODE, mode == "nearest" ? mode : "linear").text(ACCEL_ATTRIBUTE_COORDINATES, "asymmetric");
    if (mode == "nearest") {
        attributes.text(ACCEL_ATTRIBUTE_NEAREST, "floor");
    }
    if (as_operand) {
        by_scales_operand(node, places, resized);
    } else {
        Reals scales = node.opset < 7 ? Reals{1, 1, node.real("height_scale", 0), node.real("width_scale", 0)} : node.reals("scales").value_or(Reals{});
        if (scales.size() != rank) {
            node.fail_corrupt("has ", scales.size(), " scales for an input of ", to_text(resized.dims));
        }
        by_scales(node, scales, places.axes, resized);
    }
    emit(node, std::move(resized), std::move(attributes));
}

}  // namespace accel::onnx::ops
