// SPDX-License-Identifier: MIT
// Connects inputs and outputs of bodies with their node's, operator by operator.
#include "ports.h"

#include <optional>

namespace accel::onnx {
namespace {

constexpr uint32_t kNone = ACCEL_OPERAND_NONE;

class Ports {
public:
    Ports(const NodeProto &proto, const Operation &operation, const Graph &outer, const Body &body) : proto_(proto),
                                                                                                      operation_(operation),
                                                                                                      outer_(outer),
                                                                                                      inner_(*body.graph) {}

    std::vector<accel_region_port> inputs, outputs;

    bool branch()
    {
        for (size_t i = 0; i < inner_.outputs.size(); ++i) {
            add_output(ACCEL_REGION_PORT_KIND_VALUE, kNone, i);
        }
        return inner_.inputs.empty() && inner_.outputs.size() == proto_.outputs.size();
    }

    /// M, condition, what is carried; the body has turn, condition, what is carried, and gives condition, what is carried, what is gathered.
    bool loop()
    {
        const size_t carried = operation_.inputs.size() < 2 ? 0 : operation_.inputs.size() - 2;
        if (inner_.inputs.size() != carried + 2 || inner_.outputs.size() < carried + 1 || inner_.outputs.size() - 1 != proto_.outputs.size() || !all_there(2)) {
            return false;
        }
        if (!is_one(inner_.inputs[0], ACCEL_TYPE_I64) || !is_one(inner_.inputs[1], ACCEL_TYPE_BOOL) || !is_one(inner_.outputs[0], ACCEL_TYPE_BOOL)) {
            return false;
        }
        add_input(ACCEL_REGION_PORT_KIND_ITERATION, optional_operand(0));
        add_input(ACCEL_REGION_PORT_KIND_CONDITION, optional_operand(1));
        add_output(ACCEL_REGION_PORT_KIND_CONDITION, optional_operand(1), kNone);
        for (size_t i = 0; i < carried; ++i) {
            add_input(ACCEL_REGION_PORT_KIND_CARRIED, static_cast<uint32_t>(i + 2));
            add_output(ACCEL_REGION_PORT_KIND_CARRIED, static_cast<uint32_t>(i + 2), i);
        }
        for (size_t i = carried; i < proto_.outputs.size(); ++i) {
            add_output(ACCEL_REGION_PORT_KIND_SCANNED, kNone, i);
        }
        return true;
    }

    /// What is carried, then what is scanned; the body has and gives both in this order. Before opset 9 batches came first, and lengths.
    bool scan()
    {
        const std::optional<size_t> scanned = scanned_count();
        if (operation_.origin.revision < 9 || !scanned || *scanned == 0 || *scanned > operation_.inputs.size() || !all_there(0)) {
            return false;
        }
        const size_t carried = operation_.inputs.size() - *scanned;
        if (inner_.inputs.size() != operation_.inputs.size() || inner_.outputs.size() < carried || inner_.outputs.size() != proto_.outputs.size()) {
            return false;
        }
        for (size_t i = 0; i < carried; ++i) {
            add_input(ACCEL_REGION_PORT_KIND_CARRIED, static_cast<uint32_t>(i));
            add_output(ACCEL_REGION_PORT_KIND_CARRIED, static_cast<uint32_t>(i), i);
        }
        for (size_t i = 0; i < *scanned; ++i) {
            add_input(ACCEL_REGION_PORT_KIND_SCANNED, static_cast<uint32_t>(carried + i));
            if (!place(inputs.back(), "scan_input_axes", "scan_input_directions", i, rank_of(outer_.value(operation_.inputs[carried + i]), 0))) {
                return false;
            }
        }
        for (size_t i = carried; i < inner_.outputs.size(); ++i) {
            add_output(ACCEL_REGION_PORT_KIND_SCANNED, kNone, i);
            if (!place(outputs.back(), "scan_output_axes", "scan_output_directions", i - carried, rank_of(inner_.value(inner_.outputs[i]), 1))) {
                return false;
            }
        }
        return true;
    }

private:
    void add_input(uint32_t kind, uint32_t operand) { inputs.push_back({kind, operand, kNone, 0, 0}); }
    void add_output(uint32_t kind, uint32_t operand, size_t result) { outputs.push_back({kind, operand, static_cast<uint32_t>(result), 0, 0}); }

