// SPDX-License-Identifier: MIT
// Does a saved blob of a program run on a device, or for a target? Its module's compiler is the judge. A module that is a device alone has none: there the name of the target
// decides, and the device refuses what it cannot load (M-8).
#pragma once

#include <accel/backend.h>

#include <string>

#include "instance/instance.h"
#include "program.h"

namespace accel::runtime {

/// Where a program would go: a module's compiler, null where it has none, and the name of a target.
struct Destination {
    const accel_bk_compiler *compiler = nullptr;
    const accel_bk_host *host = nullptr;
    std::string backend, target;
};

accel_status destination_of_module(Module *module, const char *target, Destination *out);
/// Its target is what the device tells if it is open, else what its manifest says.
accel_status destination_of_device(accel_device *device, Destination *out);
/// A device by id, or a target by name. Errors: NOT_FOUND (S-2).
accel_status destination_of_name(accel_instance *instance, const char *name, Destination *out);

accel_status fit_of(const Blob &blob, const Destination &to, accel_fit *out_fit);

}  // namespace accel::runtime
