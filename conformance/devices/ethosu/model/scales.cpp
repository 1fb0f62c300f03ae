// SPDX-License-Identifier: MIT
// Reads scale records from memory.
#include "scales.h"

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kRecordBytes = 10;

ChannelScale parse_record(const uint8_t *record)
{
    uint64_t bias = 0;
    for (uint32_t i = 0; i < 5; ++i) bias |= uint64_t{record[i]} << (8 * i);
    uint32_t multiplier = 0;
    for (uint32_t i = 0; i < 4; ++i) multiplier |= uint32_t{record[5 + i]} << (8 * i);
    return {static_cast<int64_t>(bias << 24) >> 24, multiplier, record[9] & 0x3fu};
}

}  // namespace

std::vector<ChannelScale> read_channel_scales(const Registers &registers, uint32_t channels, MemoryPort &memory)
{
    const uint64_t base = registers.address(WideReg::ScaleBase);
    const uint32_t length = registers.payload(WideReg::ScaleLength);
    if (base % 16 != 0 || length % 16 != 0) parse_error("the scale stream is not aligned to 16 bytes");
    if (length < uint64_t{channels} * kRecordBytes) parse_error("the scale stream is shorter than the OFM is deep");
    std::vector<uint8_t> bytes(size_t{channels} * kRecordBytes);
    memory.read(memory.base(registers.get(Reg::ScaleRegion)) + base, bytes.data(), bytes.size());
    std::vector<ChannelScale> scales;
    scales.reserve(channels);
    for (uint32_t c = 0; c < channels; ++c) scales.push_back(parse_record(bytes.data() + size_t{c} * kRecordBytes));
    return scales;
}

}  // namespace accel::devices::ethosu
