// SPDX-License-Identifier: MIT
// The device-model table of the simulated Ethos-U65.
#include <accel/backend.h>

#include <cerrno>
#include <memory>
#include <new>

#include "open_file.h"

struct accel_bk_simulation {
    explicit accel_bk_simulation(const accel_bk_host *the_host) : host(the_host), engine([this] { return fault(); }) {}

    /// Tests plant hardware failures here: the job ends with that error instead of running.
    int fault() const
    {
        const accel_status status = host->fault_point ? host->fault_point(host->context, "ethosu-sim.job") : ACCEL_STATUS_OK;
        return status == ACCEL_STATUS_OK ? 0 : -ECANCELED;
    }

    const accel_bk_host *host;
    accel::devices::ethosu::Engine engine;
};

namespace {

using accel::devices::ethosu::OpenFile;

/// The table that the backend sees, and the open file behind it.
struct Transport {
    explicit Transport(accel::devices::ethosu::Engine &engine) : file(engine) {}
    accel_bk_transport table{};
    OpenFile file;
};

OpenFile &file_of(void *context) { return static_cast<Transport *>(context)->file; }

int transport_ioctl(void *context, unsigned long request, void *argument)
{
    try {
        return file_of(context).ioctl(request, argument);
    } catch (const std::bad_alloc &) {
        return -ENOMEM;
    }
}

// Modelled memory lies where it lies: a wish that it does not meet by chance is refused.
int transport_map(void *context, uint64_t offset, uint64_t size_bytes, uint64_t align_bytes, void **out_pointer)
{
    void *pointer = nullptr;
    if (const int error = file_of(context).map(offset, size_bytes, &pointer)) return error;
    if (align_bytes != 0 && reinterpret_cast<uintptr_t>(pointer) % align_bytes != 0) return -EINVAL;
    *out_pointer = pointer;
    return 0;
}

/// Memory belongs to the object and goes with it.
int transport_unmap(void *, void *, uint64_t) { return 0; }

accel_status create(const accel_bk_host *host, accel_bk_simulation **out_simulation)
{
    try {
        *out_simulation = new accel_bk_simulation(host);
        return ACCEL_STATUS_OK;
    } catch (const std::bad_alloc &) {
        return ACCEL_STATUS_OUT_OF_MEMORY;
    } catch (const std::exception &error) {
        host->set_error(host->context, "", error.what());
        return ACCEL_STATUS_RESOURCE;
    }
}

void destroy(accel_bk_simulation *simulation) { delete simulation; }

accel_status open_transport(accel_bk_simulation *simulation, const accel_bk_transport **out_transport)
{
    auto *transport = new (std::nothrow) Transport(simulation->engine);
    if (!transport) return ACCEL_STATUS_OUT_OF_MEMORY;
    transport->table.struct_size = sizeof(accel_bk_transport);
    transport->table.context = transport;
    transport->table.simulated = 1;
    transport->table.ioctl = transport_ioctl;
    transport->table.map = transport_map;
    transport->table.unmap = transport_unmap;
    *out_transport = &transport->table;
    return ACCEL_STATUS_OK;
}

void close_transport(accel_bk_simulation *, const accel_bk_transport *transport) { delete static_cast<Transport *>(transport->context); }

constexpr accel_bk_device_model kModel = {sizeof(accel_bk_device_model), "ethosu", "Arm Ethos-U65-256 (simulated)", create, destroy, open_transport, close_transport};
constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;
constexpr accel_bk_module kModule = {sizeof(accel_bk_module), ACCEL_BK_API_VERSION, 0, &kSizes, "ethosu-sim", "0.1.0", nullptr, nullptr, nullptr, &kModel};

}  // namespace

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t) { return &kModule; }
