// SPDX-License-Identifier: MIT
// Shape rules of operations whose results are as large as their operands, broadcast or reduced.
#include <accel/graph/values.h>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

std::optional<ResultShapes> same(const Applied &node, Contradiction *) { return one(node.shape(0)); }

std::optional<ResultShapes> same_along_axis(const Applied &node, Contradiction *why)
{
    if (!axis(node, std::nullopt, why)) return std::nullopt;
    return one(node.shape(0));
}

std::optional<ResultShapes> along_given_axis(const Applied &node, Contradiction *why)
{
    constexpr size_t kAxis = ACCEL_OPERAND_CUM_SUM_AXIS;
    std::string sentence;
    const auto given = node.integers(kAxis);
    if (!given) return one(node.shape(0));  // what is not known yet changes no size
    if (given->size() != 1) return refuse(why, of_operand(kAxis, "axis has " + std::to_string(given->size()) + " values, expected one", static_cast<int64_t>(given->size()), 1));
    if (!ascending_axes(*given, node.shape(0).size(), &sentence)) return refuse(why, of_operand(kAxis, sentence + "; " + node.shown(0)));
    return one(node.shape(0));
}

std::optional<ResultShapes> per_channel(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.size() < 2) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 2 at least", x.size(), 2));
    for (size_t i = 1; i < node.operands.size(); ++i) {
        if (!shapes_agree(node.symbols, node.shape(i), Shape{x[1]})) return refuse(why, of_operand(i, node.shown(i) + ", expected one per channel"));
    }
    return one(x);
}

std::optional<ResultShapes> broadcast(const Applied &node, Contradiction *why)
{
    Shape out = node.shape(0);
    for (size_t i = 1; i < node.operands.size(); ++i) {
        auto stretched = graph::broadcast(out, node.shape(i));
        if (!stretched) return refuse(why, of_operand(i, node.shown(i == 1 ? 0 : i - 1) + " and " + node.shown(i) + ", which do not stretch to each other"));
        out = *std::move(stretched);
    }
    return one(std::move(out));
}

namespace {

/// A shape without the axes that are reduced, or with 1 there.
Shape without(const Applied &node, const Shape &x, const std::vector<bool> &reduced)
{
    const bool keep = node.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    Shape out;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        if (!reduced[axis])
            out.push_back(x[axis]);
        else if (keep)
            out.push_back(Dim{1});
    }
    return out;
}

}  // namespace

std::optional<ResultShapes> reduce(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    std::string sentence;
    const auto axes = ascending_axes(node.integers(ACCEL_OPERAND_REDUCE_MEAN_AXES).value_or(Ints{}), x.size(), &sentence);
    if (!axes) return refuse(why, of_operand(ACCEL_OPERAND_REDUCE_MEAN_AXES, sentence + "; " + node.shown(0)));
    std::vector<bool> reduced(x.size(), axes->empty());
    for (const int64_t axis : *axes) reduced[static_cast<size_t>(axis)] = true;
    return one(without(node, x, reduced));
}

std::optional<ResultShapes> reduce_one(const Applied &node, Contradiction *why)
{
    const auto along = axis(node, 0, why);
    if (!along) return std::nullopt;
    const Shape x = node.shape(0);
    std::vector<bool> reduced(x.size(), false);
    reduced[*along] = true;
    return one(without(node, x, reduced));
}

}  // namespace accel::graph::shapes
