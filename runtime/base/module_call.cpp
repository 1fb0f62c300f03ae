// SPDX-License-Identifier: MIT
// What becomes of an exception that a module threw.
#include "module_call.h"

#include <cstdio>

#include "error.h"
#include "log.h"

namespace accel::runtime {

accel_status thrown_by_module(const char *module, const char *slot) noexcept
{
    const border::Caught caught = border::caught();
    char sentence[512];
    snprintf(sentence, sizeof sentence, "module '%s' threw an exception out of '%s': %s", module, slot, caught.what);
    set_module_error("A-22", sentence);
    log_format(ACCEL_LOG_LEVEL_ERROR, 0, module, "%s", sentence);
    return caught.status == ACCEL_STATUS_OUT_OF_MEMORY ? caught.status : ACCEL_STATUS_INTERNAL;
}

}  // namespace accel::runtime
