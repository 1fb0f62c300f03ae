// SPDX-License-Identifier: MIT
// Keeps spans up to a number, and writes them as a trace.
#include "trace.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "check.h"
#include "log.h"
#include "per_process.h"

namespace accel::runtime {

std::atomic<bool> trace_recording{false};

namespace {

constexpr uint32_t kCapacityDefault = 65536;
constexpr size_t kNameBytes = 64;
constexpr uint32_t kNestingMax = 16;

struct Span {
    char name[kNameBytes];
    char track[kNameBytes];
    uint64_t begin_ns, end_ns, object_id;
    uint32_t thread_id, detail;
};

struct Recording {
    std::mutex lock;
    std::vector<Span> spans;
    size_t capacity = 0;
    uint64_t dropped_count = 0;
};

PerProcess<Recording> the_recording;
Recording &recording() { return *the_recording; }

struct OpenSpans {
    char names[kNestingMax][kNameBytes];
    uint64_t begins_ns[kNestingMax];
    uint32_t depth;
};
thread_local OpenSpans open_spans{};

uint32_t thread_id()
{
    thread_local const uint32_t id = static_cast<uint32_t>(syscall(SYS_gettid));
    return id;
}

void copy_name(char *to, const char *from)
{
    const size_t length = strnlen(from, kNameBytes - 1);
    memcpy(to, from, length);
    to[length] = 0;
}

accel_status start(accel_instance *instance, uint32_t event_capacity)
{
    ACCEL_TRY(check_handle(instance, "instance"));
    Recording &it = recording();
    const std::lock_guard guard(it.lock);
    if (trace_on())
        return fail(ACCEL_STATUS_BUSY, "", nullptr, "a trace is being recorded already");
    return guarded([&] {
        it.spans.clear();
        it.capacity = event_capacity ? event_capacity : kCapacityDefault;
        it.spans.reserve(it.capacity);
        it.dropped_count = 0;
        trace_recording.store(true, std::memory_order_relaxed);
        return ACCEL_STATUS_OK;
    });
}

accel_status stop(accel_instance *instance)
{
    ACCEL_TRY(check_handle(instance, "instance"));
    Recording &it = recording();
    const LogPause pause;
    const std::lock_guard guard(it.lock);
    if (!trace_on())
        return fail(ACCEL_STATUS_NOT_FOUND, "", nullptr, "no trace is being recorded");
    trace_recording.store(false, std::memory_order_relaxed);
    if (it.dropped_count)
        log_format(ACCEL_LOG_LEVEL_WARNING, 0, "", "trace: %llu spans did not fit into %zu", static_cast<unsigned long long>(it.dropped_count), it.capacity);
    return ACCEL_STATUS_OK;
}

accel_status check_readable(accel_instance *instance)
{
    ACCEL_TRY(check_handle(instance, "instance"));
    if (trace_on())
        return fail(ACCEL_STATUS_BUSY, "", nullptr, "the trace is still being recorded; stop it first");
    return ACCEL_STATUS_OK;
}

accel_status read(accel_instance *instance, accel_trace_fn event, void *user)
{
    ACCEL_TRY(check_readable(instance));
    if (!event)
        return fail_null("event");
    Recording &it = recording();
    const std::lock_guard guard(it.lock);
    for (const Span &span : it.spans) {
        const accel_trace_event given = {sizeof given, span.name, span.track, span.begin_ns, span.end_ns, span.object_id, span.thread_id, span.detail};
        ACCEL_TRY(check_receiver(event(user, &given), "span"));
    }
    return ACCEL_STATUS_OK;
}

void append_quoted(std::string &out, const char *text)
{
    out += '"';
    for (const char *c = text; *c; ++c) {
        if (*c == '"' || *c == '\\')
            out += '\\';
        out += static_cast<unsigned char>(*c) < 0x20 ? ' ' : *c;
    }
    out += '"';
}

// Devices appear as processes of their own, threads below process 1.
uint32_t track_number(std::vector<std::string> &tracks, const char *track)
{
    for (size_t i = 0; i < tracks.size(); ++i)
        if (tracks[i] == track)
            return static_cast<uint32_t>(i + 1);
    tracks.emplace_back(track);
    return static_cast<uint32_t>(tracks.size());
}

void append_event(std::string &out, const Span &span, uint32_t track)
{
    char numbers[256];
    out += ",\n{\"ph\":\"X\",\"name\":";
    append_quoted(out, span.name);
    snprintf(numbers, sizeof numbers, ",\"pid\":%u,\"tid\":%u,\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"object\":%llu,\"detail\":%u}}", track, span.thread_id,
             static_cast<double>(span.begin_ns) / 1e3, static_cast<double>(span.end_ns - span.begin_ns) / 1e3,
             static_cast<unsigned long long>(span.object_id), span.detail);
    out += numbers;
}

void append_track_name(std::string &out, const char *track, uint32_t number)
{
    out += number == 1 ? "\n" : ",\n";
    out += "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":" + std::to_string(number) + ",\"args\":{\"name\":";
    append_quoted(out, *track ? track : "threads");
    out += "}}";
}

std::string to_json()
{
    Recording &it = recording();
    const std::lock_guard guard(it.lock);
    std::string events, names;
    std::vector<std::string> tracks{""};
    for (const Span &span : it.spans)
        append_event(events, span, track_number(tracks, span.track));
    for (size_t i = 0; i < tracks.size(); ++i)
        append_track_name(names, tracks[i].c_str(), static_cast<uint32_t>(i + 1));
    return "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[" + names + events + "\n]}\n";
}

accel_status write(accel_instance *instance, accel_write_fn write_bytes, void *user)
{
    ACCEL_TRY(check_readable(instance));
    if (!write_bytes)
        return fail_null("write");
    return guarded([&] {
        const std::string text = to_json();
        const accel_status status = write_bytes(user, text.data(), text.size());
        return status == ACCEL_STATUS_OK ? status : fail(status, "", nullptr, "the writer of the trace answered %s", accel_status_name(status));
    });
}

}  // namespace

void trace_span(const char *name, const char *track, uint64_t begin_ns, uint64_t object_id, uint32_t detail)
{
    if (!begin_ns || !trace_on())
        return;
    Recording &it = recording();
    const std::lock_guard guard(it.lock);
    if (!trace_on())
        return;
    if (it.spans.size() >= it.capacity) {
        ++it.dropped_count;
        return;
    }
    Span &span = it.spans.emplace_back();
    copy_name(span.name, name);
    copy_name(span.track, track);
    span.begin_ns = begin_ns;
    span.end_ns = now_ns();
    span.object_id = object_id;
    span.thread_id = *track ? 0 : thread_id();
    span.detail = detail;
}

void trace_begin(const char *name)
{
    OpenSpans &open = open_spans;
    if (open.depth < kNestingMax) {
        open.begins_ns[open.depth] = trace_now();
        if (open.begins_ns[open.depth])
            copy_name(open.names[open.depth], name ? name : "");
    }
    ++open.depth;
}

void trace_end()
{
    OpenSpans &open = open_spans;
    if (open.depth == 0)
        return;
    if (--open.depth < kNestingMax)
        trace_span(open.names[open.depth], "", open.begins_ns[open.depth], 0, 0);
}

const accel_trace_interface kTraceInterface = {sizeof(accel_trace_interface), start, stop, read, write};

}  // namespace accel::runtime
