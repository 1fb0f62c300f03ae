// SPDX-License-Identifier: MIT
// Folds that compute: arithmetic on few elements, sizes and counts.
#include <accel/graph/geometry.h>

#include <functional>
#include <limits>
#include <type_traits>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

/// Integers wrap, as they do on devices; what has no quotient is nothing.
template <class Value, class Operation> std::optional<Value> combine(Operation operation, Value a, Value b)
{
    if constexpr (std::is_floating_point_v<Value>) {
        return operation(a, b);
    } else {
        using Unsigned = std::make_unsigned_t<Value>;
        if constexpr (std::is_same_v<Operation, std::divides<>>) {
            if (b == 0 || (b == -1 && a == std::numeric_limits<Value>::min())) return std::nullopt;
            return a / b;
        } else {
            return static_cast<Value>(operation(static_cast<Unsigned>(a), static_cast<Unsigned>(b)));
        }
    }
}

template <class Value, class Operation> std::optional<Bytes> elementwise(Operation operation, Bytes left, const Bytes &right, Pulse pulse)
{
    for (size_t i = 0; i < left.size() / sizeof(Value); ++i) {
        pulse_at(i, pulse);
        const auto made = combine<Value>(operation, load<Value>(left.data(), i), load<Value>(right.data(), i));
        if (!made) return std::nullopt;
        store(left, i, *made);
    }
    return left;
}

template <class Operation> std::optional<Bytes> arithmetic(const Applied &node, const Shape &result, Operation operation, Pulse pulse)
{
    const accel_tensor_desc &a = *node.operand(0), &b = *node.operand(1);
    if (a.type != b.type || node.find(ACCEL_ATTRIBUTE_CLAMP_MIN) || node.find(ACCEL_ATTRIBUTE_CLAMP_MAX)) return std::nullopt;
    auto left = spread(a, result, pulse);
    const auto right = spread(b, result, pulse);
    if (!left || !right) return std::nullopt;
    switch (a.type) {
    case ACCEL_TYPE_F32: return elementwise<float>(operation, std::move(*left), *right, pulse);
    case ACCEL_TYPE_I32: return elementwise<int32_t>(operation, std::move(*left), *right, pulse);
    case ACCEL_TYPE_I64: return elementwise<int64_t>(operation, std::move(*left), *right, pulse);
    default: return std::nullopt;
    }
}

}  // namespace

std::optional<Bytes> add(const Applied &node, const Shape &result, Pulse pulse) { return arithmetic(node, result, std::plus<>(), pulse); }
std::optional<Bytes> subtract(const Applied &node, const Shape &result, Pulse pulse) { return arithmetic(node, result, std::minus<>(), pulse); }
std::optional<Bytes> multiply(const Applied &node, const Shape &result, Pulse pulse) { return arithmetic(node, result, std::multiplies<>(), pulse); }
std::optional<Bytes> divide(const Applied &node, const Shape &result, Pulse pulse) { return arithmetic(node, result, std::divides<>(), pulse); }

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
