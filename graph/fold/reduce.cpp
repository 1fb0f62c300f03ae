// SPDX-License-Identifier: MIT
// Folds that make one number of those along some axes: of whole numbers, of the best of real ones, and of none at all.
#include <accel/graph/catalog.h>
#include <accel/graph/values.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

/// One axis of what is reduced: its size, and how far apart in the result neighbours along it lie.
struct Step {
    int64_t size, stride;
};

/// Nothing where the result is not what is left without the axes.
std::optional<std::vector<Step>> steps(const Applied &node, const Shape &result)
{
    const Shape x = node.shape(0);
    std::string unread;
    const auto axes = ascending_axes(node.integers(ACCEL_OPERAND_REDUCE_SUM_AXES).value_or(std::vector<int64_t>{}), x.size(), &unread);
    if (!axes) return std::nullopt;
    const bool kept = node.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    const std::vector<int64_t> strides = row_major_strides(result);
    std::vector<Step> made;
    size_t at = 0;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        const bool reduced = axes->empty() || std::ranges::binary_search(*axes, static_cast<int64_t>(axis));
        made.push_back({x[axis].size, reduced ? 0 : strides[at]});
        at += !reduced || kept ? 1 : 0;
    }
    return made;
}

/// Calls function with the number of each element of the operand, and of the element of the result that it goes to.
template <class Function> void each(const std::vector<Step> &steps, uint64_t count, Pulse pulse, Function &&function)
{
    std::vector<int64_t> index(steps.size());
    int64_t to = 0;
    for (uint64_t element = 0; element < count; ++element) {
        pulse_at(element, pulse);
        function(element, static_cast<size_t>(to));
        for (size_t axis = steps.size(); axis-- > 0;) {
            to += steps[axis].stride;
            if (++index[axis] < steps[axis].size) break;
            to -= steps[axis].stride * steps[axis].size;
            index[axis] = 0;
        }
    }
}

template <class Value> constexpr Value kGreatest = std::numeric_limits<Value>::has_infinity ? std::numeric_limits<Value>::infinity() : std::numeric_limits<Value>::max();
template <class Value> constexpr Value kLeast = std::numeric_limits<Value>::has_infinity ? -std::numeric_limits<Value>::infinity() : std::numeric_limits<Value>::lowest();

/// What an operation makes of no elements.
template <class Value> std::optional<Value> of_none(uint32_t operation, bool truths)
{
    switch (operation) {
    case ACCEL_OPERATION_REDUCE_SUM:
    case ACCEL_OPERATION_REDUCE_SUM_SQUARE:
    case ACCEL_OPERATION_REDUCE_L1:
    case ACCEL_OPERATION_REDUCE_L2: return Value{0};
    case ACCEL_OPERATION_REDUCE_PROD: return Value{1};
    case ACCEL_OPERATION_REDUCE_MAX: return truths ? Value{0} : kLeast<Value>;
    case ACCEL_OPERATION_REDUCE_MIN: return truths ? Value{1} : kGreatest<Value>;
    case ACCEL_OPERATION_REDUCE_LOG_SUM:
    case ACCEL_OPERATION_REDUCE_LOG_SUM_EXP: return std::is_floating_point_v<Value> ? std::optional(kLeast<Value>) : std::nullopt;
    default: return std::nullopt;  // a mean of nothing is none
    }
}

/// One more element. Sums of real numbers depend on their order, which is a device's.
template <class Value> std::optional<Value> with(uint32_t operation, Value so_far, Value next)
{
    if (operation == ACCEL_OPERATION_REDUCE_MAX || operation == ACCEL_OPERATION_REDUCE_MIN) {
        if (so_far != so_far || next != next) return so_far != so_far ? so_far : next;
        if constexpr (std::is_floating_point_v<Value>) {
            if (so_far == next && std::signbit(so_far) != std::signbit(next)) return std::nullopt;
        }
        return operation == ACCEL_OPERATION_REDUCE_MAX ? std::max(so_far, next) : std::min(so_far, next);
    }
    if constexpr (std::is_integral_v<Value>) {
        const auto a = static_cast<uint64_t>(so_far), b = static_cast<uint64_t>(next);
        switch (operation) {
        case ACCEL_OPERATION_REDUCE_SUM: return static_cast<Value>(a + b);
        case ACCEL_OPERATION_REDUCE_PROD: return static_cast<Value>(a * b);
        case ACCEL_OPERATION_REDUCE_SUM_SQUARE: return static_cast<Value>(a + b * b);
        case ACCEL_OPERATION_REDUCE_L1: return static_cast<Value>(next < 0 ? a - b : a + b);
        default: return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Bytes> reduce(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    const auto walk = steps(node, result);
    const uint64_t count = element_count(node.shape(0)).value_or(0);
    if (!walk || from.quantization || node.results[0]->quantization || node.results[0]->type != from.type) return std::nullopt;
    const bool truths = from.type == ACCEL_TYPE_BOOL;
    std::optional<Bytes> made;
    with_type(truths ? uint32_t{ACCEL_TYPE_U8} : from.type, [&]<class Value>(Value) {
        const auto none = of_none<Value>(node.operation(), truths);
        if (!none) return;
        Bytes &bytes = made.emplace(element_count(result).value_or(0) * sizeof(Value));
        for (size_t i = 0; i < bytes.size() / sizeof(Value); ++i) store(bytes, i, *none);
        bool known = true;
        each(*walk, count, pulse, [&](size_t element, size_t to) {
            const auto next = known ? with<Value>(node.operation(), load<Value>(bytes.data(), to), load<Value>(bytes_of(from), element)) : std::nullopt;
            known = next.has_value();
            if (known) store(bytes, to, *next);
        });
        if (!known) made.reset();
    });
    return made;
}

std::optional<Bytes> running(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    const auto given = node.integers(ACCEL_OPERAND_CUM_SUM_AXIS);
    const auto rank = static_cast<int64_t>(result.size());
    if (!given || given->size() != 1 || given->front() < -rank || given->front() >= rank || from.type != node.results[0]->type) return std::nullopt;
    const auto axis = static_cast<size_t>(given->front() + (given->front() < 0 ? rank : 0));
    const auto stride = static_cast<size_t>(row_major_strides(result)[axis]), size = static_cast<size_t>(result[axis].size);
    const bool exclusive = node.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, 0) != 0, reverse = node.integer(ACCEL_ATTRIBUTE_REVERSE, 0) != 0;
    const bool product = node.operation() == ACCEL_OPERATION_CUM_PROD;
    std::optional<Bytes> made;
    with_type(from.type, [&]<class Value>(Value) {
        if constexpr (std::is_integral_v<Value>) {
            Bytes &bytes = made.emplace(from.data_bytes);
            const size_t count = bytes.size() / sizeof(Value);
            for (size_t done = 0; done < count; ++done) {
                pulse_at(done, pulse);
                const size_t i = reverse ? count - 1 - done : done, place = i / stride % size, before = reverse ? i + stride : i - stride;
                const bool first = place == (reverse ? size - 1 : 0);
                const auto element = [&](size_t index) { return static_cast<uint64_t>(load<Value>(bytes_of(from), index)); };
                const auto joined = [product](uint64_t so_far, uint64_t next) { return product ? so_far * next : so_far + next; };
                uint64_t total = first ? product : static_cast<uint64_t>(load<Value>(bytes.data(), before));
                if (!exclusive || !first) total = joined(total, element(exclusive ? before : i));
                store(bytes, i, static_cast<Value>(total));
            }
        }
    });
    return made;
}

}  // namespace accel::graph::folds
