// SPDX-License-Identifier: MIT
// Log lines. Modules are shared by all instances of the process, so a line goes to every instance that wants its level.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <mutex>

namespace accel::runtime {

/// What an instance wants of them.
struct LogWish {
    accel_log_fn log = nullptr;  ///< null: standard error
    void *user = nullptr;
    accel_release_fn release = nullptr;
    uint32_t level = 0;  ///< 0: WARNING
    bool silent = false;
};

class LogSink;

/// Where an instance's lines go, for its lifetime.
class LogListener {
public:
    explicit LogListener(const LogWish &wish);
    /// Afterwards no line comes; the application is told so as soon as no thread is inside its function.
    ~LogListener();
    LogListener(const LogListener &) = delete;
    LogListener &operator=(const LogListener &) = delete;
    /// From now on the end is told: the call that borrowed `user` cannot fail any more.
    void lend();

private:
    std::shared_ptr<LogSink> sink_;
    accel_release_fn release_;
};

/// While one of these lives in a thread, its lines are kept, and told at the end of the outermost: for locks that calls which never block need. Made before the lock is taken.
class LogPause {
public:
    LogPause() { begin(); }
    ~LogPause() { end(); }
    LogPause(const LogPause &) = delete;
    LogPause &operator=(const LogPause &) = delete;

private:
    friend class PausedLock;
    static void begin();
    static void end();
};

/// A lock that calls which never block need: lines are kept while it is held.
class PausedLock {
public:
    explicit PausedLock(std::mutex &mutex) : lock_(mutex, std::defer_lock) { lock(); }
    ~PausedLock()
    {
        if (lock_.owns_lock())
            unlock();
    }
    PausedLock(const PausedLock &) = delete;
    PausedLock &operator=(const PausedLock &) = delete;
    void lock()
    {
        LogPause::begin();
        lock_.lock();
    }
    void unlock()
    {
        lock_.unlock();
        LogPause::end();
    }

private:
    std::unique_lock<std::mutex> lock_;
};

bool log_wanted(accel_log_level level);
/// In a child after fork, until it makes an instance: the sinks are its parent's. Async-signal-safe.
void log_nothing();
/// object_id: of the object concerned, 0: none.
void log_line(accel_log_level level, const char *module, const char *message, uint64_t object_id = 0);
/// Formats, if somebody wants the level. module "" is the runtime itself.
[[gnu::format(printf, 4, 5)]] void log_format(accel_log_level level, uint64_t object_id, const char *module, const char *format, ...);

}  // namespace accel::runtime
