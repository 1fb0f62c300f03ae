// SPDX-License-Identifier: MIT
// The runtime's services, and the one place where failures become statuses.
#ifndef ACCEL_BACKENDS_CPU_HOST_H
#define ACCEL_BACKENDS_CPU_HOST_H

#include <accel/backend.h>

#include <exception>
#include <new>

namespace accel::cpu
{

// May be null: then details are dropped.
void set_host(const accel_bk_host *host);

// Tells the detail and answers the status.
[[gnu::format(printf, 3, 4)]] accel_status fail(accel_status status, const char *rule, const char *format, ...);

// During the load of a program: a remark about a node of one of its graphs, for the placement report.
[[gnu::format(printf, 3, 4)]] void remark(uint32_t graph, uint32_t node, const char *format, ...);

// OK, or what a test wants this place to fail with.
accel_status fault_point(const char *place);

// Ends a call whose application wants no more.
struct Cancelled {
};

// Shows the application that work goes on; to be called at least every 100 ms of it. Throws Cancelled.
void pulse();

// Runs a body that may throw; nothing leaves the module as an exception.
template <typename Body> accel_status guarded(const Body &body) noexcept
{
    try {
        return body();
    } catch (const Cancelled &) {
        return fail(ACCEL_STATUS_CANCELLED, "P-5", "the application cancelled it");
    } catch (const std::bad_alloc &) {
        return fail(ACCEL_STATUS_OUT_OF_MEMORY, "", "not enough memory on the host");
    } catch (const std::exception &error) {
        return fail(ACCEL_STATUS_INTERNAL, "", "%s", error.what());
    } catch (...) {
        return fail(ACCEL_STATUS_INTERNAL, "", "an unknown exception");
    }
}

} // namespace accel::cpu

#endif
