// SPDX-License-Identifier: MIT
// Devices, report and thread of an instance.
#include "instance.h"

#include <cstring>

#include "base/check.h"
#include "holder.h"
#include "text/printable.h"

using namespace accel::runtime;

accel_instance::accel_instance(const InstanceOptions &options, Discovery found, MakeHolder make_holder)
    : Object(ObjectType::Instance),
      listener_(options.log),
      guards_files_(options.guards_files),
      make_holder_(make_holder)
{
    report_ = std::move(found.report);
    modules_ = std::move(found.modules);
    for (std::shared_ptr<ListedDevice> &device : found.devices)
        devices_.push_back(std::make_unique<accel_device>(this, std::move(device)));
}

accel_instance::~accel_instance()
{
    if (hold_thread_)
        hold_thread_->stop();
}

Holder &accel_instance::hold_thread()
{
    const std::lock_guard guard(hold_lock_);
    if (!hold_thread_)
        hold_thread_ = make_holder_();
    return *hold_thread_;
}

Holder *accel_instance::hold_thread_if_made()
{
    const std::lock_guard guard(hold_lock_);
    return hold_thread_.get();
}

bool accel_instance::has_kernel_device() const
{
    for (const auto &device : devices_)
        if (device->entry().has_node())
            return true;
    return false;
}

Module *accel_instance::module_for_target(const std::string &target) const
{
    for (Module *module : modules_) {
        const Manifest &manifest = module->manifest();
        if (manifest.kind != ModuleKind::Backend)
            continue;
        if (manifest.device.target == target || (manifest.always && manifest.always->target == target))
            return module;
        for (const std::string &offered : manifest.targets)
            if (offered == target)
                return module;
    }
    return nullptr;
}

accel_status accel_instance::report(accel_report_fn report_line, void *user)
{
    Report lines = report_;
    {
        const std::lock_guard guard(left_out_lock_);
        lines.insert(lines.end(), left_out_.begin(), left_out_.end());
    }
    for (const ReportLine &line : lines) {
        accel_report_entry entry{};
        entry.struct_size = sizeof entry;
        entry.kind = line.kind;
        entry.status = line.status;
        entry.subject = line.subject.c_str();
        entry.path = line.path.c_str();
        entry.action = line.action.c_str();
        const std::string reason = accel::text::printable(line.reason), remedy = accel::text::printable(line.remedy);
        entry.reason = reason.c_str();
        entry.remedy = remedy.c_str();
        // A module may have been loaded, or have failed to, since the instance was made.
        std::string error;
        for (Module *module : modules_) {
            if (line.kind != ACCEL_REPORT_KIND_MANIFEST || line.status != ACCEL_STATUS_OK || line.path != module->manifest().path ||
                line.subject != module->name())
                continue;
            error = accel::text::printable(module->load_error());
            if (module->is_loaded())
                entry.action = "loaded";
            if (!error.empty()) {
                entry.status = ACCEL_STATUS_INCOMPATIBLE;
                entry.action = "skipped";
                entry.reason = error.c_str();
                entry.remedy = "install a module that fits this library";
            }
        }
        ACCEL_TRY(check_receiver(report_line(user, &entry), "line of the report"));
    }
    return ACCEL_STATUS_OK;
}

namespace {

const char *kind_word(uint32_t kind)
{
    switch (kind) {
    case ACCEL_DEVICE_KIND_CPU: return "cpu";
    case ACCEL_DEVICE_KIND_NPU: return "npu";
    case ACCEL_DEVICE_KIND_GPU: return "gpu";
    default: return "other";
    }
}

}  // namespace

accel_status accel_instance::find(const char *name, accel_device **out_device)
{
    std::string all, matching;
    accel_device *match = nullptr;
    uint32_t match_count = 0;
    for (const auto &device : devices_) {
        const DeviceEntry &entry = device->entry();
        if (strcmp(entry.id(), name) == 0) {
            *out_device = device->acquire();
            return ACCEL_STATUS_OK;
        }
        all += (all.empty() ? "" : ", ") + std::string(entry.id());
        if (strcmp(entry.backend(), name) == 0 || (*entry.driver() && strcmp(entry.driver(), name) == 0) || strcmp(kind_word(entry.kind()), name) == 0) {
            match = device.get();
            matching += (matching.empty() ? "" : ", ") + std::string(entry.id());
            ++match_count;
        }
    }
    if (match_count > 1)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "I-4", this, "'%s' matches several devices (%s); name one by its id", name, matching.c_str());
    if (!match)
        return fail(ACCEL_STATUS_NOT_FOUND, "I-4", this, "no device is called '%s'; there is: %s", name, all.empty() ? "none" : all.c_str());
    *out_device = match->acquire();
    return ACCEL_STATUS_OK;
}
