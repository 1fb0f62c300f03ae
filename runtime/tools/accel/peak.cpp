// SPDX-License-Identifier: MIT
// Builds convolutions, and times them.
#include "peak.h"

#include <accel/graph/description.h>

#include <algorithm>
#include <chrono>

#include "session.h"

namespace accel::tool {
namespace {

constexpr double kLongEnoughNs = 4e6;  ///< against which the cost of a submission is nothing
constexpr int kRounds = 7;

struct Form {
    uint32_t type, rounding;
    int64_t channels, edge;
};

template <class Value> graph::Tensor filled(const char *name, uint32_t type, graph::Shape shape, size_t count, Value value)
{
    graph::Tensor tensor;
    tensor.name = name;
    tensor.type = type;
    tensor.shape = std::move(shape);
    const std::vector<Value> values(count, value);
    const auto *begin = reinterpret_cast<const uint8_t *>(values.data());
    tensor.owned = std::make_shared<const std::vector<uint8_t>>(begin, begin + count * sizeof(Value));
    tensor.data = tensor.owned->data();
    tensor.data_bytes = tensor.owned->size();
    return tensor;
}

graph::Tensor feature_map(const char *name, const Form &form)
{
    graph::Tensor tensor;
    tensor.name = name;
    tensor.type = form.type;
    tensor.shape = {graph::Dim{1}, graph::Dim{form.channels}, graph::Dim{form.edge}, graph::Dim{form.edge}};
    if (form.type == ACCEL_TYPE_I8) tensor.quantization = graph::Quantization{{0.05f}, {0}, 0, {}};
    return tensor;
}

/// A 3x3 convolution that keeps size and channels.
graph::Graph convolution(const Form &form)
{
    graph::Graph graph;
    const auto count = static_cast<size_t>(form.channels * form.channels * 9);
    const graph::Shape kernel{graph::Dim{form.channels}, graph::Dim{form.channels}, graph::Dim{3}, graph::Dim{3}};
    graph::Node node;
    node.name = "peak";
    node.operation = ACCEL_OPERATION_CONV;
    node.rounding = form.rounding;
    graph.inputs = {graph.add_tensor(feature_map("x", form))};
    const bool quantised = form.type == ACCEL_TYPE_I8;
    graph::Tensor weights = quantised ? filled<int8_t>("w", form.type, kernel, count, 1) : filled<float>("w", form.type, kernel, count, 0.01f);
    if (quantised) weights.quantization = graph::Quantization{{0.01f}, {0}, 0, {}};
    node.inputs = {graph.inputs[0], graph.add_tensor(std::move(weights))};
    graph.outputs = {graph.add_tensor(feature_map("y", form))};
    node.outputs = graph.outputs;
    node.set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3});
    node.set_ints(ACCEL_ATTRIBUTE_STRIDES, {1, 1});
    node.set_ints(ACCEL_ATTRIBUTE_DILATIONS, {1, 1});
    node.set_ints(ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1});
    node.set_ints(ACCEL_ATTRIBUTE_GROUP, {1});
    graph.nodes.push_back(std::move(node));
    return graph;
}

/// Of the fastest of a few runs. Throws Error where the device does not take it.
double run_ns(const Instance &instance, const Device &device, const Form &form, unsigned threads)
{
    const graph::Graph graph = convolution(form);
    const graph::GraphDesc described(graph);
    const Model model = Model::create(instance, described.get());
    accel_device *handle = device.get();
    auto desc = sized<accel_program_desc>();
    accel_option option{"cpu.threads", ACCEL_OPTION_KIND_INTEGER, 1, nullptr, threads, 0};
    desc.model = model.get();
    desc.devices = &handle;
    desc.device_count = 1;
    desc.options = &option;
    desc.option_count = threads ? 1 : 0;
    Session session(instance, {device}, Program::build(desc), 0);
    session.fill_inputs(1);
    double best = 1e18;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        session.run();
        best = std::min(best, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count());
    }
    return std::max(best, 1.0);
}

/// 0: not taken.
double best_rate(const Instance &instance, const Device &device, Form form, unsigned threads)
{
    double best = 0;
    try {
        for (;; form.channels *= 2) {
            const double taken_ns = run_ns(instance, device, form, threads);
            best = std::max(best, static_cast<double>(form.channels * form.channels * 9 * form.edge * form.edge) / taken_ns * 1e9);
            if (taken_ns > kLongEnoughNs || form.channels >= 1024) return best;
        }
    } catch (const Error &) {
        return best;
    }
}

}  // namespace

std::optional<double> measured_macs_per_s(const Instance &instance, const Device &device, uint32_t type, unsigned threads)
{
    std::vector<uint32_t> roundings{ACCEL_ROUNDING_NONE};
    if (type == ACCEL_TYPE_I8) roundings = {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL};
    for (const uint32_t rounding : roundings)
        if (const double rate = best_rate(instance, device, {type, rounding, 32, 16}, threads); rate > 0) return rate;
    return std::nullopt;
}

}  // namespace accel::tool
