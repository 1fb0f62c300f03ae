// SPDX-License-Identifier: MIT
// Shape rules of operations that see each value in relation to others of its tensor: results are as large as the operand.
#include <accel/graph/values.h>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

constexpr int64_t kMaxSize = 1 << 20;  // of a window over channels

/// Does an operand stretch to a shape without making it larger?
bool stretches_to(const Applied &node, size_t position, const Shape &shape)
{
    const auto both = graph::broadcast(shape, node.shape(position));
    return both && both->size() == shape.size() && shapes_agree(node.symbols, *both, shape);
}

/// An operand that has one value for each index of x's axis 1.
bool is_per_channel(const Applied &node, size_t position, const Shape &x) { return shapes_agree(node.symbols, node.shape(position), Shape{x[1]}); }

}  // namespace

std::optional<ResultShapes> normalization(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.empty()) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 1 at least", 0, 1));
    const auto first = axis(node, static_cast<int64_t>(x.size()) - 1, why);
    if (!first) return std::nullopt;
    for (size_t i = 1; i < node.operands.size(); ++i)
        if (node.operand(i) && !stretches_to(node, i, x)) return refuse(why, of_operand(i, node.shown(i) + ", which does not stretch to " + text(node.symbols, x)));
    Shape statistics = x;
    for (size_t axis = *first; axis < x.size(); ++axis) statistics[axis] = Dim{1};
    ResultShapes shapes{x};
    while (shapes.size() < node.results.size()) shapes.emplace_back(statistics);
    return shapes;
}

std::optional<ResultShapes> grouped_channels(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.size() < 2) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 2 at least", x.size(), 2));
    const int64_t groups = node.integer(ACCEL_ATTRIBUTE_NUM_GROUPS, 0);
    if (groups < 1 || groups > kMaxExtent || (x[1].fixed() && x[1].size % groups != 0))
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_NUM_GROUPS, "num_groups is " + std::to_string(groups) + ", expected a divisor of the channels; " + node.shown(0), groups, x[1].fixed() ? x[1].size : 1));
    for (size_t i = 1; i < node.operands.size(); ++i)
        if (node.operand(i) && !is_per_channel(node, i, x)) return refuse(why, of_operand(i, node.shown(i) + ", expected one per channel"));
    return one(x);
}

std::optional<ResultShapes> same_along_axes(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    std::string sentence;
    // Absent, they are those of an image's channel.
    if (!ascending_axes(ints_or(node, ACCEL_ATTRIBUTE_AXES, {0, 2, 3}), x.size(), &sentence)) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_AXES, sentence + "; " + node.shown(0)));
    return one(x);
}

std::optional<ResultShapes> beside_channels(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.size() < 2) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 2 at least", x.size(), 2));
    if (!bounded_ints(node, ACCEL_ATTRIBUTE_SIZE, 1, 0, 1, kMaxSize, why)) return std::nullopt;
    return one(x);
}

std::optional<ResultShapes> per_feature(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.empty()) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 1 at least", 0, 1));
    for (const uint32_t key : {ACCEL_ATTRIBUTE_OFFSET, ACCEL_ATTRIBUTE_SCALE}) {
        const accel_attribute *found = node.find(key);
        const uint64_t count = found ? found->count : 0;
        if (count == 1 || (count > 0 && (!x.back().fixed() || static_cast<uint64_t>(x.back().size) == count))) continue;
        const std::string name = key == ACCEL_ATTRIBUTE_OFFSET ? "offset" : "scale";
        return refuse(why, of_attribute(key, name + " has " + std::to_string(count) + " values, expected one, or one for each feature; " + node.shown(0), static_cast<int64_t>(count), x.back().fixed() ? x.back().size : 1));
    }
    return one(x);
}

}  // namespace accel::graph::shapes
