// SPDX-License-Identifier: MIT
// Names and lengths of commands, for dumps.
#include "registers.h"

#include <cinttypes>
#include <cstdio>

namespace accel::ethosu {

const char *command_name(uint32_t word)
{
    switch (static_cast<Command>(word & (kOpcodeMask | kPayloadFollows))) {
#define ACCEL_ETHOSU_CMD(form, name, opcode) \
    case Command::form##_##name:             \
        return #name;
#include "registers.def"
#undef ACCEL_ETHOSU_CMD
    }
    return nullptr;
}

stream::Decoded decode_command(std::span<const uint32_t> rest)
{
    const char *name = command_name(rest[0]);
    const bool wide = (rest[0] & kPayloadFollows) != 0;
    if (name == nullptr || (wide && rest.size() < 2))
        return {};
    const uint32_t parameter = rest[0] >> 16;
    char text[80];
    if (wide)
        std::snprintf(text, sizeof text, "%s %" PRIu32 " [%" PRIu32 "]", name, rest[1], parameter);
    else
        std::snprintf(text, sizeof text, "%s %" PRIu32, name, parameter);
    return {wide ? size_t{2} : size_t{1}, text};
}

}  // namespace accel::ethosu
