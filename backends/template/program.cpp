// SPDX-License-Identifier: MIT
// Loads programs; makes, binds and executes runs.
#include "program.h"

#include <module/host.h>

#include <algorithm>

#include "buffer.h"
#include "device.h"

using namespace accel;
using namespace accel::template_room;

accel_status accel_bk_device::load(const accel_bk_load_desc &desc, std::unique_ptr<accel_bk_program> &out)
{
    // >>> program_load
    out = std::make_unique<accel_bk_program>();
    const char *why = nullptr;
    const module::SealState state = read_blob({static_cast<const uint8_t *>(desc.bytes), desc.byte_count}, out->blob, why);
    if (state == module::SealState::kGood) return ACCEL_STATUS_OK;
    return module::fail(state == module::SealState::kCorrupt ? ACCEL_STATUS_CORRUPT : ACCEL_STATUS_INCOMPATIBLE, "M-8", "%s", why);
    // <<<
}

accel_status accel_bk_program::create_run(const accel_bk_run_desc &desc, std::unique_ptr<accel_bk_run> &out)
{
    // >>> run_create
    if (desc.entry != 0) return ACCEL_STATUS_INVALID_ARGUMENT;  // a blob here has one graph
    out.reset(new accel_bk_run{blob, {}});
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_run::bind(const accel_bk_bind_desc &desc)
{
    // >>> run_bind
    const uint64_t needed = blob.element_count * sizeof(float);
    if (desc.port_count != ports.size()) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (uint32_t port = 0; port < desc.port_count; ++port)
        if (desc.ports[port].size_bytes < needed) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (uint32_t port = 0; port < desc.port_count; ++port) ports[port] = reinterpret_cast<float *>(desc.ports[port].buffer->memory + desc.ports[port].offset_bytes);
    return ACCEL_STATUS_OK;
    // <<<
}

void accel_bk_run::execute() const
{
    for (uint64_t index = 0; index < blob.element_count; ++index) ports[2][index] = std::clamp(ports[0][index] + ports[1][index], blob.clamp_min, blob.clamp_max);
}
