// SPDX-License-Identifier: MIT
// What value operands hold: a Reshape's shape, a Slice's bounds, a Clip's limits (enum accel_value_operand).
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::graph {

/// More than any shape, list of axes or of parts has.
inline constexpr uint64_t kMaxValues = 1024;

/// A tensor, as far as its values concern. Owns nothing.
struct Values {
    uint32_t type = 0;  ///< enum accel_type
    uint32_t rank = 0;
    const void *data = nullptr;  ///< at any byte; null: not known before the program runs
    uint64_t data_bytes = 0;

    static Values of(const accel_tensor_desc &tensor) { return {tensor.type, tensor.rank, tensor.data, tensor.data_bytes}; }
};

/// Why values cannot be read, as a module's answer: CONSTANT, TYPE, RANK or SIZE, with what was given and what is admitted.
struct Unreadable {
    uint32_t reason = ACCEL_REASON_OK;
    int64_t given = 0;
    int64_t expected = 0;
};

/// A list of I64 or I32, at most kMaxValues. Nothing: *why tells. Threads: any thread.
std::optional<std::vector<int64_t>> read_integers(const Values &values, Unreadable *why);

/// One F32, of rank 0, or of rank 1 and size 1. Nothing: *why tells. Threads: any thread.
std::optional<float> read_real(const Values &values, Unreadable *why);

/// Axes of an operand of that rank, counted from the begin, ascending; below 0 they count from the end. Nothing: one lies outside or is given twice, and *why is a part of
/// a sentence. Threads: any thread.
std::optional<std::vector<int64_t>> ascending_axes(std::span<const int64_t> axes, size_t rank, std::string *why);

}  // namespace accel::graph
