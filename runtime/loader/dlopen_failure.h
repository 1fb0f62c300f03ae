// SPDX-License-Identifier: MIT
// Why a shared object was not loaded: dlopen says it in words, and keeps the system's errno to itself.
#pragma once

#include <accel/accel.h>

namespace accel::runtime {

struct DlopenFailure {
    accel_status status;  ///< OUT_OF_MEMORY, RESOURCE or INCOMPATIBLE
    const char *remedy;   ///< behind the words of dlopen; "" if those say it all
};

/// Right after dlopen has failed with these words of dlerror(). Never throws.
DlopenFailure judge_dlopen(const char *words);

}  // namespace accel::runtime
