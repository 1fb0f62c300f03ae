// SPDX-License-Identifier: MIT
// Folds whose results are true or false, and what is chosen by them: conditions that follow from sizes are these.
#include <accel/graph/catalog.h>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

/// As devices compare: a NaN is neither less nor equal.
template <class Value> std::optional<bool> holds(uint32_t operation, Value a, Value b)
{
    switch (operation) {
    case ACCEL_OPERATION_EQUAL: return a == b;
    case ACCEL_OPERATION_LESS: return a < b;
    case ACCEL_OPERATION_GREATER: return a > b;
    case ACCEL_OPERATION_LESS_OR_EQUAL: return a <= b;
    case ACCEL_OPERATION_GREATER_OR_EQUAL: return a >= b;
    case ACCEL_OPERATION_AND: return a && b;
    case ACCEL_OPERATION_OR: return a || b;
    case ACCEL_OPERATION_XOR: return !a != !b;
    default: return std::nullopt;
    }
}

template <class Value> std::optional<Bytes> pairs(uint32_t operation, const Bytes &left, const Bytes &right, Pulse pulse)
{
    Bytes made(left.size() / sizeof(Value));
    for (size_t i = 0; i < made.size(); ++i) {
        pulse_at(i, pulse);
        const auto truth = holds(operation, load<Value>(left.data(), i), load<Value>(right.data(), i));
        if (!truth) return std::nullopt;
        made[i] = *truth ? 1 : 0;
    }
    return made;
}

}  // namespace

std::optional<Bytes> compare(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &a = *node.operand(0), &b = *node.operand(1);
    if (a.type != b.type || a.quantization || b.quantization) return std::nullopt;
    const auto left = spread(a, result, pulse), right = spread(b, result, pulse);
    if (!left || !right) return std::nullopt;
    if (a.type == ACCEL_TYPE_BOOL) return pairs<uint8_t>(node.operation(), *left, *right, pulse);
    std::optional<Bytes> made;
    with_type(a.type, [&](auto sample) { made = pairs<decltype(sample)>(node.operation(), *left, *right, pulse); });
    return made;
}

std::optional<Bytes> logic(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &a = *node.operand(0);
    if (a.type != ACCEL_TYPE_BOOL) return std::nullopt;
    if (node.operation() == ACCEL_OPERATION_NOT) {
        Bytes made(a.data_bytes);
        for (size_t i = 0; i < made.size(); ++i) made[i] = bytes_of(a)[i] ? 0 : 1;
        return made;
    }
    const accel_tensor_desc &b = *node.operand(1);
    const auto left = spread(a, result, pulse), right = spread(b, result, pulse);
    if (!left || !right || b.type != ACCEL_TYPE_BOOL) return std::nullopt;
    return pairs<uint8_t>(node.operation(), *left, *right, pulse);
}

std::optional<Bytes> choose(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &x = *node.operand(1), &y = *node.operand(2);
    const bool alike = x.type == y.type && node.results[0]->type == x.type && !x.quantization && !y.quantization && !node.results[0]->quantization;
    if (!alike || node.operand(0)->type != ACCEL_TYPE_BOOL) return std::nullopt;
    const auto condition = spread(*node.operand(0), result, pulse), otherwise = spread(y, result, pulse);
    auto made = spread(x, result, pulse);
    if (!condition || !otherwise || !made) return std::nullopt;
    const size_t width = type_size_bytes(x.type);
    for (size_t i = 0; i < condition->size(); ++i) {
        pulse_at(i, pulse);
        if (!(*condition)[i]) std::memcpy(made->data() + i * width, otherwise->data() + i * width, width);
    }
    return made;
}

}  // namespace accel::graph::folds
