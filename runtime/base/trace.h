// SPDX-License-Identifier: MIT
// Recording of spans. See accel/ext/trace.h.
#pragma once

#include <accel/ext/trace.h>

#include <atomic>

#include "clock.h"

namespace accel::runtime {

extern std::atomic<bool> trace_recording;

inline bool trace_on() { return trace_recording.load(std::memory_order_relaxed); }

/// Begin of a span for a later trace_span; 0 while nothing is recorded.
inline uint64_t trace_now() { return trace_on() ? now_ns() : 0; }

/// Record a span that began at begin_ns (0: it is dropped). name and track are copied, up to 63 bytes.
void trace_span(const char *name, const char *track, uint64_t begin_ns, uint64_t object_id, uint32_t detail);

/// Spans of modules: a stack per thread.
void trace_begin(const char *name);
void trace_end();

/// A span of the calling thread for as long as it lives.
class TraceScope {
public:
    TraceScope(const char *name, uint64_t object_id) : name_(name),
                                                       object_id_(object_id),
                                                       begin_ns_(trace_now()) {}
    ~TraceScope()
    {
        if (begin_ns_)
            trace_span(name_, "", begin_ns_, object_id_, 0);
    }
    TraceScope(const TraceScope &) = delete;
    TraceScope &operator=(const TraceScope &) = delete;

private:
    const char *name_;
    uint64_t object_id_;
    uint64_t begin_ns_;
};

extern const accel_trace_interface kTraceInterface;

}  // namespace accel::runtime
