// SPDX-License-Identifier: MIT
// Faults of buffers.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include "../../backends/common/door.h"
#include "base.h"

namespace accel::faults {
namespace {

struct Shadow {
    uint64_t size_bytes = 0;
    std::vector<char> copy;
    char *latest = nullptr;
    int maps = 0;
};
std::map<accel_bk_buffer *, Shadow> shadows;

uint64_t size_of(accel_bk_buffer *buffer)
{
    const std::lock_guard guard(state_lock());
    return shadows[buffer].size_bytes;
}

accel_status create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const auto status = base.device.buffer_create(device, desc, out);
    if (status == ACCEL_STATUS_OK) {
        const std::lock_guard guard(state_lock());
        shadows[*out].size_bytes = desc->size_bytes;
    }
    return status;
}

void destroy(accel_bk_buffer *buffer)
{
    {
        const std::lock_guard guard(state_lock());
        shadows.erase(buffer);
    }
    base.device.buffer_destroy(buffer);
}

accel_status dirty_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const auto status = base.device.buffer_create(device, desc, out);
    void *pointer = nullptr;
    if (status == ACCEL_STATUS_OK && desc->import_kind == 0 && door::map(base.device, *out, ACCEL_ACCESS_WRITE, desc->size_bytes, &pointer) == ACCEL_STATUS_OK) {
        std::memset(pointer, 0xa5, desc->size_bytes);
        door::unmap(base.device, *out, ACCEL_ACCESS_WRITE, desc->size_bytes);
    }
    return status;
}

accel_status offsetless_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    auto other = *desc;
    other.offset_bytes = 0;
    return base.device.buffer_create(device, &other, out);
}

accel_status interruptible_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out)
{
    const timespec moment{0, 500'000};
    if (nanosleep(&moment, nullptr) != 0) return ACCEL_STATUS_IO;
    return base.device.buffer_map(buffer, access, out);
}

/// Memory that needs a descriptor, and the wrong word when there is none.
accel_status wordless_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ACCEL_STATUS_IO;
    close(fd);
    return base.device.buffer_create(device, desc, out);
}

/// The word for failed work where there is no memory.
accel_status misnaming_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const auto status = base.device.buffer_create(device, desc, out);
    return status == ACCEL_STATUS_OUT_OF_MEMORY ? ACCEL_STATUS_JOB_FAILED : status;
}

/// Notes of a run, which stay behind where there is no memory for the run itself.
accel_status losing_run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    constexpr size_t kNoteBytes = 256;
    void *volatile notes = std::malloc(kNoteBytes);  // volatile: or the block would be dropped
    if (!notes) return ACCEL_STATUS_OUT_OF_MEMORY;
    const auto status = base.device.run_create(program, desc, out);
    if (status != ACCEL_STATUS_OUT_OF_MEMORY) std::free(notes);
    return status;
}

/// Every map gives a fresh copy; the last unmap writes the latest back.
accel_status moving_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out)
{
    void *pointer = nullptr;
    const auto status = base.device.buffer_map(buffer, access, &pointer);
    if (status != ACCEL_STATUS_OK) return status;
    const std::lock_guard guard(state_lock());
    Shadow &shadow = shadows[buffer];
    auto *fresh = static_cast<char *>(std::aligned_alloc(4096, (shadow.size_bytes + 4095) / 4096 * 4096));
    std::memcpy(fresh, shadow.latest ? shadow.latest : pointer, shadow.size_bytes);
    shadow.latest = fresh;
    *out = fresh;
    return status;
}

accel_status moving_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    void *pointer = nullptr;
    const uint64_t size_bytes = size_of(buffer);
    if (door::map(base.device, buffer, ACCEL_ACCESS_WRITE, size_bytes, &pointer) == ACCEL_STATUS_OK) {
        const std::lock_guard guard(state_lock());
        Shadow &shadow = shadows[buffer];
        if (shadow.latest) std::memcpy(pointer, shadow.latest, shadow.size_bytes);
        door::unmap(base.device, buffer, ACCEL_ACCESS_WRITE, size_bytes);
    }
    return base.device.buffer_unmap(buffer, access);
}

/// Maps go to a copy that is written back without its last bytes.
accel_status losing_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out)
{
    void *pointer = nullptr;
    const auto status = base.device.buffer_map(buffer, access, &pointer);
    if (status != ACCEL_STATUS_OK) return status;
    const std::lock_guard guard(state_lock());
    Shadow &shadow = shadows[buffer];
    if (shadow.copy.empty()) shadow.copy.resize(shadow.size_bytes + 4096);
    void *aligned = shadow.copy.data();
    size_t space = shadow.copy.size();
    std::align(4096, shadow.size_bytes, aligned, space);
    if (shadow.maps++ == 0) std::memcpy(aligned, pointer, shadow.size_bytes);
    *out = shadow.latest = static_cast<char *>(aligned);
    return status;
}

