// SPDX-License-Identifier: MIT
// Checks that the parts of a saved program point at each other rightly.
#include "saved_consistency.h"

#include <set>

#include "base/catalog.h"
#include "base/check.h"
#include "compiler/emit.h"

namespace accel::runtime {

accel_status corrupt_saved(const std::string &what)
{
    return fail(ACCEL_STATUS_CORRUPT, "S-3", nullptr, "the saved program is damaged: %s", what.c_str());
}

namespace {

/// Of its values as a model has them.
uint64_t dense_bytes(const PortLayout &layout)
{
    uint64_t elements = 1;
    for (const int64_t size : layout.dims)
        if (size < 0 || __builtin_mul_overflow(elements, static_cast<uint64_t>(size), &elements)) return UINT64_MAX;
    return packed_size_bytes(layout.tensor_type, elements).value_or(UINT64_MAX);
}

/// Of one entry point. Indices point somewhere, memory fits who uses it, and everything is written once before it is read.
class Consistency {
public:
    Consistency(const SavedProgram &whole, const ProgramEntry &entry)
        : whole_(whole),
          entry_(entry),
          port_maker_(entry.ports.size(), kNobody),
          value_made_(entry.values.size(), false)
    {
    }

    accel_status check()
    {
        if (entry_.input_count > entry_.ports.size()) return corrupt_saved("it has more inputs than ports");
        ACCEL_TRY(check_ports());
        ACCEL_TRY(check_values());
        for (uint32_t s = 0; s < entry_.segments.size(); ++s) ACCEL_TRY(check_segment(s));
        ACCEL_TRY(check_copied_ports());
        for (size_t p = entry_.input_count; p < entry_.ports.size(); ++p) {
            if (port_maker_[p] == kNobody) return corrupt_saved("output '" + entry_.ports[p].name + "' is written by no segment");
        }
        ACCEL_TRY(check_copies());
        return check_reports();
    }

private:
    static constexpr uint32_t kNobody = UINT32_MAX;

    bool is_device(uint32_t device) const { return device < whole_.places.size(); }

    accel_status check_ports() const
    {
        for (size_t i = 0; i < entry_.ports.size(); ++i) {
            const ProgramPort &port = entry_.ports[i];
            const uint32_t wanted = i < entry_.input_count ? ACCEL_PORT_DIRECTION_INPUT : ACCEL_PORT_DIRECTION_OUTPUT;
            if (port.direction != wanted || !is_device(port.device)) return corrupt_saved("port '" + port.name + "' has an impossible direction or device");
            if (port.in_place_of != UINT32_MAX && (port.in_place_of >= entry_.input_count || i < entry_.input_count || entry_.ports[port.in_place_of].variable != port.variable))
                return corrupt_saved("port '" + port.name + "' shares memory with no input");
            if (port.default_values && (i >= entry_.input_count || port.variable != UINT32_MAX || port.default_values->size() != dense_bytes(port.layout)))
                return corrupt_saved("port '" + port.name + "' has a default of another size, or is no input that is bound");
            if (port.variable != UINT32_MAX) ACCEL_TRY(check_variable(port));
        }
        return ACCEL_STATUS_OK;
    }

    /// A port of a variable is its leading part.
    accel_status check_variable(const ProgramPort &port) const
    {
        const PortLayout *whole = port.variable < whole_.variables.size() ? &whole_.variables[port.variable].layout : nullptr;
        bool fits = whole && whole->type == port.layout.type && whole->tensor_type == port.layout.tensor_type && whole->dims.size() == port.layout.dims.size() && port.layout.size_bytes <= whole->size_bytes;
        for (size_t axis = 0; fits && axis < whole->dims.size(); ++axis) fits = port.layout.dims[axis] <= whole->dims[axis];
        return fits && same_distances(port.layout, *whole) ? ACCEL_STATUS_OK : corrupt_saved("port '" + port.name + "' is no part of its variable");
    }

    static bool same_tensor(const PortLayout &a, const PortLayout &b) { return a.tensor_type == b.tensor_type && a.dims == b.dims; }

    accel_status check_values() const
    {
        for (uint32_t i = 0; i < entry_.values.size(); ++i) {
            const Value &value = entry_.values[i];
            const bool copy = value.copy_of != UINT32_MAX;
            const bool bad_source = copy && (value.copy_of_port ? value.copy_of >= entry_.ports.size() : value.copy_of >= i || entry_.values[value.copy_of].copy_of != UINT32_MAX);
            const bool bad_port = value.port_of != UINT32_MAX && (value.port_of < entry_.input_count || value.port_of >= entry_.ports.size() || !same_tensor(entry_.ports[value.port_of].layout, value.layout));
            const bool bad_memory = value.memory_of != UINT32_MAX && (value.memory_of >= i || entry_.values[value.memory_of].memory_of != UINT32_MAX);
            if (bad_source || bad_port || bad_memory || !is_device(value.reader_device) || !is_device(value.writer_device) ||
                value.from_segment >= entry_.segments.size() || (!copy && value.copy_of_port))
                return corrupt_saved("value '" + value.tensor + "' names something that is not there");
            if (!copy) continue;
            const PortLayout &from = value.copy_of_port ? entry_.ports[value.copy_of].layout : entry_.values[value.copy_of].layout;
            if (!same_tensor(from, value.layout)) return corrupt_saved("value '" + value.tensor + "' is a copy of another shape");
        }
        return ACCEL_STATUS_OK;
    }

    const PortLayout *layout_of(const PortSource &source) const
    {
        if (source.kind == PortSource::Kind::Port) return source.index < entry_.ports.size() ? &entry_.ports[source.index].layout : nullptr;
        return source.index < entry_.values.size() ? &entry_.values[source.index].layout : nullptr;
    }

