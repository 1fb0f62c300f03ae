// SPDX-License-Identifier: MIT
// No exception crosses a border of C: what each becomes there.
//
// A side of the border has one function that answers for an exception, called inside of a handler: it looks for what it throws itself (the runtime's
// Stopped, a module's Cancelled, an importer's Failure), and asks `caught` about all else, so that a shortage is the same status everywhere. What it
// says, and where it leaves the sentence, is its own.
#pragma once

#include <accel/accel.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

namespace accel::border {

/// A status, and the exception's words, as long as it lives.
struct Caught {
    accel_status status;
    const char *what;
};

/// Of the exception that is being handled: no memory, and sizes beyond any memory, are OUT_OF_MEMORY; system_error, which threads and locks throw where the
/// system has none left, is RESOURCE, or OUT_OF_MEMORY by its code; all else INTERNAL.
inline Caught caught() noexcept
{
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return {ACCEL_STATUS_OUT_OF_MEMORY, "not enough memory on the host"};
    } catch (const std::length_error &) {
        return {ACCEL_STATUS_OUT_OF_MEMORY, "more memory is needed than can be addressed"};
    } catch (const std::system_error &error) {
        return {error.code() == std::errc::not_enough_memory ? ACCEL_STATUS_OUT_OF_MEMORY : ACCEL_STATUS_RESOURCE, error.what()};
    } catch (const std::exception &error) {
        return {ACCEL_STATUS_INTERNAL, error.what()};
    } catch (...) {
        return {ACCEL_STATUS_INTERNAL, "an unknown exception"};
    }
}

/// What the body answers, or what `answer` does inside of the handler of what it throws; `answer` throws nothing.
template <class Body, class Answer> auto guarded(Body &&body, Answer &&answer) noexcept -> decltype(body())
{
    try {
        return body();
    } catch (...) {
        return answer();
    }
}

}  // namespace accel::border
