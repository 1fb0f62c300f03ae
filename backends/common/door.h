// SPDX-License-Identifier: MIT
// A device table called as the runtime calls it: for tests, benchmarks and go-betweens.
#pragma once

#include <accel/backend.h>

namespace accel::door {

inline accel_status load(const accel_bk_device_ops &ops, accel_bk_device *device, const void *bytes, uint64_t byte_count, const accel_bk_constant *constants,
                         uint32_t constant_count, accel_bk_program **out)
{
    const accel_bk_load_desc desc{sizeof desc, bytes, byte_count, constants, constant_count, 0};
    return ops.program_load(device, &desc, out);
}

// One that brings its own scratch.
inline accel_status create_run(const accel_bk_device_ops &ops, accel_bk_program *program, accel_bk_run **out)
{
    accel_bk_run_desc desc{};
    desc.struct_size = sizeof desc;
    return ops.run_create(program, &desc, out);
}

inline accel_status bind(const accel_bk_device_ops &ops, accel_bk_run *run, const accel_bk_memory *ports, uint32_t port_count)
{
    const accel_bk_bind_desc desc{sizeof desc, ports, nullptr, port_count, 0};
    return ops.run_bind(run, &desc);
}

// The first size_bytes of a buffer.
inline accel_status map(const accel_bk_device_ops &ops, accel_bk_buffer *buffer, uint32_t access, uint64_t size_bytes, void **out)
{
    const accel_bk_access part{sizeof part, 0, size_bytes, access, 0};
    return ops.buffer_map(buffer, &part, out);
}

inline accel_status unmap(const accel_bk_device_ops &ops, accel_bk_buffer *buffer, uint32_t access, uint64_t size_bytes)
{
    const accel_bk_access part{sizeof part, 0, size_bytes, access, 0};
    return ops.buffer_unmap(buffer, &part);
}

}  // namespace accel::door
