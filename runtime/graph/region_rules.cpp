// SPDX-License-Identifier: MIT
// How regions are connected to what is around them (G-20).
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/check.h"
#include "graph_check.h"

namespace accel::runtime {

namespace {

using Ports = std::vector<accel_region_port>;

class RegionRules {
public:
    RegionRules(const Graph &graph, const Node &node, size_t index) : graph_(graph),
                                                                      node_(node),
                                                                      region_(node.regions[index]),
                                                                      inside_(*region_.graph),
                                                                      index_(index) {}

    accel_status check() const
    {
        ACCEL_TRY(check_captures());
        if (region_.role != ACCEL_REGION_ROLE_CUSTOM) {
            for (size_t i = 0; i < region_.inputs.size(); ++i) ACCEL_TRY(check_input(i));
            for (size_t i = 0; i < region_.outputs.size(); ++i) ACCEL_TRY(check_output(i));
            ACCEL_TRY(check_carried());
        }
        return check_rules_inside(inside_, region_.captures);
    }

private:
    accel_status refuse(const std::string &what) const { return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-20", nullptr, "%s: region %zu '%s' %s", node_text(node_).c_str(), index_, inside_.name.c_str(), what.c_str()); }

    accel_status check_captures() const
    {
        std::set<uint32_t> seen;
        for (const accel_capture &capture : region_.captures) {
            const Tensor &outer = graph_.tensors[capture.outer], &inner = inside_.tensors[capture.inner];
            const std::string what = "takes tensor " + tensor_text(graph_, capture.outer) + " from around it";
            if (outer.constant() || inner.constant()) return refuse(what + ", which is a constant: those stand in its own table, with the same data");
            if (outer.type != inner.type || outer.ranked != inner.ranked || outer.shape != inner.shape || outer.quantization != inner.quantization)
                return refuse(what + " as " + tensor_text(inside_, capture.inner) + ", of another type, rank, dimensions or quantisation");
            if (!seen.insert(capture.inner).second) return refuse("has two sources of tensor " + tensor_text(inside_, capture.inner));
        }
        return ACCEL_STATUS_OK;
    }

    /// "input 'i'"
    std::string port_text(const char *what, uint32_t tensor) const { return std::string(what) + " " + tensor_text(inside_, tensor); }

    bool has_operand(const accel_region_port &port) const { return port.operand != ACCEL_OPERAND_NONE && node_.inputs[port.operand] != ACCEL_TENSOR_NONE; }

    /// Loops and scans alone run their region more than once.
    bool turns() const { return region_.role == ACCEL_REGION_ROLE_BODY || region_.role == ACCEL_REGION_ROLE_CONDITION; }

    accel_status check_port(const accel_region_port &port, const std::string &who) const
    {
        const bool scanned = port.kind == ACCEL_REGION_PORT_KIND_SCANNED;
        if (port.kind < ACCEL_REGION_PORT_KIND_VALUE || port.kind > ACCEL_REGION_PORT_KIND_CONDITION) return refuse("has " + who + " of kind " + std::to_string(port.kind) + ", expected one of enum accel_region_port_kind");
        if (port.kind != ACCEL_REGION_PORT_KIND_VALUE && !turns()) return refuse("has " + who + " of kind " + std::to_string(port.kind) + ", which is for loops and scans");
        if (port.reversed > 1 || (port.reversed && !scanned)) return refuse("has " + who + " whose reversed is " + std::to_string(port.reversed));
        if (port.axis < 0 || (port.axis && !scanned) || port.axis >= kMaxRank) return refuse("has " + who + " whose axis is " + std::to_string(port.axis));
        return ACCEL_STATUS_OK;
    }

    accel_status expect_one(uint32_t tensor, uint32_t type, const std::string &who) const
    {
        const Tensor &given = inside_.tensors[tensor];
        const bool one = !given.ranked || given.shape.empty() || (given.shape.size() == 1 && (!given.shape[0].fixed() || given.shape[0].size == 1));
        return (given.type == 0 || given.type == type) && one ? ACCEL_STATUS_OK : refuse("has " + who + ", which is not one " + (type == ACCEL_TYPE_I64 ? "i64" : "bool"));
    }

    accel_status check_input(size_t position) const
    {
        const accel_region_port &port = region_.inputs[position];
        const uint32_t tensor = inside_.inputs[position];
        const std::string who = port_text("input", tensor);
        ACCEL_TRY(check_port(port, who));
        if (port.result != ACCEL_OPERAND_NONE) return refuse("has " + who + " that names a result, expected ACCEL_OPERAND_NONE");
        if (port.kind == ACCEL_REGION_PORT_KIND_ITERATION) return expect_one(tensor, ACCEL_TYPE_I64, who);
        if (port.kind == ACCEL_REGION_PORT_KIND_CONDITION) return expect_one(tensor, ACCEL_TYPE_BOOL, who);
        return has_operand(port) ? ACCEL_STATUS_OK : refuse("has " + who + " without an operand");
    }

    accel_status check_output(size_t position) const
    {
        const accel_region_port &port = region_.outputs[position];
        const uint32_t tensor = inside_.outputs[position];
        const std::string who = port_text("output", tensor);
        ACCEL_TRY(check_port(port, who));
        switch (port.kind) {
        case ACCEL_REGION_PORT_KIND_ITERATION: return refuse("has " + who + " of kind ITERATION, which is for inputs");
        case ACCEL_REGION_PORT_KIND_CONDITION: return port.result == ACCEL_OPERAND_NONE ? expect_one(tensor, ACCEL_TYPE_BOOL, who) : refuse("has " + who + ", a condition that is a result");
        case ACCEL_REGION_PORT_KIND_CARRIED: return has_operand(port) ? ACCEL_STATUS_OK : refuse("has " + who + " without an operand");
        default: break;
        }
        if (port.operand != ACCEL_OPERAND_NONE) return refuse("has " + who + " that names an operand, expected ACCEL_OPERAND_NONE");
        return port.result != ACCEL_OPERAND_NONE ? ACCEL_STATUS_OK : refuse("has " + who + " without a result");
    }

    /// What is carried out of one turn is carried into the next; a result has one source.
    accel_status check_carried() const
    {
        std::map<uint32_t, int> carried;
        std::set<uint32_t> results;
        const bool body = region_.role == ACCEL_REGION_ROLE_BODY;
        for (const accel_region_port &port : region_.inputs) {
            if (port.kind == ACCEL_REGION_PORT_KIND_CARRIED && carried[port.operand]++ != 0) return refuse("has two inputs that carry operand " + std::to_string(port.operand));
        }
        for (const accel_region_port &port : region_.outputs) {
            if (port.result != ACCEL_OPERAND_NONE && !results.insert(port.result).second) return refuse("has two outputs for result " + std::to_string(port.result));
            if (port.kind != ACCEL_REGION_PORT_KIND_CARRIED) continue;
            const auto found = carried.find(port.operand);
            if (found == carried.end()) return refuse("has no input that carries operand " + std::to_string(port.operand) + ", or two outputs that do");
            carried.erase(found);
        }
        // A condition that is a graph of its own reads what is carried and hands nothing on.
        if (body && !carried.empty()) return refuse("has no output that carries operand " + std::to_string(carried.begin()->first));
        return ACCEL_STATUS_OK;
    }

    const Graph &graph_;
    const Node &node_;
    const Region &region_;
    const Graph &inside_;
    const size_t index_;
};

}  // namespace

accel_status check_regions(const Graph &graph, const Node &node)
{
    for (size_t i = 0; i < node.regions.size(); ++i) ACCEL_TRY(RegionRules(graph, node, i).check());
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
