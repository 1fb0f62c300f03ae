// SPDX-License-Identifier: MIT
// Compares the layouts of ports, and finds who can allocate for all of them.
#include "join.h"

#include <algorithm>
#include <vector>

#include "check.h"
#include "program.h"
#include "share.h"

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

accel_status read_port(const accel_join_port &port, uint32_t number, Side *side)
{
    if (!port.program) {
        if (port.entry || port.port)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "ports[%u].%s is not 0, and there is no program", number, port.entry ? "entry" : "port");
        ACCEL_TRY(check_handle(port.device, "ports[].device"));
        if (port.size_bytes == 0 || port.size_bytes > INT64_MAX)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-2", nullptr, "ports[%u].size_bytes is %llu, expected at least 1 and less than 2^63", number,
                        static_cast<unsigned long long>(port.size_bytes));
        *side = {port.device, nullptr, port.size_bytes, 1, nullptr, false};
        return ACCEL_STATUS_OK;
    }
    ACCEL_TRY(check_handle(port.program, "ports[].program"));
    const accel_program &program = *port.program;
    if (port.entry >= program.entries.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", &program, "ports[%u].entry is %u, the program has %zu entry points", number, port.entry, program.entries.size());
    const ProgramEntry &entry = program.entries[port.entry];
    if (port.port >= entry.application_ports.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", &program, "ports[%u].port is %u, the entry point has %zu ports", number, port.port, entry.application_ports.size());
    if (!program.loaded())
        return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", &program, "ports[%u] belongs to a program for a bare target, which has no device", number);
    const ProgramPort &wanted = entry.ports[entry.application_ports[port.port]];
    *side = {program.devices[wanted.device].get(), nullptr, wanted.layout.size_bytes, wanted.layout.align_bytes, &wanted.layout,
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

accel_status join_ports(std::span<const accel_join_port> ports, accel_buffer_recipe *recipe)
{
    std::vector<Side> sides(ports.size());
    std::vector<std::shared_ptr<OpenDevice>> devices;
    for (uint32_t i = 0; i < ports.size(); ++i) {
        ACCEL_TRY(read_port(ports[i], i, &sides[i]));
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
    recipe->allocator = sides[plan.allocator].device;
    for (const auto &device : devices)
        if (device != devices[plan.allocator])
            recipe->export_kinds |= ACCEL_HANDLE_BIT(share_kind(*devices[plan.allocator], *device));
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
