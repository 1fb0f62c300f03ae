// SPDX-License-Identifier: MIT
// The second form of a step, which is made when a NaN comes.
#include "harness.h"
#include "no_new_addresses.h"

#include <catch2/catch_test_macros.hpp>

#include "../plan.h"
#include "../program.h"

#include <cmath>
#include <limits>
#include <string>

using namespace accel::cpu::test;

namespace {

// y = relu(conv(x)): the convolution ends with the activation.
struct Bench {
    std::vector<float> x = random_floats(8 * 16 * 16, 1), y = std::vector<float>(8 * 16 * 16);
    accel_bk_program program;
    accel_bk_buffer buffers[2];
    accel_bk_run *run = nullptr;

    Bench()
    {
        GraphMaker graph;
        const Dims dims{1, 8, 16, 16};
        const uint32_t in = graph.input(ACCEL_TYPE_F32, dims);
        const uint32_t weights = graph.constant(ACCEL_TYPE_F32, {8, 8, 3, 3}, random_floats(8 * 8 * 3 * 3, 2));
        const uint32_t sum = graph.tensor(ACCEL_TYPE_F32, dims), out = graph.tensor(ACCEL_TYPE_F32, dims);
        graph.node(ACCEL_OPERATION_CONV, {in, weights}, {sum}, {{{ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}}, {}, 0});
        graph.node(ACCEL_OPERATION_RELU, {sum}, {out});
        graph.output(out);
        program.graphs.emplace_back().plan = accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), 1);
        REQUIRE(program.team.hold(1));
        buffers[0].data = reinterpret_cast<std::byte *>(x.data());
        buffers[1].data = reinterpret_cast<std::byte *>(y.data());
        buffers[0].size_bytes = buffers[1].size_bytes = x.size() * sizeof(float);
        const accel_bk_memory bindings[] = {{&buffers[0], 0, buffers[0].size_bytes}, {&buffers[1], 0, buffers[1].size_bytes}};
        REQUIRE(accel::door::create_run(*module().device, &program, &run) == ACCEL_STATUS_OK);
        REQUIRE(accel::door::bind(*module().device, run, bindings, 2) == ACCEL_STATUS_OK);
    }
    ~Bench() { module().device->run_destroy(run); }
    Bench(const Bench &) = delete;
    Bench &operator=(const Bench &) = delete;
};

}  // namespace

TEST_CASE("A-22 without memory for its second form a step's run is OUT_OF_MEMORY, and the next one is right", "[fusion]")
{
    Bench bench;
    REQUIRE(bench.run->execute() == ACCEL_STATUS_OK);
    const std::vector<float> finite = bench.y;
    const float before = bench.x[0];
    bench.x[0] = std::numeric_limits<float>::quiet_NaN();
    for (int time = 0; time < 2; ++time) {
        accel_status status = ACCEL_STATUS_OK;
        {
            const NoNewAddresses shortage;
            status = bench.run->execute();
        }
        CHECK(status == ACCEL_STATUS_OUT_OF_MEMORY);
        CHECK(std::string(bench.run->failure).find("no memory left") != std::string::npos);
    }
    CHECK(bench.run->execute() == ACCEL_STATUS_OK);
    CHECK(std::isnan(bench.y[0]));
    CHECK(std::abs(bench.y[3] - finite[3]) < 1e-4f);
    bench.x[0] = before;
    CHECK(bench.run->execute() == ACCEL_STATUS_OK);
    CHECK(bench.y == finite);
}
