// SPDX-License-Identifier: MIT
// What must hold of the regions of a node before they can be copied.
#include <string>

#include "base/check.h"
#include "graph_check.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

class RegionStructure {
public:
    RegionStructure(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index, const RegionWalk &walk) : graph_(graph),
                                                                                                                          node_(node),
                                                                                                                          walk_(walk),
                                                                                                                          index_(index) {}

    accel_status check()
    {
        if (!node_.regions[index_]) return refuse("G-1", "is NULL");
        ACCEL_TRY(copy_in(node_.regions[index_], &region_, "regions[]"));
        if (region_.role < ACCEL_REGION_ROLE_BODY || region_.role > ACCEL_REGION_ROLE_CUSTOM) return refuse("G-20", "has role " + std::to_string(region_.role) + ", expected one of enum accel_region_role");
        ACCEL_TRY(copy_in(region_.graph, &inside_, "regions[].graph"));
        if (!shares_tables()) return refuse("G-20", "has symbols or expressions of its own, expected those of the outermost graph");
        if (inside_.variable_count) return refuse("G-12", "has variables, which only the outermost graph has");
        walk_.element_count += uint64_t{1} + inside_.node_count + inside_.tensor_count;
        if (walk_.element_count > kMaxRegionElements)
            return fail(ACCEL_STATUS_LIMIT, "G-11", nullptr, "node '%s': with region %u there are %llu nodes and tensors in regions, expected at most %llu; a graph that several regions share counts for each", node_.name ? node_.name : "",
                        index_, static_cast<unsigned long long>(walk_.element_count), static_cast<unsigned long long>(kMaxRegionElements));
        ACCEL_TRY(check_structure_inside(inside_, {walk_.outermost, walk_.depth + 1, walk_.element_count}));
        ACCEL_TRY(check_captures());
        ACCEL_TRY(check_ports(region_.inputs, inside_.input_count, "inputs"));
        return check_ports(region_.outputs, inside_.output_count, "outputs");
    }

private:
    accel_status refuse(const char *rule, const std::string &what) const { return fail(kBad, rule, nullptr, "node '%s': region %u %s", node_.name ? node_.name : "", index_, what.c_str()); }

    bool shares_tables() const
    {
        const accel_graph_desc &outermost = walk_.outermost;
        const bool symbols = inside_.symbol_count == outermost.symbol_count && (!inside_.symbol_count || (inside_.symbols == outermost.symbols && inside_.symbol_size == outermost.symbol_size));
        return symbols && inside_.expression_count == outermost.expression_count && (!inside_.expression_count || inside_.expressions == outermost.expressions);
    }

    accel_status check_captures() const
    {
        if (region_.capture_count && !region_.captures) return refuse("G-1", "announces " + std::to_string(region_.capture_count) + " captures, the array is NULL");
        for (uint32_t i = 0; i < region_.capture_count; ++i) {
            const accel_capture &capture = region_.captures[i];
            if (capture.outer >= graph_.tensor_count || capture.inner >= inside_.tensor_count)
                return refuse("G-1", "captures tensor " + std::to_string(capture.outer) + " as " + std::to_string(capture.inner) + ", the graphs have " + std::to_string(graph_.tensor_count) + " and " + std::to_string(inside_.tensor_count));
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_ports(const accel_region_port *ports, uint32_t count, const char *what) const
    {
        if (region_.role == ACCEL_REGION_ROLE_CUSTOM) return ports ? refuse("G-20", std::string("is of CUSTOM and describes its ") + what + ", expected NULL") : ACCEL_STATUS_OK;
        if (count && !ports) return refuse("G-1", std::string("has a graph of ") + std::to_string(count) + " " + what + ", the array for them is NULL");
        for (uint32_t i = 0; i < count; ++i) {
            if (ports[i].operand != ACCEL_OPERAND_NONE && ports[i].operand >= node_.input_count)
                return refuse("G-1", what + (" " + std::to_string(i)) + " is connected to operand " + std::to_string(ports[i].operand) + ", the node has " + std::to_string(node_.input_count));
            if (ports[i].result != ACCEL_OPERAND_NONE && ports[i].result >= node_.output_count)
                return refuse("G-1", what + (" " + std::to_string(i)) + " is connected to result " + std::to_string(ports[i].result) + ", the node has " + std::to_string(node_.output_count));
        }
        return ACCEL_STATUS_OK;
    }

    const accel_graph_desc &graph_;
    const accel_node_desc &node_;
    const RegionWalk &walk_;
    const uint32_t index_;
    accel_region region_{};
    accel_graph_desc inside_{};
};

}  // namespace

accel_status check_region_structure(const accel_graph_desc &graph, const accel_node_desc &node, const RegionWalk &walk)
{
    if (walk.depth + 1 > kMaxRegionDepth) return fail(kBad, "G-11", nullptr, "node '%s': regions are nested deeper than %u", node.name ? node.name : "", kMaxRegionDepth);
    for (uint32_t i = 0; i < node.region_count; ++i) ACCEL_TRY(RegionStructure(graph, node, i, walk).check());
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
