// SPDX-License-Identifier: MIT
// Objects of the process that are never destroyed, because modules may use them while it exits. They lie in static memory: making one asks for none.
#pragma once

#include <cstddef>
#include <new>

namespace accel::runtime {

/// The one object of its type, made on first need. Threads: any thread.
template <class T> T &immortal()
{
    alignas(T) static std::byte room[sizeof(T)];
    static T *const it = new (room) T;
    return *it;
}

}  // namespace accel::runtime
