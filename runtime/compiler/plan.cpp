// SPDX-License-Identifier: MIT
// Gives each tensor that crosses a border a home, and lists what is moved between them.
#include "plan.h"

#include <algorithm>
#include <map>

#include "base/catalog.h"
#include "base/check.h"
#include "base/progress.h"
#include "constants.h"
#include "emit.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kNone = UINT32_MAX;

/// Where a tensor's bytes are after its maker has run.
struct Home {
    uint32_t segment = kNone;  ///< that makes it; none for program inputs
    uint32_t device = 0;
    PortSource source;
    PortLayout layout;
    bool fixed = false;  ///< a port whose memory is as the application said, and may not grow
};

class Planner {
public:
    Planner(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, const PortChoices &choices, std::vector<Segment> &segments, Plan &out)
        : graph_(graph),
          parts_(parts),
          sharing_(sharing),
          choices_(choices),
          segments_(segments),
          out_(out)
    {
    }

    void run()
    {
        add_inputs();
        add_outputs();
        for (uint32_t s = 0; s < segments_.size(); ++s) {
            pace();
            connect_inputs(s);
            connect_outputs(s);
        }
    }

private:
    uint32_t whole(uint32_t segment, uint32_t local) const { return parts_[segment].tensors[local]; }

    ProgramPort port_of(uint32_t tensor, uint32_t direction) const
    {
        const Tensor &from = graph_.tensors[tensor];
        ProgramPort port;
        port.name = from.name;
        port.direction = direction;
        port.layout = dense_layout(from);
        port.quantization = from.quantization;
        if (from.default_data) port.default_values = default_of(from);
        return port;
    }

    /// A copy: runs read it when the model's file may have changed.
    std::shared_ptr<const std::vector<uint8_t>> default_of(const Tensor &from) const
    {
        auto charge = graph_.grant(from.default_bytes, "the default of input '" + from.name + "'");
        pace_piece();
        const auto *start = static_cast<const uint8_t *>(from.default_data);
        Tensor held;
        own_data(held, std::vector<uint8_t>(start, start + from.default_bytes), std::move(charge));
        return held.owned;
    }

    struct Reader {
        uint32_t segment;
        size_t input;  ///< position among its inputs
    };
    std::map<uint32_t, Reader> first_readers() const
    {
        std::map<uint32_t, Reader> first;
        for (uint32_t s = 0; s < segments_.size(); ++s) {
            const std::vector<uint32_t> &inputs = parts_[s].graph.inputs;
            for (size_t i = 0; i < inputs.size(); ++i) first.emplace(whole(s, inputs[i]), Reader{s, i});
        }
        return first;
    }

    uint32_t choice_of(uint32_t tensor) const
    {
        const auto choice = choices_.find(tensor);
        return choice == choices_.end() ? uint32_t{ACCEL_PORT_LAYOUT_STRIDED} : choice->second.layout;
    }

    /// The layout of a port whose device has `own`. Alignment is the device's: if the runtime converts, it does no harm.
    PortLayout chosen(uint32_t tensor, const PortLayout &own) const
    {
        const uint32_t choice = choice_of(tensor);
        if (choice == ACCEL_PORT_LAYOUT_DEVICE || (choice == ACCEL_PORT_LAYOUT_STRIDED && is_plain(own))) return own;
        PortLayout layout = choice == ACCEL_PORT_LAYOUT_GIVEN ? choices_.at(tensor).given : dense_layout(graph_.tensors[tensor]);
        layout.align_bytes = own.align_bytes;
        return layout;
    }

    /// Where a device reads or writes a tensor as it is. What was given is never longer than it was given.
    static bool fits(const PortLayout &memory, bool fixed, const PortLayout &wanted) { return !fixed || memory.size_bytes >= wanted.size_bytes; }

    /// The first segment that reads an input decides its layout, where the application does not.
    void add_inputs()
    {
        const std::map<uint32_t, Reader> readers = first_readers();
        for (const uint32_t tensor : graph_.inputs) {
            pace();
            ProgramPort port = port_of(tensor, ACCEL_PORT_DIRECTION_INPUT);
            if (const auto reader = readers.find(tensor); reader != readers.end()) {
                const Segment &segment = segments_[reader->second.segment];
                port.layout = chosen(tensor, segment.inputs[reader->second.input]);
                port.device = segment.device;
            } else {
                port.layout = chosen(tensor, port.layout);
            }
            const auto index = static_cast<uint32_t>(out_.ports.size());
            homes_[tensor] = {kNone, port.device, {PortSource::Kind::Port, index}, port.layout, choice_of(tensor) == ACCEL_PORT_LAYOUT_GIVEN};
            out_.ports.push_back(std::move(port));
        }
        out_.input_count = static_cast<uint32_t>(graph_.inputs.size());
    }

