// SPDX-License-Identifier: MIT
// Reads attributes and value operands, and says which bound they leave.
#include "attributes.h"

#include <accel/graph/catalog.h>

namespace accel::graph::shapes {

Ints ints_or(const Applied &node, uint32_t key, Ints otherwise)
{
    if (!node.find(key)) return otherwise;
    const auto given = node.ints(key);
    return {given.begin(), given.end()};
}

namespace {

std::optional<Ints> bounded(Ints values, const std::string &name, size_t count, int64_t low, int64_t high, std::string *why)
{
    if (values.size() != count) return refuse(why, name + " has " + std::to_string(values.size()) + " values, expected " + std::to_string(count));
    for (const int64_t value : values) {
        if (value < low || value > high) return refuse(why, name + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " + std::to_string(high));
    }
    return values;
}

}  // namespace

std::optional<Ints> bounded_ints(const Applied &node, uint32_t key, size_t count, int64_t otherwise, int64_t low, int64_t high, std::string *why)
{
    return bounded(ints_or(node, key, Ints(count, otherwise)), find_attribute(key)->name, count, low, high, why);
}

std::optional<Ints> bounded_values(const Applied &node, size_t position, size_t count, const char *name, std::string *why)
{
    return bounded(node.integers(position).value_or(Ints{}), name, count, 0, kMaxExtent, why);
}

std::optional<size_t> axis(const Applied &node, std::optional<int64_t> otherwise, std::string *why)
{
    const auto given = node.ints(ACCEL_ATTRIBUTE_AXIS);
    if (given.empty() && !otherwise) return refuse(why, "axis is missing");
    const int64_t axis = given.empty() ? *otherwise : given[0], rank = node.operand(0)->rank;
    if (axis >= 0 && axis < rank) return static_cast<size_t>(axis);
    return refuse(why, "axis is " + std::to_string(axis) + ", expected 0 to " + std::to_string(rank - 1));
}

}  // namespace accel::graph::shapes
