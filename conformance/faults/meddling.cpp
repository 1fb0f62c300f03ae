// SPDX-License-Identifier: MIT
// Stands between the library and the witness and makes the calls of a broken library. So the witness, and the cases that ask it, are put to the test.
#include <atomic>
#include <thread>
#include <vector>

#include "base.h"

namespace accel::faults {
namespace {

void destroy_twice(accel_bk_run *run)
{
    base.device.run_destroy(run);
    base.device.run_destroy(run);
}

void keep_buffer(accel_bk_buffer *) {}

/// A run that the library has ended, and that the module hears of after its buffers.
std::atomic<accel_bk_run *> ended_run{nullptr};

void end_kept_run()
{
    if (accel_bk_run *run = ended_run.exchange(nullptr)) base.device.run_destroy(run);
}

void keep_run(accel_bk_run *run)
{
    end_kept_run();
    ended_run = run;
}

void end_buffer_first(accel_bk_buffer *buffer)
{
    base.device.buffer_destroy(buffer);
    end_kept_run();
}

void unload_behind_run(accel_bk_program *program)
{
    end_kept_run();
    base.device.program_unload(program);
}

accel_status submit_twice(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    const auto status = base.device.queue_submit(queue, submit, out);
    uint64_t second = 0;
    if (status == ACCEL_STATUS_OK) base.device.queue_submit(queue, submit, &second);
    return status;
}

accel_status bind_from_two_threads(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    std::thread other([=] { base.device.run_bind(run, desc); });
    const auto status = base.device.run_bind(run, desc);
    other.join();
    return status;
}

accel_status create_sizeless(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    auto other = *desc;
    other.struct_size = sizeof(size_t);
    return base.device.queue_create(device, &other, out);
}

accel_status submit_with_fence(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    auto other = *submit;
    other.flags |= ACCEL_BK_SUBMIT_FLAG_FENCE;
    return base.device.queue_submit(queue, &other, out);
}

accel_status bind_without_last(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    auto other = *desc;
    --other.port_count;
    return base.device.run_bind(run, &other);
}

accel_status create_too_deep(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    auto other = *desc;
    other.depth += 1000;
    return base.device.queue_create(device, &other, out);
}

accel_status create_level(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    auto other = *desc;
    other.priority = ACCEL_PRIORITY_NORMAL;
    return base.device.queue_create(device, &other, out);
}

/// The latest run that the library has made.
accel_bk_run *latest_run = nullptr;

accel_status remembering_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    const auto status = base.device.run_create(program, desc, out);
    latest_run = status == ACCEL_STATUS_OK ? *out : nullptr;
    return status;
}

accel_status ending_after_fork(const accel_bk_fork *fork)
{
    const auto status = base.module.after_fork(fork);
    if (latest_run) base.device.run_destroy(latest_run);
    return status;
}

/// Where the latest run has its output, and a place of it that is no element's.
std::atomic<accel_bk_buffer *> latest_output{nullptr};
std::atomic<uint64_t> latest_offset_bytes{0};

accel_status remembering_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    latest_offset_bytes = desc->ports[desc->port_count - 1].offset_bytes;
    latest_output = desc->ports[desc->port_count - 1].buffer;
    return base.device.run_bind(run, desc);
}

template <uint64_t kOffsetBytes> accel_status spilling_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    const auto status = base.device.queue_wait(queue, ticket, timeout_ns);
    accel_bk_buffer *output = latest_output.exchange(nullptr);
    if (status != ACCEL_STATUS_OK || !output) {
        if (output) latest_output = output;
        return status;
    }
    const accel_bk_access access{sizeof access, latest_offset_bytes + kOffsetBytes, 1, ACCEL_ACCESS_WRITE, 0};
    void *pointer = nullptr;
    if (base.device.buffer_map(output, &access, &pointer) != ACCEL_STATUS_OK) return status;
    static_cast<char *>(pointer)[access.offset_bytes] = 0x55;
    base.device.buffer_unmap(output, &access);
    return status;
}

template <uint64_t kOffsetBytes> void spill()
{
    mine.device.run_bind = remembering_bind;
    mine.device.queue_wait = spilling_wait<kOffsetBytes>;
}

accel_status bind_without_sizes(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    auto other = *desc;
    other.sizes = nullptr;
    other.size_count = 0;
    return base.device.run_bind(run, &other);
}

/// As if the output had twice the memory.
accel_status bind_longer(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    std::vector<accel_bk_memory> ports(desc->ports, desc->ports + desc->port_count);
    ports.back().size_bytes *= 2;
    auto other = *desc;
    other.ports = ports.data();
    return base.device.run_bind(run, &other);
}

accel_status tell_more(accel_bk_run *run, int64_t *sizes, uint32_t size_count)
{
    const std::vector<int64_t> before(sizes, sizes + size_count);
    const auto status = base.device.run_sizes(run, sizes, size_count);
    for (uint32_t symbol = 0; symbol < size_count; ++symbol) sizes[symbol] += sizes[symbol] == before[symbol] ? 0 : 1000;
    return status;
}

}  // namespace

const std::vector<Fault> &meddling_faults()
{
    static const std::vector<Fault> faults{
        {"destroys-twice", [] { mine.device.run_destroy = destroy_twice; }},
        {"never-destroys", [] { mine.device.buffer_destroy = keep_buffer; }},
        {"ends-buffers-first",
         [] {
             mine.device.run_destroy = keep_run;
             mine.device.buffer_destroy = end_buffer_first;
             mine.device.program_unload = unload_behind_run;
         }},
        {"submits-twice", [] { mine.device.queue_submit = submit_twice; }},
        {"overlaps", [] { mine.device.run_bind = bind_from_two_threads; }},
        {"sizeless-struct", [] { mine.device.queue_create = create_sizeless; }},
        {"unasked-fence", [] { mine.device.queue_submit = submit_with_fence; }},
        {"forgets-a-port", [] { mine.device.run_bind = bind_without_last; }},
        {"calls-after-fork",
         [] {
             mine.device.run_create = remembering_create;
             mine.module.after_fork = ending_after_fork;
         }},
        {"spills-into-gaps", spill<10 * sizeof(float)>},           // behind the first row of what the case gives
        {"spills-into-padding", spill<(60 + 2) * sizeof(float)>},  // the third channel of the second block, of which two exist
        {"overfills", [] { mine.device.queue_create = create_too_deep; }},
        {"levels", [] { mine.device.queue_create = create_level; }},
        {"keeps-sizes", [] { mine.device.run_bind = bind_without_sizes; }},
        {"writes-behind", [] { mine.device.run_bind = bind_longer; }},
        {"tells-too-much", [] { mine.device.run_sizes = tell_more; }},
    };
    return faults;
}

}  // namespace accel::faults
