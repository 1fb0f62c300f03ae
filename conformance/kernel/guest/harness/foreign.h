// SPDX-License-Identifier: MIT
//
// Buffers and fences of other drivers, to share with the one under test.
#pragma once

#include <cstddef>
#include <cstdint>

#include "drm.h"

namespace accel::uapi {

/// A dma-buf made of a memfd's pages. Throws Skip where the kernel has no udmabuf.
File make_udmabuf(size_t size_bytes);

/// A buffer of vgem with a software fence that this program signals.
class VgemFence {
public:
    VgemFence();
    int dma_buf() const { return dma_buf_.fd(); }
    /// Puts an unsignalled writer's fence on the buffer; the kernel gives up on it after ten seconds.
    void attach();
    void signal();

private:
    Node vgem_;
    uint32_t handle_ = 0, fence_ = 0;
    File dma_buf_;
};

}  // namespace accel::uapi
