// SPDX-License-Identifier: MIT
// Entry and compiler of the witness.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "objects.h"
#include "open.h"

namespace accel::witness {

namespace {
const accel_bk_host *runtime_host = nullptr;
}

Ledger &ledger()
{
    static Ledger alone;
    const char *address = std::getenv("ACCEL_WITNESS");
    return address ? *reinterpret_cast<Ledger *>(std::strtoull(address, nullptr, 16)) : alone;
}

const accel_bk_host &host() { return *runtime_host; }

void expect(bool holds, const char *rule, const std::string &what)
{
    if (!holds) ledger().violated(rule, what);
}

bool expect_alive(const Living &living, const void *object, const char *slot, bool called_upon)
{
    if (called_upon) ledger().called(slot);
    if (living.holds(object)) return true;
    ledger().violated("H-1", std::string(slot) + " names an object that does not exist");
    return false;
}

#define ACCEL_WITNESS_LIVING(name) \
    Living &name()                 \
    {                              \
        static Living living;      \
        return living;             \
    }
ACCEL_WITNESS_LIVING(devices)
ACCEL_WITNESS_LIVING(buffers)
ACCEL_WITNESS_LIVING(programs)
ACCEL_WITNESS_LIVING(runs)
ACCEL_WITNESS_LIVING(queues)
#undef ACCEL_WITNESS_LIVING

namespace {

bool takes_custom() { return ledger().takes_open || ledger().takes_custom; }

bool has_open_sizes(const accel_graph_desc *graph, const accel_node_desc &node)
{
    const auto is_open = [&](uint32_t tensor) {
        for (uint32_t axis = 0; tensor != ACCEL_TENSOR_NONE && axis < graph->tensors[tensor].rank; ++axis)
            if (graph->tensors[tensor].dims[axis].symbol != ACCEL_SYMBOL_NONE) return true;
        return false;
    };
    return std::any_of(node.inputs, node.inputs + node.input_count, is_open) || std::any_of(node.outputs, node.outputs + node.output_count, is_open);
}

accel_status target_info(uint32_t index, accel_bk_target_info *info)
{
    ledger().called("target_info");
    expect(info->struct_size == sizeof(*info), "H-5", "target_info: struct_size");
    if (index > 0) return ACCEL_STATUS_NOT_FOUND;
    info->name = "witness";
    info->flags = (ledger().takes_entries ? static_cast<uint32_t>(ACCEL_BK_TARGET_FLAG_ENTRIES) : 0u) | (ledger().takes_open ? static_cast<uint32_t>(ACCEL_BK_TARGET_FLAG_OPEN_SIZES) : 0u) |
                  (takes_custom() ? static_cast<uint32_t>(ACCEL_BK_TARGET_FLAG_CUSTOM) : 0u);
    info->roundings = 0;
    return ACCEL_STATUS_OK;
}

void check_options(const accel_bk_compile_options *options, const char *slot)
{
    expect(options && options->struct_size == sizeof(*options), "H-5", std::string(slot) + ": struct_size of the options");
    expect(options && (options->wish_count == 0 || (options->wishes && std::strcmp(slot, "build") == 0)) && options->reserved == 0, "H-5", std::string(slot) + ": wishes");
    expect(options && options->target && std::strcmp(options->target, "witness") == 0, "H-5", std::string(slot) + ": target");
}

/// Planned sizes come with graphs that have symbols, to who takes open sizes (H-15).
void check_planned(const accel_graph_desc *graph, const int64_t *planned, const char *slot)
{
    if (!planned) return;
    expect(ledger().takes_open && graph->symbol_count > 0, "H-15", std::string(slot) + ": planned sizes of a graph without symbols, or for who builds per set of sizes");
    for (uint32_t symbol = 0; symbol < graph->symbol_count; ++symbol)
        expect(planned[symbol] >= 0 && planned[symbol] >= graph->symbols[symbol].min_size, "H-15", std::string(slot) + ": symbol " + std::to_string(symbol) + " is planned as " + std::to_string(planned[symbol]));
}

void check_graph(const accel_graph_desc *graph, const int64_t *planned, const char *slot)
{
    check_planned(graph, planned, slot);
    expect(graph->struct_size == sizeof(*graph) && graph->tensor_size == sizeof(accel_tensor_desc) && graph->node_size == sizeof(accel_node_desc) &&
               graph->attribute_size == sizeof(accel_attribute),
           "H-5",
           std::string(slot) + ": sizes of the graph");
    for (uint32_t index = 0; index < graph->node_count; ++index) {
        const auto &node = graph->nodes[index];
        expect(node.name && node.domain && node.custom_name, "H-5", std::string(slot) + ": a string of a node is NULL");
        const bool admitted = node.operation == ACCEL_OPERATION_CUSTOM ? takes_custom() : node.operation == ACCEL_OPERATION_ADD && node.revision == 1;
        expect(admitted, "C-9", std::string(slot) + ": sees an operation or revision that it does not list");
        expect(planned || !has_open_sizes(graph, node), "P-16", std::string(slot) + ": sees a size that nobody knows");
        expect(node.region_count == 0, "C-9", std::string(slot) + ": sees regions, which it does not claim");
        for (uint32_t operand = 0; operand < node.input_count; ++operand)
            expect(node.inputs[operand] == ACCEL_TENSOR_NONE || node.inputs[operand] < graph->tensor_count, "H-5", std::string(slot) + ": an operand lies outside the graph");
    }
    for (uint32_t index = 0; index < graph->tensor_count; ++index) expect(graph->tensors[index].name != nullptr, "H-5", std::string(slot) + ": a tensor's name is NULL");
}

bool is_sum(const accel_graph_desc *graph, const accel_node_desc &node)
{
    if (node.operation != ACCEL_OPERATION_ADD || node.attribute_count || node.input_count != 2) return false;
    const auto &a = graph->tensors[node.inputs[0]], &b = graph->tensors[node.inputs[1]];
    if (a.type != ACCEL_TYPE_F32 || b.type != ACCEL_TYPE_F32 || a.data || a.rank != b.rank) return false;
    for (uint32_t axis = 0; axis < a.rank; ++axis)
        if (a.dims[axis].size != b.dims[axis].size || a.dims[axis].size < 1) return false;
    return true;
}

accel_status query(const accel_bk_host *, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    ledger().called("query");
    check_options(options, "query");
    const int64_t *const planned = options->planned_sizes ? options->planned_sizes[0] : nullptr;
    check_graph(graph, planned, "query");
    for (uint32_t index = 0; index < graph->node_count; ++index) {
        const bool taken = is_sum(graph, graph->nodes[index]) || (takes_custom() && takes_open(graph, graph->nodes[index]));
        // Every node is a unit of its own: a program of several nodes has several segments.
        nodes[index] = {taken ? index + 1 : 0, taken ? ACCEL_REASON_OK : ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, 0, 0, 0};
    }
    return ACCEL_STATUS_OK;
}

struct Built {
    accel_bk_blob blob{};
    /// Magic, and for each graph its number of elements, which constant it has (0 none, else its number plus 1), and, where there may be gaps, rank and sizes, number of steps
    /// and steps; else 0.
    std::vector<uint64_t> words;
    std::vector<accel_bk_constant_place> constants;
    std::vector<accel_bk_blob_entry> entries;
    std::deque<std::vector<accel_bk_port>> ports;
    std::deque<std::vector<accel_layout_step>> steps;
    std::deque<accel_layout> layouts;
    std::map<const void *, uint64_t> numbers;  ///< of constants, plus 1
};

void release(accel_bk_blob *blob)
{
    delete reinterpret_cast<Built *>(blob);
}

/// One step per axis, outermost first; or with the last four values of axis 1 side by side at the end.
std::vector<accel_layout_step> steps_of(const accel_tensor_desc &tensor, bool blocked)
{
    constexpr int64_t kBlock = 4;
    std::vector<accel_layout_step> steps;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
        const int64_t size = tensor.dims[axis].size;
        steps.push_back({axis, 0, blocked && axis == 1 ? (size + kBlock - 1) / kBlock : size, 0});
    }
    if (blocked) steps.push_back({1, 0, kBlock, 0});
    int64_t stride_bits = 32;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        step->stride_bits = stride_bits;
        stride_bits *= step->extent;
    }
    return steps;
}

