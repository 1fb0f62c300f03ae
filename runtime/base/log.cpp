// SPDX-License-Identifier: MIT
// Hands a line to the sinks that want its level.
#include "log.h"

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "per_process.h"
#include "release.h"
#include "text/printable.h"

namespace accel::runtime {

namespace {

constexpr size_t kLineBytes = 1024;

/// One line that is ready to be told.
struct Line {
    accel_log_level level;
    uint64_t object_id;
    const char *module;
    const char *message;
};

}  // namespace

/// Shared by the list and by threads that are inside its function: with the last of them the application is told that it is called no more.
class LogSink {
public:
    explicit LogSink(const LogWish &wish) : log_(wish.log),
                                            user_(wish.user),
                                            level_(wish.silent ? 0 : wish.level ? wish.level
                                                                                : uint32_t{ACCEL_LOG_LEVEL_WARNING}) {}

    void tell(const Line &line) const
    {
        const accel_log_record record = {sizeof record, line.object_id, line.module, line.message, static_cast<uint32_t>(line.level), 0};
        log_(user_, &record);
    }

    bool wants(accel_log_level level) const { return static_cast<uint32_t>(level) <= level_; }

private:
    friend class LogListener;
    friend struct LogSinks;
    Release release_;
    const accel_log_fn log_;  ///< null: standard error
    void *const user_;
    const uint32_t level_;
    uint64_t number_ = 0;  ///< rises from sink to sink
    std::shared_ptr<LogSink> next_;
};

/// A child has none of its parent's: their functions are the parent's own.
struct LogSinks {
    std::mutex lock;
    std::shared_ptr<LogSink> first;  ///< the latest one first
    uint64_t count = 0;

    /// The sink with a function that follows another in the order in which they were made; null behind the last.
    std::shared_ptr<LogSink> behind(uint64_t number, accel_log_level level)
    {
        const std::lock_guard guard(lock);
        std::shared_ptr<LogSink> found;
        for (const std::shared_ptr<LogSink> *sink = &first; *sink && (*sink)->number_ > number; sink = &(*sink)->next_)
            if ((*sink)->log_ && (*sink)->wants(level))
                found = *sink;
        return found;
    }
    bool prints(accel_log_level level)
    {
        const std::lock_guard guard(lock);
        for (const LogSink *sink = first.get(); sink; sink = sink->next_.get())
            if (!sink->log_ && sink->wants(level))
                return true;
        return false;
    }
    static uint64_t number(const LogSink &sink) { return sink.number_; }
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

/// To all who want it, with no lock held: their functions may wait for locks of the application's. Allocates nothing.
void tell_all(const Line &line)
{
    if (sinks->prints(line.level))
        fprintf(stderr, "accel: %s: %s%s%s\n", level_name(line.level), line.module, *line.module ? ": " : "", line.message);
    for (std::shared_ptr<LogSink> sink = sinks->behind(0, line.level); sink; sink = sinks->behind(LogSinks::number(*sink), line.level))
        sink->tell(line);
}

/// A line of a paused thread.
struct KeptLine {
    KeptLine *next;
    accel_log_level level;
    uint64_t object_id;
    char text[2 * kLineBytes];  ///< the module's name, and behind its end the message
};

struct Pause {
    uint32_t depth = 0;
    KeptLine *first = nullptr;
    KeptLine **end = &first;
};
thread_local Pause pause;

/// False: there is no memory for it.
bool keep_line(const Line &line)
{
    auto *kept = static_cast<KeptLine *>(malloc(sizeof(KeptLine)));
    if (!kept)
        return false;
    kept->next = nullptr;
    kept->level = line.level;
    kept->object_id = line.object_id;
    const int name_bytes = snprintf(kept->text, kLineBytes, "%s", line.module);
    snprintf(kept->text + std::min<size_t>(static_cast<size_t>(std::max(name_bytes, 0)), kLineBytes - 1) + 1, kLineBytes, "%s", line.message);
    *pause.end = kept;
    pause.end = &kept->next;
    return true;
}

}  // namespace

LogListener::LogListener(const LogWish &wish) : sink_(std::make_shared<LogSink>(wish)),
                                                release_(wish.release)
{
    const std::lock_guard guard(sinks->lock);
    sink_->number_ = ++sinks->count;
    sink_->next_ = sinks->first;
    sinks->first = sink_;
    if (sink_->level_ > level_wanted.load(std::memory_order_relaxed))
        level_wanted.store(sink_->level_, std::memory_order_relaxed);
}

LogListener::~LogListener()
{
    const std::lock_guard guard(sinks->lock);
    std::shared_ptr<LogSink> *link = &sinks->first;
    while (*link && *link != sink_)
        link = &(*link)->next_;
    if (*link)
        *link = std::move(sink_->next_);
}

void LogListener::lend() { sink_->release_ = Release(release_, sink_->user_); }

void LogPause::begin() { ++pause.depth; }

void LogPause::end()
{
    if (--pause.depth > 0 || !pause.first) [[likely]]
        return;
    KeptLine *line = std::exchange(pause.first, nullptr);
    pause.end = &pause.first;
    while (line) {
        tell_all({line->level, line->object_id, line->text, line->text + strlen(line->text) + 1});
        free(std::exchange(line, line->next));
    }
}

void log_nothing() { level_wanted.store(0, std::memory_order_relaxed); }

bool log_wanted(accel_log_level level) { return level <= level_wanted.load(std::memory_order_relaxed); }

void log_line(accel_log_level level, const char *module, const char *message, uint64_t object_id)
{
    char text[kLineBytes];
    text::copy_printable(text, sizeof text, message);
    const Line line = {level, object_id, module, text};
    // A line for which there is no memory is lost rather than told with a lock held.
    if (pause.depth > 0)
        keep_line(line);
    else
        tell_all(line);
}

void log_format(accel_log_level level, uint64_t object_id, const char *module, const char *format, ...)
{
    if (!log_wanted(level))
        return;
    char line[2 * kLineBytes];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    log_line(level, module, line, object_id);
}

}  // namespace accel::runtime
