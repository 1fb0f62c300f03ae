// SPDX-License-Identifier: MIT
// The requests of an invented kernel driver, as a vendor's uAPI header has them: memory, contexts, lists of jobs, waits with a deadline, a reset.
//
// Every answer is 0 or a negative errno. Where a line does not say otherwise: -EINVAL for what cannot be, -ENOENT for a handle or context that is not there, -ENOMEM. Of a lost device,
// -EIO until a reset; of one that is gone, -ENODEV for everything.
#pragma once

#include <cstdint>
#include <drm.h>

namespace accel::template_drm::uapi {

inline constexpr const char *kDriverName = "template_drm";
inline constexpr int kMajor = 1;

/// A list whose jobs make no progress for so long is ended.
inline constexpr uint64_t kJobTimeoutNs = 200'000'000;
/// Lists of a context that are not finished, at most.
inline constexpr uint32_t kDepth = 32;
inline constexpr uint32_t kJobsMax = 4096;

/// Memory, all zeros. Handles are closed by DRM's GEM_CLOSE.
struct BoCreate {
    uint64_t size_bytes;  ///< in: wanted; out: rounded up to pages
    uint32_t handle;      ///< out
    uint32_t pad;
};

struct BoMap {
    uint32_t handle;
    uint32_t pad;
    uint64_t offset;  ///< out: for mmap
};

/// Lists of a context run in order, and are numbered from 1 in the order of their submission.
struct Context {
    uint32_t context;  ///< out of create, in to destroy
    uint32_t pad;
};

/// On F32: y = clamp(a + b), clamp(a * b), clamp(a). A NaN stays one.
enum Operation : uint32_t { kAdd = 1,
                            kMultiply = 2,
                            kClamp = 3 };

struct Operand {
    uint32_t handle;
    uint32_t pad;
    uint64_t offset_bytes;  ///< a multiple of 4
};

struct Job {
    uint32_t operation;
    uint32_t pad;
    uint64_t element_count;  ///< at least 1
    Operand a, b, y;         ///< b counts for what has two operands
    float clamp_min, clamp_max;
};
static_assert(sizeof(Job) == 72);

/// -EAGAIN: kDepth lists are not finished. -ECANCELED: a list of the context hung before, and what was behind it has ended with the same. Make another context.
struct Submit {
    uint64_t jobs;       ///< struct Job, copied
    uint32_t job_count;  ///< 1 to kJobsMax
    uint32_t context;
    uint64_t number;  ///< out
};

/// 0: finished. -ETIME: not yet at the deadline. Else how it ended, of the latest 2 * kDepth lists: -EFAULT a job reached beyond memory, -ETIMEDOUT it hung, -ECANCELED, -EIO, -ENODEV.
struct Wait {
    uint32_t context;
    uint32_t pad;
    uint64_t number;
    int64_t deadline_ns;  ///< CLOCK_MONOTONIC; 0 only looks
};

/// Begins a lost device anew, without the contexts of before. Does nothing to one that works.
struct Reset {
    uint32_t flags;  ///< 0
    uint32_t pad;
};

template <class Argument> constexpr unsigned long request(unsigned number) { return DRM_IOWR(DRM_COMMAND_BASE + number, Argument); }

inline constexpr unsigned long kBoCreate = request<BoCreate>(0);
inline constexpr unsigned long kBoMap = request<BoMap>(1);
inline constexpr unsigned long kContextCreate = request<Context>(2);
inline constexpr unsigned long kContextDestroy = request<Context>(3);
inline constexpr unsigned long kSubmit = request<Submit>(4);
inline constexpr unsigned long kWait = request<Wait>(5);
inline constexpr unsigned long kReset = request<Reset>(6);

}  // namespace accel::template_drm::uapi
