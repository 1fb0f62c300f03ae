// SPDX-License-Identifier: MIT
// Constants of models, wherever their bytes lie.
#pragma once

#include "dims.h"
#include "external.h"
#include "host.h"

#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace accel::importer {

/// What reading constants needs: owned memory for those that cannot be pointed at in place, the runtime that grants it, and the files beside the model.
struct ConstantStore {
    std::pmr::memory_resource &memory;
    Host &host;
    ExternalFiles &files;
};

/// A constant of a file, for messages.
struct ConstantPlace {
    std::string_view name;
    uint64_t offset = 0;  ///< in the file
};

/// CORRUPT, with the constant's name and place.
[[noreturn]] void fail_constant(const ConstantPlace &place, const std::string &why);

/// Sizes as dims; CORRUPT beyond the limits of graphs.
Dims checked_dims(const ConstantPlace &place, std::span<const int64_t> sizes);
/// Of so many elements, packed ones rounded up.
uint64_t constant_bytes(uint32_t accel_type, int64_t element_count);
/// A dense constant of this type begins at a multiple of it.
uint64_t constant_align_bytes(uint32_t accel_type);
/// Where a constant without elements may lie.
const void *no_elements();
/// CORRUPT where a bool is neither 0 nor 1.
void check_booleans(const ConstantPlace &place, std::span<const uint8_t> values);

/// Memory for a constant that cannot be pointed at in place, paid from the budget.
void *granted(const ConstantPlace &place, uint64_t size_bytes, const ConstantStore &store);
/// The bytes themselves where they begin at a multiple of align_bytes, else a copy.
const void *in_place_or_copy(const ConstantPlace &place, std::span<const char> bytes, uint64_t align_bytes, const ConstantStore &store);

/// Bytes of a file beside the model, as a model names them.
struct ExternalRange {
    std::string_view location;
    uint64_t offset = 0;
    std::optional<uint64_t> length;  ///< if the model tells it
};
/// CORRUPT where the range is not what type and dims need, or lies beyond the file's end.
std::span<const char> external_bytes(const ConstantPlace &place, const ExternalRange &range, uint64_t expected_bytes, const ConstantStore &store);

}  // namespace accel::importer
