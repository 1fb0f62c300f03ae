// SPDX-License-Identifier: MIT
// Pairs inputs with outputs, and gives each variable a memory that all entry points agree on.
#include "variables.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/progress.h"
#include "emit.h"
#include "port_value.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kNone = UINT32_MAX;

accel_status refuse(const std::string &message)
{
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-12", nullptr, "%s", message.c_str());
}

const Tensor *find(const Graph &graph, const std::vector<uint32_t> &ports, const char *name)
{
    for (const uint32_t port : ports)
        if (graph.tensors[port].name == name) return &graph.tensors[port];
    return nullptr;
}

/// A pair that a program description adds.
accel_status take_pair(const Graph &graph, const accel_state_pair &pair, std::vector<VariableUse> *out)
{
    const Tensor *input = find(graph, graph.inputs, pair.input), *output = find(graph, graph.outputs, pair.output);
    const std::string who = "state '" + std::string(pair.input) + "'";
    if (!input && !output) return refuse(who + ": the model has no input '" + pair.input + "' and no output '" + pair.output + "'");
    for (const Tensor *port : {input, output}) {
        if (!port) continue;
        if (port->is_variable()) return refuse(who + ": '" + port->name + "' is of a variable of the model already");
        if (port->default_data) return refuse(who + ": '" + port->name + "' has a default of the model's; state has first values of its own, so name another input");
        for (const VariableUse &other : *out)
            if (other.name == pair.input || other.input == port->name || other.output == port->name) return refuse(who + ": '" + port->name + "' is of state '" + other.name + "' already");
    }
    VariableUse &use = out->emplace_back();
    use.name = pair.input;
    if (input) use.input = input->name;
    if (output) use.output = output->name;
    return ACCEL_STATUS_OK;
}

class Settler {
public:
    Settler(std::span<const EntryVariables> entries, const Sharing &sharing, std::vector<Variable> &out) : entries_(entries),
                                                                                                           sharing_(sharing),
                                                                                                           out_(out) {}

    accel_status run()
    {
        for (const EntryVariables &of : entries_) {
            for (const VariableUse &use : of.uses) ACCEL_TRY(name_ports(*of.entry, use));
        }
        ACCEL_TRY(lay_out());
        for (const EntryVariables &of : entries_) {
            for (uint32_t port = 0; port < of.entry->ports.size(); ++port) {
                if (of.entry->ports[port].variable != kNone) settle_place(*of.entry, port);
            }
            for (uint32_t port = of.entry->input_count; port < of.entry->ports.size(); ++port) {
                if (of.entry->ports[port].variable != kNone)
                    settle_write(*of.entry, port);
                else
                    offer(*of.entry, port);
            }
            describe_moves_again(*of.entry);
            of.entry->number_ports();
        }
        return ACCEL_STATUS_OK;
    }

private:
    static uint32_t port_of(const ProgramEntry &entry, const std::string &name, bool input)
    {
        const uint32_t begin = input ? 0 : entry.input_count, end = input ? entry.input_count : static_cast<uint32_t>(entry.ports.size());
        for (uint32_t port = begin; port < end && !name.empty(); ++port)
            if (entry.ports[port].name == name) return port;
        return kNone;
    }

    accel_status name_ports(ProgramEntry &entry, const VariableUse &use)
    {
        const auto known = numbers_.emplace(use.name, static_cast<uint32_t>(out_.size()));
        if (known.second) {
            Variable &variable = out_.emplace_back();
            variable.name = use.name;
            first_.push_back(nullptr);
            if (use.declared) {
                variable.data = use.declared->data;
                variable.data_bytes = use.declared->data_bytes;
                variable.kept_data = use.declared->owned;
                variable.layout.type = variable.layout.tensor_type = use.declared->type;
                for (const Dim &dim : use.largest) variable.layout.dims.push_back(dim.size);
            }
        }
        const uint32_t number = known.first->second;
        for (const uint32_t port : {port_of(entry, use.input, true), port_of(entry, use.output, false)}) {
            if (port == kNone) continue;
            entry.ports[port].variable = number;
            ACCEL_TRY(take_port(entry, out_[number], first_[number], entry.ports[port], use.declared));
        }
        return ACCEL_STATUS_OK;
    }

    /// What the variable has to be for this port.
    static accel_status take_port(const ProgramEntry &entry, Variable &variable, const ProgramPort *&first, const ProgramPort &port, bool declared)
    {
        std::vector<int64_t> &dims = variable.layout.dims;
        const std::string who = "port '" + port.name + "' of variable '" + variable.name + "'" + (entry.name.empty() ? "" : " in entry point '" + entry.name + "'");
        if (!first && !declared) dims = port.layout.dims, variable.layout.tensor_type = port.layout.tensor_type;
        if (port.layout.tensor_type != variable.layout.tensor_type || port.layout.dims.size() != dims.size()) return refuse(who + " has another type or rank than the variable");
        if (first && first->quantization != port.quantization)
            return refuse(who + " is not quantised as port '" + first->name + "' is");
        for (size_t axis = 0; axis < dims.size(); ++axis) {
            if (declared && port.layout.dims[axis] > dims[axis])
                return refuse(who + " has size " + std::to_string(port.layout.dims[axis]) + " along axis " + std::to_string(axis) + ", the variable " + std::to_string(dims[axis]));
            dims[axis] = std::max(dims[axis], port.layout.dims[axis]);
        }
        if (!first) first = &port, variable.device = port.device;
        return ACCEL_STATUS_OK;
    }

