// SPDX-License-Identifier: MIT
// Narrow types in bytes.
#include "held.h"

#include "graph.h"

namespace accel::cpu {

uint32_t held_type(uint32_t type)
{
    switch (type) {
    case ACCEL_TYPE_I4:
    case ACCEL_TYPE_I2:
        return ACCEL_TYPE_I8;
    case ACCEL_TYPE_U4:
    case ACCEL_TYPE_U2:
    case ACCEL_TYPE_F4E2M1:
        return ACCEL_TYPE_U8;
    default:
        return type;
    }
}

uint64_t held_bytes(uint32_t type)
{
    const bool narrow = type >= ACCEL_TYPE_I4 && type <= ACCEL_TYPE_F4E2M1;
    return narrow ? 1 : type_bytes(type);
}

void unpack(uint32_t type, const void *packed, uint64_t count, std::byte *held)
{
    const uint32_t bits = accel_type_bits(type), per_byte = 8 / bits;
    const auto *bytes = static_cast<const uint8_t *>(packed);
    const int sign = held_type(type) == ACCEL_TYPE_I8 ? 1 << (bits - 1) : 0;
    for (uint64_t i = 0; i < count; ++i) {
        const int low = bytes[i / per_byte] >> (i % per_byte * bits) & ((1 << bits) - 1);
        held[i] = static_cast<std::byte>((low ^ sign) - sign);
    }
}

}  // namespace accel::cpu