    void add_outputs()
    {
        for (const uint32_t tensor : graph_.outputs) {
            output_port_[tensor] = static_cast<uint32_t>(out_.ports.size());
            out_.ports.push_back(port_of(tensor, ACCEL_PORT_DIRECTION_OUTPUT));
        }
    }

    void connect_outputs(uint32_t s)
    {
        Segment &segment = segments_[s];
        const std::vector<uint32_t> &outputs = parts_[s].graph.outputs;
        for (size_t i = 0; i < outputs.size(); ++i) {
            const uint32_t tensor = whole(s, outputs[i]);
            const auto port = output_port_.find(tensor);
            Home home{s, segment.device, {}, segment.outputs[i]};
            if (port == output_port_.end()) {
                home.source = add_value(tensor, s, segment.outputs[i]);
            } else if (connect_port(tensor, port->second, segment.device, segment.outputs[i], home)) {
                home.source = {PortSource::Kind::Port, port->second};
            } else {
                home.source = add_value(tensor, s, segment.outputs[i]);
                out_.values[home.source.index].port_of = port->second;
                add_row(tensor, {false, home.source.index}, {true, port->second}, s, ACCEL_SEGMENT_APPLICATION);
            }
            segment.output_sources.push_back(home.source);
            homes_[tensor] = std::move(home);
        }
    }

    /// False: the runtime has to convert what the device makes.
    bool connect_port(uint32_t tensor, uint32_t index, uint32_t device, const PortLayout &made, Home &home)
    {
        ProgramPort &port = out_.ports[index];
        port.layout = chosen(tensor, made);
        port.device = device;
        home.fixed = choice_of(tensor) == ACCEL_PORT_LAYOUT_GIVEN;
        if (!layouts_agree(made, port.layout) || !fits(port.layout, home.fixed, made)) return home.fixed = false;
        port.layout.size_bytes = std::max(port.layout.size_bytes, made.size_bytes);
        home.layout = port.layout;
        return true;
    }

    PortSource add_value(uint32_t tensor, uint32_t s, const PortLayout &layout)
    {
        Value value;
        value.tensor = graph_.tensors[tensor].name;
        value.from_segment = s;
        value.layout = layout;
        value.reader_device = value.writer_device = segments_[s].device;
        out_.values.push_back(std::move(value));
        return {PortSource::Kind::Value, static_cast<uint32_t>(out_.values.size() - 1)};
    }

    void connect_inputs(uint32_t s)
    {
        Segment &segment = segments_[s];
        const std::vector<uint32_t> &inputs = parts_[s].graph.inputs;
        for (size_t i = 0; i < inputs.size(); ++i) segment.input_sources.push_back(reach(whole(s, inputs[i]), s, segment.inputs[i]));
    }

    /// How a segment gets at a tensor: in its home, in one memory with the maker's device, or as a copy.
    PortSource reach(uint32_t tensor, uint32_t reader, const PortLayout &wanted)
    {
        Home &home = homes_.at(tensor);
        const uint32_t device = segments_[reader].device;
        const bool same_layout = layouts_agree(home.layout, wanted) && fits(home.layout, home.fixed, wanted);
        if (same_layout && home.device == device) return grow(home, wanted);
        if (same_layout && share(home, device)) {
            if (home.segment != kNone) add_row(tensor, end_of(home.source), end_of(home.source), home.segment, reader);
            return grow(home, wanted);
        }
        return copy(tensor, home, reader, wanted);
    }

    /// The memory must be large enough and aligned for everybody who uses it.
    PortSource grow(Home &home, const PortLayout &wanted)
    {
        PortLayout &layout = home.source.kind == PortSource::Kind::Port ? out_.ports[home.source.index].layout : out_.values[home.source.index].layout;
        layout.size_bytes = home.layout.size_bytes = std::max(layout.size_bytes, wanted.size_bytes);
        layout.align_bytes = home.layout.align_bytes = std::max(layout.align_bytes, wanted.align_bytes);
        return home.source;
    }

