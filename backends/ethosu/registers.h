// SPDX-License-Identifier: MIT
// Command words of the Ethos-U65. The tables are in registers.def.
//
//   word    [9:0] opcode   [14] a payload word follows   [31:16] parameter
#pragma once

#include "stream/stream.h"

#include <cstdint>
#include <span>
#include <string>

namespace accel::ethosu {

inline constexpr uint32_t kPayloadFollows = 0x4000;
inline constexpr uint32_t kOpcodeMask = 0x3ff;

enum class Form { OP0,
                  SET0,
                  SET1 };

// The low half of the command word: opcode and control bits.
enum class Command : uint16_t {
#define ACCEL_ETHOSU_CMD(form, name, opcode) form##_##name = (opcode) | (Form::form == Form::SET1 ? kPayloadFollows : 0),
#include "registers.def"
#undef ACCEL_ETHOSU_CMD
};

enum class PoolMode : uint16_t { kMax = 0,
                                 kAverage = 1 };
enum class ElementwiseMode : uint16_t { kMultiply = 0,
                                        kAdd = 1,
                                        kSubtract = 2 };
enum class Rounding : uint16_t { kDouble = 0,
                                 kTruncate = 1,
                                 kNatural = 2 };

constexpr uint32_t command_word(Command command, uint32_t parameter) { return static_cast<uint32_t>(command) | (parameter & 0xffff) << 16; }

constexpr Command command_at(std::span<const uint32_t> words, size_t index)
{
    return static_cast<Command>(words[index] & (kOpcodeMask | kPayloadFollows));
}

constexpr bool is_feature_map_region(Command command)
{
    return command == Command::SET0_IFM_REGION || command == Command::SET0_IFM2_REGION || command == Command::SET0_OFM_REGION;
}

// Null for an opcode that registers.def does not have.
const char *command_name(uint32_t word);

// For stream::dump.
stream::Decoded decode_command(std::span<const uint32_t> rest);

}  // namespace accel::ethosu
