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

accel_status program_load(accel_bk_device *device, const void *bytes, uint64_t byte_count, const accel_bk_constant *, uint32_t, accel_bk_program **out_program)
{
    // >>> program_load
    *out_program = nullptr;
    const auto blob = read_blob(bytes, byte_count);
    if (!blob) {
        device->host->set_error(device->host->context, "C-5", "these bytes are not an intact blob of this backend");
        return ACCEL_STATUS_CORRUPT;
    }
    *out_program = new (std::nothrow) accel_bk_program{*blob};
    return *out_program ? ACCEL_STATUS_OK : ACCEL_STATUS_OUT_OF_MEMORY;
    // <<<
}

void program_unload(accel_bk_program *program) { delete program; }

accel_status run_create(accel_bk_program *program, accel_bk_run **out_run)
{
    // >>> run_create
    *out_run = new (std::nothrow) accel_bk_run{program, {}};
    return *out_run ? ACCEL_STATUS_OK : ACCEL_STATUS_OUT_OF_MEMORY;
    // <<<
}

void run_destroy(accel_bk_run *run) { delete run; }

accel_status run_bind(accel_bk_run *run, const accel_bk_binding *bindings, uint32_t binding_count)
{
    // >>> run_bind
    const uint64_t needed = run->program->blob.element_count * sizeof(float);
    if (binding_count != run->ports.size()) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (uint32_t port = 0; port < binding_count; ++port) {
        const auto &[buffer, offset_bytes] = bindings[port];
        if (offset_bytes > buffer->size_bytes || needed > buffer->size_bytes - offset_bytes) return ACCEL_STATUS_INVALID_ARGUMENT;
    }
    for (uint32_t port = 0; port < binding_count; ++port)
        run->ports[port] = reinterpret_cast<float *>(bindings[port].buffer->memory + bindings[port].offset_bytes);
    return ACCEL_STATUS_OK;
    // <<<
}

}  // namespace accel::template_room
