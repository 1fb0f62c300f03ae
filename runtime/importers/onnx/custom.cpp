// SPDX-License-Identifier: MIT
// Makes custom operations, with what the model declares of their results.
#include "custom.h"

#include "common/failure.h"
#include "ports.h"

#include <algorithm>

namespace accel::onnx {
namespace {

bool declares_size(const DimensionProto &dim) { return dim.size && *dim.size >= 0 && *dim.size <= kSizeMax; }

/// Paddle's exporter writes one "?" for every size that is open.
bool declares_symbol(const DimensionProto &dim) { return !dim.size && !dim.name.empty() && dim.name != "?"; }

}  // namespace

Operator origin_of(std::string_view domain, std::string_view name, const OperatorSets &opsets)
{
    const auto set = opsets.find(domain);
    return {domain, name, set == opsets.end() ? 0 : static_cast<uint32_t>(std::clamp<int64_t>(set->second, 0, UINT32_MAX))};
}

void declare(const ValueInfoProto &info, Graph &graph, Value &value)
{
    value.type = info.is_tensor ? accel_type_of(info.data_type) : 0;
    if (value.type == 0 && !info.type.empty() && info.type != "tensor(undefined)") {
        value.type_name = graph.memory.copy_string(info.type);
    }
    value.dims.clear();
    value.ranked = info.is_tensor && info.has_shape && info.dims.size() <= kRankMax;
    for (size_t axis = 0; value.ranked && axis < info.dims.size(); ++axis) {
        const DimensionProto &dim = info.dims[axis];
        if (declares_size(dim)) {
            value.dims.push_back(fixed_dim(*dim.size));
        } else {
            value.dims.push_back(symbol_dim(declares_symbol(dim) ? graph.named_size(dim.name) : graph.unnamed_size(info.name, axis)));
        }
    }
    if (value.ranked && all_fixed(value.dims) && !element_count(value.dims)) {
        value.dims.clear();
        value.ranked = false;
    }
}

const ValueInfoProto *Keeper::find_declaration(std::string_view name)
{
    if (!indexed_) {
        for (const auto *list : {&proto_.outputs, &proto_.value_infos}) {
            for (const Bytes bytes : *list) {
                declarations_.emplace(read_value_name(bytes), bytes);
            }
        }
        indexed_ = true;
    }
    const auto found = declarations_.find(name);
    if (found == declarations_.end()) {
        return nullptr;
    }
    found_ = read_value_info(found->second);
    return &found_;
}

Value Keeper::declared(std::string_view name)
{
    Value value;
    value.ranked = false;
    if (const ValueInfoProto *info = find_declaration(name)) {
        declare(*info, graph_, value);
    }
    value.name = name;
    return value;
}

Operation Keeper::operation(const NodeProto &proto, std::string reason)
{
    Operation operation{ACCEL_OPERATION_CUSTOM, nullptr, {}, {}, {}};
    operation.name = graph_.memory.copy_string(proto.name.empty() && !proto.outputs.empty() ? proto.outputs.front() : proto.name);
    operation.origin = origin_of(domain_of(proto.domain), proto.operation, opsets_);
    std::vector<Body> bodies;
    std::vector<CustomAttribute> attributes = keep_attributes(proto.attributes, graph_, store_, read_body_, bodies, reason);
    for (const std::string_view input : proto.inputs) {
        operation.inputs.push_back(input.empty() ? kNoValue : graph_.find(input));
        if (!input.empty() && operation.inputs.back() == kNoValue) {
            corrupt("node '", operation.name, "' (", proto.operation, ") at byte ", proto.offset, ": input '", input, "' is made by nothing before it");
        }
    }
    for (const CustomAttribute &attribute : attributes) {
        for (const uint32_t body : attribute.graphs) {
            connect(proto, operation, attribute.name, graph_, bodies[body]);
        }
    }
    operation.custom = std::make_shared<const Custom>(Custom{operation.origin, proto.overload, std::move(reason), std::move(attributes), std::move(bodies)});
    return operation;
}

void Keeper::keep(const NodeProto &proto, std::string reason)
{
    Operation kept = operation(proto, std::move(reason));
    for (const std::string_view output : proto.outputs) {
        kept.outputs.push_back(output.empty() ? kNoValue : graph_.redefine(declared(output)));
    }
    graph_.operations.push_back(std::move(kept));
}

void Keeper::keep_constant(ValueId constant, std::string reason)
{
    NodeProto proto;
    proto.name = graph_.value(constant).name;
    proto.operation = "Constant";
    Operation kept = operation(proto, std::move(reason));
    kept.outputs = {constant};
    kept.if_read = true;
    graph_.operations.push_back(std::move(kept));
}

}  // namespace accel::onnx
