// SPDX-License-Identifier: MIT
// memcpy and memmove of the whole process, byte by byte: libc's would make the accesses with code that tells nothing about its caller, and in strides of
// many bytes. Compiled so that the loops are not turned into calls of themselves.
#include "plain_copy.h"

#include <cstddef>

namespace accel::split {
namespace {
thread_local const void *t_caller = nullptr;
}
const void *plain_copy_caller() { return t_caller; }
}  // namespace accel::split

#define ACCEL_INTERPOSE extern "C" __attribute__((visibility("default"), noinline, section("plain_copy")))

ACCEL_INTERPOSE void *memmove(void *to, const void *from, size_t size)
{
    accel::split::t_caller = __builtin_return_address(0);
    auto *target = static_cast<volatile unsigned char *>(to);
    const auto *source = static_cast<const volatile unsigned char *>(from);
    if (target <= source)
        for (size_t index = 0; index < size; ++index) target[index] = source[index];
    else
        for (size_t index = size; index-- > 0;) target[index] = source[index];
    return to;
}

ACCEL_INTERPOSE void *memcpy(void *to, const void *from, size_t size)
{
    accel::split::t_caller = __builtin_return_address(0);
    auto *target = static_cast<volatile unsigned char *>(to);
    const auto *source = static_cast<const volatile unsigned char *>(from);
    for (size_t index = 0; index < size; ++index) target[index] = source[index];
    return to;
}
