// SPDX-License-Identifier: MIT
// Threads of the library's own.
#pragma once

#include <pthread.h>

namespace accel::runtime {

/// Start a thread that takes none of the application's signals, only those that its own instructions raise. name: at most 15 characters. Answers 0, ENOMEM, or EAGAIN when there are too many threads.
int start_thread(const char *name, void *(*enter)(void *), void *argument, pthread_t *out_thread);

}  // namespace accel::runtime
