// SPDX-License-Identifier: MIT
// Folds of sizes: how large an operand is, and numbers that are counted.
#include <accel/graph/geometry.h>

#include <type_traits>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

std::optional<Bytes> range(const Applied &node, const Shape &result, Pulse pulse)
{
    const auto count = element_count(result);
    if (!count || node.operand(1)->type != node.operand(0)->type || node.operand(2)->type != node.operand(0)->type) return std::nullopt;
    Bytes bytes;
    const bool known = with_type(node.operand(0)->type, [&]<class Value>(Value) {
        // Of integers every value lies between start and limit; reals are rounded once.
        using Wide = std::conditional_t<std::is_floating_point_v<Value>, double, uint64_t>;
        const auto start = static_cast<Wide>(load<Value>(bytes_of(*node.operand(0)), 0)), step = static_cast<Wide>(load<Value>(bytes_of(*node.operand(2)), 0));
        bytes.resize(*count * sizeof(Value));
        for (size_t i = 0; i < *count; ++i) {
            pulse_at(i, pulse);
            store(bytes, i, static_cast<Value>(start + static_cast<Wide>(i) * step));
        }
    });
    return known ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<Bytes> sizes(const Applied &node, const Shape &, Pulse)
{
    const Shape x = node.shape(0);
    const auto rank = static_cast<int64_t>(x.size());
    const AxisSpan told = axis_span(node.integer(ACCEL_ATTRIBUTE_START, 0), node.integer(ACCEL_ATTRIBUTE_END, rank), x.size());
    Bytes bytes(told.count() * sizeof(int64_t));
    for (size_t i = 0; i < told.count(); ++i) {
        if (!x[told.begin + i].fixed()) return std::nullopt;
        store(bytes, i, x[told.begin + i].size);
    }
    return bytes;
}

std::optional<Bytes> count(const Applied &node, const Shape &, Pulse)
{
    const auto count = element_count(node.shape(0));
    if (!count) return std::nullopt;
    Bytes bytes(sizeof(int64_t));
    store(bytes, 0, static_cast<int64_t>(*count));
    return bytes;
}

}  // namespace accel::graph::folds
