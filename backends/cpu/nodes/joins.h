// SPDX-License-Identifier: MIT
// What becomes of a value and of one that is put in the same place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace accel::cpu {

// Joins count values to those that are there, all next to each other.
using Join = void (*)(std::byte *to, const std::byte *from, int64_t count);

// By the name that REDUCTION has for it, in one of the types of whole bytes; "" and "none" put the new value in place of the old one. Null: no such name.
Join find_join(std::string_view reduction, uint32_t type);

}  // namespace accel::cpu
