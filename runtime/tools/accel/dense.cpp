// SPDX-License-Identifier: MIT
// Packs elements of less than a byte.
#include "dense.h"

#include <accel/accel.h>

namespace accel::tool {

uint32_t element_bytes(uint32_t type)
{
    return type == ACCEL_TYPE_STRING ? 0 : (accel_type_bits(type) + 7) / 8;
}

std::vector<char> packed(uint32_t type, const Dense &dense)
{
    const uint32_t bits = accel_type_bits(type);
    if (bits >= 8) return dense;
    const size_t each = 8 / bits;
    std::vector<char> bytes((dense.size() + each - 1) / each);
    for (size_t i = 0; i < dense.size(); ++i) bytes[i / each] = static_cast<char>(bytes[i / each] | (dense[i] & ((1 << bits) - 1)) << (i % each * bits));
    return bytes;
}

Dense unpacked(uint32_t type, const char *bytes, size_t count)
{
    const uint32_t bits = accel_type_bits(type);
    if (bits >= 8) return {bytes, bytes + count * (bits / 8)};
    const size_t each = 8 / bits;
    Dense dense(count);
    for (size_t i = 0; i < count; ++i) dense[i] = static_cast<char>(static_cast<uint8_t>(bytes[i / each]) >> (i % each * bits) & ((1 << bits) - 1));
    return dense;
}

}  // namespace accel::tool
