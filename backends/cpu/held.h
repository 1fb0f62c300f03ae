// SPDX-License-Identifier: MIT
// How elements lie in this room's memory: each of a byte or more.
#pragma once

#include <cstddef>
#include <cstdint>

namespace accel::cpu {

// What an element of the type is in memory: I8 or U8 of integers below 8 bits, U8 with the bits of an F4E2M1, else the type itself.
uint32_t held_type(uint32_t type);
// As type_bytes, and of narrow types, which CAST alone takes; 0 of others.
uint64_t held_bytes(uint32_t type);
// From a constant's elements without gaps to held ones.
void unpack(uint32_t type, const void *packed, uint64_t count, std::byte *held);

}  // namespace accel::cpu
