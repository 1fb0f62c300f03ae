// SPDX-License-Identifier: MIT
// A DRM syncobj behind a transport, as libdrm's drmSyncobj* are over a descriptor. ethosu and rocket have none and answer -EOPNOTSUPP; drivers with
// explicit fences (amdxdna, neutron) do.
#pragma once

#include "drm/node.h"

namespace accel::drm {

// Owns the handle; the node outlives it. Any thread; only wait blocks. Results are 0 or a negative errno.
class Syncobj {
public:
    Syncobj() = default;
    Syncobj(Syncobj &&other) noexcept;
    Syncobj &operator=(Syncobj &&other) noexcept;
    ~Syncobj();

    static int create(const Node &node, bool signalled, Syncobj &out);

    uint32_t handle() const { return handle_; }  // 0: none
    // The fence that it holds now, as a sync_file; -EINVAL when it holds none.
    int to_sync_file(Fd &sync_file) const;
    // Takes a sync_file's fence in place of its own; the descriptor stays the caller's.
    int from_sync_file(int sync_file);
    // Until a point of its timeline (0: its one fence) is reached, work that is not submitted yet included. deadline_ns: CLOCK_MONOTONIC, UINT64_MAX
    // never ends. -ETIME: not yet.
    int wait(uint64_t point, uint64_t deadline_ns) const;

private:
    Syncobj(const Node &node, uint32_t handle) : node_(&node),
                                                 handle_(handle) {}

    const Node *node_ = nullptr;
    uint32_t handle_ = 0;
};

}  // namespace accel::drm
