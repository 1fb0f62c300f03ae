// SPDX-License-Identifier: MIT
// Builds a convolution that the device takes, and times it.
#include "probe.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/check.h"
#include "base/progress.h"
#include "compiler/constants.h"
#include "instance/device_handle.h"
#include "instance/instance.h"
#include "model/import.h"

namespace accel::runtime {

namespace {

constexpr int kRounds = 5;
constexpr size_t kCopyBytes = size_t{1} << 20;

/// Form of the probe: the first that the device takes is used.
struct Form {
    bool quantised;
    uint32_t rounding;
};
constexpr Form kForms[] = {{true, ACCEL_ROUNDING_HALF_EVEN}, {true, ACCEL_ROUNDING_TFLITE}, {true, ACCEL_ROUNDING_NATURAL}, {false, ACCEL_ROUNDING_NONE}};

/// Drops a reference at the end of a scope.
template <class T, void (*unref)(T *)> class Held {
public:
    Held() = default;
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
    ~Held() { unref(object_); }
    T **out() { return &object_; }
    T *get() const { return object_; }

private:
    T *object_ = nullptr;
};
using HeldModel = Held<accel_model, accel_model_unref>;
using HeldProgram = Held<accel_program, accel_program_unref>;
using HeldBuffer = Held<accel_buffer, accel_buffer_unref>;
using HeldRun = Held<accel_run, accel_run_unref>;
using HeldQueue = Held<accel_queue, accel_queue_unref>;
using HeldFence = Held<accel_fence, accel_fence_unref>;

Tensor feature_map(const char *name, Form form, int64_t channels, int64_t edge)
{
    Tensor tensor;
    tensor.name = name;
    tensor.type = form.quantised ? ACCEL_TYPE_I8 : ACCEL_TYPE_F32;
    tensor.shape = {Dim{1}, Dim{channels}, Dim{edge}, Dim{edge}};
    if (form.quantised) tensor.quantization = Quantization{{0.05f}, {0}, 0};
    return tensor;
}

/// A 3x3 convolution that keeps size and channels.
Graph probe_graph(Form form, int64_t channels, int64_t edge)
{
    Graph graph;
    graph.name = "probe";
    const uint32_t x = graph.add_tensor(feature_map("x", form, channels, edge));
    Tensor weights;
    weights.name = "w";
    weights.type = form.quantised ? ACCEL_TYPE_I8 : ACCEL_TYPE_F32;
    weights.shape = {Dim{channels}, Dim{channels}, Dim{3}, Dim{3}};
    const size_t count = static_cast<size_t>(channels * channels * 9);
    if (form.quantised)
        own_values(weights, std::vector<int8_t>(count, 1));
    else
        own_values(weights, std::vector<float>(count, 0.01f));
    if (form.quantised) weights.quantization = Quantization{{0.01f}, {0}, 0};
    const uint32_t w = graph.add_tensor(std::move(weights));
    Tensor bias;
    bias.name = "b";
    bias.type = form.quantised ? ACCEL_TYPE_I32 : ACCEL_TYPE_F32;
    bias.shape = {Dim{channels}};
    own_values(bias, std::vector<int32_t>(static_cast<size_t>(channels), 0));
    const uint32_t b = graph.add_tensor(std::move(bias));
    const uint32_t y = graph.add_tensor(feature_map("y", form, channels, edge));
    Node conv;
    conv.name = "probe";
    conv.operation = ACCEL_OPERATION_CONV;
    conv.inputs = {x, w, b};
    conv.outputs = {y};
    conv.set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3});
    conv.set_ints(ACCEL_ATTRIBUTE_STRIDES, {1, 1});
    conv.set_ints(ACCEL_ATTRIBUTE_DILATIONS, {1, 1});
    conv.set_ints(ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1});
    conv.set_ints(ACCEL_ATTRIBUTE_GROUP, {1});
    conv.rounding = form.rounding;
    graph.nodes.push_back(std::move(conv));
    graph.inputs = {x};
    graph.outputs = {y};
    return graph;
}

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

accel_status bind_port(accel_device *device, accel_program *program, accel_run *run, uint32_t port, HeldBuffer &buffer)
{
    accel_port_info info{};
    info.struct_size = sizeof info;
    ACCEL_TRY(accel_program_port(program, 0, port, &info));
    accel_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = std::max<uint64_t>(info.size_bytes, 1);
    desc.align_bytes = info.align_bytes;
    desc.devices = &device;
    desc.device_count = 1;
    ACCEL_TRY(accel_buffer_create(&desc, buffer.out()));
    const accel_binding binding{port, 0, buffer.get(), 0, 0};
    accel_bind_desc bind{};
    bind.struct_size = sizeof bind;
    bind.bindings = &binding;
    bind.binding_count = 1;
    bind.binding_size = sizeof binding;
    return accel_run_bind(run, &bind);
}