/// A wish for that graph; null where there is none.
const accel_layout *wish_for(const accel_bk_compile_options *options, uint32_t graph)
{
    for (uint32_t index = 0; index < options->wish_count; ++index)
        if (options->wishes[index].graph == graph) return options->wishes[index].layout;
    return nullptr;
}

void count_output_wishes(const accel_bk_compile_options *options, const accel_graph_desc *graph, uint32_t number)
{
    for (uint32_t index = 0; index < options->wish_count; ++index)
        if (options->wishes[index].graph == number && options->wishes[index].tensor == graph->outputs[0]) ++ledger().output_wish_count;
}

/// All ports of a graph lie alike, so that the sum is one over their memory.
const accel_layout *lay_out(Built &built, const accel_graph_desc *graph, uint32_t number, const accel_bk_compile_options *options)
{
    const auto &tensor = graph->tensors[graph->inputs[0]];
    const accel_layout *wish = ledger().lie == Ledger::Lie::Wished ? wish_for(options, number) : nullptr;
    const bool blocked = ledger().lie == Ledger::Lie::Blocked && tensor.rank == 4 && graph->input_count == 2;
    std::vector<accel_layout_step> &steps = built.steps.emplace_back(wish ? std::vector(wish->steps, wish->steps + wish->step_count) : steps_of(tensor, blocked));
    accel_layout &layout = built.layouts.emplace_back(wish ? *wish : accel_layout{});
    if (!wish) {
        layout.struct_size = sizeof(accel_layout);
        layout.kind = ACCEL_LAYOUT_KIND_STEPS;
        layout.type = ACCEL_TYPE_F32;
        layout.padding = blocked && ledger().claims_zeros ? ACCEL_PADDING_ZERO_BITS : ACCEL_PADDING_ANY;
        layout.size_bytes = static_cast<uint64_t>(steps.empty() ? 32 : steps[0].stride_bits * steps[0].extent) / 8;
    }
    layout.steps = steps.data();
    layout.step_count = static_cast<uint32_t>(steps.size());
    return &layout;
}

