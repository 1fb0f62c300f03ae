// SPDX-License-Identifier: MIT
// Threads that this module makes.
#ifndef ACCEL_BACKENDS_CPU_THREAD_H
#define ACCEL_BACKENDS_CPU_THREAD_H

#include <pthread.h>

namespace accel::cpu
{

// Starts a thread that no signal of the application interrupts. The name has up to 15 characters.
// False: the system has no thread left.
bool start_thread(pthread_t &thread, const char *name, void *(*body)(void *), void *argument);

} // namespace accel::cpu

#endif