    /// The first port that has all of it decides, else it is dense.
    accel_status lay_out()
    {
        for (uint32_t number = 0; number < out_.size(); ++number) {
            Variable &variable = out_[number];
            const ProgramPort *whole = nullptr;
            uint64_t align_bytes = 1;
            for_each_port(number, [&](ProgramEntry &, uint32_t, ProgramPort &port) {
                if (!whole && port.layout.dims == variable.layout.dims) whole = &port;
                align_bytes = std::max(align_bytes, port.layout.align_bytes);
            });
            if (whole) {
                variable.layout = whole->layout;
                variable.device = whole->device;
            } else {
                Tensor tensor;
                tensor.type = variable.layout.tensor_type;
                for (const int64_t size : variable.layout.dims) tensor.shape.push_back(Dim{size});
                if (!size_bytes(tensor)) return refuse("variable '" + variable.name + "' is larger than a tensor may be");
                variable.layout = dense_layout(tensor);
            }
            variable.layout.align_bytes = align_bytes;
            variable.layout.padding = ACCEL_PADDING_ANY;
            for_each_port(number, [&](ProgramEntry &, uint32_t, ProgramPort &port) {
                if (same_distances(port.layout, variable.layout)) variable.layout.size_bytes = std::max(variable.layout.size_bytes, port.layout.size_bytes);
            });
            users_.push_back({variable.device});
        }
        return ACCEL_STATUS_OK;
    }

    template <class Visit> void for_each_port(uint32_t number, Visit visit)
    {
        for (const EntryVariables &of : entries_) {
            for (uint32_t port = 0; port < of.entry->ports.size(); ++port)
                if (of.entry->ports[port].variable == number) visit(*of.entry, port, of.entry->ports[port]);
        }
    }

    /// The memory can be used by one more device.
    bool join(uint32_t number, uint32_t device)
    {
        std::vector<uint32_t> &users = users_[number];
        if (std::find(users.begin(), users.end(), device) != users.end()) return true;
        users.push_back(device);
        if (sharing_.together(users)) return true;
        users.pop_back();
        return false;
    }

    bool join_all(uint32_t number, const ProgramEntry &entry, uint32_t port)
    {
        for (const Segment &segment : entry.segments) {
            for (const auto *sources : {&segment.input_sources, &segment.output_sources})
                for (const PortSource &source : *sources)
                    if (source.kind == PortSource::Kind::Port && source.index == port && !join(number, segment.device)) return false;
        }
        return true;
    }

    /// In the variable's memory, or in memory of the run that is copied from and to it.
    void settle_place(ProgramEntry &entry, uint32_t number)
    {
        pace();
        ProgramPort &port = entry.ports[number];
        Variable &variable = out_[port.variable];
        const bool lies_so = same_distances(port.layout, variable.layout) && port.layout.type == variable.layout.type;
        if (!lies_so || !join_all(port.variable, entry, number)) copy(entry, number, "the devices have no memory in common");
        // Where the runtime converts what is written, it is written elsewhere.
        const bool converted = std::any_of(entry.values.begin(), entry.values.end(), [&](const Value &value) { return value.port_of == number; });
        variable.in_place = variable.in_place && !converted;
        static_cast<layouts::Layout &>(port.layout) = variable.layout;
        port.layout.align_bytes = variable.layout.align_bytes;
        port.device = variable.device;
    }

    /// What is written while it may still be read is written elsewhere, unless the device says that it may.
    void settle_write(ProgramEntry &entry, uint32_t number)
    {
        ProgramPort &output = entry.ports[number];
        const uint32_t input = input_of(entry, output.variable);
        if (input == kNone) return;
        output.in_place_of = input;
        if (!writes_directly(entry, number) || in_place(entry, input, number)) return;
        copy(entry, number, "the device does not write it in place");
    }

    /// An output of the application that a module may write over an input.
    static void offer(ProgramEntry &entry, uint32_t number)
    {
        for (const Segment &segment : entry.segments) {
            for (size_t i = 0; i < segment.output_sources.size(); ++i) {
                const uint32_t over = admitted(segment, i);
                if (segment.output_sources[i].kind != PortSource::Kind::Port || segment.output_sources[i].index != number || over == kNone) continue;
                const PortSource &from = segment.input_sources[over];
                if (from.kind != PortSource::Kind::Port || from.index >= entry.input_count || entry.ports[from.index].variable != kNone) continue;
                const ProgramPort &input = entry.ports[from.index], &output = entry.ports[number];
                if (same_places(input.layout, output.layout) && in_place(entry, from.index, number)) entry.ports[number].in_place_of = from.index;
            }
        }
    }

