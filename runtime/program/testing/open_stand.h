// SPDX-License-Identifier: MIT
// A program with an open size on two fake devices, for tests that bind sizes.
#pragma once

#include "compiler/testing/builder.h"
#include "fake/counters.h"
#include "fake/fake_compiler.h"
#include "fake/house.h"
#include "model/model.h"

namespace accel::runtime::fake {

/// x[n] -> relu on the NPU (adds 1) -> exp on the CPU (adds 10) -> y[n]; n from 1 to 8. Elements are bytes of floats, so a run over n has 4 n bytes.
struct OpenStand {
    Ref<accel_instance> instance = make_building_instance();
    Ref<accel_device> npu_device = find_device(*instance, "fake-npu"), cpu_device = find_device(*instance, "fake-cpu");
    Ref<accel_model> model;
    Ref<accel_program> program;
    fake::Run run;
    fake::Queue queue;
    fake::Fence fence;
    uint64_t value = 0;

    explicit OpenStand(uint32_t variant_max = 0)
    {
        npu().reset(), cpu().reset();
        npu_compiler().operations = {ACCEL_OPERATION_RELU};
        cpu_compiler().operations = {ACCEL_OPERATION_EXP};
        accel::testing::Builder b;
        b.graph.symbols = {{"n", 1, 8}};
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1}), h = b.tensor("h", ACCEL_TYPE_F32, {1}), y = b.tensor("y", ACCEL_TYPE_F32, {1});
        for (const uint32_t tensor : {x, h, y}) b.graph.tensors[tensor].shape[0] = {-1, 0};
        b.node("relu", ACCEL_OPERATION_RELU, {x}, {h});
        b.node("exp", ACCEL_OPERATION_EXP, {h}, {y});
        b.output(y);
        const GraphDesc desc(b.graph);
        const accel_entry_desc entry{"", &desc.get()};
        const accel_model_desc wanted_model{sizeof wanted_model, &entry, 1, sizeof entry, nullptr, nullptr};
        accel_model *made = nullptr;
        REQUIRE(accel_model_create(instance.get(), &wanted_model, &made) == ACCEL_STATUS_OK);
        model = Ref<accel_model>::adopt(made);
        accel_device *devices[] = {npu_device.get(), cpu_device.get()};
        accel_program_desc build{};
        build.struct_size = sizeof build;
        build.model = model.get();
        build.devices = devices;
        build.device_count = 2;
        build.size_variant_max = variant_max;
        accel_program *handle = nullptr;
        REQUIRE(accel_program_build(&build, &handle) == ACCEL_STATUS_OK);
        program = Ref<accel_program>::adopt(handle);
        make(run);
        accel_queue_desc wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.devices = devices;
        wanted.device_count = 2;
        REQUIRE(accel_queue_create(&wanted, queue.out()) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_create(instance.get(), nullptr, fence.out()) == ACCEL_STATUS_OK);
    }
    void make(fake::Run &made, uint32_t flags = 0)
    {
        accel_run_desc desc{};
        desc.flags = flags;
        desc.struct_size = sizeof desc;
        desc.program = program.get();
        REQUIRE(accel_run_create(&desc, made.out()) == ACCEL_STATUS_OK);
    }
    accel_status bind(accel_run *to, int64_t size, accel_buffer *in = nullptr, accel_buffer *out = nullptr)
    {
        const accel_symbol_value n{"n", nullptr, size, 0, 0, 0};
        const accel_binding bindings[] = {{0, 0, in, 0, 0}, {1, 0, out, 0, 0}};
        accel_bind_desc desc{};
        desc.struct_size = sizeof desc;
        desc.symbols = &n;
        desc.symbol_count = 1;
        desc.symbol_size = sizeof n;
        desc.bindings = bindings;
        desc.binding_count = in ? 2 : 0;
        desc.binding_size = sizeof bindings[0];
        return accel_run_bind(to, &desc);
    }
    void buffer(fake::Buffer &made, uint64_t size_bytes, uint8_t byte)
    {
        make_buffer({cpu_device.get(), npu_device.get()}, made, size_bytes);
        fill(made, size_bytes, byte);
    }
    std::vector<uint8_t> bytes(accel_buffer *of, uint64_t size_bytes)
    {
        void *memory = nullptr;
        REQUIRE(fake::map(of, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
        const std::vector<uint8_t> copy(static_cast<uint8_t *>(memory), static_cast<uint8_t *>(memory) + size_bytes);
        REQUIRE(fake::unmap(of, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
        return copy;
    }
    void complete(accel_run *what)
    {
        REQUIRE(submit(queue, what, fence, ++value) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_wait(fence, value, kSecondNs) == ACCEL_STATUS_OK);
    }
    uint32_t built() const
    {
        accel_program_info info{};
        info.struct_size = sizeof info;
        REQUIRE(accel_program_query(program.get(), &info) == ACCEL_STATUS_OK);
        return info.size_variant_count;
    }
    int64_t size_of(accel_run *what) const
    {
        accel_port_info info{};
        info.struct_size = sizeof info;
        REQUIRE(accel_run_port(what, 1, &info) == ACCEL_STATUS_OK);
        return info.knowledge == ACCEL_SIZE_KNOWLEDGE_EXACT ? info.dims[0] : -info.dims[0];
    }
};

}  // namespace accel::runtime::fake
