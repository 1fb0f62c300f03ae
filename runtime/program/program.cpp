// SPDX-License-Identifier: MIT
// The program object and what it tells.
#include "program.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "instance/instance.h"
#include "make.h"
#include "model/model.h"
#include "open_sizes.h"
#include "parts/inside_row.h"

accel_program::accel_program() : Object(accel::runtime::ObjectType::Program) {}

accel_program::~accel_program()
{
    // Blobs point into the model and run on the devices; the instance goes last.
    entries.clear();
    blobs.clear();
    devices.clear();
    model = {};
    if (instance) instance->unref();
}

void accel_program::let_go()
{
    devices.clear();
    model = {};
    for (accel::runtime::ProgramEntry &entry : entries) entry.open_sizes = {};  // they have the model, too; what a run used of them is kept by itself
    if (instance) std::exchange(instance, nullptr)->unref();
}

const accel::runtime::FileSet *accel_program::files() const { return model ? model->files() : saved.get(); }

accel_status accel_program::verify_files() const { return files() ? files()->verify(this) : ACCEL_STATUS_OK; }

void accel_program::settle_files()
{
    for (const accel::runtime::Variable &variable : variables) {
        if (variable.data && files() && files()->holds(variable.data)) files_in_use_ = files();
    }
    for (const accel::runtime::Blob &blob : blobs) {
        for (const accel_bk_constant &constant : blob.constants) {
            if (files() && files()->holds(constant.data)) files_in_use_ = files();
        }
    }
}

bool accel_program::loaded() const
{
    return !devices.empty() && std::all_of(devices.begin(), devices.end(), [](const accel::runtime::Ref<accel_device> &device) { return static_cast<bool>(device); });
}

namespace accel::runtime {

void settle_remarks(accel_program &program)
{
    for (ProgramEntry &entry : program.entries) {
        std::vector<uint32_t> next(entry.segments.size());  // node, by segment
        for (PlacementRow &row : entry.placements) {
            if (is_inside(row)) continue;
            const Segment &segment = entry.segments[row.segment];
            Remarks &remarks = program.blobs[segment.blob].remarks;
            if (const auto said = remarks.find({segment.graph, next[row.segment]++}); said != remarks.end()) row.remark = std::move(said->second);
        }
    }
    for (Blob &blob : program.blobs) blob.remarks.clear();
}

void settle_ports(accel_program &program)
{
    for (Variable &variable : program.variables) variable.shown = variable.layout.view();
    for (ProgramEntry &entry : program.entries) {
        for (TransferRow &row : entry.transfers) {
            row.shown_from = entry.layout_of(row.from).view();
            row.shown_to = entry.layout_of(row.to).view();
            for (const MemoryEnd &end : {row.from, row.to})
                if (row.kind == ACCEL_TRANSFER_KIND_CONVERT && end.is_port) entry.ports[end.index].converted = true;
        }
        for (ProgramPort &port : entry.ports) {
            port.shown = port.layout.view();
            if (port.quantization) port.quantization_desc = std::make_shared<graph::QuantizationDesc>(*port.quantization, static_cast<uint32_t>(port.layout.dims.size()));
        }
    }
}

}  // namespace accel::runtime

using namespace accel::runtime;