void add_elements(Built &built, const accel_tensor_desc &tensor, const accel_layout &layout)
{
    built.words.push_back(tensor.rank);
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) built.words.push_back(static_cast<uint64_t>(tensor.dims[axis].size));
    built.words.push_back(layout.step_count);
    for (uint32_t step = 0; step < layout.step_count; ++step)
        for (const int64_t word : {static_cast<int64_t>(layout.steps[step].axis), layout.steps[step].extent, layout.steps[step].stride_bits}) built.words.push_back(static_cast<uint64_t>(word));
}

void add(Built &built, const accel_graph_desc *graph, uint32_t number, const accel_bk_compile_options *options)
{
    count_output_wishes(options, graph, number);
    const accel_layout *layout = lay_out(built, graph, number, options);
    std::vector<accel_bk_port> &ports = built.ports.emplace_back();
    for (uint32_t port = 0; port < graph->input_count; ++port) ports.push_back({graph->inputs[port], 0, layout, 64, 0, 0});
    // Where both operands are one input, it is read twice, but each element before it is written.
    ports.push_back({graph->outputs[0], ledger().writes_in_place ? static_cast<uint32_t>(ACCEL_BK_PORT_FLAG_IN_PLACE) : 0u, layout, 64, 0, 0});
    built.entries.push_back({ports.data(), 0, static_cast<uint32_t>(ports.size()), 0});
    const uint32_t second = graph->nodes[0].inputs[1];
    uint64_t constant = 0;
    if (graph->tensors[second].data) {
        const auto [known, is_new] = built.numbers.emplace(graph->tensors[second].data, built.constants.size() + 1);
        constant = known->second;
        if (is_new) built.constants.push_back({number, second, ACCEL_BK_CONSTANT_PART_VALUES, 0});
    }
    built.words.push_back(layout->size_bytes / 4);
    built.words.push_back(constant);
    if (ledger().lie == Ledger::Lie::Wished && !constant)
        add_elements(built, graph->tensors[graph->inputs[0]], *layout);
    else
        built.words.push_back(0);
}

/// A port that is dense and follows its sizes, as large as they are planned.
accel_bk_port open_port(Built &built, const accel_graph_desc *graph, uint32_t tensor, const int64_t *planned)
{
    std::vector<accel_layout_step> &steps = built.steps.emplace_back();
    const accel_tensor_desc &desc = graph->tensors[tensor];
    for (uint32_t axis = 0; axis < desc.rank; ++axis) {
        const uint32_t symbol = desc.dims[axis].symbol;
        steps.push_back({axis, 0, std::max<int64_t>(planned && symbol != ACCEL_SYMBOL_NONE ? planned[symbol] : desc.dims[axis].size, 1), 0});
    }
    int64_t stride_bits = 32;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        step->stride_bits = stride_bits;
        stride_bits *= step->extent;
    }
    accel_layout &layout = built.layouts.emplace_back(accel_layout{});
    layout.struct_size = sizeof(accel_layout);
    layout.kind = ACCEL_LAYOUT_KIND_STEPS;
    layout.type = ACCEL_TYPE_F32;
    layout.sizing = planned ? ACCEL_LAYOUT_SIZING_PACKED : ACCEL_LAYOUT_SIZING_MAXIMUM;
    layout.size_bytes = static_cast<uint64_t>(stride_bits) / 8;
    layout.steps = steps.data();
    layout.step_count = static_cast<uint32_t>(steps.size());
    return {tensor, 0, &layout, 64, 0, 0};
}

