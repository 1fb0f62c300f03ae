// SPDX-License-Identifier: MIT
// The fake devices as an application has them: handles that end with the test, and the calls that most tests make.
#pragma once

#include <accel/accel.h>

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <vector>

#include "fake_program.h"

namespace accel::runtime::fake {

inline constexpr auto kPort = PortSource::Kind::Port;
inline constexpr auto kValue = PortSource::Kind::Value;
inline constexpr uint64_t kSecondNs = 1'000'000'000;

/// Frees public handles at the end of a test.
template <class T, void (*unref)(T *)> struct Handle {
    T *it = nullptr;
    Handle() = default;
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle() { unref(it); }
    operator T *() const { return it; }
    T **out() { return &it; }
};
using Fence = Handle<accel_fence, accel_fence_unref>;
using Queue = Handle<accel_queue, accel_queue_unref>;
using Run = Handle<accel_run, accel_run_unref>;
using Buffer = Handle<accel_buffer, accel_buffer_unref>;

inline void make_buffer(std::vector<accel_device *> devices, Buffer &buffer, uint64_t size_bytes)
{
    accel_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = size_bytes;
    desc.devices = devices.data();
    desc.device_count = static_cast<uint32_t>(devices.size());
    REQUIRE(accel_buffer_create(&desc, buffer.out()) == ACCEL_STATUS_OK);
}

/// CPU access to a whole buffer.
inline accel_map_desc whole(uint32_t access)
{
    accel_map_desc desc{};
    desc.struct_size = sizeof desc;
    desc.access = access;
    return desc;
}
inline accel_status map(accel_buffer *buffer, uint32_t access, void **out_pointer)
{
    const accel_map_desc desc = whole(access);
    return accel_buffer_map(buffer, &desc, out_pointer);
}
inline accel_status unmap(accel_buffer *buffer, uint32_t access)
{
    const accel_map_desc desc = whole(access);
    return accel_buffer_unmap(buffer, &desc);
}

/// Is a saved program good for that device?
template <class Bytes> accel_status check_saved(accel_instance *instance, const Bytes &bytes, const char *name, accel_fit *out_fit)
{
    accel_program_load_desc desc{};
    desc.struct_size = sizeof desc;
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    return accel_program_check(instance, &desc, name, out_fit);
}

/// Every byte from the first on.
inline void fill(Buffer &buffer, uint64_t size_bytes, uint8_t value)
{
    void *memory = nullptr;
    REQUIRE(map(buffer, ACCEL_ACCESS_WRITE, &memory) == ACCEL_STATUS_OK);
    memset(memory, value, size_bytes);
    REQUIRE(unmap(buffer, ACCEL_ACCESS_WRITE) == ACCEL_STATUS_OK);
}

struct House {
    explicit House(Waits waits = Waits::AsEnvironmentSays) : instance(make_instance(waits)) {}
    Ref<accel_instance> instance;
    Ref<accel_device> npu_device = find_device(*instance, "fake-npu");
    Ref<accel_device> cpu_device = find_device(*instance, "fake-cpu");

    void make_fence(Fence &fence) { REQUIRE(accel_fence_create(instance.get(), nullptr, fence.out()) == ACCEL_STATUS_OK); }
    void make_queue(Queue &queue, bool both, uint32_t depth = 0)
    {
        accel_device *devices[] = {npu_device.get(), cpu_device.get()};
        accel_queue_desc desc{};
        desc.struct_size = sizeof desc;
        desc.devices = devices;
        desc.device_count = both ? 2 : 1;
        desc.depth = depth;
        REQUIRE(accel_queue_create(&desc, queue.out()) == ACCEL_STATUS_OK);
    }
    void make_buffer(Buffer &buffer, uint8_t value = 0, uint64_t size_bytes = 16)
    {
        fake::make_buffer({cpu_device.get(), npu_device.get()}, buffer, size_bytes);
        fill(buffer, size_bytes, value);
    }
    Ref<accel_program> single(uint8_t addend = 1) { return make_program(*instance, {npu_device}, 1, 1, {{0, addend, {{kPort, 0}}, {{kPort, 1}}}}); }
    /// NPU adds 1, the CPU adds 10 to a copy of the result, the NPU adds 100 in memory that both see.
    Ref<accel_program> chain()
    {
        std::vector<Value> values(3);
        for (Value &value : values)
            value.layout = vector_layout(16);
        values[1].copy_of = 0;
        values[2].from_segment = 1;
        return make_program(*instance, {npu_device, cpu_device}, 1, 1,
                            {{0, 1, {{kPort, 0}}, {{kValue, 0}}}, {1, 10, {{kValue, 1}}, {{kValue, 2}}}, {0, 100, {{kValue, 2}}, {{kPort, 1}}}}, values);
    }
};

inline void make_run(accel_program *program, accel_buffer *in, accel_buffer *out, Run &run, uint32_t flags = 0)
{
    accel_run_desc desc{};
    desc.struct_size = sizeof desc;
    desc.program = program;
    desc.flags = flags;
    REQUIRE(accel_run_create(&desc, run.out()) == ACCEL_STATUS_OK);
    const accel_binding bindings[] = {{0, 0, in, 0, 0}, {1, 0, out, 0, 0}};
    REQUIRE(bind_ports(run, bindings, 2) == ACCEL_STATUS_OK);
}

/// What most tests begin with: a house, a run from one buffer to another, a queue for it and a fence.
struct Shop {
    enum class Work { Single,
                      Chain };
    /// job_timeout_ns: the NPU's.
    explicit Shop(uint8_t fill, Work work = Work::Single, Waits waits = Waits::AsEnvironmentSays, uint64_t job_timeout_ns = 0)
        : house(waits),
          program((npu().job_timeout_ns = job_timeout_ns, work == Work::Single ? house.single() : house.chain()))
    {
        house.make_buffer(in, fill);
        house.make_buffer(out);
        make_run(program.get(), in, out, run);
        house.make_queue(queue, work == Work::Chain);
        house.make_fence(fence);
    }
    House house;
    Buffer in, out;
    Ref<accel_program> program;
    Run run;
    Queue queue;
    Fence fence;
};

inline accel_status submit(accel_queue *queue, accel_run *run, accel_fence *signal, uint64_t value, accel_fence *wait = nullptr, uint64_t wait_value = 0,
                           uint64_t deadline_ns = 0)
{
    const accel_fence_point waits[] = {{wait, wait_value}}, signals[] = {{signal, value}};
    accel_submit desc{};
    desc.struct_size = sizeof desc;
    desc.run = run;
    desc.waits = waits;
    desc.signals = signals;
    desc.wait_count = wait ? 1 : 0;
    desc.signal_count = signal ? 1 : 0;
    desc.deadline_ns = deadline_ns;
    return accel_queue_submit(queue, &desc);
}

inline uint8_t first_byte(accel_buffer *buffer)
{
    void *memory = nullptr;
    REQUIRE(map(buffer, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
    const uint8_t value = *static_cast<uint8_t *>(memory);
    REQUIRE(unmap(buffer, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
    return value;
}

}  // namespace accel::runtime::fake
