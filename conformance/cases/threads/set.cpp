// SPDX-License-Identifier: MIT
// Device sets: programs whose operations lie on two devices, run by many threads.
#include "crowd.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr int64_t kElements = 128;
const Quantization kUnit{{1.0f}, {0}};

/// z = float(a + b): the sum in I8, which small devices have, the conversion where F32 is.
GraphBuilder mixed_graph(accel_rounding rounding)
{
    const std::vector<int64_t> dims{1, 8, 4, 4};
    GraphBuilder graph;
    const uint32_t a = graph.input("a", ACCEL_TYPE_I8, dims, kUnit);
    const uint32_t b = graph.input("b", ACCEL_TYPE_I8, dims, kUnit);
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_I8, dims, kUnit);
    const uint32_t z = graph.tensor("z", ACCEL_TYPE_F32, dims);
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, rounding);
    graph.node(ACCEL_OPERATION_DEQUANTIZE, {y}, {z});
    graph.output(z);
    return graph;
}

std::vector<Device> two_devices(const Room &room)
{
    for (const Device &device : room.instance().devices())
        if (std::string(device.info().id) != room.facts().id) return {room.device(), device};
    skip("device.second", "this instance lists no second device");
}

Program mixed_program(const Room &room, const std::vector<Device> &devices)
{
    auto graph = mixed_graph(room.rounding());
    try {
        return Program::build(Model::create(room.instance(), graph.desc()), devices);
    } catch (const Error &error) {
        if (error.status() != ACCEL_STATUS_UNSUPPORTED) throw;
        const auto refused = refusals_of(room.instance(), devices, graph);
        if (refused.empty()) throw;
        skip_refused(refused);
    }
}

/// One thread's use of the set: a queue, a run and buffers that both devices see.
bool sums_are_right(const Room &room, const std::vector<Device> &devices, const Program &program, int index)
{
    const Run run = Run::create(program);
    std::vector<Buffer> buffers;
    for (uint32_t port = 0; port < 3; ++port) run.bind(port, buffers.emplace_back(Buffer::create(devices, program.port(port).size_bytes)));
    const Queue queue = Queue::create(devices);
    const Fence fence = room.fence();
    for (uint64_t round = 1; round <= 10; ++round) {
        const std::vector<char> a(kElements, static_cast<char>(index)), b(kElements, static_cast<char>(round));
        scatter(program.port(0), a.data(), buffers[0].map(ACCEL_ACCESS_WRITE).as<char>());
        scatter(program.port(1), b.data(), buffers[1].map(ACCEL_ACCESS_WRITE).as<char>());
        queue.submit(run, {}, {fence.at(round)});
        if (!fence.wait(round, kLong)) return false;
        std::vector<float> z(kElements);
        gather(program.port(2), buffers[2].map(ACCEL_ACCESS_READ).as<const char>(), reinterpret_cast<char *>(z.data()));
        if (z != std::vector<float>(kElements, static_cast<float>(index + static_cast<int>(round)))) return false;
    }
    return true;
}

}  // namespace

ACCEL_CASE("threads.set.mixed", "T-3", "threads with queues and runs over two devices get their own results", 60)
{
    const Room room;
    const auto devices = two_devices(room);
    const Program program = mixed_program(room, devices);
    CHECK(count_good(4, [&](int index) { return sums_are_right(room, devices, program, index); }) == 4);
}

}  // namespace accel::conformance
