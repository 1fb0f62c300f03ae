// SPDX-License-Identifier: MIT
// The device-model table: the played driver behind a transport.
#include <module/guard.h>
#include <module/table.h>

#include <cerrno>

#include "driver.h"

namespace {

using namespace accel;
using template_drm::Driver;
using template_drm::Mishap;

/// Tests plant what befalls the device: a status for each.
Mishap mishap()
{
    switch (module::fault_point("template_drm-sim.job")) {
    case ACCEL_STATUS_OK: return Mishap::kNone;
    case ACCEL_STATUS_JOB_TIMEOUT: return Mishap::kHang;
    case ACCEL_STATUS_DEVICE_LOST: return Mishap::kLoss;
    case ACCEL_STATUS_DEVICE_GONE: return Mishap::kGone;
    default: return Mishap::kFault;
    }
}

Driver &driver_of(void *context) { return *static_cast<Driver *>(context); }

/// As a kernel does: it follows the pointers of the argument by itself.
int request(void *context, const accel_bk_request *request)
{
    return request->flags == 0 ? driver_of(context).ioctl(static_cast<unsigned long>(request->request), request->argument) : -EINVAL;
}

/// A wish that memory does not meet by chance is refused.
int map(void *context, const accel_bk_map *map, void **out)
{
    if (map->pointer || map->reserve_bytes != 0) return -EINVAL;
    if (const int error = driver_of(context).map(map->offset, map->size_bytes, out)) return error;
    return map->align_bytes == 0 || reinterpret_cast<uintptr_t>(*out) % map->align_bytes == 0 ? 0 : -EINVAL;
}

int unmap(void *, void *, uint64_t) { return 0; }

}  // namespace

struct accel_bk_simulation {
    accel_bk_simulation()
    {
        transport.struct_size = sizeof transport;
        transport.context = &driver;
        transport.flags = ACCEL_BK_TRANSPORT_FLAG_SIMULATED;
        transport.node_fd = -1;
        transport.request = request;
        transport.map = map;
        transport.unmap = unmap;
    }

    Driver driver{mishap};
    accel_bk_transport transport{};
};

namespace {

accel_status create(const accel_bk_play *, accel_bk_simulation **out)
{
    return module::guarded_making(out, [&](std::unique_ptr<accel_bk_simulation> &made) {
        made = std::make_unique<accel_bk_simulation>();
        return ACCEL_STATUS_OK;
    });
}

void destroy(accel_bk_simulation *simulation) { delete simulation; }

accel_status open_transport(accel_bk_simulation *simulation, const accel_bk_transport **out)
{
    *out = &simulation->transport;
    return ACCEL_STATUS_OK;
}

void close_transport(accel_bk_simulation *, const accel_bk_transport *) {}

constexpr accel_bk_device_model kModel = {sizeof(accel_bk_device_model), template_drm::uapi::kDriverName, "Adder behind a driver (simulated)", create, destroy, open_transport,
                                          close_transport};

constexpr accel_bk_module kModule = [] {
    accel_bk_module description = module::describe("template_drm-sim", "0.1.0", nullptr, nullptr, module::after_fork);
    description.device_model = &kModel;
    return description;
}();

}  // namespace

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *host, uint32_t) { return module::enter(kModule, host); }
