// SPDX-License-Identifier: MIT
// Faults of the tables and of the compiler.
#include <fcntl.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base.h"

namespace accel::faults {
namespace {

// ---- tables

accel_status wild_target_info(uint32_t index, accel_bk_target_info *info)
{
    const auto status = base.compiler.target_info(index, info);
    return status == ACCEL_STATUS_OK ? status : static_cast<accel_status>(4711);
}

accel_status flushing_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
    return base.device.program_load(device, desc, out);
}

accel_status first_run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    accel_bk_run_desc other = *desc;
    other.entry = 0;
    return base.device.run_create(program, &other, out);
}

accel_status leaking_run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    open("/dev/null", O_RDONLY | O_CLOEXEC);
    return base.device.run_create(program, desc, out);
}

bool in_child = false;

accel_status boastful_after_fork(const accel_bk_fork *fork)
{
    in_child = true;
    return base.module.after_fork ? base.module.after_fork(fork) : ACCEL_STATUS_OK;
}

accel_status dead_open(const accel_bk_open *open, accel_bk_device **out) { return in_child ? ACCEL_STATUS_IO : base.device.device_open(open, out); }

// ---- query

using Query = decltype(accel_bk_compiler::query);

template <class Edit> accel_status edited_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes, Edit edit)
{
    const auto status = base.compiler.query(host, graph, options, nodes);
    for (uint32_t index = 0; status == ACCEL_STATUS_OK && index < graph->node_count; ++index) edit(nodes[index]);
    return status;
}

accel_status claiming_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    return edited_query(host, graph, options, nodes, [](accel_bk_support &node) { node = {1, ACCEL_REASON_OK, ACCEL_TENSOR_NONE, 0, 0, 0}; });
}

accel_status silent_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    return edited_query(host, graph, options, nodes, [](accel_bk_support &node) {
        if (node.group == 0) node.reason = ACCEL_REASON_OK;
    });
}

accel_status inventing_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    return edited_query(host, graph, options, nodes, [](accel_bk_support &node) {
        if (node.group == 0) node.reason = 999;
    });
}

accel_status moody_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    static unsigned asked = 0;
    const bool refuse = ++asked % 3 == 0;
    return edited_query(host, graph, options, nodes, [refuse](accel_bk_support &node) {
        if (refuse) node = {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, 0, 0};
    });
}

/// Refuses EXP to whoever asks little, as a case does, and takes it from one who asks much.
accel_status shy_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    constexpr unsigned kMuch = 100;
    static unsigned asked = 0;
    const auto status = base.compiler.query(host, graph, options, nodes);
    ++asked;
    for (uint32_t index = 0; status == ACCEL_STATUS_OK && asked < kMuch && index < graph->node_count; ++index)
        if (graph->nodes[index].operation == ACCEL_OPERATION_EXP) nodes[index] = {0, ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, 0, 0, 0};
    return status;
}

/// Takes every operation at its first revision, whatever revision the node is of.
accel_status timeless_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    std::vector<accel_node_desc> first(graph->nodes, graph->nodes + graph->node_count);
    for (accel_node_desc &node : first) node.revision = std::min(node.revision, 1u);
    accel_graph_desc other = *graph;
    other.nodes = first.data();
    return base.compiler.query(host, &other, options, nodes);
}

/// Takes every quantisation for one with the scale 1, whatever its kind, types and blocks are.
accel_status blind_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    static const float kOne = 1;
    static const int32_t kZero = 0;
    static const accel_quantization kPlain{sizeof kPlain, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I32, 0, nullptr, &kOne, &kZero, 1};
    std::vector<accel_tensor_desc> plain(graph->tensors, graph->tensors + graph->tensor_count);
    for (accel_tensor_desc &tensor : plain)
        if (tensor.quantization) tensor.quantization = &kPlain;
    accel_graph_desc other = *graph;
    other.tensors = plain.data();
    return base.compiler.query(host, &other, options, nodes);
}

/// Shows the compiler zeros where a value operand has no data.
accel_status guessing_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    static const int64_t zeros[64] = {};
    std::vector<accel_tensor_desc> tensors(graph->tensors, graph->tensors + graph->tensor_count);
    for (uint32_t index = 0; index < graph->node_count; ++index) {
        const accel_node_desc &node = graph->nodes[index];
        for (uint32_t position = 0; position < node.input_count; ++position) {
            if (node.inputs[position] == ACCEL_TENSOR_NONE || !accel_is_value_operand(node.operation, position)) continue;
            accel_tensor_desc &tensor = tensors[node.inputs[position]];
            uint64_t bytes = accel_type_bits(tensor.type) / 8;
            for (uint32_t axis = 0; axis < tensor.rank; ++axis) bytes *= static_cast<uint64_t>(tensor.dims[axis].size);
            if (tensor.data || bytes > sizeof zeros) continue;
            tensor.data = zeros;
            tensor.data_bytes = bytes;
        }
    }
    accel_graph_desc other = *graph;
    other.tensors = tensors.data();
    return base.compiler.query(host, &other, options, nodes);
}

// ---- build

/// A blob whose bytes are replaced; the rest belongs to the correct one.
struct OtherBlob {
    accel_bk_blob blob;
    accel_bk_blob *original;
    std::string bytes;
};

void release_other(accel_bk_blob *blob)
{
    auto *other = reinterpret_cast<OtherBlob *>(blob);
    other->original->release(other->original);
    delete other;
}

accel_bk_blob *with_bytes(accel_bk_blob *original, std::string bytes)
{
    auto *other = new OtherBlob{*original, original, std::move(bytes)};
    other->blob.release = release_other;
    other->blob.bytes = other->bytes.data();
    other->blob.byte_count = other->bytes.size();
    return &other->blob;
}