namespace {

/// What several blobs refer to counts once.
uint64_t constant_bytes(const accel_program &program)
{
    uint64_t bytes = 0;
    std::set<std::pair<const void *, uint64_t>> counted;
    for (const Blob &blob : program.blobs) {
        bytes += blob.bytes.size();
        for (const accel_bk_constant &constant : blob.constants) bytes += counted.emplace(constant.data, constant.byte_count).second ? constant.byte_count : 0;
    }
    return bytes;
}

uint64_t scratch_bytes(const ProgramEntry &entry)
{
    uint64_t bytes = 0;
    for (const Value &value : entry.values) bytes += value.layout.size_bytes;
    for (const Segment &segment : entry.segments) bytes += segment.scratch_bytes;
    return bytes;
}

accel_program_info facts_of(const accel_program &program)
{
    accel_program_info facts{};
    facts.object_id = program.id();
    for (const ProgramEntry &entry : program.entries) facts.scratch_bytes = std::max(facts.scratch_bytes, scratch_bytes(entry));
    for (const Variable &variable : program.variables) facts.state_bytes += variable.layout.size_bytes;
    facts.variable_count = static_cast<uint32_t>(program.variables.size());
    facts.entry_count = static_cast<uint32_t>(program.entries.size());
    for (const ProgramEntry &entry : program.entries) facts.size_variant_count += entry.open_sizes ? entry.open_sizes->count() : 0;
    facts.size_variant_count = std::max(facts.size_variant_count, 1u);
    facts.device_count = static_cast<uint32_t>(program.devices.size());
    facts.constant_bytes = constant_bytes(program);
    facts.saved_bytes = program.saved_bytes;
    facts.rounding = program.rounding;
    facts.precisions = program.precisions;
    return facts;
}

uint64_t moved_bytes(const ProgramEntry &entry, uint32_t kind)
{
    uint64_t bytes = 0;
    for (const TransferRow &row : entry.transfers) bytes += row.kind == kind ? row.size_bytes : 0;
    return bytes;
}

accel_entry_info facts_of(const ProgramEntry &entry)
{
    accel_entry_info facts{};
    facts.name = entry.name.c_str();
    facts.scratch_bytes = scratch_bytes(entry);
    facts.converted_bytes = moved_bytes(entry, ACCEL_TRANSFER_KIND_CONVERT);
    facts.copied_bytes = moved_bytes(entry, ACCEL_TRANSFER_KIND_COPY);
    facts.port_count = static_cast<uint32_t>(entry.application_ports.size());
    facts.input_count = entry.application_input_count;
    facts.segment_count = static_cast<uint32_t>(entry.segments.size());
    facts.placement_count = static_cast<uint32_t>(entry.placements.size());
    facts.transfer_count = static_cast<uint32_t>(entry.transfers.size());
    facts.open_symbol_count = entry.open_sizes ? static_cast<uint32_t>(entry.open_sizes->symbols().size()) : 0;
    facts.buffer_count_max = entry.buffer_count_max();
    return facts;
}

accel_status fail_index(const accel_program *program, const char *what, uint32_t index, size_t count)
{
    return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "%s %u was asked for, there are %zu", what, index, count);
}

accel_status find_entry(struct accel_program *program, uint32_t index, const ProgramEntry **out)
{
    ACCEL_TRY(check_handle(program, "program"));
    if (index >= program->entries.size()) return fail_index(program, "entry point", index, program->entries.size());
    *out = &program->entries[index];
    return ACCEL_STATUS_OK;
}

}  // namespace

namespace accel::runtime {

accel_port_info port_facts(const accel_program &program, const ProgramEntry &entry, uint32_t number, bool bound)
{
    const ProgramPort &port = entry.ports[entry.application_ports[number]];
    accel_port_info facts{};
    facts.name = port.name.c_str();
    facts.direction = port.direction;
    facts.type = port.layout.tensor_type;
    facts.rank = static_cast<uint32_t>(port.layout.dims.size());
    facts.in_place_of = ACCEL_NONE;
    if (port.in_place_of != UINT32_MAX) {
        facts.flags = ACCEL_PORT_FLAG_IN_PLACE;
        const auto input = std::find(entry.application_ports.begin(), entry.application_ports.end(), port.in_place_of);
        facts.in_place_of = static_cast<uint32_t>(input - entry.application_ports.begin());
    }
    if (port.default_values) facts.flags |= ACCEL_PORT_FLAG_DEFAULT;
    facts.dims = port.layout.dims.data();
    facts.layout = &port.shown;
    facts.size_bytes = port.layout.size_bytes;
    facts.align_bytes = port.layout.align_bytes;
    facts.device = port.device < program.devices.size() ? program.devices[port.device].get() : nullptr;
    facts.quantization = port.quantization_desc ? &port.quantization_desc->get() : nullptr;
    if (port.converted) facts.flags |= ACCEL_PORT_FLAG_CONVERTED;
    facts.knowledge = bound && port.data_dims.empty() ? uint32_t{ACCEL_SIZE_KNOWLEDGE_EXACT} : port.knowledge;
    if (facts.knowledge != ACCEL_SIZE_KNOWLEDGE_EXACT) facts.dims = port.bounds.data();
    if (facts.knowledge == ACCEL_SIZE_KNOWLEDGE_OPEN) facts.size_bytes = 0;
    return facts;
}

}  // namespace accel::runtime

