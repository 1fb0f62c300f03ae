// SPDX-License-Identifier: MIT
// What a SLICE takes of its operand.
#pragma once

#include <accel/graph/applied.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::graph {

/// Positions start, start + step, … of one axis; step is not 0, and all positions lie within the axis.
struct Cut {
    int64_t axis = 0;
    int64_t start = 0;
    int64_t end = 0;  ///< as ONNX gives it: behind the last one, within the axis; -size - 1 is in front of the first
    int64_t step = 1;
    int64_t count = 0;  ///< -1, and start and end mean nothing: the size is not known
    bool operator==(const Cut &) const = default;
};

/// Bounds as ONNX gives them: they count from the end below 0, reach beyond it, and come in any order of axes.
struct Bounds {
    std::span<const int64_t> starts, ends;
    std::optional<std::span<const int64_t>> axes;   ///< nothing: the first ones
    std::optional<std::span<const int64_t>> steps;  ///< nothing: 1
};

/// The cuts in ascending order of axes, of an operand of these sizes; a size below 0 is not known. Nothing: the bounds contradict each other, and *why is a part of a sentence.
/// Threads: any thread.
std::optional<std::vector<Cut>> cuts(std::span<const int64_t> sizes, const Bounds &bounds, std::string *why);

/// Of a SLICE whose bounds are known.
std::optional<std::vector<Cut>> cuts(const Applied &node, std::string *why);

}  // namespace accel::graph
