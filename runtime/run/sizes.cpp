// SPDX-License-Identifier: MIT
// Sizes that a segment tells when it has run.
#include <algorithm>

#include "base/check.h"
#include "base/module_call.h"
#include "run.h"

using namespace accel::runtime;

void accel_run::forget_told()
{
    for (ToldPort &port : body_.told)
        port.known = false;
}

accel_status accel_run::take_sizes(uint32_t index, accel_status ended)
{
    const Segment &built = entry().segments[index];
    const SegmentRun &segment = body_.segments[index];
    std::vector<int64_t> sizes = built.sizes;
    clear_module_error();
    const accel_status status = ask_module(segment.device->module_name(), "run_sizes",
                                           [&] { return segment.device->ops().run_sizes(segment.handle, sizes.data(), static_cast<uint32_t>(sizes.size())); });
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, segment.device->module_name(), "run_sizes", this);
    for (uint32_t port = 0; port < body_.told.size(); ++port)
        if (entry().ports[port].data_segment == index)
            ACCEL_TRY(tell_port(port, sizes, ended));
    return ACCEL_STATUS_OK;
}

accel_status accel_run::tell_port(uint32_t number, std::span<const int64_t> sizes, accel_status ended)
{
    const ProgramPort &port = entry().ports[number];
    const char *module = body_.segments[port.data_segment].device->module_name();
    ToldPort &told = body_.told[number];
    told.dims = port.layout.dims;
    for (const DataDim &dim : port.data_dims) {
        const int64_t size = sizes[dim.symbol], most = port.layout.dims[dim.axis];
        if (size < 0 || size > most)
            return fail(ACCEL_STATUS_INTERNAL, "R-9", this, "module '%s' says that axis %u of output '%s' has size %lld; %lld is the most that it may have", module, dim.axis, port.name.c_str(),
                        static_cast<long long>(size), static_cast<long long>(most));
        told.dims[dim.axis] = size;
    }
    told.layout = accel::layouts::resized(port.layout, told.dims).value_or(port.layout);
    told.shown = told.layout.view();
    if (ended == ACCEL_STATUS_OK && told.layout.size_bytes > ports_[number].size_bytes)
        return fail(ACCEL_STATUS_INTERNAL, "R-9", this, "module '%s' says that output '%s' is %llu bytes long, and ended well with memory of %llu bytes; expected LIMIT", module, port.name.c_str(),
                    static_cast<unsigned long long>(told.layout.size_bytes), static_cast<unsigned long long>(ports_[number].size_bytes));
    told.known = true;
    return ACCEL_STATUS_OK;
}