/// Best time of one run.
accel_status time_probe(accel_device *device, const Graph &graph, double *out_seconds)
{
    HeldModel model;
    const GraphDesc desc(graph, pace);
    const accel_entry_desc entry{"", &desc.get()};
    ACCEL_TRY(make_model(device->instance(), {&entry, 1}, nullptr, model.out()));
    accel_program_desc build{};
    build.struct_size = sizeof build;
    build.model = model.get();
    build.devices = &device;
    build.device_count = 1;
    HeldProgram program;
    ACCEL_TRY(accel_program_build(&build, program.out()));
    HeldRun run;
    const accel_run_desc run_desc{sizeof run_desc, program.get(), 0, 0};
    ACCEL_TRY(accel_run_create(&run_desc, run.out()));
    HeldBuffer input, output;
    ACCEL_TRY(bind_port(device, program.get(), run.get(), 0, input));
    ACCEL_TRY(bind_port(device, program.get(), run.get(), 1, output));
    accel_queue_desc queue_desc{};
    queue_desc.struct_size = sizeof queue_desc;
    queue_desc.devices = &device;
    queue_desc.device_count = 1;
    HeldQueue queue;
    ACCEL_TRY(accel_queue_create(&queue_desc, queue.out()));
    accel_fence_desc fence_desc{};
    fence_desc.struct_size = sizeof fence_desc;
    HeldFence fence;
    ACCEL_TRY(accel_fence_create(device->instance(), &fence_desc, fence.out()));
    *out_seconds = 1e9;
    for (uint64_t round = 1; round <= kRounds; ++round) {
        const accel_fence_point done{fence.get(), round};
        accel_submit submit{};
        submit.struct_size = sizeof submit;
        submit.run = run.get();
        submit.signals = &done;
        submit.signal_count = 1;
        const auto start = std::chrono::steady_clock::now();
        ACCEL_TRY(accel_queue_submit(queue.get(), &submit));
        ACCEL_TRY(accel_fence_wait(fence.get(), round, ACCEL_TIMEOUT_FOREVER));
        *out_seconds = std::min(*out_seconds, seconds_since(start));
    }
    return ACCEL_STATUS_OK;
}

accel_status time_copy(accel_device *device, double *out_bytes_per_s)
{
    accel_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = kCopyBytes;
    desc.devices = &device;
    desc.device_count = 1;
    HeldBuffer buffer;
    ACCEL_TRY(accel_buffer_create(&desc, buffer.out()));
    const std::vector<uint8_t> from(kCopyBytes, 1);
    accel_map_desc whole{};
    whole.struct_size = sizeof whole;
    whole.access = ACCEL_ACCESS_WRITE;
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        void *pointer = nullptr;
        ACCEL_TRY(accel_buffer_map(buffer.get(), &whole, &pointer));
        std::memcpy(pointer, from.data(), kCopyBytes);
        ACCEL_TRY(accel_buffer_unmap(buffer.get(), &whole));
        best = std::min(best, seconds_since(start));
    }
    *out_bytes_per_s = static_cast<double>(kCopyBytes) / std::max(best, 1e-9);
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status measure_speed(accel_device *device, Speed *out)
{
    constexpr int64_t kSmallChannels = 16, kSmallEdge = 4, kChannels = 32, kEdge = 48;
    accel_status status = ACCEL_STATUS_UNSUPPORTED;
    for (const Form form : kForms) {
        double small_s = 0, large_s = 0;
        status = time_probe(device, probe_graph(form, kSmallChannels, kSmallEdge), &small_s);
        if (status == ACCEL_STATUS_UNSUPPORTED) continue;
        ACCEL_TRY(status);
        ACCEL_TRY(time_probe(device, probe_graph(form, kChannels, kEdge), &large_s));
        constexpr double kMacs = static_cast<double>(kChannels * kChannels * 9 * kEdge * kEdge);
        out->overhead_ns = small_s * 1e9;
        out->macs_per_s = kMacs / std::max(large_s - small_s, 1e-9);
        return time_copy(device, &out->copy_bytes_per_s);
    }
    return status;
}

}  // namespace accel::runtime
