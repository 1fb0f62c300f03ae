// SPDX-License-Identifier: MIT
// A loaded program, and runs of it with their buffers bound.
//
// The application's buffers are regions of the job: binding other buffers changes
// handles and nothing else. Only where a buffer serves several ports, or a port
// begins inside its buffer, the words are pointed elsewhere and validated again.
#pragma once

#include "blob.h"
#include "buffer.h"
#include "uapi/ethosu_accel.h"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace accel::ethosu {

class LoadedProgram {
public:
    static accel_status load(const Device &device, std::span<const uint8_t> bytes, std::unique_ptr<LoadedProgram> &out);

    const Device &device() const { return device_; }
    std::span<const uint32_t> words() const { return words_; }
    std::span<const Relocation> relocations() const { return relocations_; }
    std::span<const PortInfo> ports() const { return ports_; }
    uint64_t scratch_bytes() const { return scratch_bytes_; }
    bool uses_port(uint32_t port) const { return used_[port]; }
    // Can a run of it do with scratch that others use, too? Then its receipt moves to a region of its own, so one has to be left.
    bool can_share_scratch() const { return receipt_.has_value() && ports_.size() < kPortRegionCount; }
    // The operand and the result of the receipt's operation; only where scratch can be shared.
    std::span<const Relocation> receipt() const { return *receipt_; }
    // 0 when there are no constants.
    uint32_t constants_handle() const { return constants_ ? constants_->handle() : 0; }
    // Of the words as they are; null when there are more ports than regions.
    const CommandBuffer *commands() const { return commands_.get(); }

private:
    explicit LoadedProgram(const Device &device) : device_(device) {}
    accel_status upload_constants(std::span<const uint8_t> constants);

    const Device &device_;
    std::vector<uint32_t> words_;
    std::vector<Relocation> relocations_;
    std::vector<PortInfo> ports_;
    std::vector<bool> used_;
    std::optional<std::array<Relocation, 2>> receipt_;
    uint64_t scratch_bytes_ = 0;
    std::unique_ptr<Buffer> constants_;
    std::unique_ptr<CommandBuffer> commands_;
};

// Memory of a run, with the receipt of its latest job. A queue keeps it until it
// has looked at how the job ended, which may be after the run is gone.
class Scratch {
public:
    static accel_status create(const Device &device, uint64_t size_bytes, std::shared_ptr<Scratch> &out);

    Buffer &buffer() { return *buffer_; }
    // Asks the next job for a receipt; `has` wants to see it afterwards.
    accel_status ask(uint8_t &receipt);
    // Has that job, or a later one of the run, come to its end?
    bool has(uint8_t receipt) const;

    // Of a run that measures: when its latest job ran. Begin 0: nobody could tell.
    struct Times {
        uint64_t begin_ns = 0;
        uint64_t end_ns = 0;
    };
    void measure() { times_.emplace(); }
    std::optional<Times> &times() { return times_; }

private:
    std::unique_ptr<Buffer> buffer_;
    volatile uint8_t *bytes_ = nullptr;
    uint8_t latest_ = 0;
    std::optional<Times> times_;
};

class Run {
public:
    static accel_status create(const LoadedProgram &program, const accel_bk_run_desc &desc, std::unique_ptr<Run> &out);

    accel_status bind(std::span<const accel_bk_memory> ports);
    accel_bind_cost bind_cost(uint32_t port) const;
    // The driver tells of whole jobs only.
    accel_status timings(std::span<accel_bk_timing> timings, uint32_t &count) const;

    const Device &device() const { return program_.device(); }
    bool bound() const { return job_.cmd_bo != 0; }
    const uapi::Job &job() const { return job_; }
    // Private to the run and written by every job, so its fences are the job's.
    const std::shared_ptr<Scratch> &scratch() const { return scratch_; }
    const drm::Fd *scratch_dma_buf() const { return scratch_dma_buf_; }
    // dma-bufs of buffers that are only read.
    std::span<const drm::Fd *const> inputs() const { return {inputs_.fds.data(), inputs_.count}; }

private:
    // Where a port's memory is, in terms of the job.
    struct Target {
        uint32_t region = 0;
        uint64_t offset_bytes = 0;

        bool operator==(const Target &) const = default;
    };
    // The buffers of the port regions, in order.
    struct Regions {
        std::array<Buffer *, kPortRegionCount> buffers{};
        std::array<bool, kPortRegionCount> written{};
        uint32_t count = 0;
    };

    // dma-bufs of the regions that are not written.
    struct Inputs {
        std::array<const drm::Fd *, kPortRegionCount> fds{};
        uint32_t count = 0;
    };

    explicit Run(const LoadedProgram &program) : program_(program) {}
    accel_status take_scratch(const accel_bk_run_desc &desc);
    accel_status assign(std::span<const accel_bk_memory> ports, Regions &regions, std::vector<Target> &targets) const;
    bool is_default(std::span<const Target> targets) const;
    accel_status point_words(std::span<const Target> targets, uint32_t receipt_region);
    accel_status share_inputs(const Regions &regions, Inputs &inputs) const;

    const LoadedProgram &program_;
    std::shared_ptr<Scratch> scratch_;  // where scratch is shared, of the receipt alone
    Buffer *shared_ = nullptr;          // the memory of intermediate results; null: in scratch_
    const drm::Fd *scratch_dma_buf_ = nullptr;
    std::vector<Target> targets_;               // of own_commands_
    uint32_t receipt_region_ = kScratchRegion;  // of own_commands_
    std::unique_ptr<CommandBuffer> own_commands_;
    Inputs inputs_;
    uapi::Job job_{};
};

}  // namespace accel::ethosu

// The module's own definition of the runtime's buffer handle. The driver's memory is coherent: there is nothing to write back but what a transport carries.
struct accel_bk_buffer {
    std::unique_ptr<accel::ethosu::Buffer> buffer;

    accel_status map(const accel_bk_access &access, void *&pointer) { return buffer->begin_access(access, pointer); }
    accel_status unmap(const accel_bk_access &access) { return buffer->end_access(access); }
    accel_status export_fd(accel_handle_kind kind, int &fd) { return kind == ACCEL_HANDLE_KIND_DMA_BUF ? buffer->export_dma_buf(fd) : ACCEL_STATUS_UNSUPPORTED; }
};
