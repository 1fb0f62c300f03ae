// SPDX-License-Identifier: MIT
// A variable has the sizes, type and quantisation of what is read of it or assigned to it, whichever comes first; what comes later has to have the same.
#include "variables.h"

namespace accel::tflite {

using namespace importer;
using schema::BuiltinOperator;

bool Variables::concerns(BuiltinOperator op)
{
    return op == BuiltinOperator::CALL_ONCE || op == BuiltinOperator::VAR_HANDLE || op == BuiltinOperator::READ_VARIABLE || op == BuiltinOperator::ASSIGN_VARIABLE;
}

void Variables::translate(const schema::Operator &op, const File::Code &code, size_t position)
{
    Node node(op, code, position, tensors_, emitter_);
    switch (code.builtin) {
    case BuiltinOperator::CALL_ONCE: return call_once(op, node);
    case BuiltinOperator::VAR_HANDLE:
        if (list_of(op.outputs()).size() != 1) {
            node.fail_corrupt("makes ", list_of(op.outputs()).size(), " results, expected is one");
        }
        handles_[list_of(op.outputs())[0]] = name_of(node, op);
        return;
    case BuiltinOperator::READ_VARIABLE: return read(node, name_of_handle(node, op), op);
    default: return assign(node, name_of_handle(node, op), op);
    }
}

std::string Variables::name_of(const Node &node, const schema::Operator &op)
{
    const auto *options = op.builtin_options_as<schema::VarHandleOptions>();
    if (options == nullptr) {
        node.fail_corrupt("has no options, which name the variable");
    }
    const std::string_view container = text_of(options->container()), shared = text_of(options->shared_name());
    return container.empty() ? std::string(shared) : text(container, "/", shared);
}

const std::string &Variables::name_of_handle(const Node &node, const schema::Operator &op) const
{
    const std::span<const int32_t> inputs = list_of(op.inputs());
    const auto found = inputs.empty() ? handles_.end() : handles_.find(inputs[0]);
    if (found == handles_.end()) {
        node.fail_unsupported("its variable is not that of a VAR_HANDLE before it");
    }
    return found->second;
}

/// Variables that are given constants; anything else that runs once has no form here.
void Variables::call_once(const schema::Operator &op, Node &node)
{
    const auto *options = op.builtin_options_as<schema::CallOnceOptions>();
    const auto count = static_cast<int64_t>(file_.model().subgraphs()->size());
    if (options == nullptr || options->init_subgraph_index() < 1 || options->init_subgraph_index() >= count) {
        node.fail_corrupt("calls no other subgraph of the ", count, " that there are");
    }
    const schema::SubGraph &graph = *file_.model().subgraphs()->Get(static_cast<flatbuffers::uoffset_t>(options->init_subgraph_index()));
    const size_t tensor_count = graph.tensors() == nullptr ? 0 : graph.tensors()->size();
    std::map<int32_t, std::string> handles;
    std::map<std::string, First> first;
    for (flatbuffers::uoffset_t i = 0; graph.operators() != nullptr && i < graph.operators()->size(); ++i) {
        const schema::Operator &inner = *graph.operators()->Get(i);
        const BuiltinOperator builtin = file_.code_of(inner).builtin;
        const std::span<const int32_t> inputs = list_of(inner.inputs()), outputs = list_of(inner.outputs());
        if (builtin == BuiltinOperator::VAR_HANDLE && outputs.size() == 1) {
            handles[outputs[0]] = name_of(node, inner);
            continue;
        }
        if (builtin != BuiltinOperator::ASSIGN_VARIABLE || inputs.size() != 2 || !handles.contains(inputs[0]) || inputs[1] < 0 || static_cast<size_t>(inputs[1]) >= tensor_count) {
            node.fail_unsupported("runs once what is no assignment of a constant to a variable");
        }
        const schema::Tensor &tensor = *graph.tensors()->Get(static_cast<flatbuffers::uoffset_t>(inputs[1]));
        const std::span<const char> bytes = file_.constant(tensor.buffer());
        if (bytes.empty() || tensor.sparsity() != nullptr) {
            node.fail_unsupported("assigns once what is no dense constant");
        }
        first[handles[inputs[0]]] = {&tensor, bytes};
    }
    first_ = std::move(first);
}

Variables::Held &Variables::hold(Node &node, const std::string &name, const Tensor &like)
{
    if (!like.refusal.empty()) {
        node.fail_unsupported("variable '", name, "': ", like.refusal);
    }
    const bool stored = like.quantization && is_byte(like.type);
    if (stored && like.quantization->per_axis()) {
        node.fail_unsupported("variable '", name, "' has several scales");
    }
    Graph &graph = emitter_.graph();
    const auto found = held_.find(name);
    if (found != held_.end()) {
        const Variable &variable = graph.variables[found->second.index];
        if (variable.type != like.type || !same(variable.dims, fixed_dims(like.sizes)) || (stored && variable.quantization != like.quantization)) {
            node.fail_unsupported("variable '", name, "' is read and assigned with different sizes, types or scales");
        }
        return found->second;
    }
    Variable variable;
    variable.name = graph.memory.copy_string(is_text(name) ? std::string_view(name) : std::string_view(text("variable#", held_.size())));
    variable.type = like.type;
    variable.dims = fixed_dims(like.sizes);
    if (stored) {
        variable.quantization = like.quantization;
    }
    if (const auto first = first_.find(name); first != first_.end()) {
        const uint64_t byte_count = constant_bytes(like.type, count_of(like.sizes));
        if (first->second.tensor->type() != like.file_type || first->second.bytes.size() != byte_count) {
            node.fail_unsupported("variable '", name, "' is assigned once what has another type or size");
        }
        variable.data = in_place_or_copy({variable.name, file_.offset_of(first->second.bytes.data())}, first->second.bytes, constant_align_bytes(like.type), store_);
        variable.data_bytes = byte_count;
    }
    graph.variables.push_back(std::move(variable));
    return held_[name] = {static_cast<uint32_t>(graph.variables.size() - 1), kNoValue, false};
}

void Variables::read(Node &node, const std::string &name, const schema::Operator &op)
{
    if (list_of(op.outputs()).size() != 1) {
        node.fail_corrupt("makes ", list_of(op.outputs()).size(), " results, expected is one");
    }
    const auto output = static_cast<uint32_t>(list_of(op.outputs())[0]);
    Held &held = hold(node, name, tensors_.at(output));
    if (held.value == kNoValue) {
        const Variable &variable = emitter_.graph().variables[held.index];
        Value value;
        value.name = emitter_.graph().memory.copy_string(text(variable.name, ".before"));
        value.type = variable.type;
        value.dims = variable.dims;
        value.quantization = variable.quantization;
        value.variable = held.index;
        held.value = emitter_.graph().add(std::move(value));
        emitter_.graph().inputs.push_back(held.value);
    }
    tensors_.define(output, Order::kFile, held.value);
}

void Variables::assign(Node &node, const std::string &name, const schema::Operator &op)
{
    const std::span<const int32_t> inputs = list_of(op.inputs());
    if (inputs.size() != 2 || inputs[1] < 0 || static_cast<size_t>(inputs[1]) >= tensors_.count()) {
        node.fail_corrupt("has no value to assign");
    }
    const ValueId value = tensors_.stored(static_cast<uint32_t>(inputs[1]), Order::kFile);
    Held &held = hold(node, name, tensors_.at(static_cast<uint32_t>(inputs[1])));
    held.value = value;
    held.is_assigned = true;
}

}  // namespace accel::tflite
