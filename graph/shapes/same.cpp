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
    auto out = graph::broadcast(node.shape(0), node.shape(1));
    if (!out) return refuse(why, of_operand(1, node.shown(0) + " and " + node.shown(1) + ", which do not stretch to each other"));
    return one(std::move(out));
}

std::optional<ResultShapes> reduce(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    std::string sentence;
    const auto axes = ascending_axes(node.integers(ACCEL_OPERAND_REDUCE_MEAN_AXES).value_or(Ints{}), x.size(), &sentence);
    if (!axes) return refuse(why, of_operand(ACCEL_OPERAND_REDUCE_MEAN_AXES, sentence + "; " + node.shown(0)));
    std::vector<bool> reduced(x.size(), axes->empty());
    for (const int64_t axis : *axes) reduced[static_cast<size_t>(axis)] = true;
    const bool keep = node.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    Shape out;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        if (!reduced[axis]) out.push_back(x[axis]);
        else if (keep) out.push_back(Dim{1});
    }
    return one(std::move(out));
}

}  // namespace accel::graph::shapes
