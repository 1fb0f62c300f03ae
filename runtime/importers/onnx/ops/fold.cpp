// SPDX-License-Identifier: MIT
// Small integers that are computed while importing, because shapes come from them.
#include "ops.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

bool fits(int64_t value, uint32_t type)
{
    return type == ACCEL_TYPE_I64 || (value >= INT32_MIN && value <= INT32_MAX);
}

/// Of sizes, as far as an expression says it. Integers are divided toward zero.
Element combine_sizes(Node &node, accel_operation operation, const Element &a, const Element &b)
{
    graph::Builder &calculate = node.graph.sizes.calculate();
    const Size x = node.graph.size_of(a);
    const Size y = node.graph.size_of(b);
    switch (operation) {
    case ACCEL_OPERATION_ADD: return node.graph.element_of(calculate.add(x, y));
    case ACCEL_OPERATION_SUB: return node.graph.element_of(calculate.sub(x, y));
    case ACCEL_OPERATION_MUL: return node.graph.element_of(calculate.mul(x, y));
    case ACCEL_OPERATION_MAX: return node.graph.element_of(calculate.max(x, y));
    case ACCEL_OPERATION_MIN: return node.graph.element_of(calculate.min(x, y));
    default: break;
    }
    const bool floors = operation == ACCEL_OPERATION_DIV && x != kOpenSize && calculate.range(x).low >= 0;
    return node.graph.element_of(floors ? calculate.floor_div(x, y) : kOpenSize);
}

std::optional<Element> combine(Node &node, accel_operation operation, const Element &a, const Element &b, uint32_t type)
{
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
    case ACCEL_OPERATION_MOD:
        overflow = b.value == 0 || b.value == -1;
        result = overflow ? 0 : a.value % b.value;
        result += result != 0 && (result < 0) != (b.value < 0) ? b.value : 0;
        break;
    case ACCEL_OPERATION_MAX: result = std::max(a.value, b.value); break;
    case ACCEL_OPERATION_MIN: result = std::min(a.value, b.value); break;
    default: return std::nullopt;
    }
    // What overflows is left to run time, where the type's own rules hold.
    return overflow || !fits(result, type) ? std::nullopt : std::optional(Element{result});
}

/// What an element can be, whatever the sizes that are open are.
graph::Range range_of(Node &node, const Element &element)
{
    if (element.is_number()) {
        return {element.value, element.value};
    }
    return element.size == kOpenSize ? graph::Range{INT64_MIN, INT64_MAX} : node.graph.sizes.calculate().range(element.size);
}

std::optional<bool> is_less(Node &node, const Element &a, const Element &b)
{
    const graph::Range left = range_of(node, a), right = range_of(node, b);
    if (left.high < right.low || left.low >= right.high) {
        return left.high < right.low;
    }
    return std::nullopt;
}

std::optional<bool> is_equal(Node &node, const Element &a, const Element &b)
{
    const graph::Range left = range_of(node, a), right = range_of(node, b);
    const bool one_size = !a.is_number() && !b.is_number() && a.size == b.size && a.size != kOpenSize;
    if (one_size || (left.low == left.high && right.low == right.high && left.low == right.low)) {
        return true;
    }
    return left.high < right.low || right.high < left.low ? std::optional(false) : std::nullopt;
}

std::optional<bool> negated(std::optional<bool> value) { return value ? std::optional(!*value) : std::nullopt; }

std::optional<bool> compare(Node &node, accel_operation operation, const Element &a, const Element &b)
{
    switch (operation) {
    case ACCEL_OPERATION_EQUAL: return is_equal(node, a, b);
    case ACCEL_OPERATION_LESS: return is_less(node, a, b);
    case ACCEL_OPERATION_GREATER: return is_less(node, b, a);
    case ACCEL_OPERATION_LESS_OR_EQUAL: return negated(is_less(node, b, a));
    case ACCEL_OPERATION_GREATER_OR_EQUAL: return negated(is_less(node, a, b));
    default: return std::nullopt;
    }
}

std::optional<bool> decide(accel_operation operation, bool a, bool b)
{
    switch (operation) {
    case ACCEL_OPERATION_AND: return a && b;
    case ACCEL_OPERATION_OR: return a || b;
    case ACCEL_OPERATION_XOR: return a != b;
    case ACCEL_OPERATION_NOT: return !a;
    default: return std::nullopt;
    }
}

/// Two lists of elements as they meet, where one of both has the shape of the result, and the other has it too or is one element.
template <typename Combine>
bool fold_pairs(Node &node, uint32_t type, Combine combine)
{
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
        const std::optional<Element> element = combine((*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]);
        if (!element) {
            return false;
        }
        out.push_back(*element);
    }
    return node.define_elements(type, std::move(dims), std::move(out));
}

/// What is not 0.
bool fold_truth(Node &node, const std::vector<Element> &elements)
{
    std::vector<Element> out;
    for (const Element &element : elements) {
        const auto zero = is_equal(node, element, {0});
        if (!zero) {
            return false;
        }
        out.push_back({*zero ? 0 : 1});
    }
    return node.define_elements(ACCEL_TYPE_BOOL, node.input(0).dims, std::move(out));
}

std::optional<Element> truth(std::optional<bool> value) { return value ? std::optional(Element{*value ? 1 : 0}) : std::nullopt; }

}  // namespace