    static uint32_t input_of(const ProgramEntry &entry, uint32_t variable)
    {
        for (uint32_t port = 0; port < entry.input_count; ++port)
            if (entry.ports[port].variable == variable) return port;
        return kNone;
    }

    static bool writes_directly(const ProgramEntry &entry, uint32_t port)
    {
        return std::any_of(entry.segments.begin(), entry.segments.end(), [&](const Segment &segment) {
            return std::any_of(segment.output_sources.begin(), segment.output_sources.end(),
                               [&](const PortSource &source) { return source.kind == PortSource::Kind::Port && source.index == port; });
        });
    }

    /// The segment that writes it says so, and nobody reads the old value afterwards.
    static bool in_place(const ProgramEntry &entry, uint32_t input, uint32_t output)
    {
        bool written = false;
        for (const Segment &segment : entry.segments) {
            for (size_t i = 0; i < segment.input_sources.size(); ++i) {
                const PortSource &source = segment.input_sources[i];
                const bool copies = source.kind == PortSource::Kind::Value && entry.values[source.index].copy_of_port && entry.values[source.index].copy_of == input;
                const bool reads = source.kind == PortSource::Kind::Port && source.index == input;
                if (written && (reads || copies)) return false;
            }
            for (size_t i = 0; i < segment.output_sources.size(); ++i) {
                const PortSource &source = segment.output_sources[i];
                if (source.kind != PortSource::Kind::Port || source.index != output) continue;
                if (reads_otherwise(segment, input, admitted(segment, i))) return false;
                written = true;
            }
        }
        return written;
    }

    static uint32_t admitted(const Segment &segment, size_t output) { return output < segment.in_place_of.size() ? segment.in_place_of[output] : kNone; }

    /// Does the segment read the port through another input than the one that it may overwrite?
    static bool reads_otherwise(const Segment &segment, uint32_t port, uint32_t but)
    {
        for (uint32_t i = 0; i < segment.input_sources.size(); ++i) {
            const PortSource &source = segment.input_sources[i];
            if (source.kind == PortSource::Kind::Port && source.index == port && i != but) return true;
        }
        return false;
    }

    void copy(ProgramEntry &entry, uint32_t number, const char *reason)
    {
        Variable &variable = out_[entry.ports[number].variable];
        variable.in_place = variable.in_place && number < entry.input_count;
        put_value_for_port(entry, number, reason);
    }

    std::span<const EntryVariables> entries_;
    const Sharing &sharing_;
    std::vector<Variable> &out_;
    std::map<std::string, uint32_t> numbers_;
    std::vector<const ProgramPort *> first_;    ///< by variable
    std::vector<std::vector<uint32_t>> users_;  ///< by variable: devices that share its memory
};

}  // namespace

accel_status take_variables(const Graph &graph, std::span<const accel_state_pair> pairs, std::vector<VariableUse> *out)
{
    std::map<uint32_t, VariableUse> declared;
    for (const auto *ports : {&graph.inputs, &graph.outputs}) {
        for (const uint32_t port : *ports) {
            const Tensor &tensor = graph.tensors[port];
            if (!tensor.is_variable()) continue;
            VariableUse &use = declared[tensor.variable];
            (ports == &graph.inputs ? use.input : use.output) = tensor.name;
        }
    }
    for (auto &[number, use] : declared) {
        use.name = graph.variables[number].name;
        use.declared = &graph.variables[number];
        use.largest = *largest(graph, graph.variables[number].shape);
        out->push_back(std::move(use));
    }
    for (const accel_state_pair &pair : pairs) ACCEL_TRY(take_pair(graph, pair, out));
    return ACCEL_STATUS_OK;
}

void forget_variables(Graph &graph)
{
    graph.variables.clear();
    for (Tensor &tensor : graph.tensors) tensor.flags = tensor.variable = 0;
}

accel_status settle_variables(std::span<const EntryVariables> entries, const Sharing &sharing, std::vector<Variable> *out)
{
    return Settler(entries, sharing, *out).run();
}

void list_variable_devices(std::span<const ProgramEntry *const> entries, std::vector<Variable> &variables)
{
    for (Variable &variable : variables) variable.devices = {variable.device};
    for (const ProgramEntry *entry : entries) {
        for (const Segment &segment : entry->segments) {
            for (const auto *sources : {&segment.input_sources, &segment.output_sources}) {
                for (const PortSource &source : *sources) {
                    if (source.kind != PortSource::Kind::Port || entry->ports[source.index].variable == kNone) continue;
                    std::vector<uint32_t> &devices = variables[entry->ports[source.index].variable].devices;
                    if (std::find(devices.begin(), devices.end(), segment.device) == devices.end()) devices.push_back(segment.device);
                }
            }
        }
    }
}

}  // namespace accel::runtime
