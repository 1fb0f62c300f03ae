// SPDX-License-Identifier: MIT
// Sizes of public structs in the first version that published each. They come from the golden layouts in api/abi, never from sizeof: nobody can let a size grow by
// appending a member, which would lock out callers that were compiled before it.
#pragma once

#include <accel/backend.h>
#include <accel/ext/calibration.h>
#include <accel/ext/fault.h>
#include <accel/ext/trace.h>

#include <cstddef>

namespace accel::runtime {

// No default: a struct without a row does not compile. Append it to api/abi with api/tests/layout.py --update and api/abi/generate.py.
template <class T> struct FirstSize;
#define ACCEL_FIRST_SIZE(name, bytes)          \
    template <> struct FirstSize<::name> {     \
        static constexpr size_t value = bytes; \
    };
#define ACCEL_LATER_SIZE(name, major, minor, bytes)
#include "abi_first_sizes.inc"
#undef ACCEL_FIRST_SIZE
#undef ACCEL_LATER_SIZE

template <class T> inline constexpr size_t kFirstSize = FirstSize<T>::value;

}  // namespace accel::runtime
