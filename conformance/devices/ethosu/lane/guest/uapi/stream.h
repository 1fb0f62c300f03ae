// SPDX-License-Identifier: MIT
//
// Hand-made Ethos-U65 command streams: the few words that copy memory, and words that are wrong on purpose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace accel::uapi {

class Stream {
public:
    static constexpr uint32_t kStop = 0x000, kDmaStart = 0x010, kDmaWait = 0x011;

    Stream &cmd0(uint32_t opcode, uint32_t param = 0);
    Stream &cmd1(uint32_t opcode, uint64_t payload);
    /// One DMA transfer between regions, then a wait for it.
    Stream &copy(unsigned from_region, uint64_t from_bytes, unsigned to_region, uint64_t to_bytes, size_t size_bytes);
    Stream &stop();

    const std::vector<uint32_t> &words() const { return words_; }

private:
    std::vector<uint32_t> words_;
};

/// Region 0 to region 1, from the start of each.
std::vector<uint32_t> copy_stream(size_t size_bytes);

}  // namespace accel::uapi
