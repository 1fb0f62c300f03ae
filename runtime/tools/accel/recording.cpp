// SPDX-License-Identifier: MIT
// Records through the extension accel.trace.
#include "recording.h"

#include <accel/ext/trace.h>

namespace accel::tool {
namespace {

const accel_trace_interface &trace_interface(const Instance &instance)
{
    const void *found = accel_interface(instance.get(), ACCEL_TRACE_NAME, ACCEL_TRACE_VERSION);
    if (!found) throw Failure("the loaded libaccel has no accel.trace extension of version 1; install the tool and the library of one release");
    return *static_cast<const accel_trace_interface *>(found);
}

accel_status append(void *user, const void *bytes, size_t byte_count)
{
    static_cast<std::string *>(user)->append(static_cast<const char *>(bytes), byte_count);
    return ACCEL_STATUS_OK;
}

}  // namespace

Recording::Recording(const Instance &instance) : instance_(instance)
{
    check(trace_interface(instance).start(instance.get(), 0));
    running_ = true;
}

Recording::~Recording()
{
    if (running_) trace_interface(instance_).stop(instance_.get());
}

std::string Recording::stop()
{
    const auto &recorder = trace_interface(instance_);
    running_ = false;
    check(recorder.stop(instance_.get()));
    std::string text;
    check(recorder.write(instance_.get(), append, &text));
    return text;
}

}  // namespace accel::tool
