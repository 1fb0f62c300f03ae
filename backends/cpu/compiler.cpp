// SPDX-License-Identifier: MIT
// The compiler table. Building checks and flattens; what depends on the machine is prepared when a program is loaded.
#include "compiler.h"

#include "arena/arena.h"
#include "blob.h"
#include "held.h"
#include "host.h"
#include "memory.h"
#include "ops/ops.h"
#include "support.h"

#include <accel/layouts/layout.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <deque>
#include <iterator>

namespace accel::cpu {
namespace {

// What the table lists, by number. A row that finds no room ends the process that loads the module.
struct Listed {
    std::array<accel_bk_operation, 512> operations{};
    uint32_t count = 0;

    Listed() noexcept
    {
        for (const auto family : op_families())
            for (const CpuOp &op : family)
                operations.at(count++) = {op.operation, op.revision};
        std::sort(operations.begin(), operations.begin() + count, [](const auto &a, const auto &b) { return a.operation < b.operation; });
    }
};

const Listed kListed;

constexpr uint32_t kGroup = 1;  // any accepted nodes build together

accel_status target_info(uint32_t index, accel_bk_target_info *info)
{
    if (index != 0)
        return ACCEL_STATUS_NOT_FOUND;
    accel_bk_target_info full{};
    full.struct_size = info->struct_size;
    full.name = kTarget;
    full.flags = ACCEL_BK_TARGET_FLAG_ENTRIES | ACCEL_BK_TARGET_FLAG_REGIONS;
    full.roundings = 1u << ACCEL_ROUNDING_HALF_EVEN | 1u << ACCEL_ROUNDING_TFLITE | 1u << ACCEL_ROUNDING_NATURAL;
    std::memcpy(info, &full, std::min(info->struct_size, sizeof full));
    return ACCEL_STATUS_OK;
}

accel_status check_target(const char *target)
{
    if (target == nullptr || std::strcmp(target, kTarget) != 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "target '%s' is not '%s'", target ? target : "", kTarget);
    return ACCEL_STATUS_OK;
}

// "cpu.threads": how many threads a run uses; every other option of this module's name is refused.
accel_status read_options(const accel_bk_compile_options &options, uint32_t &threads)
{
    threads = 0;
    for (uint32_t i = 0; i < options.option_count; ++i) {
        const accel_option &option = options.options[i];
        if (std::strncmp(option.name, "cpu.", 4) != 0)
            continue;
        if (std::strcmp(option.name, "cpu.threads") != 0) {
            if (option.optional != 0)
                continue;
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "option '%s' is unknown; there is 'cpu.threads'", option.name);
        }
        if (option.kind != ACCEL_OPTION_KIND_INTEGER)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-10", "option 'cpu.threads' is of kind %u, expected INTEGER (%u)", option.kind, ACCEL_OPTION_KIND_INTEGER);
        if (option.integer < 1 || option.integer > kThreadsMax)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-10", "option 'cpu.threads' is %lld, expected a number from 1 to %u",
                        static_cast<long long>(option.integer), kThreadsMax);
        threads = static_cast<uint32_t>(option.integer);
    }
    return ACCEL_STATUS_OK;
}

accel_status query(const accel_bk_host *, const accel_graph_desc *desc, const accel_bk_compile_options *options,
                   accel_bk_support *out_nodes)
{
    return guarded([&] {
        if (const accel_status status = check_target(options->target); status != ACCEL_STATUS_OK)
            return status;
        const graph::View graph(*desc);
        if (!graph.well_formed())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the graph names a tensor that it does not have");
        for (uint32_t i = 0; i < graph.node_count(); ++i) {
            pulse();
            const Refusal refusal = check_node(graph, graph.node(i));
            out_nodes[i] = {refusal.refused() ? 0 : kGroup, refusal.reason, refusal.tensor, refusal.attribute, refusal.given, refusal.expected};
        }
        return ACCEL_STATUS_OK;
    });
}

// A blob with what its pointers lead to.
struct BuiltBlob {
    accel_bk_blob table{};
    std::vector<uint8_t> bytes;
    std::vector<accel_bk_constant_place> constants;
    std::vector<accel_bk_blob_entry> entries;
    std::deque<std::vector<accel_bk_port>> ports;  // by graph
    std::deque<layouts::Layout> layouts;
    std::deque<accel_layout> shown;
};

void release(accel_bk_blob *blob) { delete reinterpret_cast<BuiltBlob *>(blob); }
static_assert(offsetof(BuiltBlob, table) == 0);

// Row-major; it has a size.
void add_port(BuiltBlob &built, std::vector<accel_bk_port> &ports, const graph::View &graph, uint32_t index)
{
    const accel_tensor_desc &tensor = graph.tensor(index);
    built.layouts.push_back(layouts::dense(held_type(tensor.type), *graph::fixed_dims(tensor)).value_or(layouts::Layout{}));
    built.shown.push_back(built.layouts.back().view());
    ports.push_back({index, 0, &built.shown.back(), kAlignBytes, 0, 0});
}

// The only part of a build that takes time: constants are read to bound their sums.
accel_status check_nodes(const graph::View &graph, const accel_bk_compile_options &options)
{
    for (uint32_t i = 0; i < graph.node_count(); ++i) {
        const accel_progress done = {sizeof done, static_cast<double>(i) / static_cast<double>(graph.node_count()), "check"};
        if (options.progress != nullptr && options.progress(options.progress_user, &done) != 0)
            return fail(ACCEL_STATUS_CANCELLED, "P-5", "the build was cancelled at node %u of %u", i, graph.node_count());
        if (const Refusal refusal = check_node(graph, graph.node(i)); refusal.refused())
            return fail(ACCEL_STATUS_UNSUPPORTED, "C-2", "node %u is refused: %s", i, text_of(refusal).c_str());
    }
    return ACCEL_STATUS_OK;
}

