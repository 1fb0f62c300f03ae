// SPDX-License-Identifier: MIT
// Walks the live nodes of a graph, translates each or keeps it as custom.
#include "translation.h"

#include "common/failure.h"
#include "node.h"
#include "types.h"

#include <algorithm>

namespace accel::onnx {
namespace {

constexpr int64_t kOpsetMin = 1;
constexpr int64_t kOpsetMax = 28;
constexpr size_t kValuesMax = size_t{1} << 22;
constexpr size_t kInsideMax = size_t{1} << 18;

}  // namespace

void Translation::run(GraphProto proto)
{
    if (proto.nodes.size() + proto.initializers.size() > kValuesMax) {
        unsupported(proto.nodes.size(), " nodes and ", proto.initializers.size(), " initializers; together at most ", kValuesMax);
    }
    auto part = std::make_shared<Part>();
    part->live = live_parts(proto, graph_.is_body(), reading_.host);
    part->proto = std::move(proto);
    if (!graph_.is_body()) {
        graph_.expect(part->proto.initializers.size() + part->proto.inputs.size() + part->proto.nodes.size());
    }
    run(part, part->proto.outputs);
    if (graph_.outputs.empty() && !graph_.is_body()) {
        corrupt("the graph has no outputs");
    }
}

void Translation::run(const std::shared_ptr<const Part> &part, const std::vector<Bytes> &outputs)
{
    outputs_ = outputs;
    enter(part, {});
    own_scope_count_ = graph_.scope_count();
    add_inputs();
    translate_nodes();
    add_outputs();
}

Translation::Frame Translation::frame_of(std::shared_ptr<const Part> part, std::vector<std::string_view> results, std::shared_ptr<const Call> call)
{
    auto keeper = std::make_unique<Keeper>(part->proto, call ? call->function->operator_sets : reading_.opsets, graph_, reading_.store, [this](Bytes bytes) { return read_body(bytes); });
    return {std::move(part), std::move(results), std::move(call), std::move(keeper)};
}

void Translation::enter(std::shared_ptr<const Part> part, std::vector<std::string_view> results)
{
    if (graph_.is_body() || !frames_.empty()) {
        charge_inside(part->proto);
        graph_.open_scope();
    }
    frames_.push_back(frame_of(std::move(part), std::move(results), call_of_frame()));
    add_initializers();
    add_sparse_initializers();
}

/// The results that are read of what a node calls.
void Translation::enter_function(const Function &function, const NodeProto &node)
{
    auto call = call_of(function, node, call_of_frame());
    auto part = std::make_shared<Part>();
    part->proto = function.body;
    part->proto.outputs.clear();
    std::vector<std::string_view> results;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        if (!node.outputs[i].empty() && node.is_read[i]) {
            part->proto.outputs.push_back(function.body.outputs[i]);
            results.push_back(node.outputs[i]);
        }
    }
    part->live = live_parts(part->proto, false, reading_.host);
    charge_inside(part->proto);
    std::vector<ValueId> operands;
    for (const std::string_view input : node.inputs) {
        operands.push_back(input.empty() ? kNoValue : graph_.find(input));
        if (!input.empty() && operands.back() == kNoValue) {
            corrupt("node '", node.name, "' (", node.operation, ") at byte ", node.offset, ": input '", input, "' is made by nothing before it");
        }
    }
    graph_.open_function();
    for (size_t i = 0; i < operands.size(); ++i) {
        if (operands[i] != kNoValue) {
            graph_.alias(function.proto.inputs[i], operands[i]);
        }
    }
    frames_.push_back(frame_of(std::move(part), std::move(results), std::move(call)));
}

/// All of a branch is read: what it makes are the results of its node.
void Translation::leave()
{
    std::vector<ValueId> made;
    for (const Bytes bytes : part().proto.outputs) {
        const std::string_view name = read_value_name(bytes);
        made.push_back(graph_.find(name));
        if (made.back() == kNoValue) {
            corrupt("output '", name, "' of a branch, at byte ", bytes.offset(), ", is made by nothing");
        }
    }
    const std::vector<std::string_view> results = std::move(frames_.back().results);
    frames_.pop_back();
    graph_.close_scope();
    for (size_t i = 0; i < results.size(); ++i) {
        graph_.alias(results[i], made[i]);
    }
}

/// A few bytes of branches in branches, and rests of graphs that go into both, can ask for any amount of work.
void Translation::charge_inside(const GraphProto &proto)
{
    reading_.inside_count += 1 + proto.nodes.size() + proto.initializers.size() + proto.sparse_initializers.size() + proto.inputs.size() + proto.outputs.size() + proto.value_infos.size();
    if (reading_.inside_count > kInsideMax) {
        unsupported("with it, graphs inside of nodes have more than ", kInsideMax, " nodes and values, each counted as often as it is read");
    }
}

