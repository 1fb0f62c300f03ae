// SPDX-License-Identifier: MIT
// What a request's pointers, descriptors and instants are, in the words of the transport. `offset` is where the pointer or number lies in its parent:
// 0, the argument, or the number of an earlier span, counted from 1.
#pragma once

#include <accel/backend.h>

#include <cstdint>

namespace accel::drm {

inline accel_bk_span span_in(uint64_t offset, const void *data, uint64_t byte_count, uint32_t parent = 0)
{
    return {ACCEL_BK_SPAN_KIND_IN, parent, offset, const_cast<void *>(data), byte_count};
}

inline accel_bk_span span_out(uint64_t offset, void *data, uint64_t byte_count, uint32_t parent = 0)
{
    return {ACCEL_BK_SPAN_KIND_OUT, parent, offset, data, byte_count};
}

inline accel_bk_span span_fd_in(uint64_t offset, uint32_t parent = 0) { return {ACCEL_BK_SPAN_KIND_FD_IN, parent, offset, nullptr, 0}; }
inline accel_bk_span span_fd_out(uint64_t offset, uint32_t parent = 0) { return {ACCEL_BK_SPAN_KIND_FD_OUT, parent, offset, nullptr, 0}; }
// A CLOCK_MONOTONIC instant.
inline accel_bk_span span_instant(uint64_t offset, uint32_t parent = 0) { return {ACCEL_BK_SPAN_KIND_INSTANT, parent, offset, nullptr, 0}; }

}  // namespace accel::drm
