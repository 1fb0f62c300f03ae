// SPDX-License-Identifier: MIT
// The border of a module: no exception crosses it.
#ifndef ACCEL_BACKENDS_COMMON_MODULE_GUARD_H
#define ACCEL_BACKENDS_COMMON_MODULE_GUARD_H

#include "module/host.h"

#include <exception>
#include <memory>
#include <new>
#include <system_error>

namespace accel::module
{

// What the body answers, or a status and a sentence for what it throws: Cancelled is CANCELLED, bad_alloc OUT_OF_MEMORY, system_error, which threads and
// locks throw where the system has none left, RESOURCE, and all else INTERNAL.
template <class Body> accel_status guarded(const Body &body) noexcept
{
    try {
        return body();
    } catch (const Cancelled &) {
        return fail(ACCEL_STATUS_CANCELLED, "P-5", "the application cancelled it");
    } catch (const std::bad_alloc &) {
        return fail(ACCEL_STATUS_OUT_OF_MEMORY, "", "not enough memory on the host");
    } catch (const std::system_error &error) {
        return fail(ACCEL_STATUS_RESOURCE, "", "%s", error.what());
    } catch (const std::exception &error) {
        return fail(ACCEL_STATUS_INTERNAL, "", "%s", error.what());
    } catch (...) {
        return fail(ACCEL_STATUS_INTERNAL, "", "an unknown exception");
    }
}

// The same for queue_wait, where a shortage is no answer about the ticket: TIMEOUT, and the runtime asks again (M-18).
template <class Body> accel_status guarded_wait(const Body &body) noexcept
{
    return guarded([&] {
        try {
            return body();
        } catch (const std::bad_alloc &) {
            return ACCEL_STATUS_TIMEOUT;
        } catch (const std::system_error &) {
            return ACCEL_STATUS_TIMEOUT;
        }
    });
}

// The same for a body that makes an object, given as accel_status(std::unique_ptr<Object> &). *out is null unless it answers OK.
template <class Object, class Body> accel_status guarded_making(Object **out, const Body &body) noexcept
{
    *out = nullptr;
    return guarded([&] {
        std::unique_ptr<Object> made;
        const accel_status status = body(made);
        if (status == ACCEL_STATUS_OK)
            *out = made.release();
        return status;
    });
}

} // namespace accel::module

#endif
