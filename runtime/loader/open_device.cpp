// SPDX-License-Identifier: MIT
// Opens a node, or powers a simulated device, and calls the module's open.
#include "open_device.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/module_call.h"
#include "base/status.h"
#include "device/transport_kernel.h"
#include "table.h"

namespace accel::runtime {

namespace {

/// A simulated device's power and its transport. One per opening: a device that was lost comes back as if reset.
class Simulation {
public:
    explicit Simulation(Module *model) : model_(model) {}
    ~Simulation()
    {
        if (transport_)
            tell_module(model_->name(), "close_transport", [&] { model_->device_model()->close_transport(simulation_, transport_); });
        if (simulation_)
            tell_module(model_->name(), "destroy", [&] { model_->device_model()->destroy(simulation_); });
    }
    Simulation(const Simulation &) = delete;
    Simulation &operator=(const Simulation &) = delete;

    accel_status start()
    {
        ACCEL_TRY(model_->load());
        const accel_bk_device_model &table = *model_->device_model();
        clear_module_error();
        accel_bk_play play{};
        play.struct_size = sizeof play;
        play.host = model_->host();
        accel_status status = table.create(&play, &simulation_);
        if (status != ACCEL_STATUS_OK)
            return fail_from_module(status, model_->name(), "create", nullptr);
        status = table.open_transport(simulation_, &transport_);
        if (status != ACCEL_STATUS_OK)
            return fail_from_module(status, model_->name(), "open_transport", nullptr);
        if (!transport_ || !copy_table(transport_, &copy_))
            return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "module '%s' answered with no usable transport", model_->name());
        if (const char *missing = find_missing(&copy_, kTransportSlots))
            return fail(ACCEL_STATUS_INTERNAL, "A-10", nullptr, "the transport of module '%s' lacks its mandatory slot %s", model_->name(), missing);
        return ACCEL_STATUS_OK;
    }
    const accel_bk_transport *table() const { return &copy_; }

private:
    Module *model_;
    accel_bk_simulation *simulation_ = nullptr;
    const accel_bk_transport *transport_ = nullptr;
    accel_bk_transport copy_{};
};

class OpenedDevice : public OpenDevice {
public:
    explicit OpenedDevice(const DeviceIdentity &identity) : identity_(identity)
    {
        ops_ = identity.backend->device();
        sizes_ = identity.backend->sizes();
        waits_inline_ = identity.backend->manifest().waits_inline;
        module_name_ = identity.backend->name();
        no_import_ = identity.facts.no_import;
    }
    ~OpenedDevice() override
    {
        if (handle_)
            tell_module(module_name(), "device_close", [&] { ops().device_close(handle_); });
    }

    accel_status start()
    {
        ACCEL_TRY(make_transport());
        copies_ = transport() && (transport()->flags & ACCEL_BK_TRANSPORT_FLAG_COPYING) != 0;
        accel_bk_open open{};
        open.struct_size = sizeof open;
        open.host = identity_.backend->host();
        open.transport = transport();
        open.driver = identity_.driver.c_str();
        open.device_id = identity_.id.c_str();
        open.node = identity_.node.path.c_str();
        clear_module_error();
        accel_bk_device *handle = nullptr;
        accel_status status = ops().device_open(&open, &handle);
        if (status != ACCEL_STATUS_OK)
            return fail_from_module(status, module_name(), "device_open", nullptr);
        if (!handle)
            return fail(ACCEL_STATUS_INTERNAL, "M-9", nullptr, "module '%s' answered OK to 'device_open' without a device", module_name());
        handle_ = handle;
        return read_info();
    }

private:
    accel_status make_transport()
    {
        if (identity_.way == Way::Model) {
            simulation_ = std::make_unique<Simulation>(identity_.model);
            return simulation_->start();
        }
        if (identity_.way == Way::None)
            return ACCEL_STATUS_OK;
        const std::string &path = identity_.node.path;
        int fd;
        do {
            fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        } while (fd < 0 && errno == EINTR);
        if (fd < 0)
            return fail_open(path, errno);
        kernel_ = std::make_unique<KernelTransport>(fd);
        return ACCEL_STATUS_OK;
    }

    accel_status fail_open(const std::string &path, int error)
    {
        std::string remedy;
        check_access(path, &remedy);
        const accel_status status = error == ENOENT ? ACCEL_STATUS_DEVICE_GONE : status_from_errno(error);
        return fail(status, "", nullptr, "%s cannot be opened: %s%s%s", path.c_str(), strerror(error), remedy.empty() ? "" : "; ", remedy.c_str());
    }

    const accel_bk_transport *transport() const { return simulation_ ? simulation_->table() : kernel_ ? kernel_->table()
                                                                                                      : nullptr; }

    accel_status read_info()
    {
        info_.struct_size = sizeof info_;
        clear_module_error();
        const accel_status status = ops().device_info(handle_, &info_);
        if (status != ACCEL_STATUS_OK)
            return fail_from_module(status, module_name(), "device_info", nullptr);
        for (const char **text : {&info_.name, &info_.target, &info_.driver_version, &info_.firmware_version})
            if (!*text)
                *text = "";
        if (info_.queue_depth == 0)
            info_.queue_depth = 1;
        if (info_.buffer_align_bytes == 0)
            info_.buffer_align_bytes = 1;
        // Until a version says what they are, nobody is handed any.
        for (uint32_t *kinds : {&info_.buffer_import_kinds, &info_.buffer_export_kinds, &info_.fence_export_kinds, &info_.fence_wait_kinds})
            *kinds &= ~kReservedKinds;
        // A model has no kernel behind it that could make or take such descriptors.
        if (simulation_) {
            const uint32_t kernel_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
            info_.buffer_import_kinds &= ~kernel_kinds;
            info_.buffer_export_kinds &= ~kernel_kinds;
            info_.fence_export_kinds = info_.fence_wait_kinds = 0;
        }
        if (!ops().buffer_export)
            info_.buffer_export_kinds = 0;
        if (!ops().queue_fence)
            info_.fence_export_kinds = 0;
        return ACCEL_STATUS_OK;
    }

    DeviceIdentity identity_;
    std::unique_ptr<KernelTransport> kernel_;
    std::unique_ptr<Simulation> simulation_;
};

}  // namespace

accel_status open_device(const DeviceIdentity &identity, std::shared_ptr<OpenDevice> *out)
{
    ACCEL_TRY(identity.backend->load());
    if (!identity.backend->device())
        return fail(ACCEL_STATUS_UNSUPPORTED, "", nullptr, "module '%s' only compiles, it cannot run anything on '%s'", identity.backend->name(),
                    identity.id.c_str());
    auto opened = std::make_shared<OpenedDevice>(identity);
    ACCEL_TRY(opened->start());
    *out = std::move(opened);
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
