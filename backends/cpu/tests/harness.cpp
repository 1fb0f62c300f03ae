// SPDX-License-Identifier: MIT
// Graphs for tests, and their way through the module's tables.
#include "harness.h"

#include "backend.h"

#include <stdexcept>

namespace accel::cpu::test {
namespace {

void require(accel_status status, const char *step)
{
    if (status != ACCEL_STATUS_OK)
        throw std::runtime_error(std::string(step) + " answered " + std::to_string(status));
}

accel_bk_compile_options options_for(const accel_option *option, uint32_t count)
{
    accel_bk_compile_options options{};
    options.struct_size = sizeof options;
    options.target = "cpu";
    options.options = option;
    options.option_count = count;
    return options;
}

}  // namespace

uint32_t GraphMaker::tensor(uint32_t type, Dims dims, std::optional<Scales> scales)
{
    TensorData data;
    data.type = type;
    data.dims = std::move(dims);
    data.scales = std::move(scales);
    tensors_.push_back(std::move(data));
    return static_cast<uint32_t>(tensors_.size() - 1);
}

uint32_t GraphMaker::input(uint32_t type, Dims dims, std::optional<Scales> scales)
{
    inputs_.push_back(tensor(type, std::move(dims), std::move(scales)));
    return inputs_.back();
}

void GraphMaker::node(uint32_t operation, std::vector<uint32_t> inputs, std::vector<uint32_t> outputs, Attributes attributes)
{
    nodes_.push_back({operation, std::move(inputs), std::move(outputs), std::move(attributes), {}});
}

void GraphMaker::branches(uint32_t condition, std::vector<uint32_t> outputs, Branch then_branch, Branch else_branch)
{
    node(ACCEL_OPERATION_IF, {condition}, std::move(outputs));
    nodes_.back().branches = {std::move(then_branch), std::move(else_branch)};
}

const accel_graph_desc &GraphMaker::desc()
{
    describe_tensors();
    describe_nodes();
    desc_ = {sizeof desc_,
             "test",
             tensor_descs_.data(),
             node_descs_.data(),
             inputs_.data(),
             outputs_.data(),
             &symbol_,
             nullptr,
             nullptr,
             static_cast<uint32_t>(tensor_descs_.size()),
             sizeof(accel_tensor_desc),
             static_cast<uint32_t>(node_descs_.size()),
             sizeof(accel_node_desc),
             static_cast<uint32_t>(inputs_.size()),
             static_cast<uint32_t>(outputs_.size()),
             1,
             sizeof symbol_,
             0,
             sizeof(accel_attribute),
             0,
             0};
    return desc_;
}

void GraphMaker::describe_tensors()
{
    quantization_descs_.clear();
    tensor_descs_.clear();
    for (TensorData &data : tensors_) {
        data.dim_descs.clear();
        for (const int64_t size : data.dims)
            data.dim_descs.push_back({size, size < 0 ? 0 : ACCEL_SYMBOL_NONE, 0});
        accel_tensor_desc desc{};
        desc.name = "";
        desc.type = data.type;
        desc.rank = static_cast<uint32_t>(data.dims.size());
        desc.dims = data.dim_descs.data();
        if (data.is_constant) {
            desc.data = data.data.data();
            desc.data_bytes = data.data.size();
        }
        if (data.scales) {
            data.quantization = {data.scales->scales, data.scales->zero_points, data.scales->axis, nullptr};
            desc.quantization = &quantization_descs_.emplace_back(data.quantization, desc.rank).get();
        }
        tensor_descs_.push_back(desc);
    }
}

void GraphMaker::describe_nodes()
{
    node_descs_.clear();
    for (NodeData &data : nodes_) {
        data.attribute_descs.clear();
        for (const auto &[key, values] : data.attributes.ints)
            data.attribute_descs.push_back({key, accel_attribute_kind_of(key), "", values.data(), values.size()});
        for (const auto &[key, values] : data.attributes.floats)
            data.attribute_descs.push_back({key, accel_attribute_kind_of(key), "", values.data(), values.size()});
        data.text_descs.clear();
        const auto add_text = [&](uint32_t key, auto begin, auto end) {
            std::vector<accel_bytes> &texts = data.text_descs.emplace_back();
            for (; begin != end; ++begin)
                texts.push_back({begin->data(), begin->size()});
            data.attribute_descs.push_back({key, accel_attribute_kind_of(key), "", texts.data(), texts.size()});
        };
        for (const auto &[key, text] : data.attributes.texts)
            add_text(key, &text, &text + 1);
        for (const auto &[key, texts] : data.attributes.text_lists)
            add_text(key, texts.begin(), texts.end());
        accel_node_desc desc{};
        desc.name = "";
        desc.operation = data.operation;
        desc.revision = 1;
        desc.inputs = data.inputs.data();
        desc.input_count = static_cast<uint32_t>(data.inputs.size());
        desc.outputs = data.outputs.data();
        desc.output_count = static_cast<uint32_t>(data.outputs.size());
        desc.attributes = data.attribute_descs.data();
        desc.attribute_count = static_cast<uint32_t>(data.attribute_descs.size());
        desc.rounding = data.attributes.rounding;
        if (!data.branches.empty())
            describe_branches(data, desc);
        node_descs_.push_back(desc);
    }
}

void GraphMaker::describe_branches(NodeData &data, accel_node_desc &desc)
{
    static constexpr uint32_t kNumbers[] = {0, 1};
    data.port_descs.clear(), data.region_descs.clear(), data.region_list.clear();
    for (uint32_t result = 0; result < desc.output_count; ++result)
        data.port_descs.push_back({ACCEL_REGION_PORT_KIND_VALUE, ACCEL_OPERAND_NONE, result, 0, 0});
    for (const Branch &branch : data.branches) {
        const uint32_t role = data.region_descs.empty() ? ACCEL_REGION_ROLE_THEN : ACCEL_REGION_ROLE_ELSE;
        data.region_descs.push_back({sizeof(accel_region), &branch.graph->desc(), branch.captures.data(), nullptr, data.port_descs.data(), role, static_cast<uint32_t>(branch.captures.size())});
    }
    for (const accel_region &region : data.region_descs)
        data.region_list.push_back(&region);
    data.attribute_descs = {{ACCEL_ATTRIBUTE_THEN_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, "", &kNumbers[0], 1}, {ACCEL_ATTRIBUTE_ELSE_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, "", &kNumbers[1], 1}};
    desc.attributes = data.attribute_descs.data();
    desc.attribute_count = 2;
    desc.regions = data.region_list.data();
    desc.region_count = 2;
}

const accel_bk_module &module() { return *describe_module(nullptr); }

accel_bk_support query(const accel_graph_desc &graph)
{
    const accel_bk_compile_options options = options_for(nullptr, 0);
    std::vector<accel_bk_support> nodes(graph.node_count);
    require(module().compiler->query(nullptr, &graph, &options, nodes.data()), "query");
    return nodes.at(0);
}

namespace {

// A buffer of each port's size, filled with what goes in and with noise where a result is to come.
std::vector<accel_bk_memory> make_buffers(accel_bk_device *device, const accel_bk_blob &blob, const std::vector<Bytes> &inputs)
{
    const accel_bk_device_ops &ops = *module().device;
    std::vector<accel_bk_memory> bindings;
    for (uint32_t port = 0; port < blob.entries[0].port_count; ++port) {
        accel_bk_buffer_desc desc{};
        desc.struct_size = sizeof desc;
        accel_bk_memory binding{};
        binding.size_bytes = blob.entries[0].ports[port].layout->size_bytes;
        desc.size_bytes = std::max<uint64_t>(binding.size_bytes, 1);  // a buffer has something, of a port that has nothing, too
        require(ops.buffer_create(device, &desc, &binding.buffer), "buffer_create");
        void *data = nullptr;
        require(door::map(ops, binding.buffer, ACCEL_ACCESS_WRITE, desc.size_bytes, &data), "buffer_map");
        if (port < inputs.size())
            std::memcpy(data, inputs[port].data(), std::min<size_t>(inputs[port].size(), desc.size_bytes));
        else
            std::memset(data, 0xa5, desc.size_bytes);
        require(door::unmap(ops, binding.buffer, ACCEL_ACCESS_WRITE, desc.size_bytes), "buffer_unmap");
        bindings.push_back(binding);
    }
    return bindings;
}

std::vector<Bytes> read_outputs(const std::vector<accel_bk_memory> &bindings, size_t first)
{
    const accel_bk_device_ops &ops = *module().device;
    std::vector<Bytes> outputs;
    for (size_t port = first; port < bindings.size(); ++port) {
        void *data = nullptr;
        outputs.emplace_back();
        if (bindings[port].size_bytes == 0)
            continue;
        require(door::map(ops, bindings[port].buffer, ACCEL_ACCESS_READ, bindings[port].size_bytes, &data), "buffer_map");
        outputs.back().assign(static_cast<uint8_t *>(data), static_cast<uint8_t *>(data) + bindings[port].size_bytes);
        require(door::unmap(ops, bindings[port].buffer, ACCEL_ACCESS_READ, bindings[port].size_bytes), "buffer_unmap");
    }
    return outputs;
}

// What a run answers that is submitted to a queue of its own.
accel_status run_once(accel_bk_device *device, accel_bk_run *run)
{
    const accel_bk_device_ops &ops = *module().device;
    accel_bk_queue *queue = nullptr;
    const accel_bk_queue_desc queue_desc{sizeof queue_desc, 0, 4};
    require(ops.queue_create(device, &queue_desc, &queue), "queue_create");
    accel_bk_submit submit{};
    submit.struct_size = sizeof submit;
    submit.run = run;
    uint64_t ticket = 0;
    require(ops.queue_submit(queue, &submit, &ticket), "queue_submit");
    const accel_status result = ops.queue_wait(queue, ticket, ACCEL_TIMEOUT_FOREVER);
    ops.queue_destroy(queue);
    return result;
}

accel_bk_blob *build(const accel_graph_desc &graph, uint32_t threads)
{
    const accel_bk_compiler &compiler = *module().compiler;
    accel_option option{};
    option.name = "cpu.threads";
    option.kind = ACCEL_OPTION_KIND_INTEGER;
    option.integer = threads;
    const accel_bk_compile_options options = options_for(&option, 1);
    accel_bk_blob *blob = nullptr;
    const accel_graph_desc *graphs = &graph;
    require(compiler.build(nullptr, &graphs, 1, &options, &blob), "build");
    accel_fit fit = ACCEL_FIT_NONE;
    require(compiler.check(nullptr, blob->bytes, blob->byte_count, "cpu", &fit), "check");
    return blob;
}

}  // namespace

std::vector<Bytes> execute(const accel_graph_desc &graph, const std::vector<Bytes> &inputs, uint32_t threads)
{
    const accel_bk_device_ops &ops = *module().device;
    accel_bk_blob *blob = build(graph, threads);
    std::vector<accel_bk_constant> constants;
    for (uint32_t i = 0; i < blob->constant_count; ++i)
        constants.push_back({graph.tensors[blob->constants[i].tensor].data, graph.tensors[blob->constants[i].tensor].data_bytes});
    accel_bk_device *device = nullptr;
    const accel_bk_open open{sizeof open, nullptr, nullptr, "", "cpu", ""};
    require(ops.device_open(&open, &device), "device_open");
    accel_bk_program *program = nullptr;
    require(door::load(ops, device, blob->bytes, blob->byte_count, constants.data(), blob->constant_count, &program), "program_load");
    accel_bk_run *run = nullptr;
    require(door::create_run(ops, program, &run), "run_create");
    const std::vector<accel_bk_memory> bindings = make_buffers(device, *blob, inputs);
    require(door::bind(ops, run, bindings.data(), blob->entries[0].port_count), "run_bind");
    const accel_status result = run_once(device, run);
    const std::vector<Bytes> outputs = read_outputs(bindings, inputs.size());
    ops.run_destroy(run);
    for (const accel_bk_memory &binding : bindings)
        ops.buffer_destroy(binding.buffer);
    ops.program_unload(program);
    ops.device_close(device);
    blob->release(blob);
    require(result, "the run");
    return outputs;
}

int64_t count(const Dims &dims)
{
    int64_t product = 1;
    for (const int64_t size : dims)
        product *= size;
    return product;
}

std::vector<float> random_floats(int64_t number, uint32_t seed, float low, float high)
{
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> values(static_cast<size_t>(number));
    for (float &value : values)
        value = distribution(generator);
    return values;
}

std::vector<int8_t> random_bytes(int64_t number, uint32_t seed, int low, int high)
{
    std::mt19937 generator(seed);
    std::uniform_int_distribution<int> distribution(low, high);
    std::vector<int8_t> values(static_cast<size_t>(number));
    for (int8_t &value : values)
        value = static_cast<int8_t>(distribution(generator));
    return values;
}

}  // namespace accel::cpu::test
