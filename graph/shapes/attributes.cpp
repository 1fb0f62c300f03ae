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

/// found: what the values are of.
std::optional<Ints> bounded(Ints values, const std::string &name, size_t count, int64_t low, int64_t high, Contradiction found, Contradiction *why)
{
    const auto against = [&](std::string sentence, int64_t given, int64_t expected) {
        found.sentence = name + std::move(sentence);
        found.given = given;
        found.expected = expected;
        return refuse(why, std::move(found));
    };
    if (values.size() != count)
        return against(" has " + std::to_string(values.size()) + " values, expected " + std::to_string(count), static_cast<int64_t>(values.size()), static_cast<int64_t>(count));
    for (const int64_t value : values) {
        if (value < low || value > high) return against(" is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " + std::to_string(high), value, value < low ? low : high);
    }
    return values;
}

}  // namespace

std::optional<Ints> bounded_ints(const Applied &node, uint32_t key, size_t count, int64_t otherwise, int64_t low, int64_t high, Contradiction *why)
{
    return bounded(ints_or(node, key, Ints(count, otherwise)), find_attribute(key)->name, count, low, high, of_attribute(key, {}), why);
}

std::optional<Ints> bounded_values(const Applied &node, size_t position, size_t count, const char *name, Contradiction *why)
{
    return bounded(node.integers(position).value_or(Ints{}), name, count, 0, kMaxExtent, of_operand(position, {}), why);
}

std::optional<size_t> axis(const Applied &node, std::optional<int64_t> otherwise, Contradiction *why)
{
    const auto given = node.ints(ACCEL_ATTRIBUTE_AXIS);
    if (given.empty() && !otherwise) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_AXIS, "axis is missing"));
    const int64_t axis = given.empty() ? *otherwise : given[0], rank = node.operand(0)->rank;
    if (axis >= 0 && axis < rank) return static_cast<size_t>(axis);
    return refuse(why, of_attribute(ACCEL_ATTRIBUTE_AXIS, "axis is " + std::to_string(axis) + ", expected 0 to " + std::to_string(rank - 1), axis, rank - 1));
}

}  // namespace accel::graph::shapes