// Memory of the tensors between nodes, each for as long as it is needed. Loading adds the working memory of its steps.
uint64_t estimate_arena(const graph::View &graph)
{
    std::vector<arena::Lifetime> lifetimes(graph.tensor_count(), {0, UINT32_MAX, 0});
    for (uint32_t step = 0; step < graph.node_count(); ++step) {
        const auto lives = [&](uint32_t tensor) {
            if (tensor == ACCEL_TENSOR_NONE || graph::is_constant(graph.tensor(tensor)))
                return;
            lifetimes[tensor].size_bytes = graph::size_bytes(graph.tensor(tensor)).value_or(0);
            lifetimes[tensor].first = std::min(lifetimes[tensor].first, step);
            lifetimes[tensor].last = std::max(lifetimes[tensor].last, step);
        };
        const accel_node_desc &node = graph.node(step);
        for (const auto numbers : {graph::inputs(node), graph::outputs(node)})
            std::ranges::for_each(numbers, lives);
        // One region of a node runs: all share the memory of the largest.
        uint64_t inside_bytes = 0;
        for (uint32_t i = 0; i < node.region_count; ++i) {
            const accel_region &region = *node.regions[i];
            for (uint32_t capture = 0; capture < region.capture_count; ++capture)
                lives(region.captures[capture].outer);
            inside_bytes = std::max(inside_bytes, estimate_arena(graph::View(*region.graph)));
        }
        lifetimes.push_back({inside_bytes, step, step});
    }
    for (const auto numbers : {graph.inputs(), graph.outputs()})
        for (const uint32_t tensor : numbers)
            lifetimes[tensor].size_bytes = 0;
    std::erase_if(lifetimes, [](const arena::Lifetime &lifetime) { return lifetime.size_bytes == 0; });
    const auto plan = arena::plan(lifetimes, kAlignBytes, pulse);
    return plan ? plan->size_bytes : UINT64_MAX;
}

accel_status add_graph(const accel_graph_desc &desc, const accel_bk_compile_options &options, BuiltBlob &built)
{
    const graph::View graph(desc);
    if (!graph.well_formed())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the graph names a tensor that it does not have");
    if (const accel_status status = check_nodes(graph, options); status != ACCEL_STATUS_OK)
        return status;
    if (const auto tensor = port_without_size(graph))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "tensor %u at a port has no fixed size", *tensor);
    std::vector<accel_bk_port> &ports = built.ports.emplace_back();
    for (const auto numbers : {graph.inputs(), graph.outputs()})
        for (const uint32_t tensor : numbers)
            add_port(built, ports, graph, tensor);
    built.entries.push_back({ports.data(), estimate_arena(graph), static_cast<uint32_t>(ports.size()), 0});
    return ACCEL_STATUS_OK;
}

accel_status build(const accel_bk_host *, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options,
                   accel_bk_blob **out_blob)
{
    *out_blob = nullptr;
    return guarded([&] {
        uint32_t threads = 0;
        if (const accel_status status = check_target(options->target); status != ACCEL_STATUS_OK)
            return status;
        if (const accel_status status = read_options(*options, threads); status != ACCEL_STATUS_OK)
            return status;
        auto built = std::make_unique<BuiltBlob>();
        for (uint32_t i = 0; i < graph_count; ++i)
            if (const accel_status status = add_graph(*graphs[i], *options, *built); status != ACCEL_STATUS_OK)
                return status;
        built->bytes = write_blob({graphs, graph_count}, threads, built->constants);
        pulse();
        accel_bk_blob &table = built->table;
        table.struct_size = sizeof table;
        table.release = release;
        table.bytes = built->bytes.data();
        table.byte_count = built->bytes.size();
        table.entries = built->entries.data();
        table.entry_count = graph_count;
        table.constants = built->constants.data();
        table.constant_count = static_cast<uint32_t>(built->constants.size());
        table.log = "";
        *out_blob = &built.release()->table;
        return ACCEL_STATUS_OK;
    });
}

accel_status check(const accel_bk_host *, const void *bytes, uint64_t byte_count, const char *target, accel_fit *out_fit)
{
    return guarded([&] {
        *out_fit = ACCEL_FIT_NONE;
        Blob blob;
        std::string error;
        const BlobState state = read_blob(bytes, byte_count, blob, error);
        if (state == BlobState::kCorrupt)
            return fail(ACCEL_STATUS_CORRUPT, "C-5", "%s", error.c_str());
        if (state == BlobState::kForeign || target == nullptr || std::strcmp(target, kTarget) != 0)
            return ACCEL_STATUS_OK;
        // The constants are elsewhere; only their sizes matter here.
        alignas(kAlignBytes) static const std::byte kNowhere{};
        std::vector<accel_bk_constant> constants;
        for (const uint64_t size : blob.constant_bytes)
            constants.push_back({&kNowhere, size});
        for (const BlobGraph &graph : blob.graphs) {
            const std::vector<accel_bk_constant> own = constants_of(graph, constants.data());
            if (!graph::FlatGraph::parse(graph.bytes, graph.byte_count, own.data(), static_cast<uint32_t>(own.size()), &error))
                return fail(ACCEL_STATUS_CORRUPT, "C-5", "%s", error.c_str());
        }
        *out_fit = ACCEL_FIT_FULL;
        return ACCEL_STATUS_OK;
    });
}

}  // namespace

const accel_bk_compiler kCompiler = {sizeof(accel_bk_compiler), kListed.operations.data(), kListed.count, 0, target_info, query, build, check};

}  // namespace accel::cpu
