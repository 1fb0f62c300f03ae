// SPDX-License-Identifier: MIT
// Folds whose results are found in values, and the one that only reads them in another way.
#include "../found.h"

#include <accel/graph/catalog.h>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

Bytes bytes_of(const std::vector<int64_t> &numbers)
{
    Bytes bytes(numbers.size() * sizeof(int64_t));
    for (size_t i = 0; i < numbers.size(); ++i) store(bytes, i, numbers[i]);
    return bytes;
}

}  // namespace

std::optional<Bytes> places_found(const Applied &node, const Shape &, Pulse)
{
    const auto found = graph::places_found(node);
    if (!found) return std::nullopt;
    // Rows of one axis each, where they were found place by place.
    const size_t rank = node.shape(0).size(), count = rank ? found->size() / rank : 0;
    std::vector<int64_t> rows(found->size());
    for (size_t i = 0; i < count; ++i)
        for (size_t axis = 0; axis < rank; ++axis) rows[axis * count + i] = (*found)[i * rank + axis];
    return bytes_of(rows);
}

std::optional<Bytes> boxes_kept(const Applied &node, const Shape &, Pulse)
{
    const auto found = graph::boxes_kept(node);
    return found ? std::optional(bytes_of(*found)) : std::nullopt;
}

std::optional<Bytes> reinterpret(const Applied &node, const Shape &, Pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    if (type_size_bytes(from.type) == 0 || type_size_bytes(from.type) != type_size_bytes(node.results[0]->type)) return std::nullopt;
    return Bytes(folds::bytes_of(from), folds::bytes_of(from) + from.data_bytes);
}

}  // namespace accel::graph::folds