bool fold_binary(Node &node, accel_operation operation)
{
    const uint32_t type = node.input(0).type;
    return fold_pairs(node, type, [&](const Element &a, const Element &b) { return combine(node, operation, a, b, type); });
}

bool fold_unary(Node &node, accel_operation operation)
{
    const auto elements = elements_of(node.input(0));
    const uint32_t type = node.input(0).type;
    std::vector<Element> out;
    for (size_t i = 0; elements && i < elements->size(); ++i) {
        const auto negated = combine(node, ACCEL_OPERATION_SUB, {0}, (*elements)[i], type);
        const auto made = operation == ACCEL_OPERATION_ABS && negated ? combine(node, ACCEL_OPERATION_MAX, (*elements)[i], *negated, type) : negated;
        if (!made) {
            return false;
        }
        out.push_back(*made);
    }
    return elements && node.define_elements(type, node.input(0).dims, std::move(out));
}

bool fold_choice(Node &node)
{
    const auto condition = integers_of(node.input(0));
    const auto x = elements_of(node.input(1)), y = elements_of(node.input(2));
    if (!condition || !x || !y || condition->empty() || x->empty() || y->empty()) {
        return false;
    }
    Dims dims = broadcast_shape(node, broadcast_shape(node, node.input(0).dims, node.input(1).dims), node.input(2).dims);
    const auto count = static_cast<size_t>(element_count(dims).value_or(0));
    const auto simple = [count](size_t size) { return size == count || size == 1; };
    if (!simple(condition->size()) || !simple(x->size()) || !simple(y->size())) {
        return false;
    }
    std::vector<Element> out;
    for (size_t i = 0; i < count; ++i) {
        const auto &chosen = (*condition)[condition->size() == 1 ? 0 : i] != 0 ? *x : *y;
        out.push_back(chosen[chosen.size() == 1 ? 0 : i]);
    }
    return node.define_elements(node.input(1).type, std::move(dims), std::move(out));
}

bool fold_comparison(Node &node, accel_operation operation)
{
    return fold_pairs(node, ACCEL_TYPE_BOOL, [&](const Element &a, const Element &b) { return truth(compare(node, operation, a, b)); });
}

bool fold_logic(Node &node, accel_operation operation)
{
    if (node.input_count() == 2) {
        return fold_pairs(node, ACCEL_TYPE_BOOL, [&](const Element &a, const Element &b) { return truth(decide(operation, a.value != 0, b.value != 0)); });
    }
    const auto elements = integers_of(node.input(0));
    if (!elements) {
        return false;
    }
    std::vector<Element> out;
    for (const int64_t element : *elements) {
        out.push_back({decide(operation, element != 0, false).value_or(false) ? 1 : 0});
    }
    return node.define_elements(ACCEL_TYPE_BOOL, node.input(0).dims, std::move(out));
}

bool fold_cast(Node &node, uint32_t type)
{
    auto elements = elements_of(node.input(0));
    if (elements && type == ACCEL_TYPE_BOOL) {
        return fold_truth(node, *elements);
    }
    if (!elements || (type != ACCEL_TYPE_I64 && type != ACCEL_TYPE_I32)) {
        return false;
    }
    if (!std::all_of(elements->begin(), elements->end(), [&](const Element &element) { return fits(element.value, type); })) {
        return false;
    }
    return node.define_elements(type, node.input(0).dims, std::move(*elements));
}

bool fold_concat(Node &node)
{
    std::vector<Element> out;
    bool any = false;
    for (size_t i = 0; i < node.input_count(); ++i) {
        const Dims &dims = node.input(i).dims;
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

bool fold_gather(Node &node)
{
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

bool fold_slice(Node &node, Dims dims, size_t axis, int64_t start, int64_t step)
{
    const auto elements = elements_of(node.input(0));
    const Dims &x = node.input(0).dims;
    if (!elements || elements->empty() || !all_fixed(x)) {
        return false;
    }
    const int64_t inner = *element_count(std::span(x).subspan(axis + 1));
    std::vector<Element> out;
    for (int64_t outer = 0; outer < *element_count(std::span(x).first(axis)); ++outer) {
        for (int64_t i = 0; i < dims[axis].size; ++i) {
            const auto from = elements->begin() + (outer * x[axis].size + start + i * step) * inner;
            out.insert(out.end(), from, from + inner);
        }
    }
    return node.define_elements(node.input(0).type, std::move(dims), std::move(out));
}

bool fold_transpose(Node &node, const Dims &dims, const std::vector<int64_t> &perm)
{
    const auto elements = elements_of(node.input(0));
    const Dims &x = node.input(0).dims;
    if (!elements || elements->empty() || !all_fixed(x)) {
        return false;
    }
    std::vector<Element> out;
    std::vector<int64_t> index(x.size(), 0);  // in x, the last axis of the result counts fastest
    while (out.size() < elements->size()) {
        int64_t place = 0;
        for (size_t axis = 0; axis < x.size(); ++axis) {
            place = place * x[axis].size + index[axis];
        }
        out.push_back((*elements)[static_cast<size_t>(place)]);
        for (size_t k = perm.size(); k-- > 0;) {
            int64_t &at = index[static_cast<size_t>(perm[k])];
            if (++at < dims[k].size) {
                break;
            }
            at = 0;
        }
    }
    return node.define_elements(node.input(0).type, dims, std::move(out));
}

}  // namespace accel::onnx::ops
