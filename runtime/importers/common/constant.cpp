// SPDX-License-Identifier: MIT
// Checks a constant's place and size, and uses its bytes in place or copies them.
#include "constant.h"

#include "failure.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace accel::importer {
namespace {

static_assert(std::endian::native == std::endian::little, "constants are used in place, and formats are little-endian");

constexpr size_t kOwnedAlignBytes = 64;

}  // namespace

void fail_constant(const ConstantPlace &place, const std::string &why)
{
    corrupt("tensor '", place.name, "' at byte ", place.offset, ": ", why);
}

Dims checked_dims(const ConstantPlace &place, std::span<const int64_t> sizes)
{
    if (sizes.size() > kRankMax) {
        fail_constant(place, text("rank ", sizes.size(), ", the limit is ", kRankMax));
    }
    for (const int64_t size : sizes) {
        if (size < 0 || size > kSizeMax) {
            fail_constant(place, text("dims has ", size, ", allowed are 0 to ", kSizeMax));
        }
    }
    Dims dims = fixed_dims(sizes);
    if (!element_count(dims)) {
        fail_constant(place, "dims multiply to more elements than any memory holds");
    }
    return dims;
}

uint64_t constant_bytes(uint32_t accel_type, int64_t element_count)
{
    return (static_cast<uint64_t>(element_count) * accel_type_bits(accel_type) + 7) / 8;
}

uint64_t constant_align_bytes(uint32_t accel_type)
{
    switch (accel_type) {
    case ACCEL_TYPE_C64: return alignof(float);
    case ACCEL_TYPE_C128: return alignof(double);
    default: return std::max(accel_type_bits(accel_type) / 8, 1u);
    }
}

const void *no_elements()
{
    alignas(kOwnedAlignBytes) static constexpr char kNothing = 0;
    return &kNothing;
}

void check_booleans(const ConstantPlace &place, std::span<const uint8_t> values)
{
    for (size_t i = 0; i < values.size(); ++i) {
        if (values[i] > 1) {
            fail_constant(place, text("element ", i, " is ", int{values[i]}, ", a bool is 0 or 1"));
        }
    }
}

void *granted(const ConstantPlace &place, uint64_t size_bytes, const ConstantStore &store)
{
    std::string purpose("a copy of tensor '");
    purpose.append(place.name).append("'");
    store.host.charge(size_bytes, purpose);
    return store.memory.allocate(size_bytes, kOwnedAlignBytes);
}

const void *in_place_or_copy(const ConstantPlace &place, std::span<const char> bytes, uint64_t align_bytes, const ConstantStore &store)
{
    if (reinterpret_cast<uintptr_t>(bytes.data()) % align_bytes == 0) {
        return bytes.data();
    }
    void *copy = granted(place, bytes.size(), store);
    std::memcpy(copy, bytes.data(), bytes.size());
    store.host.log(ACCEL_LOG_LEVEL_DEBUG, text("tensor '", place.name, "': ", bytes.size(), " bytes copied, because they begin at no multiple of ", align_bytes));
    return copy;
}

std::span<const char> external_bytes(const ConstantPlace &place, const ExternalRange &range, uint64_t expected_bytes, const ConstantStore &store)
{
    if (range.location.empty()) {
        fail_constant(place, "external data has no location");
    }
    if (range.length && *range.length != expected_bytes) {
        fail_constant(place, text("external data length is ", *range.length, ", but type and dims need ", expected_bytes, " bytes"));
    }
    const std::span<const char> file = store.files.map(range.location, place.name);
    if (range.offset > file.size() || expected_bytes > file.size() - range.offset) {
        fail_constant(place, text("bytes ", range.offset, " to ", range.offset, " + ", expected_bytes, " lie beyond the end of '", range.location, "' (", file.size(), " bytes)"));
    }
    return file.subspan(range.offset, expected_bytes);
}

}  // namespace accel::importer
