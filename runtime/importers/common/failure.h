// SPDX-License-Identifier: MIT
// The exceptions that end an import.
#pragma once

#include <accel/accel.h>

#include <exception>
#include <sstream>
#include <string>
#include <utility>

namespace accel::importer {

/// Ends an import. Thrown inside this module only; the door turns it into a status and a sentence.
class Failure : public std::exception {
public:
    Failure(accel_status status, std::string message, std::string reason = {}) : status_(status),
                                                                                 message_(std::move(message)),
                                                                                 reason_(std::move(reason)) {}
    const char *what() const noexcept override { return message_.c_str(); }
    accel_status status() const noexcept { return status_; }
    /// The message without where it happened.
    const std::string &reason() const noexcept { return reason_.empty() ? message_ : reason_; }

private:
    accel_status status_;
    std::string message_;
    std::string reason_;
};

/// Ends an import whose sentence the runtime has already: it refused what the import asked of it.
class ToldFailure : public std::exception {
public:
    explicit ToldFailure(accel_status status) : status_(status) {}
    const char *what() const noexcept override { return "the runtime refused"; }
    accel_status status() const noexcept { return status_; }

private:
    accel_status status_;
};

template <typename... Parts>
std::string text(const Parts &...parts)
{
    std::ostringstream stream;
    (stream << ... << parts);
    return stream.str();
}

template <typename... Parts>
[[noreturn]] void fail(accel_status status, const Parts &...parts)
{
    throw Failure(status, text(parts...));
}

template <typename... Parts>
[[noreturn]] void corrupt(const Parts &...parts)
{
    fail(ACCEL_STATUS_CORRUPT, parts...);
}

template <typename... Parts>
[[noreturn]] void unsupported(const Parts &...parts)
{
    fail(ACCEL_STATUS_UNSUPPORTED, parts...);
}

}  // namespace accel::importer
