// SPDX-License-Identifier: MIT
// Attributes and value operands within the bounds that shape rules need.
#pragma once

#include <accel/graph/rules.h>

namespace accel::graph::shapes {

/// No attribute of a sane model comes near; keeps the arithmetic of the rules from overflowing.
inline constexpr int64_t kMaxExtent = int64_t{1} << 40;

using Ints = std::vector<int64_t>;

/// The end of a rule: nothing, and why.
inline std::nullopt_t refuse(std::string *why, std::string sentence)
{
    if (why) *why = std::move(sentence);
    return std::nullopt;
}

inline std::optional<ResultShapes> one(std::optional<Shape> shape)
{
    if (!shape) return std::nullopt;
    return ResultShapes{std::move(shape)};
}

/// An attribute as a list, or what it means when absent.
Ints ints_or(const Applied &node, uint32_t key, Ints otherwise);

/// An attribute of `count` integers within [low, high], the same default for all when absent.
std::optional<Ints> bounded_ints(const Applied &node, uint32_t key, size_t count, int64_t otherwise, int64_t low, int64_t high, std::string *why);

/// A value operand that is there, of `count` integers from 0 to kMaxExtent.
std::optional<Ints> bounded_values(const Applied &node, size_t position, size_t count, const char *name, std::string *why);

/// AXIS, which operand 0 has; required where there is no default.
std::optional<size_t> axis(const Applied &node, std::optional<int64_t> otherwise, std::string *why);

}  // namespace accel::graph::shapes
