// SPDX-License-Identifier: MIT
// Small integers that are computed while importing, because shapes come from them.
#include "ops.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

bool fits(int64_t value, uint32_t type) {
    return type == ACCEL_TYPE_I64 || (value >= INT32_MIN && value <= INT32_MAX);
}

/// Of sizes, as far as an expression says it. Integers are divided toward zero.
Element combine_sizes(Node& node, accel_operation operation, const Element& a, const Element& b) {
    graph::Builder& calculate = node.graph.sizes.calculate();
    const Size x = node.graph.size_of(a);
    const Size y = node.graph.size_of(b);
    switch (operation) {
        case ACCEL_OPERATION_ADD: return node.graph.element_of(calculate.add(x, y));
        case ACCEL_OPERATION_SUB: return node.graph.element_of(calculate.sub(x, y));
        case ACCEL_OPERATION_MUL: return node.graph.element_of(calculate.mul(x, y));
        default: break;
    }
    const bool floors = operation == ACCEL_OPERATION_DIV && x != kOpenSize && calculate.range(x).low >= 0;
    return node.graph.element_of(floors ? calculate.floor_div(x, y) : kOpenSize);
}

std::optional<Element> combine(Node& node, accel_operation operation, const Element& a, const Element& b, uint32_t type) {
    if (!a.is_number() || !b.is_number()) {
        return combine_sizes(node, operation, a, b);
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
    return overflow || !fits(result, type) ? std::nullopt : std::optional(Element{result});
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
    return node.define_elements(node.input(0).type, std::move(dims), std::move(out));
}

bool fold_cast(Node& node, uint32_t type) {
    auto elements = elements_of(node.input(0));
    if (!elements || (type != ACCEL_TYPE_I64 && type != ACCEL_TYPE_I32)) {
        return false;
    }
    if (!std::all_of(elements->begin(), elements->end(), [&](const Element& element) { return fits(element.value, type); })) {
        return false;
    }
    return node.define_elements(type, node.input(0).dims, std::move(*elements));
}

bool fold_concat(Node& node) {
    std::vector<Element> out;
    bool any = false;
    for (size_t i = 0; i < node.input_count(); ++i) {
        const Dims& dims = node.input(i).dims;
        if (dims.size() != 1 || !is_fixed(dims[0]) || static_cast<int64_t>(out.size()) + dims[0].size > kSmallElementsMax) {
            return false;
        }
        const auto elements = elements_of(node.input(i));
        any = any || elements;
        // One that is computed from data says nothing of the others.
        const std::vector<Element> open(static_cast<size_t>(dims[0].size), Element{-1, kOpenSize});
        out.insert(out.end(), elements ? elements->begin() : open.begin(), elements ? elements->end() : open.end());
    }
    if (!any) {
        return false;
    }
    const auto count = static_cast<int64_t>(out.size());
    return node.define_elements(node.input(0).type, {fixed_dim(count)}, std::move(out));
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
    return node.define_elements(node.input(0).type, node.input(1).dims, std::move(out));
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
    return node.define_elements(node.input(0).type, {fixed_dim(count)}, std::move(out));
}

}  // namespace accel::onnx::ops