void Translation::translate_nodes()
{
    for (;;) {
        Frame &frame = frames_.back();
        const std::shared_ptr<const Part> part = frame.part;
        if (frame.next == part->live.nodes.size()) {
            if (frames_.size() == 1) {
                return;
            }
            leave();
            continue;
        }
        reading_.host.pace(frame.next, part->live.nodes.size());
        const uint32_t position = part->live.nodes[frame.next++];
        NodeProto node = read_node(part->proto.nodes[position]);
        for (const std::string_view output : node.outputs) {
            node.is_read.push_back(part->live.is_read(output));
        }
        if (frame.call) {
            apply(*frame.call, node);
        }
        if (node.operation.empty()) {
            corrupt("node ", position, " at byte ", node.offset, " has no op_type");
        }
        translate(node, position);
        if (graph_.value_count() > kValuesMax) {
            unsupported("more than ", kValuesMax, " values");
        }
    }
}

void Translation::translate(const NodeProto &proto, size_t position)
{
    const std::string_view domain = domain_of(proto.domain);
    const auto opset = opsets().find(domain);
    const Function *function = reading_.functions.find(proto);
    const Translate translator = find_operator(domain, proto.operation);
    graph_.mark();
    if (const std::string reason = function != nullptr ? std::string() : unknown_in(proto, opset, translator); !reason.empty()) {
        keeper().keep(proto, reason);
        return;
    }
    if (function == nullptr && has_operand(proto, [](const Value &value) { return value.wide != kNoValue; }) && translate_widened(proto, position, opset->second, translator)) {
        return;
    }
    const size_t frame_count = frames_.size(), scope_count = graph_.scope_count();
    try {
        if (function != nullptr) {
            enter_function(*function, proto);
        } else {
            translate(proto, position, opset->second, translator);
        }
    } catch (const Failure &failure) {
        const bool is_kept = failure.status() == ACCEL_STATUS_UNSUPPORTED || (may_be_dead_ && failure.status() == ACCEL_STATUS_CORRUPT);
        if (!is_kept) {
            throw;
        }
        while (frames_.size() > frame_count) {
            frames_.pop_back();
        }
        while (graph_.scope_count() > scope_count) {
            graph_.close_scope();
        }
        graph_.roll_back();
        if (failure.status() == ACCEL_STATUS_UNSUPPORTED && function == nullptr && translate_widened(proto, position, opset->second, translator)) {
            return;
        }
        keeper().keep(proto, failure.reason());
    }
}

bool Translation::has_operand(const NodeProto &proto, bool (*is)(const Value &))
{
    return std::any_of(proto.inputs.begin(), proto.inputs.end(), [&](std::string_view input) {
        const ValueId id = input.empty() ? kNoValue : graph_.find(input);
        return id != kNoValue && is(graph_.value(id));
    });
}

/// What no operation takes in 16 bits is computed in 32, as ONNX Runtime's CPU does it, and so is what follows, without rounding in between. False: nothing of it has 16, or that does not help; nothing was added.
bool Translation::translate_widened(const NodeProto &proto, size_t position, int64_t opset, Translate translator)
{
    const bool any = has_operand(proto, [](const Value &value) { return value.type == ACCEL_TYPE_F16 || value.type == ACCEL_TYPE_BF16; });
    if (!any || proto.operation == "If") {
        return false;
    }
    graph_.mark();
    try {
        translate(proto, position, opset, translator, true);
        return true;
    } catch (const Failure &failure) {
        if (failure.status() != ACCEL_STATUS_UNSUPPORTED && !may_be_dead_) {
            throw;
        }
        graph_.roll_back();
        return false;
    }
}

void Translation::translate(const NodeProto &proto, size_t position, int64_t opset, Translate translator, bool widened)
{
    Node node(proto, position, part().proto.nodes.size(), opset, graph_, reading_.store, [&](Node &branching) { translate_if(branching, proto); });
    if (domain_of(proto.domain).empty() && opset < 6) {
        node.ignore_attribute("consumed_inputs");  // which operands may be overwritten; no value depends on it
    }
    if (widened) {
        node.widen();
    }
    translator(node);
    node.narrow();
    node.expect_all_understood();
}

/// Why a node cannot be read whatever its attributes; "" if it may be.
std::string Translation::unknown_in(const NodeProto &proto, OperatorSets::const_iterator opset, Translate translator) const
{
    if (opset == opsets().end()) {
        return text("opset_import does not name its domain '", proto.domain.empty() ? "ai.onnx" : proto.domain, "'");
    }
    if (translator == nullptr) {
        return "there is no such operator here";
    }
    if (opset->first.empty() && (opset->second < kOpsetMin || opset->second > kOpsetMax)) {
        return text("it is of opset ", opset->second, ", and ", kOpsetMin, " to ", kOpsetMax, " are understood; a converter can bring the model there");
    }
    for (const std::string_view input : proto.inputs) {
        const ValueId id = input.empty() ? kNoValue : graph_.find(input);
        if (id != kNoValue && !graph_.value(id).is_known()) {
            return text("its operand '", input, "' has ", graph_.value(id).type == 0 ? "a type that is not known here" : "no known rank");
        }
    }
    return {};
}

}  // namespace accel::onnx
