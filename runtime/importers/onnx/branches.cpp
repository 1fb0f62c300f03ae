// SPDX-License-Identifier: MIT
// Graphs inside of nodes: branches that stand in the place of their node, and bodies that become regions.
//
// A condition that is known while the model is read leaves one branch; the other is not even looked into. One that is not known gives an IF with two regions. Exporters write branches whose
// results differ in rank, such as "squeeze this if its last dimension is 1": the size decides, which the build knows and the importer does not, and no operation takes an operand of unknown
// rank. There, all that is left to do of the graph goes into both branches, where the ranks are known, and the results of the IF are what the graph as a whole makes. A build that knows the
// condition takes one of the regions and drops the other. What this can cost is bound by what bodies may hold together (charge_inside) and by how deep they nest.
//
// Not chosen: results of unknown rank with custom nodes behind them, which a build could not read again; and reading the model anew for each set of sizes, which importers have no way to be told.
#include "common/failure.h"
#include "node.h"
#include "quantization.h"
#include "translation.h"

#include <algorithm>

namespace accel::onnx {
namespace {

constexpr uint32_t kDepthMax = 8;  // docs/contract.md, G-11

/// Can both be one result? What is unknown may be anything.
bool agree(const Value &a, const Value &b) { return !a.is_known() || !b.is_known() || (a.type == b.type && a.dims.size() == b.dims.size()); }

/// The first result on which two branches disagree.
std::optional<size_t> disagreement(const std::vector<Body> &branches)
{
    const Graph &then_graph = *branches[0].graph, &else_graph = *branches[1].graph;
    for (size_t i = 0; i < then_graph.outputs.size(); ++i) {
        if (!agree(then_graph.value(then_graph.outputs[i]), else_graph.value(else_graph.outputs[i]))) {
            return i;
        }
    }
    return std::nullopt;
}

/// The first result of which neither branch says what it is.
std::optional<size_t> unknown_result(const std::vector<Body> &branches)
{
    const Graph &then_graph = *branches[0].graph, &else_graph = *branches[1].graph;
    for (size_t i = 0; i < then_graph.outputs.size(); ++i) {
        if (!then_graph.value(then_graph.outputs[i]).is_known() && !else_graph.value(else_graph.outputs[i]).is_known()) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace

std::shared_ptr<Graph> Translation::inside()
{
    if (depth_ == kDepthMax) {
        unsupported("graphs inside of nodes are nested more than ", kDepthMax, " deep");
    }
    return std::make_shared<Graph>(graph_);
}

Body Translation::finish(uint32_t role, std::string_view name, std::shared_ptr<Graph> read)
{
    settle_quantization(*read, [this] { reading_.host.pace(1, 1); });
    for (const Capture &capture : read->captures()) {
        const auto &found = read->value(capture.inner).quantization;
        if (found && !graph_.value(capture.outer).quantization) {
            graph_.set_quantization(capture.outer, *found);
        }
    }
    Body body;
    body.name = name;
    body.captures = read->captures();
    body.role = role;
    for (uint32_t i = 0; i < read->outputs.size() && role != ACCEL_REGION_ROLE_CUSTOM; ++i) {
        body.outputs.push_back({ACCEL_REGION_PORT_KIND_VALUE, ACCEL_OPERAND_NONE, i, 0, 0});
    }
    body.graph = std::move(read);
    return body;
}

/// Of a node that is kept as it is.
Body Translation::read_body(Bytes bytes)
{
    GraphProto proto = read_graph(bytes);
    const std::string_view name = proto.name;
    std::shared_ptr<Graph> graph = inside();
    Translation translation(reading_, *graph);
    translation.depth_ = depth_ + 1;
    translation.call_ = call_of_frame();
    translation.may_be_dead_ = may_be_dead_;
    translation.run(std::move(proto));
    return finish(ACCEL_REGION_ROLE_CUSTOM, name, std::move(graph));
}

/// A branch, without the results that nothing reads.
std::shared_ptr<const Part> Translation::branch(Node &node, const char *name, const NodeProto &proto)
{
    auto part = std::make_shared<Part>();
    part->proto = read_graph(node.body(name));
    std::vector<Bytes> &outputs = part->proto.outputs;
    if (!part->proto.inputs.empty()) {
        node.fail_unsupported("its ", name, " has ", part->proto.inputs.size(), " inputs, expected is none");
    }
    if (outputs.size() != proto.outputs.size()) {
        node.fail_unsupported("its ", name, " makes ", outputs.size(), " results, the node has ", proto.outputs.size());
    }
    size_t kept = 0;
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (node.is_output_read(i)) {
            outputs[kept++] = outputs[i];
        }
    }
    outputs.resize(kept, outputs.front());
    part->live = live_parts(part->proto, true, reading_.host);
    return part;
}

void Translation::translate_if(Node &node, const NodeProto &proto)
{
    node.body("then_branch");
    node.body("else_branch");
    node.expect_all_understood();
    std::vector<std::string_view> results;
    for (size_t i = 0; i < proto.outputs.size(); ++i) {
        if (node.is_output_read(i)) {
            results.push_back(proto.outputs[i]);
        }
    }
    if (const auto condition = integers_of(node.input(0)); condition && condition->size() == 1) {
        enter(branch(node, condition->front() != 0 ? "then_branch" : "else_branch", proto), std::move(results));
        return;
    }
    const auto then_branch = branch(node, "then_branch", proto), else_branch = branch(node, "else_branch", proto);
    std::vector<Body> bodies;
    bodies.push_back(read_branch(ACCEL_REGION_ROLE_THEN, then_branch));
    bodies.push_back(read_branch(ACCEL_REGION_ROLE_ELSE, else_branch));
    if (disagreement(bodies)) {
        sink_rest(node, proto, results, then_branch, else_branch);
        return;
    }
    if (const auto unknown = unknown_result(bodies)) {
        node.fail_unsupported("type or rank of '", results[*unknown], "' is known in neither branch");
    }
    choose(node, proto, results, std::move(bodies));
}

Body Translation::read_branch(uint32_t role, const std::shared_ptr<const Part> &part)
{
    std::shared_ptr<Graph> graph = inside();
    Translation translation(reading_, *graph);
    translation.depth_ = depth_ + 1;
    translation.call_ = call_of_frame();
    translation.may_be_dead_ = true;
    translation.run(part, part->proto.outputs);
    return finish(role, part->proto.name, std::move(graph));
}

Body Translation::read_branch_and_rest(uint32_t role, const std::shared_ptr<const Part> &part, const std::vector<std::string_view> &results, const std::vector<Bytes> &outputs)
{
    std::shared_ptr<Graph> graph = inside();
    Translation translation(reading_, *graph);
    translation.depth_ = depth_ + 1;
    translation.call_ = call_of_frame();
    translation.may_be_dead_ = true;
    translation.outputs_ = outputs;
    translation.own_scope_count_ = own_scope_count_;
    for (const Frame &frame : frames_) {
        translation.frames_.push_back(translation.frame_of(frame.part, frame.results, frame.call));
        translation.frames_.back().next = frame.next;
        translation.charge_inside(frame.part->proto);
    }
    translation.enter(part, results);
    translation.translate_nodes();
    translation.add_outputs();
    return finish(role, part->proto.name, std::move(graph));
}

void Translation::sink_rest(const Node &node, const NodeProto &proto, const std::vector<std::string_view> &results, const std::shared_ptr<const Part> &then_branch, const std::shared_ptr<const Part> &else_branch)
{
    std::vector<Bytes> outputs;
    std::vector<std::string_view> names;
    for (const Bytes bytes : outputs_) {
        const std::string_view name = read_value_name(bytes);
        if (graph_.find(name, own_scope_count_) == kNoValue) {
            outputs.push_back(bytes);
            names.push_back(name);
        }
    }
    std::vector<Body> bodies;
    bodies.push_back(read_branch_and_rest(ACCEL_REGION_ROLE_THEN, then_branch, results, outputs));
    bodies.push_back(read_branch_and_rest(ACCEL_REGION_ROLE_ELSE, else_branch, results, outputs));
    if (const auto odd = disagreement(bodies)) {
        node.fail_unsupported("its condition is not known when the model is read, and its branches make '", names[*odd], "' of different types or ranks");
    }
    if (const auto unknown = unknown_result(bodies)) {
        node.fail_unsupported("type or rank of '", names[*unknown], "' is known in neither branch");
    }
    // Nothing is left to do but what the IF does.
    frames_.erase(frames_.begin() + 1, frames_.end());
    frames_.front().next = frames_.front().part->live.nodes.size();
    while (graph_.scope_count() > own_scope_count_) {
        graph_.close_scope();
    }
    choose(node, proto, names, std::move(bodies));
}

void Translation::choose(const Node &node, const NodeProto &proto, const std::vector<std::string_view> &results, std::vector<Body> branches)
{
    const Graph &then_graph = *branches[0].graph, &else_graph = *branches[1].graph;
    std::vector<ValueId> outputs;
    for (size_t i = 0; i < results.size(); ++i) {
        const Value &then_value = then_graph.value(then_graph.outputs[i]), &else_value = else_graph.value(else_graph.outputs[i]);
        const Value &known = then_value.is_known() ? then_value : else_value;
        Value value;
        value.name = results[i];
        value.type = known.type;
        value.dims = known.dims;
        for (size_t axis = 0; axis < value.dims.size(); ++axis) {
            const bool one = then_value.is_known() && else_value.is_known() && same(then_value.dims[axis], else_value.dims[axis]);
            value.dims[axis] = one ? value.dims[axis] : graph_.sizes.open_dim(results[i], axis);
        }
        if (then_value.quantization == else_value.quantization) {
            value.quantization = then_value.quantization;
        }
        outputs.push_back(graph_.add_named(std::move(value)));
    }
    Operation operation{ACCEL_OPERATION_IF, node.name(), {node.input_id(0)}, std::move(outputs), {}, ACCEL_ROUNDING_NONE, origin_of(domain_of(proto.domain), proto.operation, opsets())};
    operation.attributes.graph(ACCEL_ATTRIBUTE_THEN_BRANCH, 0).graph(ACCEL_ATTRIBUTE_ELSE_BRANCH, 1);
    operation.bodies = std::move(branches);
    graph_.operations.push_back(std::move(operation));
}

}  // namespace accel::onnx
