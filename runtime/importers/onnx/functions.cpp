// SPDX-License-Identifier: MIT
// Finds functions, and gives their nodes what a call says.
#include "functions.h"

#include "common/failure.h"

#include <algorithm>

namespace accel::onnx {
namespace {

/// A ValueInfoProto that has a name and nothing else: the ports of a function are names.
Bytes named_port(std::string_view name, ModelMemory &memory)
{
    std::string bytes(1, '\x0a');
    size_t length = name.size();
    for (; length >= 0x80; length >>= 7) {
        bytes.push_back(static_cast<char>(0x80 | (length & 0x7f)));
    }
    bytes.push_back(static_cast<char>(length));
    bytes.append(name);
    const char *kept = memory.copy(std::span<const char>(bytes));
    return {kept, {kept, bytes.size()}};
}

const AttributeProto *find(const std::vector<AttributeProto> &attributes, std::string_view name)
{
    const auto found = std::ranges::find(attributes, name, &AttributeProto::name);
    return found == attributes.end() ? nullptr : &*found;
}

}  // namespace

std::string Function::label() const { return text("function '", proto.name, "' of domain '", proto.domain, "'"); }

Functions::Functions(const std::vector<Bytes> &functions, const OperatorSets &of_model, ModelMemory &memory)
{
    for (const Bytes bytes : functions) {
        Function function;
        function.proto = read_function(bytes);
        function.body.name = function.proto.name;
        function.body.nodes = function.proto.nodes;
        function.body.value_infos = function.proto.value_infos;
        for (const std::string_view input : function.proto.inputs) {
            function.body.inputs.push_back(named_port(input, memory));
        }
        for (const std::string_view output : function.proto.outputs) {
            function.body.outputs.push_back(named_port(output, memory));
        }
        for (const OperatorSet &set : function.proto.operator_sets) {
            function.operator_sets.emplace(domain_of(set.domain), set.version);
        }
        function.operator_sets.insert(of_model.begin(), of_model.end());
        const Key key{domain_of(function.proto.domain), function.proto.name, function.proto.overload};
        const auto [place, added] = functions_.emplace(key, std::move(function));
        if (!added) {
            corrupt(place->second.label(), " is there twice, at byte ", bytes.offset(), " again");
        }
    }
}

const Function *Functions::find(const NodeProto &node) const
{
    const auto found = functions_.find(Key{domain_of(node.domain), node.operation, node.overload});
    return found == functions_.end() ? nullptr : &found->second;
}

std::shared_ptr<const Call> call_of(const Function &function, const NodeProto &node, std::shared_ptr<const Call> from)
{
    const FunctionProto &proto = function.proto;
    const auto refuse = [&](auto... why) { corrupt("node '", node.name, "' at byte ", node.offset, " calls ", function.label(), why...); };
    for (const Call *outer = from.get(); outer != nullptr; outer = outer->from.get()) {
        if (outer->function == &function) {
            refuse(", which calls itself");
        }
    }
    if (node.inputs.size() > proto.inputs.size() || node.outputs.size() > proto.outputs.size()) {
        refuse(" with ", node.inputs.size(), " operands and ", node.outputs.size(), " results, it has ", proto.inputs.size(), " and ", proto.outputs.size());
    }
    auto call = std::make_shared<Call>();
    call->function = &function;
    call->from = std::move(from);
    for (const AttributeProto &given : node.attributes) {
        const bool known = std::ranges::find(proto.attributes, given.name) != proto.attributes.end() || onnx::find(proto.defaults, given.name) != nullptr;
        if (!known) {
            unsupported("attribute '", given.name, "' is none of ", function.label());
        }
        call->attributes.push_back(given);
    }
    for (const AttributeProto &fallback : proto.defaults) {
        if (onnx::find(call->attributes, fallback.name) == nullptr) {
            call->attributes.push_back(fallback);
        }
    }
    for (size_t i = 0; i < proto.inputs.size(); ++i) {
        if (i >= node.inputs.size() || node.inputs[i].empty()) {
            call->absent.insert(proto.inputs[i]);
        }
    }
    return call;
}

void apply(const Call &call, NodeProto &node)
{
    std::vector<AttributeProto> attributes;
    for (AttributeProto &attribute : node.attributes) {
        if (!attribute.is_reference()) {
            attributes.push_back(std::move(attribute));
        } else if (const AttributeProto *given = find(call.attributes, attribute.reference)) {
            attributes.push_back(*given);
            attributes.back().name = attribute.name;
        }
    }
    node.attributes = std::move(attributes);
    for (std::string_view &input : node.inputs) {
        if (call.absent.count(input) != 0) {
            input = {};
        }
    }
}

}  // namespace accel::onnx
