// SPDX-License-Identifier: MIT
#include "ops.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

bool fits(int64_t value, uint32_t type) {
    return type == ACCEL_TYPE_I64 || (value >= INT32_MIN && value <= INT32_MAX);
}

/// A symbol survives only where the other operand changes nothing.
Element combine_symbol(const Node& node, accel_operation operation, const Element& a, const Element& b) {
    const int64_t neutral = operation == ACCEL_OPERATION_ADD || operation == ACCEL_OPERATION_SUB ? 0 : 1;
    if (!b.is_symbol() && b.value == neutral) {
        return a;
    }
    const bool commutes = operation == ACCEL_OPERATION_ADD || operation == ACCEL_OPERATION_MUL;
    if (commutes && !a.is_symbol() && a.value == neutral) {
        return b;
    }
    node.fail_unsupported("calculates with a dimension that is only known by name");
}

std::optional<Element> combine(const Node& node, accel_operation operation, const Element& a, const Element& b, uint32_t type) {
    if (a.is_symbol() || b.is_symbol()) {
        return combine_symbol(node, operation, a, b);
    }
    int64_t result = 0;
    bool overflow = false;
    switch (operation) {
        case ACCEL_OPERATION_ADD: overflow = __builtin_add_overflow(a.value, b.value, &result); break;
        case ACCEL_OPERATION_SUB: overflow = __builtin_sub_overflow(a.value, b.value, &result); break;
        case ACCEL_OPERATION_MUL: overflow = __builtin_mul_overflow(a.value, b.value, &result); break;
        case ACCEL_OPERATION_DIV:
            overflow = b.value == 0 || (b.value == -1 && a.value == INT64_MIN);
            result = overflow ? 0 : a.value / b.value;
            break;
        default: return std::nullopt;
    }
    // What overflows is left to run time, where the type's own rules hold.
    return overflow || !fits(result, type) ? std::nullopt : std::optional<Element>({result, ACCEL_SYMBOL_NONE});
}

}  // namespace

bool fold_binary(Node& node, accel_operation operation) {
    const auto a = elements_of(node.input(0));
    const auto b = elements_of(node.input(1));
    if (!a || !b || a->empty() || b->empty()) {
        return false;
    }
    Dims dims = broadcast_shape(node, node.input(0).dims, node.input(1).dims);
    const auto count = static_cast<size_t>(element_count(dims).value_or(0));
    const bool simple = (a->size() == count || a->size() == 1) && (b->size() == count || b->size() == 1);
    if (!simple) {
        return false;
    }
    std::vector<Element> out;
    for (size_t i = 0; i < count; ++i) {
        const auto element = combine(node, operation, (*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i], node.input(0).type);
        if (!element) {
            return false;
        }
        out.push_back(*element);
    }
    node.define_elements(0, node.input(0).type, std::move(dims), std::move(out));
    return true;
}

bool fold_cast(Node& node, uint32_t type) {
    auto elements = elements_of(node.input(0));
    if (!elements || (type != ACCEL_TYPE_I64 && type != ACCEL_TYPE_I32)) {
        return false;
    }
    if (!std::all_of(elements->begin(), elements->end(), [&](const Element& element) { return fits(element.value, type); })) {
        return false;
    }
    node.define_elements(0, type, node.input(0).dims, std::move(*elements));
    return true;
}

bool fold_concat(Node& node) {
    std::vector<Element> out;
    for (size_t i = 0; i < node.input_count(); ++i) {
        const auto elements = elements_of(node.input(i));
        if (!elements || node.input(i).dims.size() != 1) {
            return false;
        }
        out.insert(out.end(), elements->begin(), elements->end());
        if (out.size() > static_cast<size_t>(kSmallElementsMax)) {
            return false;
        }
    }
    const auto count = static_cast<int64_t>(out.size());
    node.define_elements(0, node.input(0).type, {fixed_dim(count)}, std::move(out));
    return true;
}

bool fold_gather(Node& node) {
    const auto elements = elements_of(node.input(0));
    const auto indices = integers_of(node.input(1));
    if (!elements || !indices || node.input(0).dims.size() != 1) {
        return false;
    }
    const auto count = static_cast<int64_t>(elements->size());
    std::vector<Element> out;
    for (const int64_t index : *indices) {
        if (index < -count || index >= count) {
            node.fail_corrupt("index ", index, " lies outside of ", count);
        }
        out.push_back((*elements)[static_cast<size_t>(index < 0 ? index + count : index)]);
    }
    node.define_elements(0, node.input(0).type, node.input(1).dims, std::move(out));
    return true;
}

bool fold_slice(Node& node, int64_t start, int64_t end, int64_t step) {
    const auto elements = elements_of(node.input(0));
    if (!elements || node.input(0).dims.size() != 1) {
        return false;
    }
    std::vector<Element> out;
    for (int64_t i = start; i < end; i += step) {
        out.push_back((*elements)[static_cast<size_t>(i)]);
    }
    const auto count = static_cast<int64_t>(out.size());
    node.define_elements(0, node.input(0).type, {fixed_dim(count)}, std::move(out));
    return true;
}

}  // namespace accel::onnx::ops
