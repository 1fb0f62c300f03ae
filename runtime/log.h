// SPDX-License-Identifier: MIT
// Log lines. Modules are shared by all instances of the process, so a line goes to every instance that wants its level.
#pragma once

#include <accel/accel.h>

namespace accel::runtime {

/// Where an instance's lines go. Registers itself for its lifetime.
class LogSink {
public:
    LogSink(accel_log_fn log, void *user, uint32_t level);
    ~LogSink();
    LogSink(const LogSink &) = delete;
    LogSink &operator=(const LogSink &) = delete;

private:
    friend void log_line(accel_log_level level, const char *module, const char *message);
    accel_log_fn log_;
    void *user_;
    uint32_t level_;
    LogSink *next_;
};

bool log_wanted(accel_log_level level);
/// In a child after fork, until it makes an instance: the sinks are its parent's. Async-signal-safe.
void log_nothing();
void log_line(accel_log_level level, const char *module, const char *message);
/// Formats, if somebody wants the level. module "" is the runtime itself.
[[gnu::format(printf, 3, 4)]] void log_format(accel_log_level level, const char *module, const char *format, ...);

}  // namespace accel::runtime