extern "C" {

struct accel_program *accel_program_ref(struct accel_program *program) { return ref_handle(program); }
void accel_program_unref(struct accel_program *program) { unref_handle(program); }

enum accel_status accel_program_query(struct accel_program *program, struct accel_program_info *info)
{
    ACCEL_TRY(check_handle(program, "program"));
    ACCEL_TRY(check_out(info, "info"));
    return guarded([&] {
        copy_out(facts_of(*program), info);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_program_device(struct accel_program *program, uint32_t index, struct accel_device **out_device)
{
    if (!out_device) return fail_null("out_device");
    *out_device = nullptr;
    ACCEL_TRY(check_handle(program, "program"));
    if (index >= program->devices.size()) return fail_index(program, "device", index, program->devices.size());
    if (accel_device *device = program->devices[index].get()) *out_device = device->acquire();
    return ACCEL_STATUS_OK;
}

enum accel_status accel_program_entry(struct accel_program *program, uint32_t entry, struct accel_entry_info *info)
{
    const ProgramEntry *of = nullptr;
    ACCEL_TRY(find_entry(program, entry, &of));
    ACCEL_TRY(check_out(info, "info"));
    return guarded([&] {
        copy_out(facts_of(*of), info);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_program_port(struct accel_program *program, uint32_t entry, uint32_t port, struct accel_port_info *info)
{
    const ProgramEntry *of = nullptr;
    ACCEL_TRY(find_entry(program, entry, &of));
    ACCEL_TRY(check_out(info, "info"));
    if (port >= of->application_ports.size()) return fail_index(program, "port", port, of->application_ports.size());
    return guarded([&] {
        copy_out(port_facts(*program, *of, port, false), info);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_program_find_port(struct accel_program *program, uint32_t entry, const char *name, uint32_t *out_port)
{
    if (!out_port) return fail_null("out_port");
    *out_port = ACCEL_NONE;
    const ProgramEntry *of = nullptr;
    ACCEL_TRY(find_entry(program, entry, &of));
    if (!name) return fail_null("name");
    for (uint32_t i = 0; i < of->application_ports.size(); ++i) {
        if (of->ports[of->application_ports[i]].name == name) {
            *out_port = i;
            return ACCEL_STATUS_OK;
        }
    }
    return guarded([&] {
        std::string known;
        for (const uint32_t port : of->application_ports) known += (known.empty() ? "" : ", ") + of->ports[port].name;
        const std::string who = of->name.empty() ? "the program" : "entry point '" + of->name + "'";
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "%s has no port '%s'; it has: %s", who.c_str(), name, known.c_str());
    });
}

enum accel_status accel_program_placement(struct accel_program *program, uint32_t entry, uint32_t index, struct accel_placement *placement)
{
    const ProgramEntry *of = nullptr;
    ACCEL_TRY(find_entry(program, entry, &of));
    ACCEL_TRY(check_out(placement, "placement"));
    if (index >= of->placements.size()) return fail_index(program, "placement", index, of->placements.size());
    const PlacementRow &row = of->placements[index];
    accel_placement facts{};
    facts.node = row.node.c_str();
    facts.operation = row.operation.c_str();
    facts.device = row.device < program->devices.size() ? program->devices[row.device].get() : nullptr;
    facts.segment = row.segment;
    facts.reason = row.reason;
    facts.reason_text = row.reason_text.c_str();
    facts.work_macs = row.work_macs;
    facts.remark = row.remark.c_str();
    copy_out(facts, placement);
    return ACCEL_STATUS_OK;
}

enum accel_status accel_program_transfer(struct accel_program *program, uint32_t entry, uint32_t index, struct accel_transfer *transfer)
{
    const ProgramEntry *of = nullptr;
    ACCEL_TRY(find_entry(program, entry, &of));
    ACCEL_TRY(check_out(transfer, "transfer"));
    if (index >= of->transfers.size()) return fail_index(program, "transfer", index, of->transfers.size());
    const TransferRow &row = of->transfers[index];
    accel_transfer facts{};
    facts.tensor = row.tensor.c_str();
    facts.kind = row.kind;
    facts.from_segment = row.from_segment;
    facts.to_segment = row.to_segment;
    facts.size_bytes = row.size_bytes;
    facts.reason = row.reason.c_str();
    facts.from = &row.shown_from;
    facts.to = &row.shown_to;
    copy_out(facts, transfer);
    return ACCEL_STATUS_OK;
}

}  // extern "C"
