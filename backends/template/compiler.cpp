// SPDX-License-Identifier: MIT
// Judges nodes, and builds the blob of one addition.
#include "compiler.h"

#include <module/host.h>
#include <module/option.h>

#include <cmath>
#include <cstring>

#include "blob.h"

namespace accel::template_room {
namespace {

constexpr uint64_t kPortAlignBytes = 64;

bool same_shape(const accel_tensor_desc &a, const accel_tensor_desc &b)
{
    if (a.rank != b.rank) return false;
    for (uint32_t axis = 0; axis < a.rank; ++axis)
        if (a.dims[axis].size != b.dims[axis].size) return false;
    return true;
}

bool has_symbol(const accel_tensor_desc &tensor)
{
    for (uint32_t axis = 0; axis < tensor.rank; ++axis)
        if (tensor.dims[axis].symbol != ACCEL_SYMBOL_NONE) return true;
    return false;
}

accel_bk_support refuse(accel_reason reason, uint32_t tensor = ACCEL_TENSOR_NONE, int64_t given = 0, int64_t expected = 0)
{
    return {0, static_cast<uint32_t>(reason), tensor, 0, given, expected};
}

/// One node: claimed in a group of its own, or refused with the first reason met.
accel_bk_support judge(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t group)
{
    if (node.operation != ACCEL_OPERATION_ADD) return refuse(ACCEL_REASON_OPERATION);
    if (node.revision > Compiler::kOperations[0].revision) return refuse(ACCEL_REASON_REVISION, ACCEL_TENSOR_NONE, node.revision, Compiler::kOperations[0].revision);
    for (const uint32_t index : {node.inputs[0], node.inputs[1], node.outputs[0]}) {
        const accel_tensor_desc &tensor = *accel_graph_tensor(&graph, index);
        if (tensor.type != ACCEL_TYPE_F32) return refuse(ACCEL_REASON_TYPE, index, tensor.type, ACCEL_TYPE_F32);
        if (has_symbol(tensor)) return refuse(ACCEL_REASON_SYMBOL, index);
        if (tensor.data) return refuse(ACCEL_REASON_CONSTANT, index);
        if (!same_shape(tensor, *accel_graph_tensor(&graph, node.outputs[0]))) return refuse(ACCEL_REASON_SIZE, index);
    }
    // Two ports of one buffer would need an alias; the second operand must be another tensor.
    if (node.inputs[0] == node.inputs[1]) return refuse(ACCEL_REASON_ATTRIBUTE, node.inputs[1]);
    return {group, ACCEL_REASON_OK, ACCEL_TENSOR_NONE, 0, 0, 0};
}

/// This module has no options.
accel_status check_options(const accel_bk_compile_options &options) { return module::Options("template", std::span(options.options, options.option_count)).end(); }

float attribute(const accel_node_desc &node, accel_attribute_key key, float otherwise)
{
    for (uint32_t index = 0; index < node.attribute_count; ++index)
        if (node.attributes[index].key == key && node.attributes[index].kind == ACCEL_ATTRIBUTE_KIND_FLOAT) return *static_cast<const float *>(node.attributes[index].values);
    return otherwise;
}

uint64_t element_count(const accel_tensor_desc &tensor)
{
    uint64_t count = 1;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) count *= static_cast<uint64_t>(tensor.dims[axis].size);
    return count;
}

/// All tensors have one shape, and lie row after row.
module::Built::Entry entry_of(const accel_graph_desc &graph)
{
    const accel_tensor_desc &tensor = *accel_graph_tensor(&graph, graph.outputs[0]);
    std::vector<int64_t> sizes;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) sizes.push_back(tensor.dims[axis].size);
    const layouts::Layout layout = layouts::dense(tensor.type, sizes).value_or(layouts::Layout());
    module::Built::Entry entry;
    for (uint32_t port = 0; port < graph.input_count; ++port) entry.ports.push_back({graph.inputs[port], layout, kPortAlignBytes});
    // Each sum is written after its operands were read, so it may have the memory of the first.
    for (uint32_t port = 0; port < graph.output_count; ++port) entry.ports.push_back({graph.outputs[port], layout, kPortAlignBytes, ACCEL_BK_PORT_FLAG_IN_PLACE});
    return entry;
}

}  // namespace

accel_status Compiler::target_info(uint32_t index, accel_bk_target_info &info)
{
    if (index > 0) return ACCEL_STATUS_NOT_FOUND;
    info.name = kTarget;
    return ACCEL_STATUS_OK;
}

accel_status Compiler::query(const accel_graph_desc &graph, const accel_bk_compile_options &options, std::span<accel_bk_support> nodes)
{
    // >>> query
    if (const accel_status status = check_options(options)) return status;
    for (uint32_t index = 0; index < nodes.size(); ++index) nodes[index] = judge(graph, *accel_graph_node(&graph, index), index + 1);
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status Compiler::build(std::span<const accel_graph_desc *const> graphs, const accel_bk_compile_options &options, std::unique_ptr<module::Built> &out)
{
    // >>> build
    const accel_graph_desc &graph = *graphs[0];  // one, as the target has no flag ENTRIES
    if (const accel_status status = check_options(options)) return status;
    module::progress(options, 0.0, "adding");
    if (graph.node_count != 1 || judge(graph, *accel_graph_node(&graph, 0), 1).group == 0)
        return module::fail(ACCEL_STATUS_UNSUPPORTED, "C-2", "this graph was not claimed as one group");
    const accel_node_desc &node = *accel_graph_node(&graph, 0);
    Blob blob;
    blob.element_count = element_count(*accel_graph_tensor(&graph, node.outputs[0]));
    blob.clamp_min = attribute(node, ACCEL_ATTRIBUTE_CLAMP_MIN, -INFINITY);
    blob.clamp_max = attribute(node, ACCEL_ATTRIBUTE_CLAMP_MAX, INFINITY);
    out = std::make_unique<module::Built>();
    out->bytes = write_blob(blob);
    out->entries.push_back(entry_of(graph));
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status Compiler::check(std::span<const uint8_t> bytes, const char *target, accel_fit &fit)
{
    // >>> check
    Blob blob;
    const char *why = nullptr;
    const module::SealState state = read_blob(bytes, blob, why);
    if (state == module::SealState::kCorrupt) return module::fail(ACCEL_STATUS_CORRUPT, "C-5", "%s", why);
    if (state == module::SealState::kGood && std::strcmp(target, kTarget) == 0) fit = ACCEL_FIT_FULL;
    return ACCEL_STATUS_OK;
    // <<<
}

}  // namespace accel::template_room
