// SPDX-License-Identifier: MIT
// Attributes and value operands within the bounds that shape rules need.
#pragma once

#include <accel/graph/rules.h>

namespace accel::graph::shapes {

/// No attribute of a sane model comes near; keeps the arithmetic of the rules from overflowing.
inline constexpr int64_t kMaxExtent = int64_t{1} << 40;

using Ints = std::vector<int64_t>;

/// The end of a rule: nothing, and why.
inline std::nullopt_t refuse(Contradiction *why, Contradiction found)
{
    if (why) *why = std::move(found);
    return std::nullopt;
}

inline Contradiction of_operand(size_t position, std::string sentence, int64_t given = 0, int64_t expected = 0)
{
    return {std::move(sentence), ACCEL_REASON_SIZE, static_cast<uint32_t>(position), 0, given, expected};
}

inline Contradiction of_rank(size_t position, std::string sentence, size_t given, size_t expected)
{
    return {std::move(sentence), ACCEL_REASON_RANK, static_cast<uint32_t>(position), 0, static_cast<int64_t>(given), static_cast<int64_t>(expected)};
}

inline Contradiction of_attribute(uint32_t key, std::string sentence, int64_t given = 0, int64_t expected = 0)
{
    return {std::move(sentence), ACCEL_REASON_ATTRIBUTE, 0, key, given, expected};
}

inline std::optional<ResultShapes> one(std::optional<Shape> shape)
{
    if (!shape) return std::nullopt;
    return ResultShapes{std::move(shape)};
}

/// A scalar, or a list of one.
inline bool is_one_value(const Shape &shape) { return shape.empty() || (shape.size() == 1 && shape[0] == Dim{1}); }

/// An attribute as a list, or what it means when absent.
Ints ints_or(const Applied &node, uint32_t key, Ints otherwise);

/// An attribute of `count` integers within [low, high], the same default for all when absent.
std::optional<Ints> bounded_ints(const Applied &node, uint32_t key, size_t count, int64_t otherwise, int64_t low, int64_t high, Contradiction *why);

/// A value operand that is there, of `count` integers from 0 to kMaxExtent.
std::optional<Ints> bounded_values(const Applied &node, size_t position, size_t count, const char *name, Contradiction *why);

/// AXIS, which operand 0 has; required where there is no default.
std::optional<size_t> axis(const Applied &node, std::optional<int64_t> otherwise, Contradiction *why);

}  // namespace accel::graph::shapes
