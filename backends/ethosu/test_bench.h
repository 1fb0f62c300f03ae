// SPDX-License-Identifier: MIT
// What tests of the device half stand on: a program, a driver that is played, and buffers bound.
#pragma once

#include "fake_driver.h"
#include "graph_builder.h"
#include "lower.h"
#include "queue.h"

#include <catch2/catch_test_macros.hpp>

namespace accel::ethosu {

// y = relu(a + b): two inputs, one output.
inline std::vector<uint8_t> sum_blob()
{
    GraphBuilder builder;
    const uint32_t a = builder.quantised(ACCEL_TYPE_I8, {1, 4, 2, 2}, 0.5f, 1);
    const uint32_t b = builder.quantised(ACCEL_TYPE_I8, {1, 4, 2, 2}, 0.25f, 2);
    const uint32_t sum = builder.quantised(ACCEL_TYPE_I8, {1, 4, 2, 2}, 0.5f, 3);
    const uint32_t y = builder.quantised(ACCEL_TYPE_I8, {1, 4, 2, 2}, 0.5f, 3);
    builder.node(ACCEL_OPERATION_ADD, {a, b}, {sum});
    builder.node(ACCEL_OPERATION_RELU, {sum}, {y});
    const accel::graph::View view(builder.finish({a, b}, {y}));
    return write_blob(lower(view, {}).program);
}

// A device whose driver is played, with a program loaded and a run of it.
struct Bench {
    explicit Bench(bool simulated = false) : driver(simulated),
                                             device(driver.transport())
    {
        REQUIRE(device.identify() == ACCEL_STATUS_OK);
        REQUIRE(LoadedProgram::load(device, sum_blob(), program) == ACCEL_STATUS_OK);
        REQUIRE(Run::create(*program, {}, run) == ACCEL_STATUS_OK);
    }

    accel_bk_buffer buffer(uint64_t size_bytes = 16)
    {
        accel_bk_buffer made;
        REQUIRE(Buffer::create(device, size_bytes, made.buffer) == ACCEL_STATUS_OK);
        return made;
    }

    FakeDriver driver;
    Device device;
    std::unique_ptr<LoadedProgram> program;
    std::unique_ptr<Run> run;
};

// All of a buffer from there on, or nothing beyond its end.
inline accel_bk_memory memory_of(accel_bk_buffer &buffer, uint64_t offset_bytes = 0)
{
    const uint64_t size_bytes = buffer.buffer->size_bytes();
    return {&buffer, offset_bytes, size_bytes > offset_bytes ? size_bytes - offset_bytes : 0};
}

// Buffers for the sum's three ports, bound to a run.
struct BoundSum {
    explicit BoundSum(Bench &bench) : a(bench.buffer()),
                                      b(bench.buffer()),
                                      y(bench.buffer())
    {
        bind(*bench.run);
    }

    void bind(Run &run)
    {
        const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
        REQUIRE(run.bind(bindings) == ACCEL_STATUS_OK);
    }

    accel_bk_buffer a, b, y;
};

}  // namespace accel::ethosu
