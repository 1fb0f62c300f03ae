// SPDX-License-Identifier: MIT
// Writes a saved program with two entry points for the CPU, as only an application can make one: "once" adds the input to itself, "twice" does so once more.
//
// Usage: accel-two-entries FILE           x and y are ports
//        accel-two-entries FILE state     together they are a variable
#include <accel/accel.hpp>

#include <fstream>
#include <vector>

namespace {

/// x[4] -> x + x, `count` times.
struct Doubling {
    explicit Doubling(uint32_t count)
    {
        tensors.resize(count + 1);
        for (accel_tensor_desc &tensor : tensors) tensor.name = "", tensor.type = ACCEL_TYPE_F32, tensor.rank = 1, tensor.dims = &four;
        tensors.front().name = "x", tensors.back().name = "y";
        for (uint32_t i = 0; i < count; ++i) operands.insert(operands.end(), {i, i, i + 1});
        for (uint32_t i = 0; i < count; ++i) {
            accel_node_desc node{};
            node.name = node.domain = node.custom_name = "";
            node.operation = ACCEL_OPERATION_ADD, node.revision = 1;
            node.inputs = &operands[3 * i], node.input_count = 2, node.outputs = &operands[3 * i + 2], node.output_count = 1;
            nodes.push_back(node);
        }
        graph.name = "doubling";
        graph.tensors = tensors.data(), graph.tensor_count = count + 1, graph.tensor_size = sizeof(accel_tensor_desc);
        graph.nodes = nodes.data(), graph.node_count = count, graph.node_size = sizeof(accel_node_desc);
        graph.attribute_size = sizeof(accel_attribute);
        graph.inputs = &operands.front(), graph.outputs = &operands.back(), graph.input_count = graph.output_count = 1;
    }
    accel_dim four{4, ACCEL_SYMBOL_NONE, 0};
    std::vector<accel_tensor_desc> tensors;
    std::vector<uint32_t> operands;
    std::vector<accel_node_desc> nodes;
    accel_graph_desc graph = accel::sized<accel_graph_desc>();
};

}  // namespace

int main(int count, char **arguments)
{
    const Doubling once(1), twice(2);
    const accel::Instance instance = accel::Instance::create();
    const accel::Model model = accel::Model::create(instance, {accel_entry_desc{"once", &once.graph}, accel_entry_desc{"twice", &twice.graph}});
    const accel::Device cpu = instance.device("cpu");
    accel_device *device = cpu.get();
    const accel_state_pair pair{"x", "y", nullptr};
    auto desc = accel::sized<accel_program_desc>();
    desc.model = model.get(), desc.devices = &device, desc.device_count = 1;
    desc.states = &pair, desc.state_count = count > 2 ? 1 : 0, desc.state_size = sizeof pair;
    const std::string saved = accel::Program::build(desc).save();
    return std::ofstream(arguments[1], std::ios::binary).write(saved.data(), static_cast<std::streamsize>(saved.size())).good() ? 0 : 1;
}
