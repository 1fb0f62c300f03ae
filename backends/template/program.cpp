// SPDX-License-Identifier: MIT
#include "program.h"

#include <algorithm>
#include <new>

#include "buffer.h"
#include "device.h"

void accel_bk_run::execute() const
{
    const auto &blob = program->blob;
    for (uint64_t index = 0; index < blob.element_count; ++index)
        ports[2][index] = std::clamp(ports[0][index] + ports[1][index], blob.clamp_min, blob.clamp_max);
}

namespace accel::template_room {

accel_status program_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out_program)
{
    // >>> program_load
    *out_program = nullptr;
    const auto blob = read_blob(desc->bytes, desc->byte_count);
    if (!blob) {
        device->host->set_error(device->host->context, "C-5", "these bytes are not an intact blob of this backend");
        return ACCEL_STATUS_CORRUPT;
    }
    *out_program = new (std::nothrow) accel_bk_program{*blob};
    return *out_program ? ACCEL_STATUS_OK : ACCEL_STATUS_OUT_OF_MEMORY;
    // <<<
}

void program_unload(accel_bk_program *program) { delete program; }

accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out_run)
{
    // >>> run_create
    *out_run = nullptr;
    if (desc->entry != 0) return ACCEL_STATUS_INVALID_ARGUMENT; // a blob here has one graph
    *out_run = new (std::nothrow) accel_bk_run{program, {}};
    return *out_run ? ACCEL_STATUS_OK : ACCEL_STATUS_OUT_OF_MEMORY;
    // <<<
}

void run_destroy(accel_bk_run *run) { delete run; }

accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    // >>> run_bind
    const uint64_t needed = run->program->blob.element_count * sizeof(float);
    if (desc->port_count != run->ports.size()) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (uint32_t port = 0; port < desc->port_count; ++port)
        if (desc->ports[port].size_bytes < needed) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (uint32_t port = 0; port < desc->port_count; ++port)
        run->ports[port] = reinterpret_cast<float *>(desc->ports[port].buffer->memory + desc->ports[port].offset_bytes);
    return ACCEL_STATUS_OK;
    // <<<
}

}  // namespace accel::template_room
