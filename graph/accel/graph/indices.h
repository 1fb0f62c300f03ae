// SPDX-License-Identifier: MIT
// Which of the indices that a tensor holds lies outside of what it counts.
#pragma once

#include <accel/graph/values.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace accel::graph {

struct OutsideIndex {
    uint64_t element = 0;  ///< its place among the indices, row-major
    int64_t index = 0;
    int64_t size = 0;  ///< of what it counts
};

/// Indices in I64 or I32, one behind the other for each of these sizes in turn; a size below 0 is not known, and below 0 an index counts from the end. Nothing: all lie inside,
/// or none is known. Reads what data_bytes says, at any byte. Threads: any thread.
std::optional<OutsideIndex> find_outside(const Values &indices, std::span<const int64_t> sizes);

/// "index 7, element 3, lies outside of 5; expected -5 to 4"
std::string text(const OutsideIndex &outside);

}  // namespace accel::graph
