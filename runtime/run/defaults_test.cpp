// SPDX-License-Identifier: MIT
// Memory of inputs that nothing is bound to.
#include <catch2/catch_test_macros.hpp>

#include "fake/counters.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

/// out = 3 + 4 + 1 by default.
struct Defaulted {
    Defaulted()
    {
        for (uint32_t port = 0; port < 2; ++port) ports()[port].default_values = std::make_shared<const std::vector<uint8_t>>(16, static_cast<uint8_t>(3 + port));
        house.make_buffer(out);
    }
    std::vector<ProgramPort> &ports() { return program->entries[0].ports; }
    void make(Run &run)
    {
        accel_run_desc desc{};
        desc.struct_size = sizeof desc;
        desc.program = program.get();
        REQUIRE(accel_run_create(&desc, run.out()) == ACCEL_STATUS_OK);
    }
    accel_status bind(accel_run *run)
    {
        const accel_binding result{2, 0, out, 0, 0};
        return bind_ports(run, &result, 1);
    }
    House house;
    Ref<accel_program> program = make_program(*house.instance, {house.npu_device}, 2, 1, {{0, 1, {{kPort, 0}, {kPort, 1}}, {{kPort, 2}}}});
    Buffer out;
};

}  // namespace

TEST_CASE("P-20 defaults lie one behind the other, each where its port needs it", "[run]")
{
    Defaulted shop;
    shop.ports()[1].layout.align_bytes = 64;
    Run run;
    shop.make(run);
    REQUIRE(shop.bind(run) == ACCEL_STATUS_OK);
    Queue queue;
    shop.house.make_queue(queue, false);
    Fence fence;
    shop.house.make_fence(fence);
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(shop.out) == 8);
    CHECK(npu().bound_buffer_count == 2);
}

TEST_CASE("A-22 defaults whose places leave 64 bits find no memory", "[run]")
{
    Defaulted shop;
    SECTION("between two of them")
    {
        shop.ports()[0].layout.size_bytes = UINT64_MAX - 7;
        shop.ports()[1].layout.align_bytes = 64;
    }
    SECTION("at the end of one")
    {
        shop.ports()[1].layout.size_bytes = UINT64_MAX - 7;
    }
    Run run;
    shop.make(run);
    CHECK(shop.bind(run) == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(std::string(accel_last_error()->message) == "the defaults of inputs need more memory than there is");
}

TEST_CASE("P-20 an entry point that makes nothing has its defaults somewhere", "[run]")
{
    House house;
    const auto program = make_program(*house.instance, {house.npu_device}, 1, 0, {});
    program->entries[0].ports[0].default_values = std::make_shared<const std::vector<uint8_t>>(16, uint8_t{3});
    accel_run_desc desc{};
    desc.struct_size = sizeof desc;
    desc.program = program.get();
    Run run;
    REQUIRE(accel_run_create(&desc, run.out()) == ACCEL_STATUS_OK);
    REQUIRE(bind_ports(run, nullptr, 0) == ACCEL_STATUS_OK);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("A-22 the CPU's access to defaults ends also where memory is short", "[run]")
{
    Defaulted shop;
    const int accesses = npu().access_count;
    Run run;
    shop.make(run);
    const uint64_t refused = sweep_shortages(
        Shortage::Mode::FromThen, [&] { return shop.bind(run); },
        [&](accel_status status) {
            CHECK(status == ACCEL_STATUS_OUT_OF_MEMORY);
            CHECK(npu().access_count == accesses);
        });
    CHECK((refused > 10 || !kCanRefuse));
    CHECK(npu().access_count == accesses);
}
