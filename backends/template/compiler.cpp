// SPDX-License-Identifier: MIT
#include "compiler.h"

#include <cfloat>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

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
    if (node.revision > kOperations[0].revision) return refuse(ACCEL_REASON_REVISION, ACCEL_TENSOR_NONE, node.revision, kOperations[0].revision);
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

/// Options are named `<module>.<option>`; this module has none.
accel_status check_options(const accel_bk_host &host, const accel_bk_compile_options &options)
{
    for (uint32_t index = 0; index < options.option_count; ++index) {
        const accel_option &option = options.options[index];
        if (std::strncmp(option.name, "template.", 9) != 0 || option.optional) continue;
        host.set_error(host.context, "P-10", "the template backend has no options");
        return ACCEL_STATUS_INVALID_ARGUMENT;
    }
    return ACCEL_STATUS_OK;
}

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

/// What build hands out: the description, and what it points to.
struct BuiltBlob : accel_bk_blob {
    BuiltBlob() : accel_bk_blob{} {}
    Blob blob;
    std::vector<accel_layout_step> steps;
    accel_layout layout{};
    std::vector<accel_bk_port> ports;
    accel_bk_blob_entry entry{};
};

void add_ports(BuiltBlob &built, const accel_graph_desc &graph, uint64_t count)
{
    const accel_tensor_desc &tensor = *accel_graph_tensor(&graph, graph.outputs[0]);
    // Row-major: one step per axis, the innermost an element apart. All tensors have one shape, and so one layout.
    built.steps.resize(tensor.rank);
    int64_t stride_bits = 8 * sizeof(float);
    for (uint32_t axis = tensor.rank; axis-- > 0; stride_bits *= tensor.dims[axis].size) built.steps[axis] = {axis, 0, tensor.dims[axis].size, stride_bits};
    built.layout.struct_size = sizeof(built.layout);
    built.layout.kind = ACCEL_LAYOUT_KIND_STEPS;
    built.layout.type = tensor.type;
    built.layout.steps = built.steps.data();
    built.layout.step_count = tensor.rank;
    built.layout.size_bytes = count * sizeof(float);
    const auto add = [&](uint32_t index, uint32_t flags) { built.ports.push_back({index, flags, &built.layout, kPortAlignBytes, 0, 0}); };
    for (uint32_t port = 0; port < graph.input_count; ++port) add(graph.inputs[port], 0);
    // Each sum is written after its operands were read, so it may have the memory of the first.
    for (uint32_t port = 0; port < graph.output_count; ++port) add(graph.outputs[port], ACCEL_BK_PORT_FLAG_IN_PLACE);
}

void release(accel_bk_blob *blob) { delete static_cast<BuiltBlob *>(blob); }

}  // namespace

accel_status target_info(uint32_t index, accel_bk_target_info *info)
{
    if (index > 0) return ACCEL_STATUS_NOT_FOUND;
    info->name = kTarget;
    info->description = "adds F32 tensors";
    return ACCEL_STATUS_OK;
}

accel_status query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *out_nodes)
{
    // >>> query
    if (const accel_status status = check_options(*host, *options)) return status;
    for (uint32_t index = 0; index < graph->node_count; ++index) out_nodes[index] = judge(*graph, *accel_graph_node(graph, index), index + 1);
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t, const accel_bk_compile_options *options, accel_bk_blob **out_blob)
try {
    // >>> build
    *out_blob = nullptr;
    const accel_graph_desc *graph = graphs[0]; // one, as the target has no flag ENTRIES
    if (const accel_status status = check_options(*host, *options)) return status;
    if (options->progress && options->progress(options->progress_user, 0.0, "adding") != 0) return ACCEL_STATUS_CANCELLED;
    if (graph->node_count != 1 || judge(*graph, *accel_graph_node(graph, 0), 1).group == 0) {
        host->set_error(host->context, "C-2", "this graph was not claimed as one group");
        return ACCEL_STATUS_UNSUPPORTED;
    }
    const accel_node_desc &node = *accel_graph_node(graph, 0);
    auto built = std::make_unique<BuiltBlob>();
    built->blob.element_count = element_count(*accel_graph_tensor(graph, node.outputs[0]));
    built->blob.clamp_min = attribute(node, ACCEL_ATTRIBUTE_CLAMP_MIN, -FLT_MAX);
    built->blob.clamp_max = attribute(node, ACCEL_ATTRIBUTE_CLAMP_MAX, FLT_MAX);
    built->blob.checksum = built->blob.compute_checksum();
    add_ports(*built, *graph, built->blob.element_count);
    built->struct_size = sizeof(accel_bk_blob);
    built->release = release;
    built->bytes = &built->blob;
    built->byte_count = sizeof(built->blob);
    built->entry.ports = built->ports.data();
    built->entry.port_count = static_cast<uint32_t>(built->ports.size());
    built->entries = &built->entry;
    built->entry_count = 1;
    built->log = "";
    *out_blob = built.release();
    return ACCEL_STATUS_OK;
    // <<<
} catch (const std::bad_alloc &) {
    return ACCEL_STATUS_OUT_OF_MEMORY;
}

accel_status check(const accel_bk_host *, const void *bytes, uint64_t byte_count, const char *target, accel_fit *out_fit)
{
    // >>> check
    *out_fit = ACCEL_FIT_NONE;
    if (!read_blob(bytes, byte_count)) return ACCEL_STATUS_CORRUPT;
    if (std::strcmp(target, kTarget) == 0) *out_fit = ACCEL_FIT_FULL;
    return ACCEL_STATUS_OK;
    // <<<
}

}  // namespace accel::template_room