    uint32_t optional_operand(uint32_t position) const { return position < operation_.inputs.size() && operation_.inputs[position] != kNoValue ? position : kNone; }

    bool all_there(size_t from) const
    {
        for (size_t i = from; i < operation_.inputs.size(); ++i) {
            if (operation_.inputs[i] == kNoValue) {
                return false;
            }
        }
        return true;
    }

    bool is_one(ValueId id, uint32_t type) const
    {
        const Value &value = inner_.value(id);
        const bool one = !value.ranked || value.dims.empty() || (value.dims.size() == 1 && (!is_fixed(value.dims[0]) || value.dims[0].size == 1));
        return (value.type == 0 || value.type == type) && one;
    }

    const AttributeProto *attribute(std::string_view name, AttributeType type) const
    {
        for (const AttributeProto &attribute : proto_.attributes) {
            if (attribute.name == name && attribute.type == type) {
                return &attribute;
            }
        }
        return nullptr;
    }

    std::optional<size_t> scanned_count() const
    {
        const AttributeProto *count = attribute("num_scan_inputs", AttributeType::kInt);
        return count != nullptr && count->integer >= 0 ? std::optional(static_cast<size_t>(count->integer)) : std::nullopt;
    }

    /// With so many axes more than the value has; nothing if that is not known.
    static std::optional<int64_t> rank_of(const Value &value, int64_t more) { return value.ranked ? std::optional(static_cast<int64_t>(value.dims.size()) + more) : std::nullopt; }

    /// Axis and direction number `index` of the lists.
    bool place(accel_region_port &port, std::string_view axes, std::string_view directions, size_t index, std::optional<int64_t> rank) const
    {
        const AttributeProto *axis = attribute(axes, AttributeType::kInts), *direction = attribute(directions, AttributeType::kInts);
        port.axis = axis != nullptr && index < axis->integers.size() ? axis->integers[index] : 0;
        const int64_t way = direction != nullptr && index < direction->integers.size() ? direction->integers[index] : 0;
        if (port.axis < 0 && !rank) {
            return false;
        }
        port.axis += port.axis < 0 ? *rank : 0;
        port.reversed = way == 1 ? 1 : 0;
        return port.axis >= 0 && port.axis < static_cast<int64_t>(kRankMax) && (!rank || port.axis < *rank) && (way == 0 || way == 1);
    }

    const NodeProto &proto_;
    const Operation &operation_;
    const Graph &outer_, &inner_;
};

}  // namespace

void connect(const NodeProto &proto, const Operation &operation, std::string_view attribute, const Graph &outer, Body &body)
{
    if (!operation.origin.domain.empty()) {
        return;
    }
    Ports ports(proto, operation, outer, body);
    uint32_t role = ACCEL_REGION_ROLE_CUSTOM;
    if (proto.operation == "If" && (attribute == "then_branch" || attribute == "else_branch") && ports.branch()) {
        role = attribute == "then_branch" ? ACCEL_REGION_ROLE_THEN : ACCEL_REGION_ROLE_ELSE;
    } else if ((proto.operation == "Loop" && attribute == "body" && ports.loop()) || (proto.operation == "Scan" && attribute == "body" && ports.scan())) {
        role = ACCEL_REGION_ROLE_BODY;
    }
    if (role != ACCEL_REGION_ROLE_CUSTOM) {
        body.role = role;
        body.inputs = std::move(ports.inputs);
        body.outputs = std::move(ports.outputs);
    }
}

}  // namespace accel::onnx
