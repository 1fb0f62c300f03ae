// SPDX-License-Identifier: MIT
// Walks the operators that outputs depend on, translates each or keeps it as custom.
#include "translation.h"

#include "common/failure.h"
#include "ops/ops.h"

#include <unordered_set>

namespace accel::tflite {

using namespace importer;

namespace {

/// Before any walk: so many tensors, operators and operands, and each number one of a tensor.
void check_counts(const schema::SubGraph &subgraph)
{
    const size_t tensors = subgraph.tensors() == nullptr ? 0 : subgraph.tensors()->size();
    size_t steps = tensors + list_of(subgraph.inputs()).size() + list_of(subgraph.outputs()).size();
    for (const auto &[numbers, what] : {std::pair(list_of(subgraph.inputs()), "input"), std::pair(list_of(subgraph.outputs()), "output")}) {
        for (const int32_t index : numbers) {
            if (index < 0 || static_cast<size_t>(index) >= tensors) {
                corrupt("the graph's ", what, " is tensor ", index, " of ", tensors);
            }
        }
    }
    const size_t operators = subgraph.operators() == nullptr ? 0 : subgraph.operators()->size();
    for (size_t i = 0; i < operators; ++i) {
        const schema::Operator &op = *subgraph.operators()->Get(static_cast<flatbuffers::uoffset_t>(i));
        steps += 1 + list_of(op.inputs()).size() + list_of(op.outputs()).size();
        if (steps > kStepsMax) {
            unsupported("more than ", kStepsMax, " tensors, operators and operands");
        }
        for (const int32_t index : list_of(op.outputs())) {
            if (index < 0 || static_cast<size_t>(index) >= tensors) {
                corrupt("operator ", i, " makes tensor ", index, " of ", tensors);
            }
        }
    }
}

const schema::SubGraph &checked(const schema::SubGraph &subgraph)
{
    check_counts(subgraph);
    return subgraph;
}

}  // namespace

Translation::Translation(const File &file, const schema::SubGraph &subgraph, Host &host, ConstantStore &store, Graph &graph, uint32_t depth) : file_(file),
                                                                                                                                               host_(host),
                                                                                                                                               store_(store),
                                                                                                                                               graph_(graph),
                                                                                                                                               depth_(depth),
                                                                                                                                               subgraph_(checked(subgraph)),
                                                                                                                                               emitter_(graph, store),
                                                                                                                                               tensors_(file, subgraph_, emitter_, store),
                                                                                                                                               variables_(file, tensors_, emitter_, store)
{
}

void Translation::run()
{
    if (list_of(subgraph_.outputs()).empty()) {
        corrupt("the graph has no outputs");
    }
    name_ports();
    add_inputs();
    translate_live();
    add_outputs();
}

void Translation::translate_live()
{
    const std::vector<bool> lives = live();
    for (size_t i = 0; i < lives.size(); ++i) {
        host_.pace(i, lives.size());
        if (lives[i]) {
            translate(*subgraph_.operators()->Get(static_cast<flatbuffers::uoffset_t>(i)), i);
        }
    }
}

/// The names of the first signature of the main subgraph, where it has one: those that applications know.
void Translation::name_ports()
{
    for (const auto *ports : {subgraph_.inputs(), subgraph_.outputs()}) {
        for (const int32_t index : list_of(ports)) {
            tensors_.name_port(static_cast<uint32_t>(index), tensors_.at(static_cast<uint32_t>(index)).name);
        }
    }
    if (file_.model().signature_defs() == nullptr) {
        return;
    }
    for (const schema::SignatureDef *signature : *file_.model().signature_defs()) {
        if (signature->subgraph_index() != 0) {
            continue;
        }
        for (const auto *maps : {signature->inputs(), signature->outputs()}) {
            for (size_t i = 0; maps != nullptr && i < maps->size(); ++i) {
                const schema::TensorMap &map = *maps->Get(static_cast<flatbuffers::uoffset_t>(i));
                if (map.tensor_index() < tensors_.count() && tensors_.at(map.tensor_index()).is_port) {
                    tensors_.name_port(map.tensor_index(), text_of(map.name()));
                }
            }
        }
        return;
    }
}

void Translation::add_inputs()
{
    for (const int32_t index : list_of(subgraph_.inputs())) {
        graph_.inputs.push_back(tensors_.make_input(static_cast<uint32_t>(index)));
    }
}

/// Operators are in the order in which they run, so one walk from the end tells what outputs depend on. What makes nothing is there for what it does.
std::vector<bool> Translation::live() const
{
    std::vector<bool> needed(tensors_.count());
    for (const int32_t index : list_of(subgraph_.outputs())) {
        needed[static_cast<size_t>(index)] = true;
    }
    std::vector<bool> out(subgraph_.operators() == nullptr ? 0 : subgraph_.operators()->size());
    for (size_t i = out.size(); i-- > 0;) {
        const schema::Operator &op = *subgraph_.operators()->Get(static_cast<flatbuffers::uoffset_t>(i));
        out[i] = list_of(op.outputs()).empty();
        for (const int32_t index : list_of(op.outputs())) {
            out[i] = out[i] || needed[static_cast<size_t>(index)];
        }
        for (const int32_t index : list_of(op.inputs())) {
            if (out[i] && index >= 0 && static_cast<size_t>(index) < needed.size()) {
                needed[static_cast<size_t>(index)] = true;
            }
        }
    }
    return out;
}

void Translation::translate(const schema::Operator &op, size_t position)
{
    const File::Code code = file_.code_of(op);
    const bool custom = code.builtin == schema::BuiltinOperator::CUSTOM;
    const std::span<const int32_t> outputs = list_of(op.outputs());
    const std::string_view name = outputs.empty() ? std::string_view() : tensors_.at(static_cast<uint32_t>(outputs[0])).name;
    emitter_.begin(graph_.memory.copy_string(name), {custom ? kCustomDomain : kDomain, is_text(code.name) ? code.name : std::string_view("?"), code.version});
    graph_.mark();
    tensors_.mark();
    if (const std::string reason = try_translate(op, code, position); !reason.empty()) {
        keep(op, reason, tensors_, emitter_, host_);
    }
}

/// Why it could not be; nothing was added then.
std::string Translation::try_translate(const schema::Operator &op, const File::Code &code, size_t position)
{
    const Translate translator = find_operator(code.builtin);
    const bool of_variable = Variables::concerns(code.builtin);
    const bool branches = code.builtin == schema::BuiltinOperator::IF;
    if (translator == nullptr && !of_variable && !branches) {
        return code.builtin == schema::BuiltinOperator::CUSTOM ? "it is an operator of the file's own" : "there is no such operation here";
    }
    try {
        if (of_variable && depth_ > 0) {
            return "it is inside of a branch";
        }
        if (of_variable) {
            variables_.translate(op, code, position);
            return {};
        }
        Node node(op, code, position, tensors_, emitter_);
        branches ? translate_if(op, node) : translator(node);
        return {};
    } catch (const Failure &failure) {
        if (failure.status() != ACCEL_STATUS_UNSUPPORTED) {
            throw;
        }
        tensors_.roll_back();
        graph_.roll_back();
        return failure.reason();
    }
}

/// The same value under a name of its own, which is the tensor's where the value itself has another, or needs none.
ValueId Translation::copied(ValueId id, std::string_view name)
{
    Value to = graph_.value(id);
    const bool taken = !to.is_constant() && to.name == name;
    if (to.is_constant()) {
        graph_.value(id).name = {};
    }
    to.name = taken ? std::string_view(graph_.memory.copy_string(text(name, ".", graph_.outputs.size()))) : name;
    to.data = nullptr;
    to.data_bytes = 0;
    to.elements.reset();
    to.variable.reset();
    const ValueId copy = graph_.add(std::move(to));
    emitter_.push(ACCEL_OPERATION_IDENTITY, {id}, {copy});
    return copy;
}

/// A graph output has to come out of an operation, and be one: what is none, or two, goes through an IDENTITY.
void Translation::add_outputs()
{
    std::unordered_set<ValueId> seen(graph_.inputs.begin(), graph_.inputs.end());
    for (const Capture &capture : graph_.captures()) {
        seen.insert(capture.inner);
    }
    for (const int32_t index : list_of(subgraph_.outputs())) {
        const auto at = static_cast<uint32_t>(index);
        const Tensor &tensor = tensors_.at(at);
        emitter_.begin(graph_.memory.copy_string(tensor.name), {});
        ValueId id = tensors_.any(at);
        if (id == kNoValue) {
            corrupt("the graph's output '", tensor.name, "' is made by nothing");
        }
        if (graph_.value(id).is_constant() || !seen.insert(id).second) {
            id = copied(id, tensor.name);
        }
        graph_.outputs.push_back(id);
    }
    variables_.finish([&](ValueId value, uint32_t variable, std::string_view name) {
        emitter_.begin(graph_.memory.copy_string(name), {});
        const ValueId made = copied(value, graph_.memory.copy_string(text(name, ".after")));
        graph_.value(made).variable = variable;
        graph_.outputs.push_back(made);
    });
}

}  // namespace accel::tflite
