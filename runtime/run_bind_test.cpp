// SPDX-License-Identifier: MIT
// Binding buffers to runs: what a bind that fails leaves, and what binds cost.
#include <catch2/catch_test_macros.hpp>

#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("R-5 a bind that fails changes no binding", "[run]")
{
    House house;
    Buffer a, b, c;
    house.make_buffer(a, 1);
    house.make_buffer(b);
    house.make_buffer(c, 50);
    const auto program = house.single();
    Run run;
    make_run(program.get(), a, b, run);
    npu().bind_answer = ACCEL_STATUS_RESOURCE;
    const accel_binding other = {0, 0, c, 0, 0};
    CHECK(bind_ports(run, &other, 1) == ACCEL_STATUS_RESOURCE);
    const accel_binding wrong[] = {{0, 0, c, 0, 0}, {0, 0, a, 0, 0}}, odd = {0, 0, c, 2, 0}, beyond = {0, 0, c, 4, 0}, overlap = {1, 0, a, 0, 0};
    CHECK(bind_ports(run, wrong, 2) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(bind_ports(run, &odd, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(bind_ports(run, &beyond, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(bind_ports(run, &overlap, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(b) == 2);
}

TEST_CASE("R-5 a run whose old binding cannot be given back is unbound until it is bound again", "[run]")
{
    House house;
    Buffer a, b, c;
    house.make_buffer(a, 1);
    house.make_buffer(b);
    house.make_buffer(c, 50);
    const auto program = house.single();
    Run run;
    make_run(program.get(), a, b, run);
    npu().bind_answer_count = 2;  // the new binding, and the old one
    npu().bind_answer = ACCEL_STATUS_OUT_OF_MEMORY;
    const accel_binding other = {0, 0, c, 0, 0}, same = {0, 0, a, 0, 0};
    CHECK(bind_ports(run, &other, 1) == ACCEL_STATUS_OUT_OF_MEMORY);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    CHECK(submit(queue, run, fence, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "R-2");
    REQUIRE(bind_ports(run, &same, 1) == ACCEL_STATUS_OK);
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(b) == 2);
}

TEST_CASE("H-7 a module hears of its ports when all of them are bound", "[run]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a);
    house.make_buffer(b);
    const auto program = make_program(*house.instance, {house.npu_device}, 0, 2, {{0, 7, {}, {{kPort, 0}, {kPort, 1}}}});
    const accel_run_desc desc{sizeof desc, program.get(), 0, 0};
    Run run;
    REQUIRE(accel_run_create(&desc, run.out()) == ACCEL_STATUS_OK);
    const uint32_t before = npu().bind_count;
    const accel_binding first = {0, 0, a, 0, 0}, second = {1, 0, b, 0, 0};
    REQUIRE(bind_ports(run, &first, 1) == ACCEL_STATUS_OK);
    CHECK(npu().bind_count == before);
    REQUIRE(bind_ports(run, &second, 1) == ACCEL_STATUS_OK);
    CHECK(npu().bind_count == before + 1);
}
