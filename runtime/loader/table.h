// SPDX-License-Identifier: MIT
// Tables of modules: complete copies whatever size their maker knew, and the list of slots that must be set.
#pragma once

#include <accel/backend.h>

#include <cstring>

namespace accel::runtime {

/// Offset of a mandatory slot.
struct Slot {
    size_t offset_bytes;
    const char *name;
};

#define ACCEL_SLOT(table, member)        \
    {                                    \
        offsetof(table, member), #member \
    }

inline constexpr Slot kCompilerSlots[] = {
    ACCEL_SLOT(accel_bk_compiler, target_info),
    ACCEL_SLOT(accel_bk_compiler, query),
    ACCEL_SLOT(accel_bk_compiler, build),
    ACCEL_SLOT(accel_bk_compiler, check),
};

inline constexpr Slot kDeviceSlots[] = {
    ACCEL_SLOT(accel_bk_device_ops, device_open),
    ACCEL_SLOT(accel_bk_device_ops, device_close),
    ACCEL_SLOT(accel_bk_device_ops, device_info),
    ACCEL_SLOT(accel_bk_device_ops, buffer_create),
    ACCEL_SLOT(accel_bk_device_ops, buffer_destroy),
    ACCEL_SLOT(accel_bk_device_ops, buffer_map),
    ACCEL_SLOT(accel_bk_device_ops, buffer_unmap),
    ACCEL_SLOT(accel_bk_device_ops, program_load),
    ACCEL_SLOT(accel_bk_device_ops, program_unload),
    ACCEL_SLOT(accel_bk_device_ops, run_create),
    ACCEL_SLOT(accel_bk_device_ops, run_destroy),
    ACCEL_SLOT(accel_bk_device_ops, run_bind),
    ACCEL_SLOT(accel_bk_device_ops, queue_create),
    ACCEL_SLOT(accel_bk_device_ops, queue_destroy),
    ACCEL_SLOT(accel_bk_device_ops, queue_submit),
    ACCEL_SLOT(accel_bk_device_ops, queue_wait),
};

inline constexpr Slot kImporterSlots[] = {
    ACCEL_SLOT(accel_bk_importer, probe),
    ACCEL_SLOT(accel_bk_importer, import),
};

inline constexpr Slot kDeviceModelSlots[] = {
    ACCEL_SLOT(accel_bk_device_model, driver),
    ACCEL_SLOT(accel_bk_device_model, create),
    ACCEL_SLOT(accel_bk_device_model, destroy),
    ACCEL_SLOT(accel_bk_device_model, open_transport),
    ACCEL_SLOT(accel_bk_device_model, close_transport),
};

inline constexpr Slot kTransportSlots[] = {
    ACCEL_SLOT(accel_bk_transport, request),
    ACCEL_SLOT(accel_bk_transport, map),
    ACCEL_SLOT(accel_bk_transport, unmap),
};

#undef ACCEL_SLOT

/// Copy what the maker knew; the rest is absent. False for a size that no table can have.
template <class Table> bool copy_table(const Table *from, Table *to)
{
    constexpr size_t kTableBytesMax = 1 << 16;
    const size_t size = from->struct_size;
    if (size < sizeof(size_t) || size > kTableBytesMax || size % sizeof(void *) != 0)
        return false;
    *to = Table{};
    memcpy(to, from, size < sizeof(Table) ? size : sizeof(Table));
    to->struct_size = sizeof(Table);
    return true;
}

/// Name of the first mandatory slot that is NULL.
template <class Table, size_t N> const char *find_missing(const Table *table, const Slot (&slots)[N])
{
    for (const Slot &slot : slots) {
        const void *value;
        memcpy(&value, reinterpret_cast<const char *>(table) + slot.offset_bytes, sizeof value);
        if (!value)
            return slot.name;
    }
    return nullptr;
}

}  // namespace accel::runtime
