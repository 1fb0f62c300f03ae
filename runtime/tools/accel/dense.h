// SPDX-License-Identifier: MIT
// Dense values of ports, as the command holds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace accel::tool {

/// Dense elements in row-major order. One of less than a byte has a byte of its own, in the low bits, as numpy's extensions have them; the other bits are 0.
using Dense = std::vector<char>;

struct Array {
    std::vector<size_t> dims;
    Dense bytes;
};

/// Of one element among dense ones; 0 of what is no number.
uint32_t element_bytes(uint32_t type);

/// The same values as constants hold them: types below 8 bits without gaps, the first element in the low bits.
std::vector<char> packed(uint32_t type, const Dense &dense);

/// The other way, so many elements.
Dense unpacked(uint32_t type, const char *bytes, size_t count);

}  // namespace accel::tool