    static bool fits(const PortLayout &memory, const PortLayout &wanted)
    {
        return same_places(memory, wanted) && memory.size_bytes >= wanted.size_bytes && memory.align_bytes >= wanted.align_bytes;
    }

    /// Is the memory complete before this segment starts? Copies of copies lead to smaller numbers, so the walk ends.
    bool ready(PortSource source) const
    {
        while (source.kind == PortSource::Kind::Value) {
            const Value &value = entry_.values[source.index];
            if (value.copy_of == UINT32_MAX) return value_made_[source.index];
            source = {value.copy_of_port ? PortSource::Kind::Port : PortSource::Kind::Value, value.copy_of};
        }
        return source.index < entry_.input_count || port_maker_[source.index] != kNobody;
    }

    accel_status check_segment(uint32_t s)
    {
        const Segment &segment = entry_.segments[s];
        const std::string who = "segment " + std::to_string(s);
        if (segment.graph >= whole_.blobs[segment.blob].graph_count) return corrupt_saved(who + " is no graph of its blob");
        for (size_t i = 0; i < segment.inputs.size(); ++i) {
            const PortLayout *memory = layout_of(segment.input_sources[i]);
            if (!memory || !fits(*memory, segment.inputs[i]) || !ready(segment.input_sources[i])) return corrupt_saved(who + " reads what is not there");
        }
        for (size_t i = 0; i < segment.outputs.size(); ++i) {
            const PortLayout *memory = layout_of(segment.output_sources[i]);
            if (!memory || !fits(*memory, segment.outputs[i]) || !write(segment.output_sources[i], s)) return corrupt_saved(who + " writes what it must not");
        }
        return ACCEL_STATUS_OK;
    }

    bool write(const PortSource &source, uint32_t s)
    {
        if (source.kind == PortSource::Kind::Port) {
            if (source.index < entry_.input_count || port_maker_[source.index] != kNobody) return false;
            port_maker_[source.index] = s;
            return true;
        }
        const Value &value = entry_.values[source.index];
        if (value.copy_of != UINT32_MAX || value.from_segment != s || value_made_[source.index]) return false;
        value_made_[source.index] = true;
        return true;
    }

    /// Outputs that a value is copied to when all has run.
    accel_status check_copied_ports()
    {
        for (const Value &value : entry_.values) {
            if (value.port_of == UINT32_MAX) continue;
            if (port_maker_[value.port_of] != kNobody) return corrupt_saved("output '" + entry_.ports[value.port_of].name + "' is written twice");
            port_maker_[value.port_of] = value.from_segment;
            for (const Value &other : entry_.values)
                if (other.copy_of_port && other.copy_of == value.port_of) return corrupt_saved("value '" + other.tensor + "' is a copy of an output that is written when all has run");
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_copies() const
    {
        for (uint32_t i = 0; i < entry_.values.size(); ++i) {
            const Value &value = entry_.values[i];
            if (!ready({PortSource::Kind::Value, i})) return corrupt_saved("value '" + value.tensor + "' is made by no segment");
            if (value.copy_of == UINT32_MAX) continue;
            uint32_t maker = value.copy_of_port ? 0 : entry_.values[value.copy_of].from_segment;
            if (value.copy_of_port && value.copy_of >= entry_.input_count) maker = port_maker_[value.copy_of];
            if (value.from_segment != maker) return corrupt_saved("value '" + value.tensor + "' is a copy of what another segment makes");
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_reports() const
    {
        for (const PlacementRow &row : entry_.placements) {
            if (!is_device(row.device) || row.segment >= entry_.segments.size()) return corrupt_saved("placement of '" + row.node + "' names something that is not there");
        }
        for (const TransferRow &row : entry_.transfers) {
            const auto is_side = [&](uint32_t segment) { return segment == ACCEL_SEGMENT_APPLICATION || segment < entry_.segments.size(); };
            const auto is_memory = [&](MemoryEnd end) { return end.index < (end.is_port ? entry_.ports.size() : entry_.values.size()); };
            const bool is_kind = row.kind >= ACCEL_TRANSFER_KIND_SHARED && row.kind <= ACCEL_TRANSFER_KIND_CONVERT;
            if (!is_kind || !is_side(row.from_segment) || !is_side(row.to_segment) || !is_memory(row.from) || !is_memory(row.to))
                return corrupt_saved("transfer of '" + row.tensor + "' names something that is not there");
        }
        return ACCEL_STATUS_OK;
    }

    const SavedProgram &whole_;
    const ProgramEntry &entry_;
    std::vector<uint32_t> port_maker_;
    std::vector<bool> value_made_;
};

}  // namespace

accel_status check_consistency(const SavedProgram &program)
{
    if (program.places.empty()) return corrupt_saved("it names no device");
    if (program.entries.empty()) return corrupt_saved("it has no entry point");
    for (const Blob &blob : program.blobs) {
        if (blob.device >= program.places.size() || blob.backend != program.places[blob.device].backend || blob.target != program.places[blob.device].target)
            return corrupt_saved("a blob is for no device of the set");
    }
    std::set<std::string> variables;
    for (const Variable &variable : program.variables) {
        const bool known = variable.device < program.places.size() && variables.insert(variable.name).second;
        if (!known || (variable.data && variable.data_bytes != dense_bytes(variable.layout))) return corrupt_saved("variable '" + variable.name + "' exists twice, is on no device of the set, or has a first value of another size");
    }
    std::set<std::string> names;
    for (const ProgramEntry &entry : program.entries) {
        if (!names.insert(entry.name).second) return corrupt_saved("two entry points are named '" + entry.name + "'");
        ACCEL_TRY(Consistency(program, entry).check());
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
