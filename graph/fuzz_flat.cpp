// SPDX-License-Identifier: MIT
// Arbitrary bytes never crash the reader, and what it accepts survives a round trip. Nor do they crash the rules of its nodes, those in regions among them.
#include <accel/graph/catalog.h>
#include <accel/graph/flat.h>

#include <accel/graph/rules.h>
#include <accel/graph/view.h>

#include <cstdlib>

namespace {

/// As a module asks, of a graph whose sizes are given.
void ask_rules(const accel_graph_desc &graph)
{
    const accel::graph::View view(graph);
    for (uint32_t i = 0; i < view.node_count(); ++i) {
        const accel_node_desc &node = view.node(i);
        const accel::graph::OperationRow *row = accel::graph::find_operation(node.operation);
        const bool counted = row && node.input_count >= row->input_count_min && node.input_count <= row->input_count_max && node.output_count >= row->output_count_min;
        bool given = counted;
        for (uint32_t input = 0; given && input < row->input_count_min; ++input) given = node.inputs[input] != ACCEL_TENSOR_NONE;
        if (given && row->operation == ACCEL_OPERATION_IF) accel::graph::infer_shapes(accel::graph::NodeView(view, node).get(), nullptr);
        for (uint32_t region = 0; region < node.region_count; ++region) ask_rules(*node.regions[region]->graph);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    static const uint64_t words[8] = {};
    const accel_bk_constant table[] = {{words, sizeof words}};
    std::string error;
    const auto graph = accel::graph::FlatGraph::parse(bytes, byte_count, table, 1, &error);
    if (!graph) {
        if (error.empty()) std::abort();
        return 0;
    }
    if (graph->desc().symbol_count == 0) ask_rules(graph->desc());
    const std::vector<uint8_t> again = accel::graph::flatten(graph->desc());
    if (!accel::graph::FlatGraph::parse(again.data(), again.size(), nullptr, 0, &error)) std::abort();
    return 0;
}
