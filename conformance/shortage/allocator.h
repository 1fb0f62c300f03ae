// SPDX-License-Identifier: MIT
// The process's own malloc, mmap and pthread_create, which refuse when they are told to, and know what is still held.
//
// Only requests of libaccel and its modules count: the first frame on the way out that belongs neither to the C and C++ libraries nor to the loader decides. What a kernel library asks
// for, and what this program itself asks for, is granted and not counted.
#pragma once

#include <cstdint>

namespace accel::shortage {

enum class Mode {
    Once,     ///< one request is refused
    FromThen  ///< that request is refused, and all after it
};

/// Begin to count: the request with that number is refused, 1 is the next one. Threads: not beside another arm or disarm; requests of any thread count.
void arm(uint64_t number, Mode mode);
/// Grant everything again. Returns how many requests were refused.
uint64_t disarm();
/// Requests seen since arm(), refused ones included.
uint64_t request_count();

/// Blocks and mappings that libaccel and its modules hold, as far as they were made since the process began; what the loader keeps of their libraries is not among them.
struct Holdings {
    uint64_t count = 0;
    uint64_t bytes = 0;
    bool operator==(const Holdings &) const = default;
};
Holdings holdings();

/// A number for what will be asked for from now on; print_since() writes one line for every request with this number or a later one that is still held: its size and who asked.
uint64_t era();
void print_since(uint64_t era);
/// Was the latest first refused request that for a thread? The C library says the same when a limit of threads is reached.
bool refused_a_thread();
/// One line with the frames of the latest refused request.
void print_refusal();

}  // namespace accel::shortage
