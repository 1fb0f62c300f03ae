// SPDX-License-Identifier: MIT
#include "plan.h"

#include <algorithm>
#include <map>

#include "../catalog.h"
#include "../check.h"
#include "../progress.h"
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
};

class Planner {
public:
    Planner(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, std::vector<Segment> &segments, Plan &out)
        : graph_(graph), parts_(parts), sharing_(sharing), segments_(segments), out_(out)
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
        Charge charge = graph_.grant(from.default_bytes, "the default of input '" + from.name + "'");
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

    /// The first segment that reads an input decides its layout.
    void add_inputs()
    {
        const std::map<uint32_t, Reader> readers = first_readers();
        for (const uint32_t tensor : graph_.inputs) {
            pace();
            ProgramPort port = port_of(tensor, ACCEL_PORT_DIRECTION_INPUT);
            if (const auto reader = readers.find(tensor); reader != readers.end()) {
                const Segment &segment = segments_[reader->second.segment];
                port.layout = segment.inputs[reader->second.input];
                port.device = segment.device;
            }
            const auto index = static_cast<uint32_t>(out_.ports.size());
            homes_[tensor] = {kNone, port.device, {PortSource::Kind::Port, index}, port.layout};
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
            Home home{s, segment.device, {}, segment.outputs[i]};
            if (const auto port = output_port_.find(tensor); port != output_port_.end()) {
                home.source = {PortSource::Kind::Port, port->second};
                out_.ports[port->second].layout = segment.outputs[i];
                out_.ports[port->second].device = segment.device;
            } else {
                home.source = {PortSource::Kind::Value, static_cast<uint32_t>(out_.values.size())};
                Value value;
                value.tensor = graph_.tensors[tensor].name;
                value.from_segment = s;
                value.layout = segment.outputs[i];
                value.reader_device = value.writer_device = segment.device;
                out_.values.push_back(std::move(value));
            }
            segment.output_sources.push_back(home.source);
            homes_[tensor] = std::move(home);
        }
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
        const bool same_layout = same_places(home.layout, wanted);
        if (same_layout && home.device == device) return grow(home, wanted);
        if (same_layout && share(home, device)) {
            if (home.segment != kNone) add_row(tensor, home, reader, ACCEL_TRANSFER_KIND_SHARED, "");
            return grow(home, wanted);
        }
        return copy(tensor, home, reader, wanted, same_layout);
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

    PortSource copy(uint32_t tensor, const Home &home, uint32_t reader, const PortLayout &wanted, bool same_layout)
    {
        const uint32_t device = segments_[reader].device;
        std::vector<uint32_t> &copies = copies_[{tensor, device}];
        for (const uint32_t index : copies) {
            if (same_places(out_.values[index].layout, wanted)) {
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
        add_row(tensor, home, reader, ACCEL_TRANSFER_KIND_COPY, same_layout ? "the devices have no memory in common" : "the devices want different strides");
        return {PortSource::Kind::Value, index};
    }

    void add_row(uint32_t tensor, const Home &home, uint32_t reader, uint32_t kind, std::string reason)
    {
        TransferRow row;
        row.tensor = graph_.tensors[tensor].name;
        row.reason = std::move(reason);
        row.kind = kind;
        row.from_segment = home.segment == kNone ? reader : home.segment;
        row.to_segment = reader;
        row.size_bytes = home.layout.size_bytes;
        out_.transfers.push_back(std::move(row));
    }

    const Graph &graph_;
    const std::vector<Subgraph> &parts_;
    const Sharing &sharing_;
    std::vector<Segment> &segments_;
    Plan &out_;
    std::map<uint32_t, Home> homes_;
    std::map<uint32_t, uint32_t> output_port_;
    std::map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> copies_;  ///< by tensor and the device that reads them
    std::map<uint32_t, std::vector<uint32_t>> users_;  ///< of a value: its devices
};

}  // namespace

PortLayout dense_layout(const Tensor &tensor)
{
    PortLayout layout;
    layout.type = tensor.type;
    uint64_t stride = type_size_bytes(tensor.type);
    layout.strides_bytes.resize(tensor.shape.size());
    for (size_t axis = tensor.shape.size(); axis-- > 0;) {
        layout.strides_bytes[axis] = static_cast<int64_t>(stride);
        stride *= static_cast<uint64_t>(tensor.shape[axis].size);
    }
    for (const Dim &dim : tensor.shape) layout.dims.push_back(dim.size);
    layout.size_bytes = stride;
    return layout;
}

void plan(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, std::vector<Segment> &segments, Plan *out)
{
    Planner(graph, parts, sharing, segments, *out).run();
}

}  // namespace accel::runtime
