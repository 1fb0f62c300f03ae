// SPDX-License-Identifier: MIT
// The slots of the simulated transport.
#include "transport.h"

#include <cerrno>
#include <new>

namespace accel::devices::ethosu {
namespace {

OpenFile &file_of(void *context) { return static_cast<SimulatedTransport *>(context)->file(); }

/// As a kernel does: it follows the pointers of the argument by itself.
int request(void *context, const accel_bk_request *request)
{
    if (request->flags != 0) return -EINVAL;
    try {
        return file_of(context).ioctl(static_cast<unsigned long>(request->request), request->argument);
    } catch (const std::bad_alloc &) {
        return -ENOMEM;
    }
}

/// Modelled memory lies where it lies: a wish that it does not meet by chance is refused.
int map(void *context, const accel_bk_map *map, void **out_pointer)
{
    void *pointer = nullptr;
    if (map->pointer || map->reserve_bytes != 0) return -EINVAL;
    if (const int error = file_of(context).map(map->offset, map->size_bytes, &pointer)) return error;
    if (map->align_bytes != 0 && reinterpret_cast<uintptr_t>(pointer) % map->align_bytes != 0) return -EINVAL;
    *out_pointer = pointer;
    return 0;
}

/// Memory belongs to the object and goes with it.
int unmap(void *, void *, uint64_t) { return 0; }

}  // namespace

SimulatedTransport::SimulatedTransport(Engine &engine) : file_(engine)
{
    table_.struct_size = sizeof table_;
    table_.context = this;
    table_.flags = ACCEL_BK_TRANSPORT_FLAG_SIMULATED;
    table_.node_fd = -1;
    table_.request = request;
    table_.map = map;
    table_.unmap = unmap;
}

}  // namespace accel::devices::ethosu
