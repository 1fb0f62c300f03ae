// SPDX-License-Identifier: MIT
// Which keys a query sees: masks as operands, and what follows from its place.
#include "attention.h"
#include "ops.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace accel::onnx::ops {
namespace {

ValueId both(Steps &steps, ValueId a, ValueId b)
{
    if (a == kNoValue || b == kNoValue) {
        return a == kNoValue ? b : a;
    }
    return steps.make(ACCEL_OPERATION_AND, a, b);
}

/// So many elements that hide: false, or -infinity.
ValueId hiding(Node &node, uint32_t type, Dims dims)
{
    const auto count = element_count(dims);
    if (!count) {
        node.fail_unsupported("attn_mask is shorter than the keys, and how many rows it has is not known");
    }
    const size_t element_bytes = type == ACCEL_TYPE_BOOL ? 1 : sizeof(float);
    const uint64_t total_bytes = static_cast<uint64_t>(*count) * element_bytes;
    node.charge(total_bytes);
    auto *out = static_cast<char *>(node.graph.memory.allocate(total_bytes + 1, 64));
    const float hidden = -std::numeric_limits<float>::infinity();
    std::memset(out, 0, total_bytes);
    for (uint64_t at = 0; type != ACCEL_TYPE_BOOL && at < total_bytes; at += element_bytes) {
        std::memcpy(out + at, &hidden, sizeof hidden);
    }
    Value value;
    value.type = type;
    value.dims = std::move(dims);
    value.data = out;
    value.data_bytes = total_bytes;
    return node.graph.add(std::move(value));
}

/// Keys that a mask does not reach are hidden.
ValueId reaching(Steps &steps, ValueId mask, const accel_dim &keys)
{
    Node &node = steps.node;
    Dims dims = steps.dims(mask);
    const accel_dim last = dims.back();
    if (same(last, keys)) {
        return mask;
    }
    dims.back() = keys;
    if (!is_fixed(last) || !is_fixed(keys)) {
        return define_view(node, mask, std::move(dims));  // they are equal, or no program is built
    }
    if (last.size > keys.size) {
        node.fail_corrupt("attn_mask of ", to_text(steps.dims(mask)), " has more keys than the ", keys.size, " that there are");
    }
    Dims rest = dims;
    rest.back() = fixed_dim(keys.size - last.size);
    const uint32_t type = steps.type(mask);
    return steps.make(ACCEL_OPERATION_CONCAT, {mask, hiding(node, type, std::move(rest))}, type, std::move(dims), along(static_cast<int64_t>(dims.size()) - 1));
}

/// The place of each query among the keys: [queries, 1], or [batch, 1, queries, 1].
ValueId places_of(Steps &steps, const Sight &sight)
{
    const ValueId places = counted(steps, sight.queries, 2, 1);
    if (sight.past != kNoValue) {
        return steps.make(ACCEL_OPERATION_ADD, places, size_of_axis(steps, sight.past, 2));
    }
    if (sight.filled == kNoValue) {
        return places;
    }
    const accel_dim one = fixed_dim(1);
    const ValueId filled = define_view(steps.node, sight.filled, {steps.dims(sight.filled)[0], one, one, one});
    return steps.make(ACCEL_OPERATION_ADD, places, steps.make(ACCEL_OPERATION_SUB, filled, size_of_axis(steps, sight.queries, 2)));
}

ValueId moved(Steps &steps, ValueId places, int64_t by)
{
    return by == 0 ? places : steps.make(ACCEL_OPERATION_ADD, places, one_value(steps.node, ACCEL_TYPE_I64, static_cast<double>(by)));
}

/// What of the keys around its place each query sees.
ValueId near_enough(Steps &steps, const Sight &sight, ValueId keys)
{
    ValueId allowed = kNoValue;
    if (sight.is_causal || sight.left >= 0 || sight.right >= 0) {
        const ValueId places = places_of(steps, sight);
        if (sight.is_causal || sight.right >= 0) {
            allowed = steps.compare(ACCEL_OPERATION_LESS_OR_EQUAL, keys, moved(steps, places, sight.is_causal ? 0 : sight.right));
        }
        if (sight.left >= 0) {
            allowed = both(steps, allowed, steps.compare(ACCEL_OPERATION_GREATER_OR_EQUAL, keys, moved(steps, places, -sight.left)));
        }
    }
    return allowed;
}

}  // namespace

Seen seen_keys(Steps &steps, const Sight &sight)
{
    Node &node = steps.node;
    Seen seen;
    // The first key is behind every query, where nothing but what comes later is hidden.
    seen.may_be_nothing = sight.mask != kNoValue || sight.filled != kNoValue || sight.left >= 0;
    if (sight.is_causal || sight.left >= 0 || sight.right >= 0 || sight.filled != kNoValue) {
        const ValueId keys = counted(steps, sight.keys, 2, 0);
        seen.allowed = near_enough(steps, sight, keys);
        if (sight.filled != kNoValue) {
            const accel_dim one = fixed_dim(1);
            const ValueId filled = define_view(node, sight.filled, {steps.dims(sight.filled)[0], one, one, one});
            seen.allowed = both(steps, seen.allowed, steps.compare(ACCEL_OPERATION_LESS, keys, filled));
        }
    }
    if (sight.mask != kNoValue) {
        const bool is_bool = steps.type(sight.mask) == ACCEL_TYPE_BOOL;
        const ValueId mask = reaching(steps, is_bool ? sight.mask : steps.convert(sight.mask, ACCEL_TYPE_F32), steps.dims(sight.keys)[2]);
        (is_bool ? seen.allowed : seen.added) = is_bool ? both(steps, seen.allowed, mask) : mask;
    }
    return seen;
}

}  // namespace accel::onnx::ops
