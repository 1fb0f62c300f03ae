// SPDX-License-Identifier: MIT
// Lays arrays out in a module's element sizes, and reads its answers.
#include "elements.h"

#include <algorithm>

namespace accel::runtime {

namespace {

// All versions that are served have elements of one size, so nothing of an element is ever cut off. With the first longer element of this library, the rest that an
// older module would not see has to be looked at: what is not zero there is refused for the module (decision 0019, rule 7).
static_assert(kFirstSize<accel_tensor_desc> == sizeof(accel_tensor_desc) && kFirstSize<accel_node_desc> == sizeof(accel_node_desc) &&
              kFirstSize<accel_bk_memory> == sizeof(accel_bk_memory) && kFirstSize<accel_attribute> == sizeof(accel_attribute) &&
              kFirstSize<accel_symbol> == sizeof(accel_symbol) && kFirstSize<accel_variable> == sizeof(accel_variable));
// The same of structs that a graph points to, whose sizes follow from the module's api_version.
static_assert(kFirstSize<accel_graph_desc> == sizeof(accel_graph_desc) && kFirstSize<accel_quantization> == sizeof(accel_quantization) &&
              kFirstSize<accel_region> == sizeof(accel_region) && kFirstSize<accel_layout> == sizeof(accel_layout));

struct Row {
    const char *name;
    uint32_t accel_bk_sizes::*size;
    size_t first_bytes;
};
constexpr Row kRows[] = {
    {"accel_tensor_desc", &accel_bk_sizes::tensor, kFirstSize<accel_tensor_desc>},
    {"accel_node_desc", &accel_bk_sizes::node, kFirstSize<accel_node_desc>},
    {"accel_bk_support", &accel_bk_sizes::support, kFirstSize<accel_bk_support>},
    {"accel_bk_port", &accel_bk_sizes::port, kFirstSize<accel_bk_port>},
    {"accel_bk_memory", &accel_bk_sizes::memory, kFirstSize<accel_bk_memory>},
    {"accel_attribute", &accel_bk_sizes::attribute, kFirstSize<accel_attribute>},
    {"accel_entry_desc", &accel_bk_sizes::entry, kFirstSize<accel_entry_desc>},
    {"accel_bk_blob_entry", &accel_bk_sizes::blob_entry, kFirstSize<accel_bk_blob_entry>},
    {"accel_bk_timing", &accel_bk_sizes::timing, kFirstSize<accel_bk_timing>},
    {"accel_symbol", &accel_bk_sizes::symbol, kFirstSize<accel_symbol>},
    {"accel_variable", &accel_bk_sizes::variable, kFirstSize<accel_variable>},
};

bool is_native(const accel_bk_sizes &sizes)
{
    for (const Row &row : kRows)
        if (sizes.*row.size != kNativeSizes.*row.size) return false;
    return true;
}

}  // namespace

std::string take_sizes(const accel_bk_sizes *from, accel_bk_sizes *to)
{
    if (!from) return "does not say the sizes of its array elements; set accel_bk_module.sizes to ACCEL_BK_SIZES";
    const size_t size = from->struct_size;
    if (size < kFirstSize<accel_bk_sizes> || size > kElementBytesMax)
        return "answers with sizes of " + std::to_string(size) + " bytes, expected sizeof(struct accel_bk_sizes)";
    *to = {};
    std::memcpy(to, from, std::min(size, sizeof *to));
    to->struct_size = sizeof *to;
    for (const Row &row : kRows)
        if (const uint32_t given = to->*row.size; given < row.first_bytes || given > kElementBytesMax || given % 8 != 0)
            return "says that its struct " + std::string(row.name) + " has " + std::to_string(given) + " bytes, expected a multiple of 8 from " +
                   std::to_string(row.first_bytes) + " to " + std::to_string(kElementBytesMax) + "; set accel_bk_module.sizes to ACCEL_BK_SIZES";
    return "";
}

ModuleGraph::ModuleGraph(const accel_graph_desc &graph, const accel_bk_sizes &sizes)
    : sizes_(sizes),
      symbols_(graph.symbols, graph.symbol_count, sizes.symbol),
      top_(is_native(sizes) ? &graph : lay_out(graph))
{
}

const accel_graph_desc *ModuleGraph::lay_out(const accel_graph_desc &graph)
{
    std::vector<accel_node_desc> &nodes = natives_.emplace_back(graph.nodes, graph.nodes + graph.node_count);
    for (accel_node_desc &node : nodes) {
        node.attributes = attributes_.emplace_back(node.attributes, node.attribute_count, sizes_.attribute).data();
        if (!node.region_count) continue;
        std::vector<const accel_region *> regions;
        for (uint32_t i = 0; i < node.region_count; ++i) {
            accel_region &region = regions_.emplace_back(*node.regions[i]);
            region.graph = lay_out(*region.graph);
            regions.push_back(&region);
        }
        node.regions = region_lists_.emplace_back(std::move(regions)).data();
    }
    const auto &tensors = tensors_.emplace_back(graph.tensors, graph.tensor_count, sizes_.tensor);
    const auto &laid_nodes = nodes_.emplace_back(nodes.data(), nodes.size(), sizes_.node);
    accel_graph_desc &copy = graphs_.emplace_back(graph);
    copy.tensors = tensors.data();
    copy.tensor_size = sizes_.tensor;
    copy.nodes = laid_nodes.data();
    copy.node_size = sizes_.node;
    copy.attribute_size = sizes_.attribute;
    copy.symbols = symbols_.data();  // the outermost graph's, of its regions, too (G-20)
    copy.symbol_size = sizes_.symbol;
    copy.variables = variables_.emplace_back(graph.variables, graph.variable_count, sizes_.variable).data();
    copy.variable_size = sizes_.variable;
    return &copy;
}

}  // namespace accel::runtime
