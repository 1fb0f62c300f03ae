// SPDX-License-Identifier: MIT
// Hands a line to the sinks that want its level.
#include "log.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "text/printable.h"
#include "per_process.h"

namespace accel::runtime {

namespace {

constexpr size_t kLineBytes = 1024;

}  // namespace

/// A child has none of its parent's: their functions are the parent's own.
struct LogSinks {
    std::mutex lock;
    LogSink *first = nullptr;
};

namespace {

PerProcess<LogSinks> sinks;
std::atomic<uint32_t> level_wanted{0};

const char *level_name(accel_log_level level)
{
    switch (level) {
    case ACCEL_LOG_LEVEL_ERROR: return "error";
    case ACCEL_LOG_LEVEL_WARNING: return "warning";
    case ACCEL_LOG_LEVEL_INFO: return "info";
    case ACCEL_LOG_LEVEL_DEBUG: return "debug";
    case ACCEL_LOG_LEVEL_MAX_ENUM: break;
    }
    return "?";
}

void print_line(void *, accel_log_level level, const char *module, const char *message)
{
    fprintf(stderr, "accel: %s: %s%s%s\n", level_name(level), module, *module ? ": " : "", message);
}

}  // namespace

LogSink::LogSink(accel_log_fn log, void *user, uint32_t level) : log_(log ? log : print_line), user_(user), level_(level ? level : uint32_t{ACCEL_LOG_LEVEL_WARNING})
{
    const std::lock_guard guard(sinks->lock);
    next_ = sinks->first;
    sinks->first = this;
    if (level_ > level_wanted.load(std::memory_order_relaxed))
        level_wanted.store(level_, std::memory_order_relaxed);
}

LogSink::~LogSink()
{
    const std::lock_guard guard(sinks->lock);
    LogSink **link = &sinks->first;
    while (*link != this)
        link = &(*link)->next_;
    *link = next_;
}

void log_nothing() { level_wanted.store(0, std::memory_order_relaxed); }

bool log_wanted(accel_log_level level) { return level <= level_wanted.load(std::memory_order_relaxed); }

void log_line(accel_log_level level, const char *module, const char *message)
{
    char line[kLineBytes];
    text::copy_printable(line, sizeof line, message);
    const std::lock_guard guard(sinks->lock);
    bool printed = false;
    for (const LogSink *sink = sinks->first; sink; sink = sink->next_) {
        if (level > sink->level_)
            continue;
        const bool prints = sink->log_ == print_line;
        if (prints && printed)
            continue;
        printed |= prints;
        sink->log_(sink->user_, level, module, line);
    }
}

void log_format(accel_log_level level, const char *module, const char *format, ...)
{
    if (!log_wanted(level))
        return;
    char line[2 * kLineBytes];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    log_line(level, module, line);
}

}  // namespace accel::runtime
