// SPDX-License-Identifier: MIT
// Sizes that a bind gives: sets that are built, kept and let go, and binds that fail half-way.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "testing/open_stand.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("a run works on the sizes that are bound, and on nothing beyond them", "[sizes]")
{
    OpenStand stand;
    CHECK(stand.size_of(stand.run) == -8);
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    for (const int64_t n : {3, 8, 1, 3}) {
        INFO(n);
        REQUIRE(stand.bind(stand.run, n, in, out) == ACCEL_STATUS_OK);
        CHECK(stand.size_of(stand.run) == n);
        stand.complete(stand.run);
    }
    // Of the widest run and of nothing behind it.
    const auto bytes = stand.bytes(out, 64);
    CHECK(std::vector<uint8_t>(bytes.begin(), bytes.begin() + 32) == std::vector<uint8_t>(32, 16));
    CHECK(std::vector<uint8_t>(bytes.begin() + 32, bytes.end()) == std::vector<uint8_t>(32, 0));
    CHECK(stand.built() == 3);
}

TEST_CASE("R-5 a bind of other sizes that a module refuses leaves sizes, buffers and the run as they were", "[sizes]")
{
    OpenStand stand;
    fake::Buffer in, out, other;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    stand.buffer(other, 64, 50);
    REQUIRE(stand.bind(stand.run, 2, in, out) == ACCEL_STATUS_OK);
    const int64_t live = npu().live_count + cpu().live_count;
    npu().bind_answer = ACCEL_STATUS_RESOURCE;
    npu().bind_answer_count = 1;
    CHECK(stand.bind(stand.run, 4, other, out) == ACCEL_STATUS_RESOURCE);
    CHECK(stand.size_of(stand.run) == 2);
    stand.complete(stand.run);
    CHECK(stand.bytes(out, 16) == std::vector<uint8_t>{16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0});
    // The set is built, and nothing of the run that came to nothing is left; the programs of the set are two.
    CHECK(npu().live_count + cpu().live_count == live + 2);
    CHECK(stand.built() == 3);
    REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
    stand.complete(stand.run);
    CHECK(stand.bytes(out, 16) == std::vector<uint8_t>(16, 16));
}

TEST_CASE("B-8 a port of a run counts with the run's sizes, one of its program with the planned ones", "[sizes][buffer]")
{
    OpenStand stand;
    accel_join_port port{};
    port.run = stand.run;
    accel_join_desc desc{sizeof desc, &port, 1, sizeof port, 0, 0};
    const auto bytes = [&] {
        accel_buffer_recipe recipe{};
        recipe.struct_size = sizeof recipe;
        REQUIRE(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_OK);
        return recipe.size_bytes;
    };
    const uint64_t planned = bytes();
    REQUIRE(stand.bind(stand.run, 2) == ACCEL_STATUS_OK);
    CHECK(bytes() == planned / 4);
    port = {stand.program.get(), nullptr, nullptr, 0, 0, 0};
    CHECK(bytes() == planned);
    desc.usage = ACCEL_BUFFER_USAGE_MAP;
    accel_buffer_recipe recipe{};
    recipe.struct_size = sizeof recipe;
    CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("sizes of a run in flight are not changed", "[sizes]")
{
    OpenStand stand;
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    REQUIRE(stand.bind(stand.run, 2, in, out) == ACCEL_STATUS_OK);
    npu().gated = true;
    REQUIRE(submit(stand.queue, stand.run, stand.fence, ++stand.value) == ACCEL_STATUS_OK);
    CHECK(stand.bind(stand.run, 4) == ACCEL_STATUS_BUSY);
    accel_port_info info{};
    info.struct_size = sizeof info;
    CHECK(accel_run_port(stand.run, 1, &info) == ACCEL_STATUS_BUSY);
    npu().gated = false;
    npu().release(1);
    CHECK(accel_fence_wait(stand.fence, stand.value, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
}

TEST_CASE("P-15 sets that no run is bound to go, the one unused longest first, and take what they had on devices with them", "[sizes]")
{
    OpenStand stand(2);
    REQUIRE(stand.bind(stand.run, 2) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 2);
    fake::Run other;
    stand.make(other);
    REQUIRE(stand.bind(other, 3) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);  // both are in use
    const int64_t live = npu().live_count + cpu().live_count;
    REQUIRE(stand.bind(other, 4) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);                         // the one of 3 was in use until it was replaced
    REQUIRE(stand.bind(other, 8) == ACCEL_STATUS_OK);  // the planned one
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 5) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 6) == ACCEL_STATUS_OK);
    REQUIRE(stand.bind(stand.run, 8) == ACCEL_STATUS_OK);
    CHECK(npu().live_count + cpu().live_count <= live);
}

