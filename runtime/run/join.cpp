// SPDX-License-Identifier: MIT
// Compares the layouts of ports, and finds who can allocate for all of them.
#include "join.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "device/share.h"
#include "program/program.h"
#include "run.h"

namespace accel::runtime {

namespace {

thread_local std::string latest_reason;

struct Side {
    accel_device *device;
    std::shared_ptr<OpenDevice> open;
    uint64_t size_bytes;
    uint64_t align_bytes;
    const PortLayout *layout;  ///< null for a plain size
    bool writes;               ///< an output
};

accel_status read_device(const accel_join_port &port, uint32_t number, Side *side)
{
    if (port.entry || port.port)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "ports[%u].%s is not 0, and there is no program", number, port.entry ? "entry" : "port");
    ACCEL_TRY(check_handle(port.device, "ports[].device"));
    if (port.size_bytes == 0 || port.size_bytes > INT64_MAX)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-2", nullptr, "ports[%u].size_bytes is %llu, expected at least 1 and less than 2^63", number,
                    static_cast<unsigned long long>(port.size_bytes));
    *side = {port.device, nullptr, port.size_bytes, 1, nullptr, false};
    return ACCEL_STATUS_OK;
}

/// The entry point of a port, with the sizes that are asked for.
accel_status read_entry(const accel_join_port &port, uint32_t number, const accel_program **out_program, const ProgramEntry **out_entry)
{
    if (port.run) {
        ACCEL_TRY(check_handle(port.run, "ports[].run"));
        if (port.entry)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", port.run, "ports[%u].entry is %u, expected 0, as a run has one", number, port.entry);
        *out_program = &port.run->program();
        *out_entry = &port.run->entry();
        return ACCEL_STATUS_OK;
    }
    ACCEL_TRY(check_handle(port.program, "ports[].program"));
    if (port.entry >= port.program->entries.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", port.program, "ports[%u].entry is %u, the program has %zu entry points", number, port.entry, port.program->entries.size());
    *out_program = port.program;
    *out_entry = &port.program->entries[port.entry];
    return ACCEL_STATUS_OK;
}

accel_status read_port(const accel_join_port &port, uint32_t number, uint32_t usage, Side *side)
{
    if ((port.program != nullptr) + (port.run != nullptr) + (port.device != nullptr) != 1)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-8", nullptr, "ports[%u] has %s program, %s run and %s device, expected one of the three", number, port.program ? "a" : "no", port.run ? "a" : "no",
                    port.device ? "a" : "no");
    if (port.device)
        return read_device(port, number, side);
    if (port.size_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "ports[%u].size_bytes is not 0, and the port has a size of its own", number);
    const accel_program *program = nullptr;
    const ProgramEntry *entry = nullptr;
    ACCEL_TRY(read_entry(port, number, &program, &entry));
    if (port.port >= entry->application_ports.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "ports[%u].port is %u, the entry point has %zu ports", number, port.port, entry->application_ports.size());
    if (!program->loaded())
        return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", program, "ports[%u] belongs to a program for a bare target, which has no device", number);
    if (!(usage & ACCEL_BUFFER_USAGE_PORT))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", program, "ports[%u] is a port, and desc.usage is 0x%x, without PORT", number, usage);
    const ProgramPort &wanted = entry->ports[entry->application_ports[port.port]];
    *side = {program->devices[wanted.device].get(), nullptr, wanted.layout.size_bytes, wanted.layout.align_bytes, &wanted.layout,
             wanted.direction == ACCEL_PORT_DIRECTION_OUTPUT};
    return ACCEL_STATUS_OK;
}

std::string name_of(const std::vector<Side> &sides, const Side &side)
{
    return "ports[" + std::to_string(&side - sides.data()) + "]";
}

/// "" where nothing has to be converted, else why it has to be.
std::string layouts_disagree(const std::vector<Side> &sides)
{
    for (const Side &a : sides)
        for (const Side &b : sides) {
            if (!a.layout || !b.layout || &a == &b || (&b < &a && a.writes == b.writes)) continue;
            const std::string both = name_of(sides, a) + " has " + layout_text(*a.layout) + " and " + name_of(sides, b) + " has " + layout_text(*b.layout);
            if (a.layout->tensor_type != b.layout->tensor_type || a.layout->dims != b.layout->dims) return "tensors of different types or sizes: " + both;
            if (!same_places(*a.layout, *b.layout)) return "elements at different places: " + both;
            if (a.writes && !b.writes && !layouts_agree(*a.layout, *b.layout)) return "other padding than the reader needs: " + both;
        }
    return "";
}

}  // namespace

accel_status join_ports(std::span<const accel_join_port> ports, uint32_t usage, uint32_t export_kinds, accel_buffer_recipe *recipe)
{
    std::vector<Side> sides(ports.size());
    std::vector<std::shared_ptr<OpenDevice>> devices;
    for (uint32_t i = 0; i < ports.size(); ++i) {
        ACCEL_TRY(read_port(ports[i], i, usage, &sides[i]));
        if (sides[i].device->instance() != sides[0].device->instance())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", sides[i].device, "ports[%u] belongs to another instance than ports[0]", i);
        ACCEL_TRY(sides[i].device->entry().open(&sides[i].open));
        devices.push_back(sides[i].open);
        recipe->size_bytes = std::max(recipe->size_bytes, sides[i].size_bytes);
        recipe->align_bytes = std::max({recipe->align_bytes, sides[i].align_bytes, sides[i].open->info().buffer_align_bytes});
    }
    latest_reason = layouts_disagree(sides);
    recipe->layouts_agree = latest_reason.empty();
    if (!recipe->layouts_agree) recipe->reason = latest_reason.c_str();
    const SharePlan plan = plan_share(devices);
    if (!plan.possible()) {
        latest_reason = "'" + std::string(sides[plan.refusing].device->entry().id()) + "' cannot use memory of '" + sides[plan.refused].device->entry().id() +
                        "': " + plan.reason;
        recipe->refusing_port = plan.refusing;
        recipe->refused_port = plan.refused;
        recipe->reason = latest_reason.c_str();
        return fail(ACCEL_STATUS_UNSUPPORTED, "B-8", nullptr, "%s", latest_reason.c_str());
    }
    const std::vector<uint32_t> allocators = find_allocators(devices, export_kinds);
    if (allocators.empty())
        return fail(ACCEL_STATUS_UNSUPPORTED, "B-4", nullptr, "no device of the ports that all others can share with exports all of 0x%x; '%s' exports 0x%x", export_kinds,
                    sides[plan.allocator].device->entry().id(), devices[plan.allocator]->info().buffer_export_kinds);
    const uint32_t allocator = allocators.front();
    recipe->allocator = sides[allocator].device;
    recipe->export_kinds = export_kinds;
    for (const auto &device : devices)
        if (device != devices[allocator])
            recipe->export_kinds |= ACCEL_HANDLE_BIT(share_kind(*devices[allocator], *device));
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
