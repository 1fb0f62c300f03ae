// SPDX-License-Identifier: MIT
// Opens the devices of a set, or finds the module of a target without hardware.
#include "build_targets.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "calibration.h"
#include "instance/device_set.h"
#include "instance/instance.h"
#include "model/model.h"

namespace accel::runtime {

namespace {

/// In the place of a target without hardware. Of its memory it promises what its manifest does: where that is coherent, others can read it where it is mapped.
class UnopenedDevice : public OpenDevice {
public:
    explicit UnopenedDevice(bool coherent) { info_.flags = coherent ? uint32_t{ACCEL_BK_DEVICE_FLAG_COHERENT} : 0u; }
};

class Finding {
public:
    Finding(const accel_program_desc &desc, accel_program &program, BuildTargets &out) : desc_(desc),
                                                                                         program_(program),
                                                                                         out_(out) {}

    accel_status find_targets()
    {
        if (desc_.target) ACCEL_TRY(find_bare_target());
        if (desc_.device_count == 0) return ACCEL_STATUS_OK;
        accel_instance *instance = nullptr;
        ACCEL_TRY(check_device_set(desc_.devices, desc_.device_count, "desc.devices", &instance));
        if (instance != desc_.model->instance())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", desc_.model, "desc.devices and desc.model are of different instances");
        ACCEL_TRY(open_device_set(desc_.devices, desc_.device_count, "desc.devices", &out_.open, &instance));
        for (uint32_t i = 0; i < desc_.device_count; ++i) {
            accel_device *device = desc_.devices[i];
            if (std::find(desc_.devices, desc_.devices + i, device) != desc_.devices + i)
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-2", device, "desc.devices[%u] is in the set twice", i);
            program_.devices.push_back(Ref<accel_device>::adopt(device->acquire()));
            CompileTarget &target = out_.targets.emplace_back();
            ACCEL_TRY(device->entry().compiler(&target.compiler, &target.host));
            target.sizes = device->entry().sizes();
            target.backend = device->entry().backend();
            target.label = device->entry().id();
            const char *told = out_.open[out_.targets.size() - 1]->info().target;
            target.name = told && *told ? told : device->entry().target();
            target.speed = calibrated_speed(target.label);
            if (!target.compiler)
                return fail(ACCEL_STATUS_UNSUPPORTED, "P-1", device, "module '%s' of device '%s' has no compiler", target.backend.c_str(), target.label.c_str());
            ACCEL_TRY(look_up(target));
            program_.places.push_back({target.backend, target.name, target.label});
        }
        return ACCEL_STATUS_OK;
    }

    accel_status find_bare_target()
    {
        Module *module = program_.instance->module_for_target(desc_.target);
        if (!module) return fail(ACCEL_STATUS_NOT_FOUND, "P-8", desc_.model, "no module compiles for target '%s'", desc_.target);
        ACCEL_TRY(module->load());
        CompileTarget &target = out_.targets.emplace_back();
        target.compiler = module->compiler();
        target.host = module->host();
        target.sizes = module->sizes();
        target.backend = module->name();
        target.name = target.label = desc_.target;
        if (!target.compiler) return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", desc_.model, "module '%s' has no compiler", module->name());
        ACCEL_TRY(look_up(target));
        program_.places.push_back({target.backend, target.name, ""});
        program_.devices.emplace_back();
        const Manifest &manifest = module->manifest();
        out_.open.push_back(std::make_shared<UnopenedDevice>(manifest.always && manifest.always->target == target.name ? manifest.always->coherent : manifest.device.coherent));
        return ACCEL_STATUS_OK;
    }

    accel_status check_option(const accel_option &option) const
    {
        if (!option.name) return fail_null("desc.options[].name");
        if (option.kind < ACCEL_OPTION_KIND_STRING || option.kind > ACCEL_OPTION_KIND_NUMBER)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-6", desc_.model, "option '%s' has kind %u, expected one of enum accel_option_kind", option.name, option.kind);
        const bool text = option.kind == ACCEL_OPTION_KIND_STRING;
        if (text != (option.string != nullptr) || (option.kind != ACCEL_OPTION_KIND_INTEGER && option.integer != 0) ||
            (option.kind != ACCEL_OPTION_KIND_NUMBER && option.number != 0))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-6", desc_.model, "option '%s' %s its kind names, and no other", option.name,
                        text && !option.string ? "lacks the value that" : "has a value beside the one that");
        if (option.optional > 1) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", desc_.model, "option '%s' has optional = %u, expected 0 or 1", option.name, option.optional);
        return ACCEL_STATUS_OK;
    }

    /// Options are named `<module>.<what>` and go to that module, which knows what it knows.
    accel_status take_options()
    {
        for (uint32_t i = 0; i < desc_.option_count; ++i) {
            const accel_option &option = desc_.options[i];
            ACCEL_TRY(check_option(option));
            bool known = false;
            for (CompileTarget &target : out_.targets) {
                const std::string prefix = target.backend + ".";
                if (strncmp(option.name, prefix.c_str(), prefix.size()) != 0) continue;
                target.options.push_back(option);
                known = true;
            }
            if (!known && !option.optional)
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-6", desc_.model,
                            "option '%s' is for no module of the device set; options are named <module>.<option>, and optional ones may be unknown", option.name);
        }
        return ACCEL_STATUS_OK;
    }

private:
    const accel_program_desc &desc_;
    accel_program &program_;
    BuildTargets &out_;
};

}  // namespace

accel_status find_build_targets(const accel_program_desc &desc, accel_program &program, BuildTargets *out)
{
    Finding finding(desc, program, *out);
    ACCEL_TRY(finding.find_targets());
    return finding.take_options();
}

}  // namespace accel::runtime
