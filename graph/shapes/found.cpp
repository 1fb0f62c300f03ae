// SPDX-License-Identifier: MIT
// Results whose sizes follow from values, and those of elements that are read in another way or at places that are given.
#include "../found.h"

#include <accel/graph/catalog.h>

#include <algorithm>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

Dim count_of(const std::optional<std::vector<int64_t>> &found, size_t each) { return found ? Dim{static_cast<int64_t>(each ? found->size() / each : 0)} : kUnknownDim; }

}  // namespace

std::optional<ResultShapes> reinterpreted(const Applied &node, Contradiction *why)
{
    const uint32_t from = node.operand(0)->type, to = static_cast<uint32_t>(node.integer(ACCEL_ATTRIBUTE_TO, 0));
    const uint32_t have = accel_type_bits(from), wanted = accel_type_bits(static_cast<accel_type>(to));
    if (have != wanted) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_TO, "to is a type of " + std::to_string(wanted) + " bits, expected one of " + std::to_string(have), wanted, have));
    return one(node.shape(0));
}

std::optional<ResultShapes> places_found(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.empty()) return refuse(why, of_rank(0, node.shown(0) + ", which has no axes and so no places", 0, 1));
    return one(Shape{Dim{static_cast<int64_t>(x.size())}, count_of(graph::places_found(node), x.size())});
}

std::optional<ResultShapes> boxes_kept(const Applied &node, Contradiction *why)
{
    const Shape boxes = node.shape(0), scores = node.shape(1);
    for (size_t i = 0; i < 2; ++i)
        if (node.shape(i).size() != 3) return refuse(why, of_rank(i, node.shown(i) + ", expected rank 3", node.shape(i).size(), 3));
    if (!shapes_agree(node.symbols, Shape{boxes[2]}, Shape{Dim{4}})) return refuse(why, of_operand(0, node.shown(0) + ", expected 4 numbers for each box"));
    if (!shapes_agree(node.symbols, Shape{boxes[0], boxes[1]}, Shape{scores[0], scores[2]})) return refuse(why, of_operand(1, node.shown(1) + ", expected a score for each box of each batch; " + node.shown(0)));
    for (size_t i = 2; i < node.operands.size(); ++i)
        if (node.operand(i) && node.operand(i)->rank > 0 && !is_one_value(node.shape(i))) return refuse(why, of_operand(i, node.shown(i) + ", expected one value"));
    return one(Shape{count_of(graph::boxes_kept(node), 3), Dim{3}});
}

std::optional<ResultShapes> sampled(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0), grid = node.shape(1);
    if (x.size() < 3) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 3 at least", x.size(), 3));
    if (grid.size() != x.size()) return refuse(why, of_rank(1, node.shown(1) + ", expected as many axes; " + node.shown(0), grid.size(), x.size()));
    if (!shapes_agree(node.symbols, Shape{grid[0]}, Shape{x[0]})) return refuse(why, of_operand(1, node.shown(1) + ", expected as many batches as the other; " + node.shown(0)));
    const auto spatial = static_cast<int64_t>(x.size()) - 2;
    if (!shapes_agree(node.symbols, Shape{grid.back()}, Shape{Dim{spatial}})) return refuse(why, of_operand(1, node.shown(1) + ", expected " + std::to_string(spatial) + " coordinates for each position", grid.back().size, spatial));
    const auto is_one_of = [&](accel_attribute_key key, std::initializer_list<std::string_view> names) {
        return !node.find(key) || std::find(names.begin(), names.end(), node.string(key)) != names.end();
    };
    if (!is_one_of(ACCEL_ATTRIBUTE_MODE, {"linear", "nearest", "cubic"})) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_MODE, "mode is '" + std::string(node.string(ACCEL_ATTRIBUTE_MODE)) + "', expected linear, nearest or cubic"));
    if (!is_one_of(ACCEL_ATTRIBUTE_PADDING_MODE, {"zeros", "border", "reflection"}))
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_PADDING_MODE, "padding_mode is '" + std::string(node.string(ACCEL_ATTRIBUTE_PADDING_MODE)) + "', expected zeros, border or reflection"));
    Shape y{x[0], x[1]};
    y.insert(y.end(), grid.begin() + 1, grid.end() - 1);
    return one(std::move(y));
}

}  // namespace accel::graph::shapes