TEST_CASE("P-15 sets that were too many go with the run that had them", "[sizes]")
{
    OpenStand stand(1);
    REQUIRE(stand.bind(stand.run, 8) == ACCEL_STATUS_OK);  // the planned one
    const int64_t live = npu().live_count + cpu().live_count;
    fake::Run first, second;
    stand.make(first);
    stand.make(second);
    REQUIRE(stand.bind(first, 2) == ACCEL_STATUS_OK);
    REQUIRE(stand.bind(second, 3) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);
    accel_run_unref(second);
    second.it = nullptr;
    CHECK(stand.built() == 2);
    // What was prepared waits for its bind, whoever lets go of another one.
    const accel_symbol_value n{"n", nullptr, 4, 0, 0, 0};
    const accel_prepare_desc desc{sizeof desc, &n, 1, sizeof n, 0, 0, nullptr, nullptr};
    REQUIRE(accel_program_prepare(stand.program.get(), &desc) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);
    accel_run_unref(first);
    first.it = nullptr;
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 8) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 1);
    CHECK(npu().live_count + cpu().live_count == live);
}

TEST_CASE("R-5 A-22 a bind of other sizes that finds no memory leaves the run as it was", "[sizes]")
{
    OpenStand stand;
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    fake::Run other;
    stand.make(other);
    REQUIRE(stand.bind(other, 4) == ACCEL_STATUS_OK);  // so that no compiler runs below
    for (const auto mode : {Shortage::Mode::Once, Shortage::Mode::FromThen}) {
        REQUIRE(stand.bind(stand.run, 2, in, out) == ACCEL_STATUS_OK);
        const uint64_t refused = sweep_shortages(
            mode, [&] { return stand.bind(stand.run, 4); },
            [&](accel_status status) {
                REQUIRE(status == ACCEL_STATUS_OUT_OF_MEMORY);
                REQUIRE(stand.size_of(stand.run) == 2);
                fill(out, 64, 0);
                stand.complete(stand.run);
                CHECK(stand.bytes(out, 16) == std::vector<uint8_t>{16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0});
            });
        CHECK((refused > 10 || !kCanRefuse));
        stand.complete(stand.run);
        CHECK(stand.bytes(out, 16) == std::vector<uint8_t>(16, 16));
    }
    // To let go takes none.
    const Shortage shortage(1, Shortage::Mode::FromThen);
    accel_run_unref(other);
    other.it = nullptr;
    CHECK_FALSE(shortage.met());
}

TEST_CASE("R-2 what was bound for other sizes lies as the sizes of now need it, or is bound again", "[sizes]")
{
    OpenStand stand;
    fake::Buffer in, out;
    stand.buffer(in, 128, 5);
    stand.buffer(out, 128, 0);
    const accel_binding moved{0, 0, in, 4, 0}, at_front{0, 0, in, 0, 0}, result{1, 0, out, 0, 0};
    REQUIRE(bind_ports(stand.run, &result, 1) == ACCEL_STATUS_OK);
    const auto refused = [&] {
        CHECK(submit(stand.queue, stand.run, stand.fence, stand.value + 1) == ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->message);
    };
    SECTION("at a place")
    {
        REQUIRE(bind_ports(stand.run, &moved, 1) == ACCEL_STATUS_OK);
        npu_compiler().align_bytes = 64;
        REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
        CHECK(refused() == "port 0 ('x') was bound for other sizes, at offset 4; those of now need a multiple of 64: bind it again");
    }
    SECTION("where the CPU reaches it")
    {
        accel_device *devices[] = {stand.cpu_device.get(), stand.npu_device.get()};
        accel_buffer_desc desc{};
        desc.struct_size = sizeof desc;
        desc.size_bytes = 128;
        desc.devices = devices;
        desc.device_count = 2;
        desc.usage = ACCEL_BUFFER_USAGE_PORT;
        fake::Buffer unmapped;
        REQUIRE(accel_buffer_create(&desc, unmapped.out()) == ACCEL_STATUS_OK);
        const accel_binding hidden{0, 0, unmapped, 0, 0};
        REQUIRE(bind_ports(stand.run, &hidden, 1) == ACCEL_STATUS_OK);
        npu_compiler().pairs = true;  // which no strides tell, so that the CPU converts the input
        REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
        CHECK(refused() == "port 0 ('x') was bound for other sizes, at offset 0; those of now need a multiple of 4, and memory with MAP, as the CPU copies it: bind it again");
    }
    REQUIRE(bind_ports(stand.run, &at_front, 1) == ACCEL_STATUS_OK);
    stand.complete(stand.run);
    CHECK(stand.bytes(out, 16) == std::vector<uint8_t>(16, 16));
}

TEST_CASE("Q-13 a program that is kept lets go of what builds it for other sizes", "[sizes]")
{
    OpenStand stand;
    REQUIRE(stand.bind(stand.run, 2) == ACCEL_STATUS_OK);
    stand.program->keep();
    accel_run_unref(stand.run);
    stand.run.it = nullptr;
    stand.program = {};
    CHECK_FALSE(stand.model->unref_unless_last());  // nobody else has it
}

TEST_CASE("threads bind sizes of runs of one program at once, and each set is built once", "[sizes][threads]")
{
    OpenStand stand;
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            accel_run_desc desc{};
            desc.struct_size = sizeof desc;
            desc.program = stand.program.get();
            fake::Run own;
            failures += accel_run_create(&desc, own.out()) != ACCEL_STATUS_OK;
            for (int round = 0; round < 50; ++round) failures += stand.bind(own, 1 + (round + thread) % 5) != ACCEL_STATUS_OK;
        });
    for (auto &thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(stand.built() == 6);
}
