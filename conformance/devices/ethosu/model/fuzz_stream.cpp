// SPDX-License-Identifier: MIT
//
// libFuzzer target: any stream over any memory must end in a Result, soon, without undefined behaviour.
// The input is laid out like a bundle (run/bundle.h), so that the data of this device is its corpus; sizes that do not
// fit are cut instead of refused, to keep mutated inputs alive.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "npu.h"
#include "run/array_bus.h"

namespace {

using namespace accel::devices::ethosu;

constexpr size_t kHeaderWords = 10;
constexpr size_t kScratchBytes = 128 * 1024;
constexpr uint64_t kStream = 0x100'0000'0000;
constexpr uint64_t kSpacing = 0x1'0000'0000;
constexpr uint64_t kWorkLimit = 1u << 18;

class Input {
public:
    Input(const uint8_t *bytes, size_t size) : bytes_(bytes),
                                               size_(size) {}

    uint32_t word()
    {
        uint32_t value = 0;
        for (uint32_t b = 0; b < 4 && size_ > 0; ++b, ++bytes_, --size_) value |= uint32_t{*bytes_} << (8 * b);
        return value;
    }
    std::vector<uint8_t> take(size_t count)
    {
        count = std::min(count, size_);
        std::vector<uint8_t> taken(bytes_, bytes_ + count);
        bytes_ += count;
        size_ -= count;
        return taken;
    }

private:
    const uint8_t *bytes_;
    size_t size_;
};

/// Offers no direct path, so that both ways through the bus are exercised.
class CopyingBus : public ArrayBus {
public:
    uint8_t *span(uint64_t, size_t) override { return nullptr; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Input input(bytes, size);
    uint32_t header[kHeaderWords];
    for (uint32_t &word : header) word = input.word();
    const uint32_t tensors = header[8] % 8 + header[9] % 8;
    input.take(size_t{tensors} * 12);
    std::vector<uint8_t> stream = input.take(header[1]);
    std::vector<uint8_t> constants = input.take(header[2]);
    std::vector<uint8_t> scratch = input.take(kScratchBytes);
    scratch.resize(kScratchBytes);
    std::vector<uint8_t> fast(kScratchBytes, 0x5a);

    ArrayBus direct;
    CopyingBus copying;
    ArrayBus &bus = size % 2 == 0 ? direct : copying;
    bus.map(kStream, stream, false);
    bus.map(kSpacing, constants, false);
    bus.map(2 * kSpacing, scratch, true);
    bus.map(3 * kSpacing, fast, true);
    Job job;
    job.stream_address = kStream;
    job.stream_size_bytes = static_cast<uint32_t>(stream.size());
    for (uint32_t region = 0; region < 8; ++region) job.region_base[region] = (region + 1) * kSpacing;
    Npu npu(bus);
    npu.set_work_limit(kWorkLimit);
    const Result result = npu.run(job);
    if (result.read_offset_bytes > stream.size()) __builtin_trap();
    if ((result.stop == Stop::End) != result.detail.empty()) __builtin_trap();
    return 0;
}
