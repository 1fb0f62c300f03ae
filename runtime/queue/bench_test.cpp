// SPDX-License-Identifier: MIT
// What the runtime adds to a backend's own time. Hidden: run with `runtime_test "[bench]"`; prints medians of one process, so that ratios mean something.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>

#include "../backends/common/door.h"
#include "base/clock.h"
#include "fake/fake_program.h"

using namespace accel;
using namespace accel::runtime;

namespace {

template <class Body> double median_ns(Body &&body)
{
    constexpr int kRounds = 41, kCalls = 2000;
    double rounds[kRounds];
    for (double &round : rounds) {
        const uint64_t begin_ns = now_ns();
        for (int i = 0; i < kCalls; ++i)
            body();
        round = static_cast<double>(now_ns() - begin_ns) / kCalls;
    }
    std::nth_element(rounds, rounds + kRounds / 2, rounds + kRounds);
    return rounds[kRounds / 2];
}

/// The backend alone, through the same table.
double backend_alone_ns(accel_device &device, const accel_program &program)
{
    std::shared_ptr<OpenDevice> open;
    REQUIRE(device.entry().open(&open) == ACCEL_STATUS_OK);
    const accel_bk_device_ops &ops = open->ops();
    accel_bk_queue_desc bk_desc{sizeof bk_desc, 0, 1};
    accel_bk_queue *bk_queue = nullptr;
    accel_bk_run *bk_run = nullptr;
    REQUIRE(ops.queue_create(open->handle(), &bk_desc, &bk_queue) == ACCEL_STATUS_OK);
    REQUIRE(door::create_run(ops, program.blobs[0].loaded->program(), &bk_run) == ACCEL_STATUS_OK);
    accel_bk_buffer_desc memory_desc{};
    memory_desc.struct_size = sizeof memory_desc;
    memory_desc.size_bytes = 16;
    accel_bk_buffer *memory = nullptr;
    REQUIRE(ops.buffer_create(open->handle(), &memory_desc, &memory) == ACCEL_STATUS_OK);
    const accel_bk_memory bound[] = {{memory, 0, 16}, {memory, 0, 16}};
    REQUIRE(door::bind(ops, bk_run, bound, 2) == ACCEL_STATUS_OK);
    accel_bk_submit bk_submit{};
    bk_submit.struct_size = sizeof bk_submit;
    bk_submit.run = bk_run;
    const double alone_ns = median_ns([&] {
        uint64_t ticket = 0;
        ops.queue_submit(bk_queue, &bk_submit, &ticket);
        ops.queue_wait(bk_queue, ticket, UINT64_MAX);
    });
    ops.run_destroy(bk_run);
    ops.queue_destroy(bk_queue);
    ops.buffer_destroy(memory);
    return alone_ns;
}

}  // namespace

TEST_CASE("overhead of submit and wait", "[.bench]")
{
    const auto instance = fake::make_instance();
    const auto device = fake::find_device(*instance, "fake-npu");
    accel_device *devices[] = {device.get()};
    accel_buffer_desc buffer_desc{sizeof buffer_desc, 16, 0, devices, 1, 0, 0, 0};
    accel_buffer *in = nullptr, *out = nullptr;
    REQUIRE(accel_buffer_create(&buffer_desc, &in) == ACCEL_STATUS_OK);
    REQUIRE(accel_buffer_create(&buffer_desc, &out) == ACCEL_STATUS_OK);
    const auto program = fake::make_program(*instance, {device}, 1, 1, {{0, 1, {{PortSource::Kind::Port, 0}}, {{PortSource::Kind::Port, 1}}}});
    accel_run *run = nullptr;
    const accel_run_desc run_desc{sizeof run_desc, program.get(), 0, 0};
    REQUIRE(accel_run_create(&run_desc, &run) == ACCEL_STATUS_OK);
    const accel_binding bindings[] = {{0, 0, in, 0, 0}, {1, 0, out, 0, 0}};
    REQUIRE(fake::bind_ports(run, bindings, 2) == ACCEL_STATUS_OK);
    accel_queue_desc queue_desc{sizeof queue_desc, devices, 1, 0, 0, 0};
    accel_queue *queue = nullptr;
    REQUIRE(accel_queue_create(&queue_desc, &queue) == ACCEL_STATUS_OK);
    accel_fence *fence = nullptr;
    REQUIRE(accel_fence_create(instance.get(), nullptr, &fence) == ACCEL_STATUS_OK);

    accel_fence_point signal = {fence, 0};
    accel_submit submit{};
    submit.struct_size = sizeof submit;
    submit.run = run;
    submit.signals = &signal;
    submit.signal_count = 1;
    const double whole_ns = median_ns([&] {
        ++signal.value;
        accel_queue_submit(queue, &submit);
        accel_fence_wait(fence, signal.value, ACCEL_TIMEOUT_FOREVER);
    });

    const double backend_ns = backend_alone_ns(*device, *program);
    const double call_ns = median_ns([&] { accel_fence_error(fence, 1); });
    printf("submit + wait: %.0f ns, backend alone: %.0f ns, added: %.0f ns; a call that only checks and looks: %.1f ns\n", whole_ns, backend_ns,
           whole_ns - backend_ns, call_ns);

    accel_queue_unref(queue);
    accel_fence_unref(fence);
    accel_run_unref(run);
    accel_buffer_unref(in);
    accel_buffer_unref(out);
    CHECK(whole_ns < 100'000);
}
