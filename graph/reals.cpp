// SPDX-License-Identifier: MIT
// Reads lists of reals, and says why one cannot be read.
#include <accel/graph/reals.h>

#include <cstring>

namespace accel::graph {

std::optional<std::vector<float>> read_reals(const Values &values, Unreadable *why)
{
    const uint64_t count = values.data_bytes / sizeof(float);
    Unreadable found;
    if (values.type != ACCEL_TYPE_F32)
        found = {ACCEL_REASON_TYPE, static_cast<int64_t>(values.type), ACCEL_TYPE_F32};
    else if (values.rank != 1)
        found = {ACCEL_REASON_RANK, static_cast<int64_t>(values.rank), 1};
    else if (!values.data)
        found = {ACCEL_REASON_CONSTANT};
    else if (count > kMaxValues)
        found = {ACCEL_REASON_SIZE, static_cast<int64_t>(count), static_cast<int64_t>(kMaxValues)};
    if (found.reason != ACCEL_REASON_OK) {
        if (why) *why = found;
        return std::nullopt;
    }
    std::vector<float> reals(count);
    if (count) std::memcpy(reals.data(), values.data, count * sizeof(float));
    return reals;
}

std::optional<std::vector<float>> reals_at(const Applied &node, size_t position)
{
    return node.operand(position) ? read_reals(Values::of(*node.operand(position)), nullptr) : std::nullopt;
}

}  // namespace accel::graph
