// SPDX-License-Identifier: MIT
//
// DMA between regions, and from a region into the internal memory (lookup tables).
#include <algorithm>
#include <cstring>

#include "fault.h"
#include "operations.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kInternal = 1u << 8;
constexpr uint32_t kMaxPieceBytes = 64 * 1024;

/// One side of a transfer.
class Side {
public:
    Side(const Machine &machine, uint16_t region_bits, uint64_t offset)
        : memory_(machine.memory),
          shram_(machine.shram),
          internal_((region_bits & kInternal) != 0),
          address_(internal_ ? offset : machine.memory.base(region_bits & 0xffu) + offset)
    {
        if (internal_ && offset % 16 != 0) parse_error("an internal DMA address is not aligned to 16 bytes");
    }

    bool internal() const { return internal_; }

    void read(uint64_t offset, uint8_t *bytes, uint32_t size_bytes)
    {
        if (internal_) {
            std::memcpy(bytes, internal_range(offset, size_bytes), size_bytes);
            memory_.log().read(AccessLog::kInternal + address_ + offset, size_bytes);
        } else {
            memory_.read(address_ + offset, bytes, size_bytes);
        }
    }

    void write(uint64_t offset, const uint8_t *bytes, uint32_t size_bytes)
    {
        if (internal_) {
            std::memcpy(internal_range(offset, size_bytes), bytes, size_bytes);
            memory_.log().write(AccessLog::kInternal + address_ + offset, size_bytes);
        } else {
            memory_.write(address_ + offset, bytes, size_bytes);
        }
    }

private:
    uint8_t *internal_range(uint64_t offset, uint32_t size_bytes)
    {
        const uint64_t begin = address_ + offset;
        if (begin > shram_.size() || size_bytes > shram_.size() - begin) {
            parse_error("a DMA exceeds the internal memory");
        }
        return shram_.data() + begin;
    }

    MemoryPort &memory_;
    Shram &shram_;
    bool internal_;
    uint64_t address_;
};

/// Rows of `length` bytes; between rows the source skips bytes, the destination is written without gaps.
struct Rows {
    uint64_t length = 0;
    uint32_t inner = 1;
    uint32_t outer = 1;
    int64_t inner_skip = 0;
    int64_t outer_skip = 0;

    static Rows from(const Registers &registers, uint32_t mode)
    {
        Rows rows;
        rows.length = registers.address(WideReg::Dma0Len);
        if (mode >= 1) {
            rows.inner = registers.get(Reg::Dma0Size0);
            rows.inner_skip = registers.stride(WideReg::Dma0Skip0);
        }
        if (mode >= 2) {
            rows.outer = registers.get(Reg::Dma0Size1);
            rows.outer_skip = registers.stride(WideReg::Dma0Skip1);
        }
        return rows;
    }
};

void copy_row(const Machine &machine, Side &source, uint64_t from, Side &destination, uint64_t to, uint64_t length)
{
    std::vector<uint8_t> piece(std::min<uint64_t>(length, kMaxPieceBytes));
    for (uint64_t done = 0; done < length;) {
        machine.guard.check_abort();
        const auto size = static_cast<uint32_t>(std::min<uint64_t>(length - done, kMaxPieceBytes));
        source.read(from + done, piece.data(), size);
        destination.write(to + done, piece.data(), size);
        done += size;
    }
}

}  // namespace

void run_dma(const Machine &machine)
{
    const Registers &registers = machine.registers;
    const uint16_t source_bits = registers.get(Reg::Dma0SrcRegion);
    const uint16_t destination_bits = registers.get(Reg::Dma0DstRegion);
    const uint32_t mode = (source_bits >> 9) & 3u;
    if (mode == 3 || ((destination_bits >> 9) & 3u) != 0) parse_error("the DMA stride mode does not exist");
    Side source(machine, source_bits, registers.address(WideReg::Dma0Src));
    Side destination(machine, destination_bits, registers.address(WideReg::Dma0Dst));
    if (source.internal() && destination.internal()) parse_error("a DMA has no external side");
    const Rows rows = Rows::from(registers, mode);
    if (destination.internal() && rows.length % 16 != 0) parse_error("an internal DMA is not a multiple of 16 bytes");
    machine.guard.claim(rows.length + 1, rows.inner, rows.outer);

    uint64_t from = 0;
    uint64_t to = 0;
    for (uint32_t outer = 0; outer < rows.outer; ++outer) {
        for (uint32_t inner = 0; inner < rows.inner; ++inner) {
            copy_row(machine, source, from, destination, to, rows.length);
            from += rows.length + static_cast<uint64_t>(rows.inner_skip);
            to += rows.length;
        }
        from += static_cast<uint64_t>(rows.outer_skip);
    }
}

}  // namespace accel::devices::ethosu
