// SPDX-License-Identifier: MIT
//
// The command front end: fetches words in order and starts operations. Operations run to their end before the next
// word is looked at, so waits have nothing to wait for; that they are there is checked (hazards.h).
#include "npu.h"

#include <new>

#include "fault.h"
#include "hazards.h"
#include "memory_port.h"
#include "operations.h"
#include "registers.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kWordBytes = 4;
constexpr uint32_t kMaxOutstanding = 15;

/// Fetches words in pages, as the hardware's prefetcher does.
class WordStream {
public:
    WordStream(const Job &job, MemoryPort &memory) : job_(job),
                                                     memory_(memory) {}

    uint32_t consumed_bytes() const { return consumed_bytes_; }
    void consume() { consumed_bytes_ = next_bytes_; }

    uint32_t take()
    {
        if (job_.stream_size_bytes - next_bytes_ < kWordBytes) parse_error("the command stream ends without STOP");
        if (next_bytes_ >= page_end_bytes_) fetch_page();
        const uint8_t *b = page_.data() + (next_bytes_ - page_begin_bytes_);
        next_bytes_ += kWordBytes;
        return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
    }

private:
    void fetch_page()
    {
        const uint32_t left = (job_.stream_size_bytes - next_bytes_) / kWordBytes * kWordBytes;
        const auto size = left < page_.size() ? left : static_cast<uint32_t>(page_.size());
        memory_.read(job_.stream_address + next_bytes_, page_.data(), size);
        (void)memory_.take_log();
        page_begin_bytes_ = next_bytes_;
        page_end_bytes_ = next_bytes_ + size;
    }

    const Job &job_;
    MemoryPort &memory_;
    std::array<uint8_t, 4096> page_{};
    uint32_t page_begin_bytes_ = 0;
    uint32_t page_end_bytes_ = 0;
    uint32_t next_bytes_ = 0;
    uint32_t consumed_bytes_ = 0;
};

struct Command {
    uint16_t opcode;
    uint16_t param;
    bool has_payload;
    uint32_t payload;
};

Command take_command(WordStream &words)
{
    const uint32_t word = words.take();
    const uint32_t control = (word >> 14) & 3u;
    if (control > 1 || ((word >> 10) & 0xfu) != 0) parse_error("a command word has reserved bits set");
    Command command{static_cast<uint16_t>(word & 0x3ffu), static_cast<uint16_t>(word >> 16), control == 1, 0};
    if (command.has_payload) command.payload = words.take();
    return command;
}

void check_param(const Command &command, uint32_t highest)
{
    if (command.param > highest) parse_error("an operation has an illegal parameter");
}

void run_kernel(const Command &command, const Machine &machine)
{
    switch (static_cast<Op>(command.opcode)) {
    case Op::Conv: check_param(command, 0); return run_convolution(machine);
    case Op::Depthwise: check_param(command, 0); return run_depthwise(machine);
    case Op::Pool:
        check_param(command, static_cast<uint32_t>(PoolMode::ReduceSum));
        return run_pool(machine, static_cast<PoolMode>(command.param));
    case Op::Elementwise:
        check_param(command, static_cast<uint32_t>(ElementwiseMode::Shl));
        return run_elementwise(machine, static_cast<ElementwiseMode>(command.param));
    default: parse_error("operation " + std::to_string(command.opcode) + " is unknown to a U65");
    }
}

/// Executes an OP command. False after STOP.
bool execute(const Command &command, const Machine &machine, Hazards &hazards)
{
    switch (static_cast<Op>(command.opcode)) {
    case Op::Stop: return false;
    case Op::Irq:
    case Op::PmuMask: return true;
    case Op::DmaWait:
        check_param(command, kMaxOutstanding);
        hazards.wait_dma(command.param);
        return true;
    case Op::KernelWait:
        check_param(command, kMaxOutstanding);
        hazards.wait_kernels(command.param);
        return true;
    case Op::DmaStart:
        check_param(command, 0);
        run_dma(machine);
        hazards.start_dma(machine.memory.take_log());
        return true;
    default:
        run_kernel(command, machine);
        hazards.start_kernel(machine.memory.take_log());
        return true;
    }
}

void run_stream(WordStream &words, Registers &registers, const Machine &machine, std::atomic<uint32_t> *progress)
{
    constexpr uint16_t kFirstRegister = 0x100;
    Hazards hazards;
    for (bool running = true; running;) {
        machine.guard.check_abort();
        const Command command = take_command(words);
        if (command.has_payload) {
            registers.set_wide(command.opcode, command.param, command.payload);
        } else if (command.opcode >= kFirstRegister) {
            registers.set(command.opcode, command.param);
        } else {
            running = execute(command, machine, hazards);
        }
        words.consume();
        if (progress != nullptr) progress->store(words.consumed_bytes(), std::memory_order_relaxed);
    }
}

}  // namespace

Result Npu::run(const Job &job, const std::atomic<bool> *abort, std::atomic<uint32_t> *progress)
{
    Result result;
    try {
        MemoryPort memory(bus_, job.region_base);
        WordStream words(job, memory);
        Registers registers;
        const WorkGuard guard(abort, work_limit_);
        const Machine machine{registers, memory, shram_, guard};
        try {
            run_stream(words, registers, machine, progress);
        } catch (const Fault &fault) {
            result.stop = fault.stop;
            result.read_offset_bytes = words.consumed_bytes();
            result.detail = fault.detail + ", at stream offset " + std::to_string(words.consumed_bytes());
        }
        result.read_offset_bytes = words.consumed_bytes();
    } catch (const std::bad_alloc &) {
        result.stop = Stop::OutOfMemory;
        result.detail = "out of memory";  // short enough to need none
    }
    return result;
}

}  // namespace accel::devices::ethosu