    bool share(const Home &home, uint32_t device)
    {
        if (home.source.kind == PortSource::Kind::Port) return sharing_.either_way(home.device, device);
        std::vector<uint32_t> &users = users_[home.source.index];
        if (users.empty()) users.push_back(home.device);
        if (std::find(users.begin(), users.end(), device) != users.end()) return true;
        users.push_back(device);
        if (sharing_.together(users)) {
            Value &value = out_.values[home.source.index];
            if (value.reader_device == value.writer_device) value.reader_device = device;
            return true;
        }
        users.pop_back();
        return false;
    }

    PortSource copy(uint32_t tensor, const Home &home, uint32_t reader, const PortLayout &wanted)
    {
        const uint32_t device = segments_[reader].device;
        std::vector<uint32_t> &copies = copies_[{tensor, device}];
        for (const uint32_t index : copies) {
            if (layouts_agree(out_.values[index].layout, wanted)) {
                PortLayout &layout = out_.values[index].layout;
                layout.size_bytes = std::max(layout.size_bytes, wanted.size_bytes);
                layout.align_bytes = std::max(layout.align_bytes, wanted.align_bytes);
                return {PortSource::Kind::Value, index};
            }
        }
        Value value;
        value.tensor = graph_.tensors[tensor].name;
        value.from_segment = home.segment == kNone ? 0 : home.segment;
        value.layout = wanted;
        value.copy_of = home.source.index;
        value.copy_of_port = home.source.kind == PortSource::Kind::Port;
        value.reader_device = value.writer_device = device;
        const auto index = static_cast<uint32_t>(out_.values.size());
        out_.values.push_back(std::move(value));
        copies.push_back(index);
        add_row(tensor, end_of(home.source), {false, index}, home.segment == kNone ? ACCEL_SEGMENT_APPLICATION : home.segment, reader);
        return {PortSource::Kind::Value, index};
    }

    static MemoryEnd end_of(const PortSource &source) { return {source.kind == PortSource::Kind::Port, source.index}; }
    const PortLayout &layout_of(MemoryEnd end) const { return end.is_port ? out_.ports[end.index].layout : out_.values[end.index].layout; }

    /// Memory that is shared has one end.
    void add_row(uint32_t tensor, MemoryEnd from, MemoryEnd to, uint32_t from_segment, uint32_t to_segment)
    {
        TransferRow row;
        const PortLayout &source = layout_of(from), &destination = layout_of(to);
        row.tensor = graph_.tensors[tensor].name;
        row.from_segment = from_segment;
        row.to_segment = to_segment;
        row.from = from;
        row.to = to;
        row.kind = ACCEL_TRANSFER_KIND_SHARED;
        row.size_bytes = source.size_bytes;
        if (from != to) describe_move(row, source, destination, layouts_agree(source, destination) ? "the devices have no memory in common" : "the reader needs other padding, or more memory behind it");
        out_.transfers.push_back(std::move(row));
    }

    const Graph &graph_;
    const std::vector<Subgraph> &parts_;
    const Sharing &sharing_;
    const PortChoices &choices_;
    std::vector<Segment> &segments_;
    Plan &out_;
    std::map<uint32_t, Home> homes_;
    std::map<uint32_t, uint32_t> output_port_;
    std::map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> copies_;  ///< by tensor and the device that reads them
    std::map<uint32_t, std::vector<uint32_t>> users_;                        ///< of a value: its devices
};

}  // namespace

void describe_move(TransferRow &row, const PortLayout &from, const PortLayout &to, const char *why)
{
    row.kind = same_places(from, to) ? ACCEL_TRANSFER_KIND_COPY : ACCEL_TRANSFER_KIND_CONVERT;
    row.size_bytes = written_bytes(from, to);
    row.reason = row.kind == ACCEL_TRANSFER_KIND_COPY ? std::string(why) : "the layouts differ: " + layout_text(from) + " and " + layout_text(to);
}

void describe_moves_again(ProgramEntry &entry)
{
    const auto is_variable = [&](MemoryEnd end) { return end.is_port && entry.ports[end.index].variable != kNone; };
    for (TransferRow &row : entry.transfers) {
        const std::string why = row.kind == ACCEL_TRANSFER_KIND_CONVERT ? "the device does not write it in place" : row.reason;
        if (row.kind != ACCEL_TRANSFER_KIND_SHARED && (is_variable(row.from) || is_variable(row.to))) describe_move(row, entry.layout_of(row.from), entry.layout_of(row.to), why.c_str());
    }
}

void plan(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, const PortChoices &choices, std::vector<Segment> &segments, Plan *out)
{
    Planner(graph, parts, sharing, choices, segments, *out).run();
}

}  // namespace accel::runtime
