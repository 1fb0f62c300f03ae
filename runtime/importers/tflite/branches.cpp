// SPDX-License-Identifier: MIT
// IF: both subgraphs become regions, which take the operator's operands from around them.
#include "translation.h"

namespace accel::tflite {

using namespace importer;

namespace {

constexpr uint32_t kDepthMax = 8;  // docs/contract.md, G-11

}  // namespace

Body Translation::branch(Node &node, const schema::Operator &op, int32_t index, uint32_t role)
{
    const auto count = static_cast<int64_t>(file_.model().subgraphs()->size());
    if (index < 1 || index >= count) {
        node.fail_corrupt("leads to subgraph ", index, " of ", count);
    }
    if (depth_ + 1 > kDepthMax) {
        node.fail_unsupported("branches are nested more than ", kDepthMax, " deep");
    }
    const schema::SubGraph &subgraph = *file_.model().subgraphs()->Get(static_cast<flatbuffers::uoffset_t>(index));
    // A few bytes of branches in branches could ask for any amount of work.
    host_.charge((subgraph.operators() == nullptr ? 0 : subgraph.operators()->size()) * sizeof(Operation) + (subgraph.tensors() == nullptr ? 0 : subgraph.tensors()->size()) * sizeof(Tensor), "graphs inside of operators");
    auto graph = std::make_shared<Graph>(graph_);
    Translation inner(file_, subgraph, host_, store_, *graph, depth_ + 1);
    const std::span<const int32_t> operands = list_of(op.inputs()).subspan(1), inputs = list_of(inner.subgraph_.inputs()), outputs = list_of(inner.subgraph_.outputs());
    if (inputs.size() != operands.size() || outputs.size() != node.output_count()) {
        node.fail_corrupt("has ", operands.size(), " operands and ", node.output_count(), " results, its subgraph ", inputs.size(), " and ", outputs.size());
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
        inner.tensors_.define(static_cast<uint32_t>(inputs[i]), Order::kFile, graph->capture(tensors_.stored(static_cast<uint32_t>(operands[i]), Order::kFile)));
    }
    inner.translate_live();
    inner.add_outputs();
    Body body;
    body.name = text_of(inner.subgraph_.name());
    body.role = role;
    body.captures = graph->captures();
    for (uint32_t i = 0; i < graph->outputs.size(); ++i) {
        body.outputs.push_back({ACCEL_REGION_PORT_KIND_VALUE, ACCEL_OPERAND_NONE, i, 0, 0});
    }
    body.graph = std::move(graph);
    return body;
}

void Translation::translate_if(const schema::Operator &op, Node &node)
{
    node.expect_operands(1, node.input_count(), 1, node.output_count());
    const auto &options = node.options<schema::IfOptions>();
    std::vector<Body> bodies;
    bodies.push_back(branch(node, op, options.then_subgraph_index(), ACCEL_REGION_ROLE_THEN));
    bodies.push_back(branch(node, op, options.else_subgraph_index(), ACCEL_REGION_ROLE_ELSE));
    std::vector<ValueId> results;
    for (size_t i = 0; i < node.output_count(); ++i) {
        const Value &then_value = bodies[0].graph->value(bodies[0].graph->outputs[i]), &else_value = bodies[1].graph->value(bodies[1].graph->outputs[i]);
        if (!then_value.is_known() || then_value.type != else_value.type || !same(then_value.dims, else_value.dims) || then_value.quantization != else_value.quantization) {
            node.fail_unsupported("its branches make '", node.output(i).name, "' of different types, sizes or scales");
        }
        std::vector<int64_t> sizes;
        for (const accel_dim &dim : then_value.dims) {
            sizes.push_back(dim.size);
        }
        results.push_back(emitter_.result(then_value.type, std::move(sizes), then_value.quantization));
    }
    Operation operation{ACCEL_OPERATION_IF, emitter_.name(), {node.stored(0)}, results, {}, ACCEL_ROUNDING_NONE, emitter_.origin()};
    operation.attributes.graph(ACCEL_ATTRIBUTE_THEN_BRANCH, 0).graph(ACCEL_ATTRIBUTE_ELSE_BRANCH, 1);
    operation.bodies = std::move(bodies);
    graph_.operations.push_back(std::move(operation));
    for (size_t i = 0; i < results.size(); ++i) {
        node.define(i, Order::kFile, results[i]);
    }
}

}  // namespace accel::tflite
