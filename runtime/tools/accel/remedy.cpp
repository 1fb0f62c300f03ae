// SPDX-License-Identifier: MIT
#include "remedy.h"

namespace accel::tool {

const char *remedy_of(accel_status status)
{
    switch (status) {
    case ACCEL_STATUS_UNSUPPORTED: return "`accel inspect MODEL --support` says what each device takes, and cpu in --device takes the rest";
    case ACCEL_STATUS_INVALID_ARGUMENT: return "correct the option or the model";
    case ACCEL_STATUS_INCOMPATIBLE: return "compile the model again, or install modules and library of one release";
    case ACCEL_STATUS_OUT_OF_MEMORY: return "end other programs, or take a smaller model";
    case ACCEL_STATUS_BUSY: return "wait for other programs that use the device";
    default: return "`accel doctor` checks this machine, `--verbose` shows what the library does";
    }
}

}  // namespace accel::tool
