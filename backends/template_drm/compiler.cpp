// SPDX-License-Identifier: MIT
// Judges nodes, and lowers them to jobs.
#include "compiler.h"

#include <accel/graph/view.h>
#include <arena/arena.h>
#include <group/group.h>
#include <module/host.h>
#include <module/option.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blob.h"
#include "uapi.h"

namespace accel::template_drm {
namespace {

accel_bk_support refuse(accel_reason reason, uint32_t tensor = ACCEL_TENSOR_NONE, int64_t given = 0, int64_t expected = 0)
{
    return {0, static_cast<uint32_t>(reason), tensor, 0, given, expected};
}

uint64_t size_bytes(const accel_tensor_desc &tensor)
{
    uint64_t count = 1;
    for (const accel_dim &dim : graph::dims(tensor)) count *= static_cast<uint64_t>(dim.size);
    return count * sizeof(float);
}

/// Is it refused, and why? Its group is not known here.
accel_bk_support judge(const graph::View &graph, const accel_node_desc &node)
{
    const uint32_t known = graph::known_revision(Compiler::kOperations, node.operation);
    if (known == 0) return refuse(ACCEL_REASON_OPERATION);
    if (node.revision > known) return refuse(ACCEL_REASON_REVISION, ACCEL_TENSOR_NONE, node.revision, known);
    const auto shape = graph::fixed_dims(graph.tensor(graph::outputs(node)[0]));
    for (const auto tensors : {graph::outputs(node), graph::inputs(node)})
        for (const uint32_t index : tensors) {
            const accel_tensor_desc &tensor = graph.tensor(index);
            const auto sizes = graph::fixed_dims(tensor);
            if (tensor.type != ACCEL_TYPE_F32) return refuse(ACCEL_REASON_TYPE, index, tensor.type, ACCEL_TYPE_F32);
            if (!sizes) return refuse(ACCEL_REASON_SYMBOL, index);
            if (sizes != shape || std::ranges::count(*sizes, 0) != 0) return refuse(ACCEL_REASON_SIZE, index);
        }
    return {0, ACCEL_REASON_OK, ACCEL_TENSOR_NONE, 0, 0, 0};
}

/// This module has no options.
accel_status check_options(const accel_bk_compile_options &options) { return module::Options("template_drm", std::span(options.options, options.option_count)).end(); }

class Lowering {
public:
    explicit Lowering(const graph::View &graph) : graph_(graph),
                                                  places_(graph.tensor_count(), Place{kNowhere, 0, 0}) {}

    Blob run(const accel_bk_compile_options &options)
    {
        for (const auto tensors : {graph_.inputs(), graph_.outputs()})
            for (const uint32_t tensor : tensors) add_port(tensor);
        blob_.input_count = static_cast<uint32_t>(graph_.inputs().size());
        place_results(options);
        for (uint32_t index = 0; index < graph_.node_count(); ++index) {
            module::progress(options, static_cast<double>(index) / graph_.node_count(), "lowering");
            add_job(graph_.node(index));
        }
        return std::move(blob_);
    }

private:
    static constexpr uint32_t kNowhere = ACCEL_NONE;

    void add_port(uint32_t tensor)
    {
        places_[tensor] = {kPort, static_cast<uint32_t>(blob_.port_bytes.size()), 0};
        blob_.port_bytes.push_back(size_bytes(graph_.tensor(tensor)));
    }

    /// What is neither at a port nor a constant lies in the scratch, from the node that makes it to the last that reads it.
    void place_results(const accel_bk_compile_options &options)
    {
        std::vector<arena::Lifetime> lifetimes;
        std::vector<uint32_t> tensors, number(graph_.tensor_count(), ACCEL_NONE);
        for (uint32_t index = 0; index < graph_.node_count(); ++index) {
            for (const uint32_t input : graph::inputs(graph_.node(index)))
                if (number[input] != ACCEL_NONE) lifetimes[number[input]].last = index;
            const uint32_t output = graph::outputs(graph_.node(index))[0];
            if (places_[output].space != kNowhere) continue;
            number[output] = static_cast<uint32_t>(tensors.size());
            tensors.push_back(output);
            lifetimes.push_back({size_bytes(graph_.tensor(output)), index, index});
        }
        const auto plan = arena::plan(lifetimes, kAlignBytes, [&] { module::progress(options, 0, "planning"); });
        if (!plan) throw std::bad_alloc();
        for (size_t i = 0; i < tensors.size(); ++i) places_[tensors[i]] = {kScratch, 0, plan->offsets[i]};
        blob_.scratch_bytes = plan->size_bytes;
    }

