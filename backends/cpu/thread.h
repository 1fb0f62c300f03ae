// SPDX-License-Identifier: MIT
// Threads that this module makes.
#pragma once

#include <pthread.h>

namespace accel::cpu {

// Starts a thread that no signal of the application interrupts. The name has up to 15 characters.
// False: the system has no thread left.
bool start_thread(pthread_t &thread, const char *name, void *(*body)(void *), void *argument);

// Makes the C library give the calling thread its part of the heap now: it takes 64 MiB of addresses for it at a thread's first allocation, and would
// else take them while the room relies on what is left (dnnl_reserve.h). Called first by every thread that executes. Where that would leave too little
// there is none.
void settle_heap() noexcept;

// False: the calling thread has no part of the heap, and every block of it, however small, takes a page.
bool has_heap() noexcept;

}  // namespace accel::cpu