void add_open(Built &built, const accel_graph_desc *graph, const int64_t *planned)
{
    std::vector<accel_bk_port> &ports = built.ports.emplace_back();
    for (uint32_t port = 0; port < graph->input_count; ++port) ports.push_back(open_port(built, graph, graph->inputs[port], planned));
    ports.push_back(open_port(built, graph, graph->outputs[0], planned));
    built.entries.push_back({ports.data(), 0, static_cast<uint32_t>(ports.size()), 0});
    write_open(graph, planned, built.words);
    if (planned) ledger().plans({planned, planned + graph->symbol_count});
}

accel_status build(const accel_bk_host *, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    ledger().called("build");
    check_options(options, "build");
    expect(!options->planned_sizes || ledger().takes_open, "H-15", "build: planned sizes for who builds per set of sizes");
    expect(graphs && (graph_count == 1 || (graph_count > 1 && ledger().takes_entries)), "H-14", "build is given " + std::to_string(graph_count) + " graphs");
    auto built = std::make_unique<Built>();
    built->words = {kMagic};
    for (uint32_t index = 0; index < graph_count; ++index) {
        const accel_graph_desc *graph = graphs[index];
        const int64_t *const planned = options->planned_sizes ? options->planned_sizes[index] : nullptr;
        check_graph(graph, planned, "build");
        if (graph->node_count == 1 && graph->output_count == 1 && takes_custom() && takes_open(graph, graph->nodes[0])) {
            add_open(*built, graph, planned);
            continue;
        }
        const bool fits = graph->node_count == 1 && graph->output_count == 1 && is_sum(graph, graph->nodes[0]) && graph->tensors[graph->inputs[0]].rank <= 8 &&
                          graph->input_count == (graph->tensors[graph->nodes[0].inputs[1]].data ? 1u : 2u);
        expect(fits, "C-1", "build is asked for a graph that was not claimed as one group");
        if (!fits) return ACCEL_STATUS_INVALID_ARGUMENT;
        add(*built, graph, index, options);
    }
    built->blob.struct_size = sizeof(accel_bk_blob);
    built->blob.release = release;
    built->blob.bytes = built->words.data();
    built->blob.byte_count = built->words.size() * sizeof(uint64_t);
    built->blob.entries = built->entries.data();
    built->blob.entry_count = graph_count;
    built->blob.constants = built->constants.data();
    built->blob.constant_count = static_cast<uint32_t>(built->constants.size());
    built->blob.log = "";
    *out = &built.release()->blob;
    return ACCEL_STATUS_OK;
}

accel_status check(const accel_bk_host *, const void *bytes, uint64_t count, const char *target, accel_fit *fit)
{
    ledger().called("check");
    uint64_t magic = 0;
    if (count >= 32 && count % 8 == 0) std::memcpy(&magic, bytes, sizeof(magic));
    if (magic != kMagic) return ACCEL_STATUS_CORRUPT;
    *fit = std::strcmp(target, "witness") == 0 ? ACCEL_FIT_FULL : ACCEL_FIT_NONE;
    return ACCEL_STATUS_OK;
}

/// What the parent made is nothing to a child: whatever names it from now on is wrong (H-12).
accel_status after_fork(const accel_bk_fork *fork)
{
    expect(fork->struct_size == sizeof(*fork) && fork->host && fork->generation > 0 && fork->reserved == 0, "H-5", "after_fork");
    runtime_host = fork->host;
    for (Living *living : {&devices(), &buffers(), &programs(), &runs(), &queues()}) living->forget();
    ledger().called("after_fork");
    return ACCEL_STATUS_OK;
}

}  // namespace

constexpr accel_bk_operation kOperations[] = {{ACCEL_OPERATION_ADD, 1}};
const accel_bk_compiler kCompiler{sizeof(accel_bk_compiler), kOperations, 1, 0, target_info, query, build, check};

}  // namespace accel::witness

extern "C" ACCEL_BK_EXPORT const accel_bk_module *accel_module_entry(const accel_bk_host *host, uint32_t runtime_api_version)
{
    using namespace accel::witness;
    runtime_host = host;
    expect(host->struct_size >= sizeof(*host) && host->api_version == runtime_api_version && host->log && host->set_error && host->fault_point, "H-5", "host table");
    ledger().called("accel_module_entry");
    static constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;
    static const accel_bk_module module{sizeof(accel_bk_module), ACCEL_BK_API_VERSION, 0, &kSizes, "witness", "0.1.0", &kCompiler, &kDevice, nullptr, nullptr, after_fork};
    return &module;
}
