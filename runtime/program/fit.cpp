// SPDX-License-Identifier: MIT
// Finds who judges a blob for a device or target, and asks; where there is no compiler, the name of the target decides.
#include "fit.h"

#include "base/check.h"
#include "instance/instance.h"

namespace accel::runtime {

accel_status destination_of_module(Module *module, const char *target, Destination *out)
{
    ACCEL_TRY(module->load());
    *out = {module->compiler(), module->host(), module->name(), target};
    return ACCEL_STATUS_OK;
}

accel_status destination_of_device(accel_device *device, Destination *out)
{
    DeviceEntry &entry = device->entry();
    out->backend = entry.backend();
    out->target = entry.target();
    if (const std::shared_ptr<OpenDevice> open = entry.peek(); open && open->info().target && *open->info().target) out->target = open->info().target;
    return entry.compiler(&out->compiler, &out->host);
}

accel_status destination_of_name(accel_instance *instance, const char *name, Destination *out)
{
    if (Module *module = instance->module_for_target(name)) return destination_of_module(module, name, out);
    for (uint32_t i = 0; i < instance->device_count(); ++i) {
        if (std::string(instance->device(i)->entry().id()) == name) return destination_of_device(instance->device(i), out);
    }
    return fail(ACCEL_STATUS_NOT_FOUND, "S-2", instance, "'%s' is neither a device of this instance nor a target that a module compiles for", name);
}

accel_status fit_of(const Blob &blob, const Destination &to, accel_fit *out_fit)
{
    *out_fit = ACCEL_FIT_NONE;
    if (blob.backend != to.backend) return ACCEL_STATUS_OK;
    if (!to.compiler) {
        *out_fit = blob.target == to.target ? ACCEL_FIT_FULL : ACCEL_FIT_NONE;
        return ACCEL_STATUS_OK;
    }
    accel_fit fit = ACCEL_FIT_NONE;
    clear_module_error();
    const accel_status status = to.compiler->check(to.host, blob.bytes.data(), blob.bytes.size(), to.target.c_str(), &fit);
    if (status != ACCEL_STATUS_OK) return fail_from_module(status, to.backend.c_str(), "check a saved program", nullptr);
    // What a newer module says beyond these is nothing that this library could promise.
    if (fit == ACCEL_FIT_REBUILD || fit == ACCEL_FIT_FULL) *out_fit = fit;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
