// SPDX-License-Identifier: MIT
// Faults of a module behind a transport: what it would not describe or carry is taken away on the way.
#include <algorithm>
#include <memory>
#include <vector>

#include "base.h"

namespace accel::faults {
namespace {

/// The transport that the module was to use.
const accel_bk_transport *real = nullptr;
/// What of a request's spans gets there.
bool (*passes)(const accel_bk_span &span) = nullptr;

int thin_request(void *, const accel_bk_request *request)
{
    std::vector<accel_bk_span> spans;
    std::copy_if(request->spans, request->spans + request->span_count, std::back_inserter(spans), passes);
    accel_bk_request thin = *request;
    thin.spans = spans.data();
    thin.span_count = static_cast<uint32_t>(spans.size());
    return real->request(real->context, &thin);
}

accel_status open_behind(const accel_bk_open *open, accel_bk_device **out, void (*change)(accel_bk_transport &))
{
    static accel_bk_transport table;
    real = open->transport;
    table = *real;
    change(table);
    accel_bk_open behind = *open;
    behind.transport = &table;
    return base.device.device_open(&behind, out);
}

accel_status open_thin(const accel_bk_open *open, accel_bk_device **out)
{
    return open_behind(open, out, [](accel_bk_transport &table) { table.request = thin_request; });
}

accel_status open_still(const accel_bk_open *open, accel_bk_device **out)
{
    return open_behind(open, out, [](accel_bk_transport &table) { table.sync = [](void *, void *, uint64_t, uint32_t) { return 0; }; });
}

void plant_thin(bool (*which)(const accel_bk_span &))
{
    passes = which;
    mine.device.device_open = open_thin;
}

}  // namespace

const std::vector<Fault> &transport_faults()
{
    static const std::vector<Fault> faults{
        {"forgets-a-span", [] { plant_thin([](const accel_bk_span &span) { return span.kind != ACCEL_BK_SPAN_KIND_IN; }); }},
        {"forgets-the-clock", [] { plant_thin([](const accel_bk_span &span) { return span.kind != ACCEL_BK_SPAN_KIND_INSTANT; }); }},
        {"never-carries", [] { mine.device.device_open = open_still; }},
    };
    return faults;
}

}  // namespace accel::faults
