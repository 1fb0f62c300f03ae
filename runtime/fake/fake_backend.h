// SPDX-License-Identifier: MIT
// Two backends without hardware for unit tests: "fake-npu", whose memory only it can allocate, and "fake-cpu", which reads other devices' mappings. Their
// programs add a number to every byte of their inputs. Tests decide when submissions end, and how.
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "instance/instance.h"
#include "loader/module.h"
#include "program/program.h"

namespace accel::runtime::fake {

/// One per fake device; the state of the process.
struct Control {
    std::atomic<bool> gated{false};                           ///< submissions end only when released
    std::atomic<uint64_t> released{0};                        ///< total number of submissions let through, over all queues of the device
    std::atomic<accel_status> next_failure{ACCEL_STATUS_OK};  ///< what the next executed submission ends with
    std::atomic<accel_status> submit_answer{ACCEL_STATUS_OK};
    std::atomic<accel_status> bind_answer{ACCEL_STATUS_OK};
    std::atomic<accel_status> unmap_answer{ACCEL_STATUS_OK};  ///< of the next one
    std::atomic<uint32_t> busy_map_count{0};                  ///< so many maps answer BUSY
    std::atomic<uint32_t> map_count{0};                       ///< that have begun
    std::atomic<uint32_t> bound_destroyed_count{0};           ///< buffers that were destroyed while a run was bound to them
    std::atomic<bool> picky_imports{false};                   ///< takes host pointers, and not this memory
    std::atomic<bool> imports_pointers{false};                ///< claims host pointers, as the CPU always does; asked when the device is opened
    std::atomic<uint64_t> import_align_bytes{0};              ///< asked when the device is opened
    std::atomic<uint64_t> latest_size_bytes{0};               ///< of the buffer that was made last
    accel_bk_access ended_access{};                           ///< of the latest buffer_unmap
    std::atomic<uint64_t> blocking_waiter{0};                 ///< thread of the latest queue_wait with a timeout
    std::atomic<uint32_t> bind_answer_count{1};               ///< so many binds answer it
    std::atomic<bool> takes_fences{false};                    ///< claims to wait for sync_files; asked when the device is opened
    std::atomic<bool> ignores_fences{false};                  ///< breaks M-10
    std::atomic<bool> refuses_fences{false};                  ///< answers UNSUPPORTED to work that comes with sync_files
    std::atomic<accel_status> transfer_answer{ACCEL_STATUS_UNSUPPORTED};
    std::atomic<uint32_t> transfer_count{0};  ///< copies and fills that the device has made
    std::atomic<uint32_t> wait_fd_count{0};   ///< sync_files that came with submissions
    std::atomic<uint32_t> bind_count{0};
    std::atomic<uint32_t> bind_cost{ACCEL_BIND_COST_FREE};  ///< that is told of every port
    std::atomic<uint32_t> bound_buffer_count{0};            ///< distinct ones of the latest bind
    std::atomic<uint32_t> submit_count{0};
    std::atomic<uint32_t> executed_count{0};
    std::atomic<uint32_t> cancel_count{0};
    std::atomic<bool> incoherent{false};                        ///< its memory has to be mapped and unmapped around each use
    std::atomic<bool> blank{false};                             ///< queue_create, buffer_map, buffer_export, queue_submit and queue_fence answer OK and give nothing
    std::atomic<bool> gives_fds{false};                         ///< claims to export dma-bufs and sync_files; asked when the device is opened
    std::atomic<const char *> throws{nullptr};                  ///< the slot that throws, having done its work
    std::atomic<bool> deaf{false};                              ///< cancelling does nothing
    std::atomic<bool> hangs{false};                             ///< queue_wait does not come back, whatever its timeout, until this is false
    std::atomic<uint32_t> hanging_count{0};                     ///< threads that are in queue_wait
    std::atomic<uint64_t> job_timeout_ns{0};                    ///< asked when the device is opened
    std::vector<accel_bk_scratch> scratch;                      ///< pieces of every program
    std::atomic<accel_status> scratch_answer{ACCEL_STATUS_OK};  ///< to the next run that is given scratch
    std::vector<accel_bk_memory> given_scratch;                 ///< to the latest run
    std::vector<accel_bk_timing> timings;                       ///< of every run that is asked
    std::atomic<accel_status> timings_answer{ACCEL_STATUS_OK};  ///< to whoever asks for times, with a count of UINT32_MAX where it is not OK
    std::vector<std::pair<uint32_t, const char *>> remarks;     ///< of every load; not to be changed beside one
    std::atomic<int> access_count{0};                           ///< maps that are begun and not ended
    std::atomic<int> live_count{0};                             ///< devices, buffers, programs, runs and queues that exist
    void reset();
    void release(uint64_t count = 1);
};
Control &npu();
Control &cpu();

/// What a fake program consists of.
struct FakeBlob {
    uint64_t size_bytes;
    uint32_t input_count, output_count;
    uint32_t addend, reserved;
};

/// The entry of a fake module, which has no compiler, and a module of such an entry.
ModuleEntry module_entry(bool is_cpu);
Module *make_module(bool is_cpu, bool waits_inline, ModuleEntry entry);

/// Whose thread makes the waits of the fakes: the caller's, unless ACCEL_FAKE_WAITS is "watched".
enum class Waits { AsEnvironmentSays,
                   Watched };

/// An instance that lists "fake-npu", then "fake-cpu", and nothing of the machine. Watched ones are other devices than those of the other instances.
Ref<accel_instance> make_instance(Waits waits = Waits::AsEnvironmentSays);
/// … with these modules instead.
Ref<accel_instance> make_instance(std::vector<Module *> modules);
Ref<accel_device> find_device(accel_instance &instance, const char *id);

/// accel_run_bind of buffers alone.
inline accel_status bind_ports(accel_run *run, const accel_binding *bindings, uint32_t count)
{
    accel_bind_desc desc{};
    desc.struct_size = sizeof desc;
    desc.bindings = bindings;
    desc.binding_count = count;
    desc.binding_size = sizeof *bindings;
    return accel_run_bind(run, &desc);
}

}  // namespace accel::runtime::fake
