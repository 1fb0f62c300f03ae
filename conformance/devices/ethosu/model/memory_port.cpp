// SPDX-License-Identifier: MIT
// Reads and writes of the bus, and the bound on what one job may do.
#include "memory_port.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <initializer_list>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

[[noreturn]] void refused(const char *direction, uint64_t address, size_t size_bytes)
{
    char text[96];
    std::snprintf(text, sizeof text, "the bus refused to %s %zu bytes at 0x%" PRIx64, direction, size_bytes, address);
    throw Fault{Stop::BusError, text};
}

// Larger than the feature maps of networks that a U65 is used for, and still affordable here.
constexpr uint64_t kMaxElements = uint64_t{1} << 26;

uint64_t saturating_product(std::initializer_list<uint64_t> factors)
{
    uint64_t total = 1;
    for (const uint64_t factor : factors) {
        if (factor == 0) return 0;
        if (__builtin_mul_overflow(total, factor, &total)) return UINT64_MAX;
    }
    return total;
}

}  // namespace

uint64_t MemoryPort::base(uint32_t region) const
{
    if (region >= region_base_.size()) parse_error("region " + std::to_string(region) + " does not exist");
    return region_base_[region];
}

void MemoryPort::read(uint64_t address, void *bytes, size_t size_bytes)
{
    log_.read(address, size_bytes);
    if (const uint8_t *direct = bus_.span(address, size_bytes)) {
        std::memcpy(bytes, direct, size_bytes);
    } else if (!bus_.read(address, bytes, size_bytes)) {
        refused("read", address, size_bytes);
    }
}

void MemoryPort::write(uint64_t address, const void *bytes, size_t size_bytes)
{
    log_.write(address, size_bytes);
    if (uint8_t *direct = bus_.span(address, size_bytes)) {
        std::memcpy(direct, bytes, size_bytes);
    } else if (!bus_.write(address, bytes, size_bytes)) {
        refused("write", address, size_bytes);
    }
}

void WorkGuard::claim(uint64_t a, uint64_t b, uint64_t c, uint64_t d) const
{
    if (saturating_product({a, b, c, d}) > limit_) parse_error("the operation is absurdly large");
}

void WorkGuard::claim_elements(uint64_t a, uint64_t b, uint64_t c) const
{
    claim(a, b, c);
    if (saturating_product({a, b, c}) > kMaxElements) parse_error("the operation's data is absurdly large");
}

void WorkGuard::check_abort() const
{
    if (abort_ != nullptr && abort_->load(std::memory_order_relaxed)) {
        throw Fault{Stop::Aborted, "the job was aborted"};
    }
}

}  // namespace accel::devices::ethosu
