// SPDX-License-Identifier: MIT
// Looks through indices in both of their types.
#include <accel/graph/indices.h>

#include <cstring>

namespace accel::graph {

namespace {

template <class Index> std::optional<OutsideIndex> find(const Values &indices, std::span<const int64_t> sizes)
{
    const auto *bytes = static_cast<const uint8_t *>(indices.data);
    size_t part = 0;
    for (uint64_t element = 0; element < indices.data_bytes / sizeof(Index); ++element) {
        Index index;
        std::memcpy(&index, bytes + element * sizeof index, sizeof index);
        const int64_t size = sizes[part];
        if (size >= 0 && (index < -size || index >= size)) return OutsideIndex{element, index, size};
        if (++part == sizes.size()) part = 0;
    }
    return std::nullopt;
}

}  // namespace

std::optional<OutsideIndex> find_outside(const Values &indices, std::span<const int64_t> sizes)
{
    if (!indices.data || sizes.empty()) return std::nullopt;
    switch (indices.type) {
    case ACCEL_TYPE_I64: return find<int64_t>(indices, sizes);
    case ACCEL_TYPE_I32: return find<int32_t>(indices, sizes);
    default: return std::nullopt;
    }
}

std::string text(const OutsideIndex &outside)
{
    return "index " + std::to_string(outside.index) + ", element " + std::to_string(outside.element) + ", lies outside of " + std::to_string(outside.size) + "; expected " +
           std::to_string(-outside.size) + " to " + std::to_string(outside.size - 1);
}

}  // namespace accel::graph