    Place operand(uint32_t tensor)
    {
        if (places_[tensor].space == kNowhere) {
            const accel_tensor_desc &constant = graph_.tensor(tensor);
            places_[tensor] = {kConstants, 0, blob_.constants.size()};
            const auto *values = static_cast<const uint8_t *>(constant.data);
            blob_.constants.insert(blob_.constants.end(), values, values + size_bytes(constant));
        }
        return places_[tensor];
    }

    void add_job(const accel_node_desc &node)
    {
        BlobJob job{};
        const bool is_relu = node.operation == ACCEL_OPERATION_RELU;
        job.operation = is_relu ? uapi::kClamp : node.operation == ACCEL_OPERATION_MUL ? uapi::kMultiply
                                                                                       : uapi::kAdd;
        job.a = operand(graph::input(node, 0));
        job.b = is_relu ? job.a : operand(graph::input(node, 1));
        job.y = places_[graph::outputs(node)[0]];
        job.element_count = size_bytes(graph_.tensor(graph::outputs(node)[0])) / sizeof(float);
        job.clamp_min = is_relu ? 0 : graph::real(node, ACCEL_ATTRIBUTE_CLAMP_MIN).value_or(-INFINITY);
        job.clamp_max = graph::real(node, ACCEL_ATTRIBUTE_CLAMP_MAX).value_or(INFINITY);
        blob_.jobs.push_back(job);
    }

    const graph::View &graph_;
    std::vector<Place> places_;  ///< one per tensor
    Blob blob_;
};

module::Built::Entry entry_of(const graph::View &graph, uint64_t scratch_bytes)
{
    module::Built::Entry entry;
    for (const auto tensors : {graph.inputs(), graph.outputs()})
        for (const uint32_t tensor : tensors) {
            const layouts::Layout layout = layouts::dense(ACCEL_TYPE_F32, *graph::fixed_dims(graph.tensor(tensor))).value_or(layouts::Layout());
            entry.ports.push_back({tensor, layout, kAlignBytes});
        }
    entry.scratch_bytes = scratch_bytes;
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
    if (const accel_status status = check_options(options)) return status;
    const graph::View view(graph);
    std::vector<bool> claimed(nodes.size());
    for (uint32_t index = 0; index < nodes.size(); ++index) {
        module::progress(options, static_cast<double>(index) / static_cast<double>(nodes.size()), "looking");
        nodes[index] = judge(view, view.node(index));
        claimed[index] = nodes[index].reason == ACCEL_REASON_OK;
    }
    const std::vector<uint32_t> groups = group::convex(view, claimed);
    for (uint32_t index = 0; index < nodes.size(); ++index) nodes[index].group = groups[index];
    return ACCEL_STATUS_OK;
}

accel_status Compiler::build(std::span<const accel_graph_desc *const> graphs, const accel_bk_compile_options &options, std::unique_ptr<module::Built> &out)
{
    if (const accel_status status = check_options(options)) return status;
    const graph::View view(*graphs[0]);  // one, as the target has no flag ENTRIES
    for (uint32_t index = 0; index < view.node_count(); ++index)
        if (judge(view, view.node(index)).reason != ACCEL_REASON_OK) return module::fail(ACCEL_STATUS_UNSUPPORTED, "C-2", "node %u was not claimed", index);
    if (view.node_count() > uapi::kJobsMax)
        return module::fail(ACCEL_STATUS_LIMIT, "", "%u nodes in one piece, and the driver takes %u jobs at once", view.node_count(), uapi::kJobsMax);
    const Blob blob = Lowering(view).run(options);
    out = std::make_unique<module::Built>();
    out->bytes = write_blob(blob);
    out->entries.push_back(entry_of(view, blob.scratch_bytes));
    return ACCEL_STATUS_OK;
}

accel_status Compiler::check(std::span<const uint8_t> bytes, const char *target, accel_fit &fit)
{
    Blob blob;
    const char *why = nullptr;
    const module::SealState state = read_blob(bytes, blob, why);
    if (state == module::SealState::kCorrupt) return module::fail(ACCEL_STATUS_CORRUPT, "C-5", "%s", why);
    if (state == module::SealState::kGood && std::strcmp(target, kTarget) == 0) fit = ACCEL_FIT_FULL;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::template_drm
