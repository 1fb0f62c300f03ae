// SPDX-License-Identifier: MIT
// Memory that is not there, for a module that cannot be asked to allocate elsewhere.
#pragma once

#include <sys/resource.h>

#include <cstddef>

namespace accel::conformance {

/// While one lives, the heap of this process has `room_bytes` left and the process gets no more address space. Heaps of other threads keep what they have. The stack is grown before, because
/// it would count.
class Flood {
public:
    explicit Flood(size_t room_bytes);
    ~Flood();
    Flood(const Flood &) = delete;
    Flood &operator=(const Flood &) = delete;

private:
    /// A block of the heap that holds nothing but the next one.
    struct Block {
        Block *next;
    };
    void take_all(size_t size_bytes);

    rlimit before_{};
    Block *blocks_ = nullptr;
};

}  // namespace accel::conformance
