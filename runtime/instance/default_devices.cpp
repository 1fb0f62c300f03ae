// SPDX-License-Identifier: MIT
// Tries listed devices in order, and says why one is left out.
#include "default_devices.h"

#include "base/check.h"
#include "base/log.h"
#include "instance.h"

namespace accel::runtime {

namespace {

/// Open, and able to build programs. Sets the error detail.
accel_status try_to_use(accel_device &device)
{
    ACCEL_TRY(device.hold_open());
    const accel_bk_compiler *compiler = nullptr;
    const accel_bk_host *host = nullptr;
    ACCEL_TRY(device.entry().compiler(&compiler, &host));
    if (compiler)
        return ACCEL_STATUS_OK;
    return fail(ACCEL_STATUS_UNSUPPORTED, "I-9", &device, "module '%s' has no compiler, so nothing can be built for the device", device.entry().backend());
}

ReportLine left_out(DeviceEntry &entry, accel_status status, std::string reason, std::string remedy)
{
    accel_device_info info{};
    entry.fill_info(&info);
    return {ACCEL_REPORT_KIND_DEVICE, status, entry.id(), info.node, "left out of the default set", std::move(reason), std::move(remedy)};
}

}  // namespace

accel_status choose_default_devices(const std::vector<std::unique_ptr<accel_device>> &listed, DefaultDevices *out)
{
    for (const auto &device : listed) {
        DeviceEntry &entry = device->entry();
        if (entry.simulated() || entry.by_name()) {
            out->left_out.push_back(left_out(entry, ACCEL_STATUS_OK, entry.simulated() ? "a simulated device is used only by name" : "its manifest says that it is used only by name", ""));
            continue;
        }
        auto held = Ref<accel_device>::adopt(device->acquire());
        const accel_status status = try_to_use(*device);
        if (status == ACCEL_STATUS_OUT_OF_MEMORY)
            return status;
        if (status == ACCEL_STATUS_OK) {
            out->devices.push_back(std::move(held));
            continue;
        }
        const std::string reason = accel_last_error()->message;
        log_format(ACCEL_LOG_LEVEL_WARNING, 0, "", "device '%s' is left out of the default set: %s", entry.id(), reason.c_str());
        out->left_out.push_back(left_out(entry, status, reason, "`accel doctor` examines it; name the devices to use to be without this note"));
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime

using namespace accel::runtime;

accel_status accel_instance::default_devices(std::vector<Ref<accel_device>> *out)
{
    DefaultDevices chosen;
    ACCEL_TRY(choose_default_devices(devices_, &chosen));
    std::string reasons;
    for (const ReportLine &line : chosen.left_out)
        reasons += (reasons.empty() ? "" : "; ") + line.subject + ": " + line.reason;
    {
        const std::lock_guard guard(left_out_lock_);
        left_out_ = std::move(chosen.left_out);
    }
    *out = std::move(chosen.devices);
    if (out->empty())
        return fail(ACCEL_STATUS_NOT_FOUND, "I-9", this, "no device can be used: %s", reasons.empty() ? "none is listed" : reasons.c_str());
    return ACCEL_STATUS_OK;
}
