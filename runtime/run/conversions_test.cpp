// SPDX-License-Identifier: MIT
// Conversions as steps of a run: before and behind a part, counted, without allocating.
#include <catch2/catch_test_macros.hpp>

#include "fake/counters.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

constexpr int64_t kSize = 16;

/// Elements two bytes apart.
PortLayout wide()
{
    PortLayout layout = vector_layout(kSize);
    layout.steps = {{0, 0, kSize, 16}};
    layout.size_bytes = 2 * kSize;
    return layout;
}

/// The NPU adds 1 to 16 bytes; the ports of the program have gaps between them.
Ref<accel_program> between_gaps(House &house)
{
    std::vector<Value> values(2);
    for (Value &value : values) value.layout = vector_layout(kSize);
    values[0].copy_of = 0;
    values[0].copy_of_port = true;
    values[1].port_of = 1;
    auto program = make_program(*house.instance, {house.npu_device}, 1, 1, {{0, 1, {{kValue, 0}}, {{kValue, 1}}}}, values);
    for (ProgramPort &port : program->entries[0].ports) port.layout = wide();
    return program;
}

accel_run_info facts_of(accel_run *run)
{
    accel_run_info facts{};
    facts.struct_size = sizeof facts;
    REQUIRE(accel_run_query(run, &facts) == ACCEL_STATUS_OK);
    return facts;
}

}  // namespace

TEST_CASE("L-2 conversions stand before and behind the part, are counted, and allocate nothing", "[conversion]")
{
    House house;
    Buffer in, out;
    house.make_buffer(in, 7, 2 * kSize);
    house.make_buffer(out, 0xee, 2 * kSize);
    const auto program = between_gaps(house);
    Run run;
    make_run(program.get(), in, out, run);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    CHECK(facts_of(run).submission_count == 0);
    uint64_t before = 0;
    for (uint64_t value = 1; value <= 20; ++value) {
        if (value == 11) before = allocation_count();
        REQUIRE(submit(queue, run, fence, value) == ACCEL_STATUS_OK);
        CHECK(accel_fence_wait(fence, value, kSecondNs) == ACCEL_STATUS_OK);
    }
    CHECK(allocation_count() == before);
    const accel_run_info facts = facts_of(run);
    CHECK(facts.submission_count == 20);
    CHECK(facts.conversion_count == 40);
    CHECK(facts.converted_bytes == 40 * kSize);
    CHECK(facts.copy_count == 0);
    CHECK(facts.copied_bytes == 0);
    void *memory = nullptr;
    REQUIRE(fake::map(out, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
    const auto *bytes = static_cast<const uint8_t *>(memory);
    for (int64_t i = 0; i < kSize; ++i) {
        CHECK(bytes[2 * i] == 8);
        CHECK(bytes[2 * i + 1] == 0xee);
    }
    REQUIRE(fake::unmap(out, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
}

TEST_CASE("L-2 a conversion that its device refuses waits for the work that it was to follow", "[conversion]")
{
    House house;
    Buffer in, middle, out;
    house.make_buffer(in, 1);
    house.make_buffer(middle, 0, 2 * kSize);
    house.make_buffer(out, 0, 2 * kSize);
    const auto maker = house.single(6), reader = between_gaps(house);
    Run makes, reads;
    make_run(maker.get(), in, middle, makes);
    make_run(reader.get(), middle, out, reads);
    Queue queue;
    house.make_queue(queue, false);
    Fence start, fence;
    house.make_fence(start);
    house.make_fence(fence);
    npu().gated = true;
    REQUIRE(submit(queue, makes, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(submit(queue, reads, fence, 2, start, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_signal(start, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 2, 20'000'000) == ACCEL_STATUS_TIMEOUT);
    CHECK(facts_of(reads).conversion_count == 0);
    npu().gated = false;
    REQUIRE(accel_fence_wait(fence, 2, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(out) == 8);
}

TEST_CASE("copies between devices are counted apart from conversions", "[conversion]")
{
    Shop shop(1, Shop::Work::Chain);
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    const accel_run_info facts = facts_of(shop.run);
    CHECK(facts.conversion_count == 0);
    CHECK(facts.copy_count == 1);
    CHECK(facts.copied_bytes == 16);
    accel_run_info info{};
    CHECK(accel_run_query(shop.run, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_run_query(shop.run, &info) == ACCEL_STATUS_INVALID_ARGUMENT);
    info.struct_size = sizeof info;
    CHECK(accel_run_query(nullptr, &info) == ACCEL_STATUS_INVALID_ARGUMENT);
}
