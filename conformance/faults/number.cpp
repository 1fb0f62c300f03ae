// SPDX-License-Identifier: MIT
// Faults of arithmetic: the correct module builds a slightly different graph, or results are spoiled when their work has ended.
#include <cstring>
#include <map>

#include "../../backends/common/door.h"
#include "number.h"

namespace accel::faults {
namespace {

// ---- graphs

void (*change)(Other &) = nullptr;

void drop_last_term(Other &graph)
{
    for (const auto &node : graph.nodes) {
        if (node.operation != ACCEL_OPERATION_MATMUL || !graph.tensors[node.inputs[1]].data) continue;
        const auto &weights = graph.tensors[node.inputs[1]];
        const uint64_t row = weights.data_bytes / static_cast<uint64_t>(weights.dims[0].size);
        char *data = graph.own_data(node.inputs[1]);
        std::memset(data + weights.data_bytes - row, 0, row);
    }
}

void shorten_mantissas(Other &graph)
{
    for (uint32_t index = 0; index < graph.tensors.size(); ++index) {
        auto &tensor = graph.tensors[index];
        if (!tensor.data || tensor.type != ACCEL_TYPE_F32) continue;
        char *data = graph.own_data(index);
        for (uint64_t offset = 0; offset + 4 <= tensor.data_bytes; offset += 4) {
            uint32_t bits;
            std::memcpy(&bits, data + offset, 4);
            bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
            std::memcpy(data + offset, &bits, 4);
        }
    }
}

void round_otherwise(Other &graph)
{
    for (auto &node : graph.nodes)
        if (node.rounding != ACCEL_ROUNDING_NONE) node.rounding = node.rounding == ACCEL_ROUNDING_TFLITE ? ACCEL_ROUNDING_HALF_EVEN : ACCEL_ROUNDING_TFLITE;
}

void remove_clamps(Other &graph)
{
    for (auto &node : graph.nodes) {
        auto &attributes = graph.own_attributes(node);
        std::erase_if(attributes, [](const accel_attribute &attribute) { return attribute.key == ACCEL_ATTRIBUTE_CLAMP_MIN || attribute.key == ACCEL_ATTRIBUTE_CLAMP_MAX; });
        node.attribute_count = static_cast<uint32_t>(attributes.size());
    }
}

void count_padding(Other &graph)
{
    static const int64_t kYes = 1;
    for (auto &node : graph.nodes) {
        if (node.operation != ACCEL_OPERATION_AVERAGE_POOL) continue;
        auto &attributes = graph.own_attributes(node);
        std::erase_if(attributes, [](const accel_attribute &attribute) { return attribute.key == ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD; });
        attributes.push_back({ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, ACCEL_ATTRIBUTE_KIND_INT, "", &kYes, 1});
        node.attributes = attributes.data();
        node.attribute_count = static_cast<uint32_t>(attributes.size());
    }
}

void use_one_scale(Other &graph)
{
    for (uint32_t index = 0; index < graph.tensors.size(); ++index) {
        if (!graph.has_float_scales(index) || graph.tensors[index].quantization->count < 2) continue;
        auto &kept = graph.own_quantisation(index);
        for (auto &scale : kept.scales) scale = kept.scales[0];
    }
}

void ignore_zero_point(Other &graph)
{
    for (uint32_t index = 0; index < graph.desc.input_count; ++index)
        if (graph.has_float_scales(graph.desc.inputs[index]))
            for (auto &zero_point : graph.own_quantisation(graph.desc.inputs[index]).zero_points) zero_point = 0;
}

// ---- what a built blob's ports and constants are, by its bytes

struct Known {
    struct Port {
        uint64_t size_bytes;
        uint32_t type;
        std::vector<int64_t> dims;
    };
    std::vector<Port> ports;
    uint32_t input_count = 0;
    std::vector<std::vector<char>> constants;
    std::vector<uint32_t> operations;
};
std::map<std::string, Known> blobs;
std::map<accel_bk_program *, const Known *> programs;
struct Bound {
    const Known *known = nullptr;
    std::vector<accel_bk_memory> ports;
};
std::map<accel_bk_run *, Bound> runs;
std::map<accel_bk_buffer *, uint64_t> buffer_sizes;
std::map<accel_bk_queue *, std::map<uint64_t, accel_bk_run *>> in_flight;

std::string key_of(const void *bytes, uint64_t count) { return {static_cast<const char *>(bytes), count}; }

/// One graph at a time: what is known is known by the bytes of a blob.
accel_status lonely_target_info(uint32_t index, accel_bk_target_info *info)
{
    const auto status = base.compiler.target_info(index, info);
    info->flags &= ~static_cast<uint32_t>(ACCEL_BK_TARGET_FLAG_ENTRIES);
    return status;
}

accel_status build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t, const accel_bk_compile_options *options, accel_bk_blob **out)
{
    const accel_graph_desc *graph = graphs[0];
    Other other(*graph);
    if (change) change(other);
    const accel_graph_desc *changed = &other.desc;
    const auto status = base.compiler.build(host, &changed, 1, options, out);
    if (status != ACCEL_STATUS_OK) return status;
    Known known;
    known.input_count = graph->input_count;
    for (uint32_t index = 0; index < graph->node_count; ++index) known.operations.push_back(graph->nodes[index].operation);
    const auto &entry = (*out)->entries[0];
    for (uint32_t port = 0; port < entry.port_count; ++port) {
        const auto &tensor = graph->tensors[entry.ports[port].tensor];
        auto &kept = known.ports.emplace_back(Known::Port{entry.ports[port].layout->size_bytes, tensor.type, {}});
        for (uint32_t axis = 0; axis < tensor.rank; ++axis) kept.dims.push_back(tensor.dims[axis].size);
    }
    for (uint32_t index = 0; index < (*out)->constant_count; ++index) {
        const auto &tensor = other.tensors[(*out)->constants[index].tensor];
        known.constants.emplace_back(static_cast<const char *>(tensor.data), static_cast<const char *>(tensor.data) + tensor.data_bytes);
    }
    const std::lock_guard guard(state_lock());
    blobs[key_of((*out)->bytes, (*out)->byte_count)] = std::move(known);
    return status;
}

accel_status load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
    const Known *known = nullptr;
    {
        const std::lock_guard guard(state_lock());
        const auto found = blobs.find(key_of(desc->bytes, desc->byte_count));
        if (found != blobs.end()) known = &found->second;
    }
    std::vector<accel_bk_constant> constants(desc->constants, desc->constants + desc->constant_count);
    if (change && known && known->constants.size() == constants.size())
        for (size_t index = 0; index < constants.size(); ++index) constants[index] = {known->constants[index].data(), known->constants[index].size()};
    auto other = *desc;
    other.constants = constants.data();
    const auto status = base.device.program_load(device, &other, out);
    const std::lock_guard guard(state_lock());
    if (status == ACCEL_STATUS_OK) programs[*out] = known;
    return status;
}

