// SPDX-License-Identifier: MIT
// A stand-in for the kernel driver, for this room's tests: it keeps books, runs
// nothing, and ends jobs when told to. Fences are eventfd-like pipes, so descriptors
// are real and leaks can be counted.
#pragma once

#include "drm/node.h"
#include "uapi/ethosu_accel.h"

#include <accel/backend.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace accel::ethosu {

class FakeDriver {
public:
    struct FenceNote {
        uint32_t handle;
        uint32_t access;
        int fd;
    };

    explicit FakeDriver(bool simulated = false)
    {
        table_.struct_size = sizeof table_;
        table_.context = this;
        table_.flags = simulated ? ACCEL_BK_TRANSPORT_FLAG_SIMULATED : 0;
        table_.node_fd = -1;
        table_.request = [](void *self, const accel_bk_request *request) {
            return static_cast<FakeDriver *>(self)->ioctl(request->request, request->argument);
        };
        table_.map = [](void *self, const accel_bk_map *map, void **out) {
            auto &memory = static_cast<FakeDriver *>(self)->buffers.at(static_cast<uint32_t>(map->offset >> 12));
            if (map->size_bytes > memory.size())
                return -EINVAL;
            *out = memory.data();
            return 0;
        };
        table_.unmap = [](void *, void *, uint64_t) { return 0; };
        if (simulated)
            return;
        table_.share = [](void *self, uint32_t handle, int *out) {
            auto &fake = *static_cast<FakeDriver *>(self);
            if (fake.share_error != 0)
                return fake.share_error;
            *out = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            fake.dma_bufs[*out] = handle;
            return 0;
        };
        table_.fence_from = [](void *self, int dma_buf, uint32_t, int *out) {
            auto &fake = *static_cast<FakeDriver *>(self);
            if (fake.fence_error != 0)
                return fake.fence_error;
            *out = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            fake.fences[*out] = fake.jobs.size() - 1;
            fake.exported_from.push_back(fake.dma_bufs.at(dma_buf));
            return 0;
        };
        table_.fence_to = [](void *self, int dma_buf, uint32_t access, int fd) {
            auto &fake = *static_cast<FakeDriver *>(self);
            fake.imported.push_back({fake.dma_bufs.at(dma_buf), access, fd});
            return 0;
        };
        table_.fence_wait = [](void *self, int fd, uint64_t) {
            auto &fake = *static_cast<FakeDriver *>(self);
            return fake.wait_error != 0 ? fake.wait_error : fake.result_of(fake.fences.at(fd));
        };
        table_.fence_time = [](void *self, int fd, uint64_t *out) {
            auto &fake = *static_cast<FakeDriver *>(self);
            const size_t job = fake.fences.at(fd);
            *out = job < fake.finished ? fake.ends_ns.at(job) : 0;
            return job < fake.finished ? 0 : -ETIME;
        };
    }

    const accel_bk_transport &transport() const { return table_; }

    // Ends the oldest `count` jobs that are not finished. A job that `stops` did not
    // come to its last operation.
    void finish(size_t count, int error = 0, bool stops = false, uint64_t end_ns = drm::now_ns())
    {
        for (; count > 0 && finished < jobs.size(); --count, ++finished) {
            errors[finished] = error;
            ends_ns[finished] = end_ns;
            auto &scratch = buffers.at(jobs[finished].region_bo_handles[1]);
            if (error == 0 && !stops)
                scratch[16] = scratch[0];
        }
    }

    std::string name = "ethosu";
    int major = 1;
    uint32_t id = 0x10061010;
    uint32_t config = 8;
    int submit_error = 0;
    int stream_error = 0;
    int fence_error = 0;
    int wait_error = 0;  // of waits that cannot be made
    int share_error = 0;
    std::map<uint32_t, std::vector<uint8_t>> buffers;
    std::map<uint32_t, std::vector<uint32_t>> streams;
    std::map<int, uint32_t> dma_bufs;
    std::map<int, size_t> fences;
    std::vector<uapi::Job> jobs;
    std::map<size_t, int> errors;
    std::map<size_t, uint64_t> ends_ns;
    std::vector<FenceNote> imported;
    std::vector<uint32_t> exported_from;
    size_t finished = 0;
    uint32_t closed_twice = 0;

private:
    int result_of(size_t job) const { return job < finished ? errors.at(job) : -ETIME; }

    int version(void *argument) const
    {
        auto &version = *static_cast<drm_version *>(argument);
        std::memcpy(version.name, name.data(), name.size());
        version.name_len = name.size();
        version.version_major = major;
        return 0;
    }

    int query(void *argument) const
    {
        const auto &query = *static_cast<uapi::DevQuery *>(argument);
        const uapi::NpuInfo info{id, config, 98304, 0};
        std::memcpy(reinterpret_cast<void *>(query.pointer), &info, sizeof info);
        return 0;
    }

    int create(void *argument)
    {
        auto &create = *static_cast<uapi::BoCreate *>(argument);
        create.size = (create.size + 4095) / 4096 * 4096;
        create.handle = next_handle_++;
        buffers[create.handle].resize(create.size);
        return 0;
    }

    int create_stream(void *argument)
    {
        if (stream_error != 0)
            return stream_error;
        auto &create = *static_cast<uapi::CmdstreamBoCreate *>(argument);
        const auto *words = reinterpret_cast<const uint32_t *>(create.data);
        create.handle = next_handle_++;
        streams[create.handle].assign(words, words + create.size / 4);
        return 0;
    }

    int submit(void *argument)
    {
        if (submit_error != 0)
            return submit_error;
        const auto &submit = *static_cast<uapi::Submit *>(argument);
        jobs.push_back(*reinterpret_cast<const uapi::Job *>(submit.jobs));
        return 0;
    }

    int wait(void *argument) const
    {
        if (wait_error != 0)
            return wait_error;
        const uint32_t handle = static_cast<uapi::BoWait *>(argument)->handle;
        for (size_t job = jobs.size(); job-- > 0;)
            for (const uint32_t region : jobs[job].region_bo_handles)
                if (region == handle)
                    return result_of(job);
        return 0;
    }

    int ioctl(unsigned long request, void *argument)
    {
        switch (request) {
        case DRM_IOCTL_VERSION:
            return version(argument);
        case DRM_IOCTL_GEM_CLOSE: {
            const uint32_t handle = static_cast<drm_gem_close *>(argument)->handle;
            closed_twice += buffers.erase(handle) + streams.erase(handle) == 1 ? 0 : 1;
            return 0;
        }
        case uapi::kDevQuery:
            return query(argument);
        case uapi::kBoCreate:
            return create(argument);
        case uapi::kBoMmapOffset: {
            auto &offset = *static_cast<uapi::BoMmapOffset *>(argument);
            offset.offset = uint64_t{offset.handle} << 12;
            return 0;
        }
        case uapi::kBoWait:
            return wait(argument);
        case uapi::kCmdstreamBoCreate:
            return create_stream(argument);
        case uapi::kSubmit:
            return submit(argument);
        default:
            return -ENOTTY;
        }
    }

    accel_bk_transport table_{};
    uint32_t next_handle_ = 1;
};

}  // namespace accel::ethosu