accel_status numbering_build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    static uint64_t number = 0;
    const auto status = base.compiler.build(host, graphs, graph_count, options, out);
    if (status != ACCEL_STATUS_OK) return status;
    std::string bytes(static_cast<const char *>((*out)->bytes), (*out)->byte_count);
    ++number;
    bytes.append(reinterpret_cast<const char *>(&number), sizeof(number));
    *out = with_bytes(*out, std::move(bytes));
    return status;
}

/// Neighbours of each axis a bit too near.
accel_status overlapping_build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    const auto status = base.compiler.build(host, graphs, graph_count, options, out);
    if (status != ACCEL_STATUS_OK) return status;
    for (uint32_t graph = 0; graph < graph_count; ++graph)
        for (uint32_t port = 0; port < (*out)->entries[graph].port_count; ++port) {
            const accel_layout &layout = *(*out)->entries[graph].ports[port].layout;
            for (uint32_t step = 0; step + 1 < layout.step_count; ++step) const_cast<accel_layout_step &>(layout.steps[step]).stride_bits = layout.steps[step + 1].stride_bits;
        }
    return status;
}

/// Without its struct_size.
accel_status sizeless_build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    const auto status = base.compiler.build(host, graphs, graph_count, options, out);
    if (status == ACCEL_STATUS_OK) (*out)->struct_size = 0;
    return status;
}

accel_status stubborn_build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    auto silent = *options;
    const accel_progress half = {sizeof half, 0.5, "building"};
    if (options->progress) options->progress(options->progress_user, &half);
    silent.progress = nullptr;
    return base.compiler.build(host, graphs, graph_count, &silent, out);
}

/// Blobs that hold no more than a number, and what the numbers stand for in this process.
std::map<std::string, std::string> &at_home()
{
    static std::map<std::string, std::string> blobs;
    return blobs;
}

std::string fetch_home(const void *bytes, uint64_t count)
{
    const std::lock_guard guard(state_lock());
    const auto found = at_home().find(std::string(static_cast<const char *>(bytes), count));
    return found == at_home().end() ? std::string(static_cast<const char *>(bytes), count) : found->second;
}

accel_status homely_build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    const auto status = base.compiler.build(host, graphs, graph_count, options, out);
    if (status != ACCEL_STATUS_OK) return status;
    const std::lock_guard guard(state_lock());
    const std::string key = "blob number " + std::to_string(at_home().size());
    at_home()[key] = std::string(static_cast<const char *>((*out)->bytes), (*out)->byte_count);
    *out = with_bytes(*out, key);
    return status;
}

accel_status homely_check(const accel_bk_host *host, const void *bytes, uint64_t count, const char *target, accel_fit *fit)
{
    const auto real = fetch_home(bytes, count);
    return base.compiler.check(host, real.data(), real.size(), target, fit);
}

accel_status homely_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
    const auto real = fetch_home(desc->bytes, desc->byte_count);
    auto other = *desc;
    other.bytes = real.data();
    other.byte_count = real.size();
    return base.device.program_load(device, &other, out);
}

accel_status trusting_check(const accel_bk_host *, const void *, uint64_t, const char *, accel_fit *fit)
{
    *fit = ACCEL_FIT_FULL;
    return ACCEL_STATUS_OK;
}

}  // namespace

const std::vector<Fault> &table_faults()
{
    static const std::vector<Fault> faults{
        {"extra-symbol", [] {}},
        {"tests-equality", [] {}},
        {"null-slot", [] { mine.device.queue_wait = nullptr; }},
        {"short-table", [] { mine.device.struct_size = offsetof(accel_bk_device_ops, run_bind); }},
        {"wild-status", [] { mine.compiler.target_info = wild_target_info; }},
        {"flushes-denormals", [] { mine.device.program_load = flushing_load; }},
        {"plays-dead-after-fork",
         [] {
             mine.module.after_fork = boastful_after_fork;
             mine.device.device_open = dead_open;
         }},
        {"leaks-descriptors", [] { mine.device.run_create = leaking_run_create; }},
    };
    return faults;
}

const std::vector<Fault> &compiler_faults()
{
    static const std::vector<Fault> faults{
        {"claims-everything", [] { mine.compiler.query = claiming_query; }},
        {"no-reason", [] { mine.compiler.query = silent_query; }},
        {"invented-reason", [] { mine.compiler.query = inventing_query; }},
        {"moody-query", [] { mine.compiler.query = moody_query; }},
        {"shy-query", [] { mine.compiler.query = shy_query; }},
        {"timeless-query", [] { mine.compiler.query = timeless_query; }},
        {"blind-query", [] { mine.compiler.query = blind_query; }},
        {"guesses-values", [] { mine.compiler.query = guessing_query; }},
        {"random-blob", [] { mine.compiler.build = numbering_build; }},
        {"overlapping-rows", [] { mine.compiler.build = overlapping_build; }},
        {"sizeless-blob", [] { mine.compiler.build = sizeless_build; }},
        {"ignores-progress", [] { mine.compiler.build = stubborn_build; }},
        {"first-graph-only", [] { mine.device.run_create = first_run_create; }},
        {"trusting-check", [] { mine.compiler.check = trusting_check; }},
        {"keeps-it-at-home",
         [] {
             mine.compiler.build = homely_build;
             mine.compiler.check = homely_check;
             mine.device.program_load = homely_load;
         }},
    };
    return faults;
}

}  // namespace accel::faults