// ---- results

void (*spoil)(const Output &output) = nullptr;

accel_status create_buffer(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const auto status = base.device.buffer_create(device, desc, out);
    const std::lock_guard guard(state_lock());
    if (status == ACCEL_STATUS_OK) buffer_sizes[*out] = desc->size_bytes;
    return status;
}

accel_status create_run(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    const auto status = base.device.run_create(program, desc, out);
    const std::lock_guard guard(state_lock());
    if (status == ACCEL_STATUS_OK) runs[*out] = {programs[program], {}};
    return status;
}

accel_status bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    {
        const std::lock_guard guard(state_lock());
        runs[run].ports.assign(desc->ports, desc->ports + desc->port_count);
    }
    return base.device.run_bind(run, desc);
}

accel_status submit(accel_bk_queue *queue, const accel_bk_submit *given, uint64_t *out)
{
    const auto status = base.device.queue_submit(queue, given, out);
    const std::lock_guard guard(state_lock());
    if (status == ACCEL_STATUS_OK) in_flight[queue][*out] = given->run;
    return status;
}

void spoil_outputs(const Bound &bound)
{
    if (!bound.known) return;
    for (size_t port = bound.known->input_count; port < bound.ports.size(); ++port) {
        const auto &memory = bound.ports[port];
        const uint64_t size_bytes = buffer_sizes[memory.buffer];
        void *pointer = nullptr;
        if (door::map(base.device, memory.buffer, ACCEL_ACCESS_WRITE, size_bytes, &pointer) != ACCEL_STATUS_OK) continue;
        spoil({static_cast<char *>(pointer) + memory.offset_bytes, bound.known->ports[port].size_bytes, size_bytes - memory.offset_bytes, bound.known->ports[port].type,
               bound.known->ports[port].dims, bound.known->operations});
        door::unmap(base.device, memory.buffer, ACCEL_ACCESS_WRITE, size_bytes);
    }
}

