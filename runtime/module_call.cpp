// SPDX-License-Identifier: MIT
// What becomes of an exception that a module threw.
#include "module_call.h"

#include <cstdio>
#include <exception>
#include <new>

#include "error.h"
#include "log.h"

namespace accel::runtime {

accel_status thrown_by_module(const char *module, const char *slot) noexcept
{
    char sentence[512];
    accel_status status = ACCEL_STATUS_INTERNAL;
    try {
        throw;
    } catch (const std::bad_alloc &) {
        status = ACCEL_STATUS_OUT_OF_MEMORY;
        snprintf(sentence, sizeof sentence, "module '%s' had no memory in '%s', and threw an exception instead of answering so", module, slot);
    } catch (const std::exception &exception) {
        snprintf(sentence, sizeof sentence, "module '%s' threw an exception out of '%s': %s", module, slot, exception.what());
    } catch (...) {
        snprintf(sentence, sizeof sentence, "module '%s' threw an exception of unknown type out of '%s'", module, slot);
    }
    set_module_error("A-22", sentence);
    log_format(ACCEL_LOG_LEVEL_ERROR, 0, module, "%s", sentence);
    return status;
}

}  // namespace accel::runtime
