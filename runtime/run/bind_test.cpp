// SPDX-License-Identifier: MIT
// Binding buffers to runs: what a bind that fails leaves, and what binds cost.
#include <catch2/catch_test_macros.hpp>

#include "fake/counters.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

accel_status (*native_bind)(accel_bk_run *, const accel_bk_bind_desc *) = nullptr;

/// The NPU's module as if it were compiled with a longer accel_bk_memory: the runtime shows it copies.
accel_status bind_longer(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    constexpr size_t kLonger = sizeof(accel_bk_memory) + 8;
    accel_bk_memory ports[8];
    REQUIRE(desc->port_count <= 8);
    for (uint32_t i = 0; i < desc->port_count; ++i)
        memcpy(&ports[i], reinterpret_cast<const char *>(desc->ports) + i * kLonger, sizeof ports[i]);
    accel_bk_bind_desc native = *desc;
    native.ports = ports;
    return native_bind(run, &native);
}

const accel_bk_module *longer_entry(const accel_bk_host *host, uint32_t version)
{
    static accel_bk_module module = *module_entry(false)(host, version);
    static accel_bk_sizes sizes = *module.sizes;
    static accel_bk_device_ops ops = *module.device;
    native_bind = module_entry(false)(host, version)->device->run_bind;
    sizes.memory = sizeof(accel_bk_memory) + 8;
    ops.run_bind = bind_longer;
    module.sizes = &sizes;
    module.device = &ops;
    return &module;
}

/// The first and the last part of a chain are on an NPU whose binds need memory: in + 111.
struct Longer {
    Longer()
    {
        static Module *npu_module = make_module(false, true, longer_entry), *cpu_module = make_module(true, true, module_entry(true));  // never unloaded
        instance = make_instance({npu_module, cpu_module});
        const auto npu_device = find_device(*instance, "fake-npu"), cpu_device = find_device(*instance, "fake-cpu");
        std::vector<Value> values(2);
        for (Value &value : values) value.layout = vector_layout(16);
        values[1].from_segment = 1;
        program = make_program(*instance, {npu_device, cpu_device}, 1, 1, {{0, 1, {{kPort, 0}}, {{kValue, 0}}}, {1, 10, {{kValue, 0}}, {{kValue, 1}}}, {0, 100, {{kValue, 1}}, {{kPort, 1}}}}, values);
        uint8_t value = 1;
        for (Buffer *buffer : {&in, &other_in, &out, &other_out}) {
            make_buffer({cpu_device.get(), npu_device.get()}, *buffer, 16);
            fill(*buffer, 16, value++);
        }
        make_run(program.get(), in, out, run);
        accel_device *devices[] = {npu_device.get(), cpu_device.get()};
        accel_queue_desc desc{};
        desc.struct_size = sizeof desc;
        desc.devices = devices;
        desc.device_count = 2;
        REQUIRE(accel_queue_create(&desc, queue.out()) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_create(instance.get(), nullptr, fence.out()) == ACCEL_STATUS_OK);
    }
    accel_status bind(accel_buffer *from, accel_buffer *to)
    {
        const accel_binding bindings[] = {{0, 0, from, 0, 0}, {1, 0, to, 0, 0}};
        return bind_ports(run, bindings, 2);
    }
    /// What the run makes; 0 where it is not bound.
    uint8_t result(Buffer &to)
    {
        fill(to, 16, 0);
        if (submit(queue, run, fence, value + 1) == ACCEL_STATUS_INVALID_ARGUMENT) {
            CHECK(std::string(accel_last_error()->message).find("a module could not take back what it had") != std::string::npos);
            return 0;
        }
        REQUIRE(accel_fence_wait(fence, ++value, kSecondNs) == ACCEL_STATUS_OK);
        return first_byte(to);
    }
    Ref<accel_instance> instance;
    Ref<accel_program> program;
    Buffer in, other_in, out, other_out;
    Run run;
    Queue queue;
    Fence fence;
    uint64_t value = 0;
};

}  // namespace

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

TEST_CASE("R-5 A-22 a bind without memory for what a module is shown leaves the run as it was, or unbound", "[run]")
{
    Longer shop;
    CHECK(shop.result(shop.out) == 112);
    SECTION("with memory to give back")
    {
        const uint64_t refused = sweep_shortages(
            Shortage::Mode::Once, [&] { return shop.bind(shop.other_in, shop.other_out); },
            [&](accel_status status) {
                REQUIRE(status == ACCEL_STATUS_OUT_OF_MEMORY);
                CHECK(shop.result(shop.out) == 112);
            });
        CHECK((refused > 2 || !kCanRefuse));
    }
    SECTION("without")
    {
        uint64_t unbound = 0;
        sweep_shortages(
            Shortage::Mode::FromThen, [&] { return shop.bind(shop.other_in, shop.other_out); },
            [&](accel_status status) {
                REQUIRE(status == ACCEL_STATUS_OUT_OF_MEMORY);
                const uint8_t result = shop.result(shop.out);
                CHECK((result == 112 || result == 0));
                unbound += result == 0;
                REQUIRE(shop.bind(shop.in, shop.out) == ACCEL_STATUS_OK);
            });
        CHECK((unbound > 0 || !kCanRefuse));
    }
    CHECK(shop.result(shop.other_out) == 113);
}

TEST_CASE("a bind costs what the module says, and no more than to make again what was prepared", "[run]")
{
    Shop shop(2);
    const auto cost = [&](uint32_t told) {
        npu().bind_cost = told;
        accel_bind_cost answer = ACCEL_BIND_COST_MAX_ENUM;
        REQUIRE(accel_run_bind_cost(shop.run, 0, &answer) == ACCEL_STATUS_OK);
        return answer;
    };
    CHECK(cost(ACCEL_BIND_COST_FREE) == ACCEL_BIND_COST_FREE);
    CHECK(cost(ACCEL_BIND_COST_PATCH) == ACCEL_BIND_COST_PATCH);
    CHECK(cost(ACCEL_BIND_COST_COMPILE) == ACCEL_BIND_COST_REBUILD);
    CHECK(cost(12345) == ACCEL_BIND_COST_REBUILD);
    accel_bind_cost answer = ACCEL_BIND_COST_MAX_ENUM;
    CHECK(accel_run_bind_cost(shop.run, 2, &answer) == ACCEL_STATUS_NOT_FOUND);
    npu().throws = "run_bind_cost";
    CHECK(accel_run_bind_cost(shop.run, 0, &answer) == ACCEL_STATUS_INTERNAL);
    npu().reset();
}
