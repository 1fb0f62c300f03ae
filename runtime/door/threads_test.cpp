// SPDX-License-Identifier: MIT
// Objects that end in one thread while others use them.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <thread>

#include "fake/fake_program.h"
#include "fence/fence.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

constexpr auto kPort = PortSource::Kind::Port;
constexpr auto kValue = PortSource::Kind::Value;
constexpr uint64_t kTenSecondsNs = 10'000'000'000;

void on_threads(int count, const std::function<void(int)> &body)
{
    std::vector<std::thread> threads;
    for (int index = 0; index < count; ++index)
        threads.emplace_back(body, index);
    for (std::thread &thread : threads)
        thread.join();
}

/// The NPU adds 1, the CPU adds 10 to a copy of the result.
Ref<accel_program> make_chain(accel_instance &instance, const std::vector<Ref<accel_device>> &devices)
{
    std::vector<Value> values(2);
    for (Value &value : values)
        value.layout = vector_layout(16);
    values[1].copy_of = 0;
    return make_program(instance, devices, 1, 1, {{0, 1, {{kPort, 0}}, {{kValue, 0}}}, {1, 10, {{kValue, 1}}, {{kPort, 1}}}}, values);
}

accel_buffer *make_buffer(accel_device *const (&devices)[2])
{
    accel_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = 16;
    desc.devices = devices;
    desc.device_count = 2;
    accel_buffer *buffer = nullptr;
    return accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_OK ? buffer : nullptr;
}

accel_queue *make_queue(accel_device *const (&devices)[2])
{
    accel_queue_desc desc{};
    desc.struct_size = sizeof desc;
    desc.devices = devices;
    desc.device_count = 2;
    accel_queue *queue = nullptr;
    return accel_queue_create(&desc, &queue) == ACCEL_STATUS_OK ? queue : nullptr;
}

accel_status submit(accel_queue *queue, accel_run *run, accel_fence *gate, accel_fence *done)
{
    const accel_fence_point wait = {gate, 1}, signal = {done, 1};
    accel_submit desc{};
    desc.struct_size = sizeof desc;
    desc.run = run;
    desc.waits = &wait;
    desc.signals = &signal;
    desc.wait_count = desc.signal_count = 1;
    return accel_queue_submit(queue, &desc);
}

/// Submit a chain behind the gate, drop everything but its fence, and answer that.
accel_fence *launch_and_drop(accel_program *program, accel_device *const (&devices)[2], accel_fence *gate, bool cancels)
{
    accel_buffer *in = make_buffer(devices), *out = make_buffer(devices);
    accel_queue *queue = make_queue(devices);
    accel_run *run = nullptr;
    accel_fence *done = nullptr;
    const accel_binding bindings[] = {{0, 0, in, 0, 0}, {1, 0, out, 0, 0}};
    const accel_run_desc run_desc{sizeof run_desc, program, 0, 0};
    const bool made = in && out && queue && accel_run_create(&run_desc, &run) == ACCEL_STATUS_OK &&
                      fake::bind_ports(run, bindings, 2) == ACCEL_STATUS_OK &&
                      accel_fence_create(gate->instance(), nullptr, &done) == ACCEL_STATUS_OK && submit(queue, run, gate, done) == ACCEL_STATUS_OK;
    accel_run_unref(run);
    accel_buffer_unref(in);
    accel_buffer_unref(out);
    if (cancels)
        accel_queue_cancel(queue);
    else
        accel_fence_wait(done, 1, 100'000);
    accel_queue_unref(queue);
    if (!made) {
        accel_fence_unref(done);
        return nullptr;
    }
    return done;
}

}  // namespace

TEST_CASE("T-5 queues with work on two devices are dropped while the work is held, moves and is waited for", "[threads]")
{
    const int before = npu().live_count + cpu().live_count;
    {
        const Ref<accel_instance> instance = make_instance();
        const std::vector<Ref<accel_device>> held = {find_device(*instance, "fake-npu"), find_device(*instance, "fake-cpu")};
        accel_device *const devices[] = {held[0].get(), held[1].get()};
        const Ref<accel_program> chain = make_chain(*instance, held);
        std::atomic<int> wrong{0};
        for (int round = 0; round < 20; ++round) {
            accel_fence *gate = nullptr;
            REQUIRE(accel_fence_create(instance.get(), nullptr, &gate) == ACCEL_STATUS_OK);
            on_threads(4, [&](int index) {
                if (index == 0) {
                    accel_fence_signal(gate, 1);
                    return;
                }
                accel_fence *done = launch_and_drop(chain.get(), devices, gate, index == 1);
                const accel_status status = done ? accel_fence_wait(done, 1, kTenSecondsNs) : ACCEL_STATUS_INTERNAL;
                wrong += status != ACCEL_STATUS_OK && status != ACCEL_STATUS_CANCELLED;
                accel_fence_unref(done);
            });
            accel_fence_unref(gate);
        }
        CHECK(wrong == 0);
    }
    CHECK(npu().live_count + cpu().live_count == before);
}

TEST_CASE("D-2 a device that one thread opened stays open though another drops it at that moment", "[threads]")
{
    const Ref<accel_instance> instance = make_instance();
    std::atomic<int> closed{0};
    on_threads(2, [&](int) {
        for (int round = 0; round < 2000; ++round) {
            const Ref<accel_device> device = find_device(*instance, "fake-npu");
            accel_device_info info{};
            info.struct_size = sizeof info;
            closed += accel_device_open(device.get()) != ACCEL_STATUS_OK || accel_device_query(device.get(), &info) != ACCEL_STATUS_OK ||
                      !(info.flags & ACCEL_DEVICE_FLAG_OPEN);
        }
    });
    CHECK(closed == 0);
}
