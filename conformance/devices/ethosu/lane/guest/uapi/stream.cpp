// SPDX-License-Identifier: MIT
// Writes command words.
#include "stream.h"

namespace accel::uapi {
namespace {
constexpr uint32_t kDmaSrcRegion = 0x130, kDmaDstRegion = 0x131;
constexpr uint32_t kDmaSrc = 0x030, kDmaDst = 0x031, kDmaLen = 0x032;
constexpr uint32_t kTwoWords = 0x4000;
}  // namespace

Stream &Stream::cmd0(uint32_t opcode, uint32_t param)
{
    words_.push_back(opcode | param << 16);
    return *this;
}

Stream &Stream::cmd1(uint32_t opcode, uint64_t payload)
{
    words_.push_back(opcode | kTwoWords | static_cast<uint32_t>(payload >> 32 & 0xff) << 16);
    words_.push_back(static_cast<uint32_t>(payload));
    return *this;
}

Stream &Stream::copy(unsigned from_region, uint64_t from_bytes, unsigned to_region, uint64_t to_bytes,
                     size_t size_bytes)
{
    cmd0(kDmaSrcRegion, from_region).cmd1(kDmaSrc, from_bytes);
    cmd0(kDmaDstRegion, to_region).cmd1(kDmaDst, to_bytes);
    return cmd1(kDmaLen, size_bytes).cmd0(kDmaStart).cmd0(kDmaWait, 0);
}

Stream &Stream::stop() { return cmd0(kStop, 0xffff); }

std::vector<uint32_t> copy_stream(size_t size_bytes)
{
    return Stream().copy(0, 0, 1, 0, size_bytes).stop().words();
}

}  // namespace accel::uapi
