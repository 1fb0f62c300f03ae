// SPDX-License-Identifier: MIT
// The ioctls, each with what the kernel refuses.
#include "open_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "../../../uapi/uapi.h"
#include "../uapi/ethosu.h"
#include "stream_scan.h"

namespace accel::devices::ethosu {
namespace {

using namespace accel::uapi;

constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kLargestObjectBytes = uint64_t{1} << 32;
constexpr uint32_t kSramBytes = 96 * 1024;
constexpr uint64_t kOffsetUnit = uint64_t{1} << 32;  // fake mmap offsets: the handle in the high word

void give_string(std::string_view text, char *target, uint64_t *length)
{
    if (target) std::memcpy(target, text.data(), std::min<uint64_t>(*length, text.size()));
    *length = text.size();
}

}  // namespace

int OpenFile::ioctl(unsigned long request, void *argument)
{
    switch (request) {
    case kDrmVersion: return version(argument);
    case kDrmGemClose: return close_handle(argument);
    case kEthosuDevQuery: return query(argument);
    case kEthosuBoCreate: return create(argument);
    case kEthosuBoWait: return wait(argument);
    case kEthosuBoMmapOffset: return map_offset(argument);
    case kEthosuCmdstreamBoCreate: return create_stream(argument);
    case kEthosuSubmit: return submit(argument);
    default: return -ENOTTY;
    }
}

uint32_t OpenFile::add(ObjectRef object)
{
    const std::lock_guard lock(mutex_);
    handles_[next_handle_] = std::move(object);
    return next_handle_++;
}

OpenFile::ObjectRef OpenFile::find(uint32_t handle)
{
    const std::lock_guard lock(mutex_);
    const auto entry = handles_.find(handle);
    return entry == handles_.end() ? nullptr : entry->second;
}

int OpenFile::version(void *argument)
{
    auto &version = *static_cast<DrmVersion *>(argument);
    version.major = 1;
    version.minor = 0;
    version.patch = 0;
    give_string("ethosu", version.name, &version.name_length);
    give_string("", version.date, &version.date_length);
    give_string("functional model of Arm Ethos-U65-256", version.description, &version.description_length);
    return 0;
}

int OpenFile::query(void *argument)
{
    auto &query = *static_cast<EthosuDevQuery *>(argument);
    if (query.type != 0) return -EINVAL;
    const EthosuNpuInfo info{Npu::kId, Npu::kConfig, kSramBytes, 0};
    if (query.pointer == 0) {
        query.size = sizeof(info);
        return 0;
    }
    if (query.size < 12) return -EINVAL;
    std::memcpy(reinterpret_cast<void *>(query.pointer), &info, std::min<size_t>(query.size, sizeof(info)));
    return 0;
}

int OpenFile::create(void *argument)
{
    auto &create = *static_cast<EthosuBoCreate *>(argument);
    if (create.size == 0 || create.flags > kEthosuNoMmap) return -EINVAL;
    if (create.size > kLargestObjectBytes) return -ENOMEM;
    create.size = (create.size + kPageBytes - 1) / kPageBytes * kPageBytes;
    auto object = engine_.memory().allocate(create.size);
    if (!object) return -ENOMEM;
    object->mappable = !(create.flags & kEthosuNoMmap);
    create.handle = add(std::move(object));
    return 0;
}

int OpenFile::wait(void *argument)
{
    const auto &wait = *static_cast<const EthosuBoWait *>(argument);
    const auto object = find(wait.handle);
    if (wait.pad != 0 || !object) return -EINVAL;
    return engine_.wait(*object, wait.timeout_ns);
}

int OpenFile::map_offset(void *argument)
{
    auto &request = *static_cast<EthosuBoMmapOffset *>(argument);
    const auto object = find(request.handle);
    if (!object) return -ENOENT;
    if (!object->mappable) return -EINVAL;
    request.offset = request.handle * kOffsetUnit;
    return 0;
}

int OpenFile::map(uint64_t offset, uint64_t size_bytes, void **out_pointer)
{
    const auto object = find(static_cast<uint32_t>(offset / kOffsetUnit));
    if (!object || !object->mappable || offset % kOffsetUnit || size_bytes > object->size_bytes()) return -EINVAL;
    *out_pointer = object->memory();
    return 0;
}

int OpenFile::create_stream(void *argument)
{
    auto &request = *static_cast<EthosuCmdstreamBoCreate *>(argument);
    if (request.flags != 0 || request.pad != 0 || request.size < 4) return -EINVAL;
    std::vector<uint32_t> words(request.size / 4);
    std::memcpy(words.data(), reinterpret_cast<const void *>(request.data), words.size() * 4);
    const StreamUse use = scan_stream(words);
    if (!use.valid) return -EINVAL;
    auto object = engine_.memory().allocate(words.size() * 4);
    if (!object) return -ENOMEM;
    std::memcpy(object->memory(), words.data(), words.size() * 4);
    object->mappable = false;
    object->is_stream = true;
    object->used_regions = use.used_regions;
    object->written_regions = use.written_regions;
    request.handle = add(std::move(object));
    return 0;
}

int OpenFile::submit(void *argument)
{
    const auto &request = *static_cast<const EthosuSubmit *>(argument);
    const auto *jobs = reinterpret_cast<const EthosuJob *>(request.jobs);
    for (uint32_t index = 0; index < request.job_count; ++index)
        if (const int error = submit_job(&jobs[index])) return error;
    return 0;
}

int OpenFile::submit_job(const void *argument)
{
    const auto &request = *static_cast<const EthosuJob *>(argument);
    if (request.sram_size > kSramBytes || (request.sram_size && request.region_bo_handles[kSramRegion])) return -EINVAL;
    EngineJob job;
    job.stream = find(request.cmd_bo);
    if (!job.stream) return -ENOENT;
    if (!job.stream->is_stream) return -EINVAL;
    for (uint32_t region = 0; region < 8; ++region) {
        const bool used = job.stream->used_regions & (1u << region);
        const uint32_t handle = request.region_bo_handles[region];
        if (handle && !used) return -EINVAL;
        if (!used) continue;
        if (region == kSramRegion && request.sram_size && !handle) {
            job.regions[region] = engine_.memory().allocate(request.sram_size);
            if (!job.regions[region]) return -ENOMEM;
            continue;
        }
        job.regions[region] = find(handle);
        if (!job.regions[region]) return -ENOENT;
        if (job.regions[region]->is_stream) return -EINVAL;
        if (std::count(job.regions.begin(), job.regions.begin() + region, job.regions[region])) return -EALREADY;
    }
    engine_.submit(std::move(job));
    return 0;
}

int OpenFile::close_handle(void *argument)
{
    const std::lock_guard lock(mutex_);
    return handles_.erase(static_cast<DrmGemClose *>(argument)->handle) ? 0 : -EINVAL;
}

}  // namespace accel::devices::ethosu
