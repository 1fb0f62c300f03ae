// SPDX-License-Identifier: MIT
// Results whose sizes are those of an operand by scales, or are given.
#include <accel/graph/reals.h>

#include <cmath>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

using Reals = std::vector<float>;

/// A value operand of so many finite numbers; a scale is above 0, too.
std::optional<Reals> finite_values(const Applied &node, size_t position, size_t count, const char *name, bool positive, Contradiction *why)
{
    Reals values = reals_at(node, position).value_or(Reals{});
    if (values.size() != count)
        return refuse(why, of_operand(position, std::string(name) + " has " + std::to_string(values.size()) + " values, expected " + std::to_string(count) + "; " + node.shown(0), static_cast<int64_t>(values.size()), static_cast<int64_t>(count)));
    for (const float value : values)
        if (!std::isfinite(value) || (positive && value <= 0))
            return refuse(why, of_operand(position, std::string(name) + " has " + std::to_string(value) + ", expected a finite number" + (positive ? " above 0" : "")));
    return values;
}

/// In binary32, as ONNX's own inference and its runtimes multiply.
std::optional<Shape> scaled(const Applied &node, const Reals &scales, Contradiction *why)
{
    Shape out = node.shape(0);
    for (size_t axis = 0; axis < out.size(); ++axis) {
        if (!out[axis].fixed()) {
            if (scales[axis] != 1) out[axis] = kUnknownDim;
            continue;
        }
        const float size = std::floor(static_cast<float>(out[axis].size) * scales[axis]);
        if (!(size <= static_cast<float>(kMaxExtent)))
            return refuse(why, of_operand(ACCEL_OPERAND_RESIZE_SCALES, "scales has " + std::to_string(scales[axis]) + " at axis " + std::to_string(axis) + "; " + node.shown(0) + ", and no size is above " + std::to_string(kMaxExtent)));
        out[axis].size = static_cast<int64_t>(size);
    }
    return out;
}

}  // namespace

std::optional<ResultShapes> resize(const Applied &node, Contradiction *why)
{
    const size_t rank = node.shape(0).size();
    const bool has_scales = node.operand(ACCEL_OPERAND_RESIZE_SCALES), has_sizes = node.operand(ACCEL_OPERAND_RESIZE_SIZES);
    if (!has_scales && !has_sizes) return refuse(why, of_operand(ACCEL_OPERAND_RESIZE_SCALES, "neither scales nor sizes are given"));
    if (node.string(ACCEL_ATTRIBUTE_COORDINATES) == "tf_crop_and_resize" && !finite_values(node, ACCEL_OPERAND_RESIZE_ROI, 2 * rank, "roi", false, why)) return std::nullopt;
    std::optional<Shape> out = node.shape(0);
    if (has_scales) {
        const auto scales = finite_values(node, ACCEL_OPERAND_RESIZE_SCALES, rank, "scales", true, why);
        if (!scales || !(out = scaled(node, *scales, why))) return std::nullopt;
    }
    if (has_sizes) {
        const auto sizes = bounded_values(node, ACCEL_OPERAND_RESIZE_SIZES, rank, "sizes", why);
        if (!sizes) return std::nullopt;
        for (size_t axis = 0; axis < rank; ++axis) (*out)[axis] = Dim{(*sizes)[axis]};
    }
    return one(std::move(out));
}

}  // namespace accel::graph::shapes
