// SPDX-License-Identifier: MIT
// The device-model table of the simulated Ethos-U65.
#include <accel/backend.h>

#include <cerrno>
#include <new>

#include "transport.h"

struct accel_bk_simulation {
    explicit accel_bk_simulation(const accel_bk_host *the_host) : host(the_host),
                                                                  engine([this] { return fault(); }) {}

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

using accel::devices::ethosu::SimulatedTransport;

accel_status create(const accel_bk_play *play, accel_bk_simulation **out_simulation)
{
    const accel_bk_host *host = play->host;
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
    const auto *transport = new (std::nothrow) SimulatedTransport(simulation->engine);
    if (!transport) return ACCEL_STATUS_OUT_OF_MEMORY;
    *out_transport = transport->table();
    return ACCEL_STATUS_OK;
}

void close_transport(accel_bk_simulation *, const accel_bk_transport *transport) { delete static_cast<SimulatedTransport *>(transport->context); }

constexpr accel_bk_device_model kModel = {sizeof(accel_bk_device_model), "ethosu", "Arm Ethos-U65-256 (simulated)", create, destroy, open_transport, close_transport};
// Nothing here outlives the runtime's objects.
accel_status after_fork(const accel_bk_fork *) { return ACCEL_STATUS_OK; }

constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;
constexpr accel_bk_module kModule = {sizeof(accel_bk_module), ACCEL_BK_API_VERSION, 0, &kSizes, "ethosu-sim", "0.1.0", nullptr, nullptr, nullptr, &kModel, after_fork};

}  // namespace

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t) { return &kModule; }
