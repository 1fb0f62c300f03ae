// SPDX-License-Identifier: MIT
// A device model that plays nothing itself: its device is in another process, which shares no memory with this one. The suite, run on it, finds what a module
// forgot to describe (M-14) or to carry (M-15).
#include <accel/backend.h>
#include <accel/border/guard.h>

#include <dlfcn.h>

#include <string>

#include "process.h"
#include "transport.h"

struct accel_bk_simulation {
    explicit accel_bk_simulation(const std::string &program) : process(program) {}
    accel::carried::ServerProcess process;
};

namespace {

using accel::carried::CarryingTransport;

/// Beside this module.
std::string server_program()
{
    Dl_info facts{};
    dladdr(reinterpret_cast<const void *>(&accel_module_entry), &facts);
    const std::string library = facts.dli_fname ? facts.dli_fname : "";
    return library.substr(0, library.rfind('/') + 1) + ACCEL_CARRIED_NAME "-server";
}

/// What was thrown, as a status.
template <class Call> accel_status guarded(const accel_bk_host *host, const Call &call)
{
    return accel::border::guarded([&] { return call(), ACCEL_STATUS_OK; },
                                  [&] {
                                      const accel::border::Caught caught = accel::border::caught();
                                      if (host) host->set_error(host->context, "", caught.what);
                                      return caught.status;
                                  });
}

accel_status create(const accel_bk_play *play, accel_bk_simulation **out_simulation)
{
    return guarded(play->host, [&] { *out_simulation = new accel_bk_simulation(server_program()); });
}

void destroy(accel_bk_simulation *simulation) { delete simulation; }

accel_status open_transport(accel_bk_simulation *simulation, const accel_bk_transport **out_transport)
{
    return guarded(nullptr, [&] { *out_transport = (new CarryingTransport(simulation->process.take_control()))->table(); });
}

void close_transport(accel_bk_simulation *, const accel_bk_transport *transport) { delete static_cast<CarryingTransport *>(transport->context); }

constexpr accel_bk_device_model kModel = {sizeof(accel_bk_device_model), ACCEL_CARRIED_MODEL_OF, ACCEL_CARRIED_TITLE " (carried)", create, destroy, open_transport, close_transport};
// Nothing here outlives the runtime's objects.
accel_status after_fork(const accel_bk_fork *) { return ACCEL_STATUS_OK; }

constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;
constexpr accel_bk_module kModule = {sizeof(accel_bk_module), ACCEL_BK_API_VERSION, 0, &kSizes, ACCEL_CARRIED_NAME, "0.1.0", nullptr, nullptr, nullptr, &kModel, after_fork};

}  // namespace

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t) { return &kModule; }
