// SPDX-License-Identifier: MIT
// Reads lists of integers and single reals, and says why one cannot be read.
#include <accel/graph/values.h>

#include <algorithm>
#include <cstring>

namespace accel::graph {

namespace {

std::nullopt_t refuse(Unreadable *why, uint32_t reason, uint64_t given = 0, uint64_t expected = 0)
{
    if (why) *why = {reason, static_cast<int64_t>(given), static_cast<int64_t>(expected)};
    return std::nullopt;
}

template <class Value> std::vector<Value> copy(const Values &values)
{
    std::vector<Value> out(values.data_bytes / sizeof(Value));
    if (!out.empty()) std::memcpy(out.data(), values.data, out.size() * sizeof(Value));
    return out;
}

}  // namespace

std::optional<std::vector<int64_t>> read_integers(const Values &values, Unreadable *why)
{
    if (values.type != ACCEL_TYPE_I64 && values.type != ACCEL_TYPE_I32) return refuse(why, ACCEL_REASON_TYPE, values.type, ACCEL_TYPE_I64);
    if (values.rank > 1) return refuse(why, ACCEL_REASON_RANK, values.rank, 1);
    if (!values.data) return refuse(why, ACCEL_REASON_CONSTANT);
    const uint64_t count = values.data_bytes / (accel_type_bits(values.type) / 8);
    if (count > kMaxValues) return refuse(why, ACCEL_REASON_SIZE, count, kMaxValues);
    if (values.type == ACCEL_TYPE_I64) return copy<int64_t>(values);
    const std::vector<int32_t> narrow = copy<int32_t>(values);
    return std::vector<int64_t>(narrow.begin(), narrow.end());
}

std::optional<float> read_real(const Values &values, Unreadable *why)
{
    if (values.type != ACCEL_TYPE_F32) return refuse(why, ACCEL_REASON_TYPE, values.type, ACCEL_TYPE_F32);
    if (values.rank > 1) return refuse(why, ACCEL_REASON_RANK, values.rank, 1);
    if (!values.data) return refuse(why, ACCEL_REASON_CONSTANT);
    if (values.data_bytes != sizeof(float)) return refuse(why, ACCEL_REASON_SIZE, values.data_bytes / sizeof(float), 1);
    return copy<float>(values).front();
}

std::optional<std::vector<int64_t>> ascending_axes(std::span<const int64_t> axes, size_t rank, std::string *why)
{
    const auto limit = static_cast<int64_t>(rank);
    std::vector<int64_t> out;
    for (const int64_t axis : axes) {
        if (axis < -limit || axis >= limit) {
            if (why) *why = "axis " + std::to_string(axis) + " lies outside of rank " + std::to_string(rank);
            return std::nullopt;
        }
        out.push_back(axis < 0 ? axis + limit : axis);
    }
    std::sort(out.begin(), out.end());
    const auto twice = std::adjacent_find(out.begin(), out.end());
    if (twice == out.end()) return out;
    if (why) *why = "axis " + std::to_string(*twice) + " is given twice";
    return std::nullopt;
}

}  // namespace accel::graph