accel_status wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    const auto status = base.device.queue_wait(queue, ticket, timeout_ns);
    if (status != ACCEL_STATUS_OK) return status;
    const std::lock_guard guard(state_lock());
    auto &waiting = in_flight[queue];
    while (!waiting.empty() && waiting.begin()->first <= ticket) {
        spoil_outputs(runs[waiting.begin()->second]);
        waiting.erase(waiting.begin());
    }
    return status;
}

void write_beyond(const Output &output)
{
    if (output.room_bytes > output.size_bytes) output.bytes[output.size_bytes] = 0x13;
}

void spoil_tail(const Output &output) { output.bytes[output.size_bytes - 1] ^= 0x40; }

void flip_now_and_then(const Output &output)
{
    static unsigned runs_seen = 0;
    if (++runs_seen % 3 == 0) output.bytes[0] ^= 1;
}

void wrap_around(const Output &output)
{
    for (uint64_t index = 0; output.type == ACCEL_TYPE_I8 && index < output.size_bytes; ++index)
        if (output.bytes[index] == 127) output.bytes[index] = -128;
}

void roughen(const Output &output)
{
    for_each_word<uint32_t>(output, ACCEL_TYPE_F32, [](uint32_t bits) { return bits ^ 64; });
}

}  // namespace

void plant_change(void (*how)(Other &))
{
    change = how;
    mine.compiler.target_info = lonely_target_info;
    mine.compiler.build = build;
    mine.device.program_load = load;
}

void plant_spoil(void (*how)(const Output &))
{
    spoil = how;
    mine.compiler.target_info = lonely_target_info;
    mine.compiler.build = build;
    mine.device.program_load = load;
    mine.device.buffer_create = create_buffer;
    mine.device.run_create = create_run;
    mine.device.run_bind = bind;
    mine.device.queue_submit = submit;
    mine.device.queue_wait = wait;
}

const std::vector<Fault> &number_faults()
{
    static const std::vector<Fault> faults{
        {"drops-last-term", [] { plant_change(drop_last_term); }},
        {"short-mantissa", [] { plant_change(shorten_mantissas); }},
        {"other-rounding", [] { plant_change(round_otherwise); }},
        {"ignores-clamp", [] { plant_change(remove_clamps); }},
        {"counts-padding", [] { plant_change(count_padding); }},
        {"one-scale", [] { plant_change(use_one_scale); }},
        {"ignores-zero-point", [] { plant_change(ignore_zero_point); }},
        {"writes-around", [] { plant_spoil(write_beyond); }},
        {"bad-tail", [] { plant_spoil(spoil_tail); }},
        {"unsteady", [] { plant_spoil(flip_now_and_then); }},
        {"wraps", [] { plant_spoil(wrap_around); }},
        {"rough-arithmetic", [] { plant_spoil(roughen); }},
    };
    return faults;
}

}  // namespace accel::faults