accel_status losing_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    void *pointer = nullptr;
    const uint64_t size_bytes = size_of(buffer);
    if (door::map(base.device, buffer, ACCEL_ACCESS_WRITE, size_bytes, &pointer) == ACCEL_STATUS_OK) {
        const std::lock_guard guard(state_lock());
        Shadow &shadow = shadows[buffer];
        if (--shadow.maps == 0) std::memcpy(pointer, shadow.latest, shadow.size_bytes - std::min<uint64_t>(shadow.size_bytes, 16));
        door::unmap(base.device, buffer, ACCEL_ACCESS_WRITE, size_bytes);
    }
    return base.device.buffer_unmap(buffer, access);
}

/// Maps go to a copy that is written back when the last of them ends: what the device sees meanwhile is older.
accel_status carrying_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    void *pointer = nullptr;
    const uint64_t size_bytes = size_of(buffer);
    if (door::map(base.device, buffer, ACCEL_ACCESS_WRITE, size_bytes, &pointer) == ACCEL_STATUS_OK) {
        const std::lock_guard guard(state_lock());
        Shadow &shadow = shadows[buffer];
        if (--shadow.maps == 0) std::memcpy(pointer, shadow.latest, shadow.size_bytes);
        door::unmap(base.device, buffer, ACCEL_ACCESS_WRITE, size_bytes);
    }
    return base.device.buffer_unmap(buffer, access);
}

// ---- scratch: what runs were given, and what is written there by who should not

std::map<accel_bk_run *, accel_bk_memory> scratch_of;

accel_status noting_run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    const auto status = base.device.run_create(program, desc, out);
    if (status == ACCEL_STATUS_OK && desc->scratch_count) {
        const std::lock_guard guard(state_lock());
        scratch_of[*out] = desc->scratch[0];
    }
    return status;
}

void forgetting_run_destroy(accel_bk_run *run)
{
    {
        const std::lock_guard guard(state_lock());
        scratch_of.erase(run);
    }
    base.device.run_destroy(run);
}

/// One byte of the scratch, or of what lies behind it; null without scratch.
template <class Look> accel_status at_scratch(accel_bk_run *run, uint64_t offset_bytes, const Look &look)
{
    accel_bk_memory memory{};
    {
        const std::lock_guard guard(state_lock());
        if (const auto found = scratch_of.find(run); found != scratch_of.end()) memory = found->second;
    }
    if (!memory.buffer) return ACCEL_STATUS_OK;
    const uint64_t at = memory.offset_bytes + (offset_bytes == UINT64_MAX ? memory.size_bytes : offset_bytes);
    void *pointer = nullptr;
    if (door::map(base.device, memory.buffer, ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE, at + 1, &pointer) != ACCEL_STATUS_OK) return ACCEL_STATUS_INTERNAL;
    const accel_status status = look(static_cast<uint8_t *>(pointer)[at]);
    door::unmap(base.device, memory.buffer, ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE, at + 1);
    return status;
}

/// What the first byte was when the run was handed over last.
std::map<accel_bk_run *, uint8_t> left_behind;

accel_status trusting_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    const auto changed = [&](const uint8_t &byte) {
        const std::lock_guard guard(state_lock());
        const auto [left, is_first] = left_behind.try_emplace(submit->run, byte);
        return is_first || left->second == byte ? ACCEL_STATUS_OK : ACCEL_STATUS_RESOURCE;
    };
    const auto status = at_scratch(submit->run, 0, changed);
    return status == ACCEL_STATUS_OK ? base.device.queue_submit(queue, submit, out) : status;
}

accel_status spilling_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    const auto spill = [](uint8_t &byte) {
        ++byte;
        return ACCEL_STATUS_OK;
    };
    at_scratch(submit->run, UINT64_MAX, spill);
    return base.device.queue_submit(queue, submit, out);
}

void note_scratch()
{
    mine.device.run_create = noting_run_create;
    mine.device.run_destroy = forgetting_run_destroy;
}

void track()
{
    mine.device.buffer_create = create;
    mine.device.buffer_destroy = destroy;
}

}  // namespace

const std::vector<Fault> &memory_faults()
{
    static const std::vector<Fault> faults{
        {"dirty-memory", [] { mine.device.buffer_create = dirty_create; }},
        {"heeds-signals", [] { mine.device.buffer_map = interruptible_map; }},
        {"misnames-scarcity", [] { mine.device.buffer_create = wordless_create; }},
        {"misnames-shortage", [] { mine.device.buffer_create = misnaming_create; }},
        {"loses-a-block", [] { mine.device.run_create = losing_run_create; }},
        {"trusts-scratch", [] { note_scratch(), mine.device.queue_submit = trusting_submit; }},
        {"spills-scratch", [] { note_scratch(), mine.device.queue_submit = spilling_submit; }},
        {"ignores-offset", [] { mine.device.buffer_create = offsetless_create; }},
        {"moving-map",
         [] {
             track();
             mine.device.buffer_map = moving_map;
             mine.device.buffer_unmap = moving_unmap;
         }},
        {"claims-coherence",
         [] {
             track();
             mine.device.buffer_map = losing_map;
             mine.device.buffer_unmap = carrying_unmap;
         }},
        {"loses-writes",
         [] {
             track();
             mine.device.buffer_map = losing_map;
             mine.device.buffer_unmap = losing_unmap;
         }},
    };
    return faults;
}

}  // namespace accel::faults
