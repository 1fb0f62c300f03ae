// SPDX-License-Identifier: MIT
// The compiler tables of the fake devices.
#include "fake_compiler.h"

#include <accel/layouts/layout.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

using namespace accel;
using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

/// A blob with what it points to.
struct Made {
    accel_bk_blob blob{};
    accel_bk_blob_entry entry{};
    FakeBlob bytes{};
    std::vector<accel_bk_port> ports;
    std::deque<layouts::Layout> layouts;
    std::deque<accel_layout> shown;
};

template <bool is_cpu> CompilerControl &control() { return is_cpu ? cpu_compiler() : npu_compiler(); }

template <bool is_cpu> accel_status target_info(uint32_t index, accel_bk_target_info *info)
{
    if (index != 0)
        return ACCEL_STATUS_NOT_FOUND;
    info->name = is_cpu ? "fake-cpu" : "fake-npu";
    info->roundings = control<is_cpu>().roundings;
    return ACCEL_STATUS_OK;
}

template <bool is_cpu> accel_status query(const accel_bk_host *, const accel_graph_desc *graph, const accel_bk_compile_options *, accel_bk_support *out)
{
    const std::vector<uint32_t> &claimed = control<is_cpu>().operations;
    for (uint32_t i = 0; i < graph->node_count; ++i) {
        const bool takes = std::find(claimed.begin(), claimed.end(), accel_graph_node(graph, i)->operation) != claimed.end();
        out[i] = {takes ? 1u : 0u, takes ? 0u : control<is_cpu>().reason, ACCEL_TENSOR_NONE, 0, 0, 0};
    }
    return ACCEL_STATUS_OK;
}

/// Of rank 1.
layouts::Layout in_pairs(layouts::Layout layout, int64_t size)
{
    const int64_t bits = accel_type_bits(layout.type);
    layout.steps = {{0, 0, (size + 1) / 2, 4 * bits}, {0, 0, 2, bits}};
    layout.size_bytes = layouts::reach_bytes(layout.steps, layout.type).value();
    return layout;
}

void add_port(Made &made, const CompilerControl &control, const accel_graph_desc *graph, uint32_t index)
{
    const accel_tensor_desc &tensor = *accel_graph_tensor(graph, index);
    std::vector<int64_t> dims;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis)
        dims.push_back(tensor.dims[axis].size);
    const layouts::Layout dense = layouts::dense(tensor.type, dims).value();
    const layouts::Layout &layout = made.layouts.emplace_back(control.pairs ? in_pairs(dense, dims.at(0)) : dense);
    made.bytes.size_bytes = layout.size_bytes;
    made.ports.push_back({index, 0, &made.shown.emplace_back(layout.view()), control.align_bytes, 0});
}

template <bool is_cpu> accel_status build(const accel_bk_host *, const accel_graph_desc *const *graphs, uint32_t, const accel_bk_compile_options *, accel_bk_blob **out)
{
    const accel_graph_desc *graph = graphs[0];
    auto made = std::make_unique<Made>();
    made->bytes.input_count = graph->input_count;
    made->bytes.output_count = graph->output_count;
    made->bytes.addend = is_cpu ? 10 : 1;
    for (uint32_t i = 0; i < graph->input_count; ++i)
        add_port(*made, control<is_cpu>(), graph, graph->inputs[i]);
    for (uint32_t i = 0; i < graph->output_count; ++i)
        add_port(*made, control<is_cpu>(), graph, graph->outputs[i]);
    accel_bk_blob &blob = made->blob;
    blob.struct_size = control<is_cpu>().blob_bytes;
    blob.release = [](accel_bk_blob *released) { delete reinterpret_cast<Made *>(released); };
    blob.bytes = &made->bytes;
    blob.byte_count = sizeof made->bytes;
    made->entry = {made->ports.data(), 0, static_cast<uint32_t>(made->ports.size()), control<is_cpu>().buffer_count_max};
    blob.entries = &made->entry;
    blob.entry_count = 1;
    blob.log = control<is_cpu>().log.c_str();
    *out = &made.release()->blob;
    return ACCEL_STATUS_OK;
}

template <bool is_cpu> accel_status check(const accel_bk_host *, const void *, uint64_t byte_count, const char *, accel_fit *fit)
{
    *fit = byte_count == sizeof(FakeBlob) ? control<is_cpu>().fit : ACCEL_FIT_NONE;
    return ACCEL_STATUS_OK;
}

template <bool is_cpu> const accel_bk_module *entry(const accel_bk_host *host, uint32_t version)
{
    static const auto every_operation = [] {
        std::array<accel_bk_operation, 64> all{};
        for (uint32_t i = 0; i < all.size(); ++i)
            all[i] = {i + 1, 1};
        return all;
    }();
    static const accel_bk_compiler compiler = {sizeof compiler, every_operation.data(), every_operation.size(), 0, target_info<is_cpu>, query<is_cpu>, build<is_cpu>, check<is_cpu>};
    static accel_bk_module module = *module_entry(is_cpu)(host, version);
    module.compiler = &compiler;
    return &module;
}

}  // namespace

namespace accel::runtime::fake {

CompilerControl &npu_compiler()
{
    static CompilerControl control;
    return control;
}

CompilerControl &cpu_compiler()
{
    static CompilerControl control;
    return control;
}

Ref<accel_instance> make_building_instance(uint32_t npu_count)
{
    npu_compiler() = cpu_compiler() = {};
    static std::vector<Module *> npu_modules = {make_module(false, true, entry<false>)};  // never unloaded
    static Module *cpu_module = make_module(true, true, entry<true>);
    while (npu_modules.size() < npu_count) {
        Manifest manifest = npu_modules[0]->manifest();
        manifest.always->id += "-" + std::to_string(npu_modules.size() + 1);
        npu_modules.push_back(new Module(manifest, entry<false>));
    }
    std::vector<Module *> modules(npu_modules.begin(), npu_modules.begin() + npu_count);
    modules.push_back(cpu_module);
    return make_instance(std::move(modules));
}

}  // namespace accel::runtime::fake
