// SPDX-License-Identifier: MIT
// Tests of the device half on a driver that is played: opening, buffers, runs, what is given back.
#include "test_bench.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <filesystem>

using namespace accel::ethosu;

namespace {

size_t open_descriptors()
{
    size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

accel_status identify(FakeDriver &driver) { return Device(driver.transport()).identify(); }

}  // namespace

TEST_CASE("only an ethosu driver with a U65-256 is opened", "[device]")
{
    FakeDriver driver;
    CHECK(identify(driver) == ACCEL_STATUS_OK);
    driver.name = "rocket";
    CHECK(identify(driver) == ACCEL_STATUS_INCOMPATIBLE);
    driver.name = "ethosu";
    driver.major = 2;
    CHECK(identify(driver) == ACCEL_STATUS_INCOMPATIBLE);
    driver.major = 1;
    driver.id = 0x20000000;
    CHECK(identify(driver) == ACCEL_STATUS_UNSUPPORTED);
    driver.id = 0x10061010;
    driver.config = 9;
    CHECK(identify(driver) == ACCEL_STATUS_UNSUPPORTED);
}

TEST_CASE("a simulated device claims no descriptors", "[device]")
{
    for (const bool simulated : {false, true}) {
        FakeDriver driver(simulated);
        Device device(driver.transport());
        REQUIRE(device.identify() == ACCEL_STATUS_OK);
        accel_bk_device_info info{};
        info.struct_size = sizeof info;
        device.info(info);
        CHECK((info.fence_export_kinds == 0) == simulated);
        CHECK((info.buffer_export_kinds == 0) == simulated);
        CHECK(info.buffer_import_kinds == 0);
        CHECK(info.queue_depth == kQueueDepth);
        CHECK(std::string(info.target) == "ethos-u65-256");
    }
}

TEST_CASE("buffers map to one pointer and start on their own", "[device]")
{
    Bench bench;
    accel_bk_buffer buffer = bench.buffer(100);
    void *first = nullptr;
    void *second = nullptr;
    REQUIRE(buffer.buffer->map(first) == ACCEL_STATUS_OK);
    REQUIRE(buffer.buffer->map(second) == ACCEL_STATUS_OK);
    CHECK(first == second);
    CHECK(first == bench.driver.buffers.at(buffer.buffer->handle()).data());
}

TEST_CASE("distinct buffers are regions of their own and share the program's words", "[run]")
{
    Bench bench;
    const size_t streams = bench.driver.streams.size();
    BoundSum bound(bench);
    CHECK(bench.driver.streams.size() == streams);
    const uapi::Job &job = bench.run->job();
    CHECK(job.sram_size == 0);
    CHECK(job.region_bo_handles[0] == 0);  // no constants
    CHECK(job.region_bo_handles[1] == bench.run->scratch()->buffer().handle());
    CHECK(job.region_bo_handles[2] == 0);
    CHECK(job.region_bo_handles[3] == bound.a.buffer->handle());
    CHECK(job.region_bo_handles[4] == bound.b.buffer->handle());
    CHECK(job.region_bo_handles[5] == bound.y.buffer->handle());
    CHECK(job.region_bo_handles[6] == 0);
    CHECK(bench.run->bind_cost(0) == ACCEL_BIND_COST_FREE);
}

TEST_CASE("one buffer for all ports is one region, with offsets in the words", "[run]")
{
    Bench bench;
    auto arena = bench.buffer(4096);
    const accel_bk_memory bindings[] = {memory_of(arena, 0x100), memory_of(arena, 0x200), memory_of(arena, 0x300)};
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    const uapi::Job &job = bench.run->job();
    CHECK(job.region_bo_handles[3] == arena.buffer->handle());
    CHECK(job.region_bo_handles[4] == 0);
    const auto &words = bench.driver.streams.at(job.cmd_bo);
    for (const Relocation &at : bench.program->relocations()) {
        CHECK(words[at.region_word] >> 16 == 3);
        CHECK(words[at.address_word + 1] == 0x100 * (at.port + 1));
    }
    // Back to distinct buffers: the program's own words serve again.
    BoundSum distinct(bench);
    CHECK(bench.run->job().cmd_bo == bench.program->commands()->handle());
}

TEST_CASE("the wrong number of buffers binds nothing", "[run]")
{
    Bench bench;
    auto a = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a)};
    CHECK(bench.run->bind(bindings) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_FALSE(bench.run->bound());
}

TEST_CASE("memory that is shorter than the program needs binds nothing", "[run]")
{
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory beyond[] = {memory_of(a), memory_of(b, 4096), memory_of(y)};
    CHECK(bench.run->bind(beyond) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_FALSE(bench.run->bound());
}

TEST_CASE("R-8 more distinct buffers than a job has regions will never fit", "[run]")
{
    GraphBuilder builder;
    std::vector<uint32_t> outputs;
    uint32_t at = builder.quantised(ACCEL_TYPE_I8, {1, 4, 2, 2}, 0.5f, 1);
    const uint32_t x = at;
    for (uint32_t i = 0; i < kPortRegionCount; ++i) {
        outputs.push_back(builder.quantised(ACCEL_TYPE_I8, {1, 4, 2, 2}, 0.5f, 1));
        builder.node(ACCEL_OPERATION_ADD, {at, at}, {outputs.back()});
        at = outputs.back();
    }
    const accel::graph::View view(builder.finish({x}, outputs));
    Bench bench;
    REQUIRE(LoadedProgram::load(bench.device, write_blob(lower(view, {}).program), bench.program) == ACCEL_STATUS_OK);
    REQUIRE(Run::create(*bench.program, {}, bench.run) == ACCEL_STATUS_OK);
    std::vector<accel_bk_buffer> buffers;
    for (uint32_t i = 0; i <= kPortRegionCount; ++i) buffers.push_back(bench.buffer(512));
    std::vector<accel_bk_memory> bindings;
    for (auto &buffer : buffers) bindings.push_back(memory_of(buffer));
    CHECK(bench.run->bind(bindings) == ACCEL_STATUS_LIMIT);
    bindings.back() = memory_of(buffers[0], 256);
    CHECK(bench.run->bind(bindings) == ACCEL_STATUS_OK);
}

TEST_CASE("a bind that fails leaves the one before", "[run]")
{
    Bench bench;
    auto arena = bench.buffer(4096), other = bench.buffer(4096), y = bench.buffer();
    const accel_bk_memory good[] = {memory_of(arena, 0x100), memory_of(arena, 0x200), memory_of(y)};
    REQUIRE(bench.run->bind(good) == ACCEL_STATUS_OK);
    const uapi::Job before = bench.run->job();
    const accel_bk_memory bad[] = {memory_of(other, 0x300), memory_of(other, 0x400), memory_of(y)};
    bench.driver.share_error = -EMFILE;
    CHECK(bench.run->bind(bad) == ACCEL_STATUS_RESOURCE);
    bench.driver.share_error = 0;
    bench.driver.stream_error = -ENOMEM;
    CHECK(bench.run->bind(bad) == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(std::memcmp(&bench.run->job(), &before, sizeof before) == 0);
    CHECK(bench.driver.streams.count(before.cmd_bo) == 1);
    CHECK(bench.run->inputs().size() == 1);
}

TEST_CASE("a stream that the validator refuses is a corrupt program", "[program]")
{
    FakeDriver driver;
    Device device(driver.transport());
    REQUIRE(device.identify() == ACCEL_STATUS_OK);
    driver.stream_error = -EINVAL;
    std::unique_ptr<LoadedProgram> program;
    CHECK(LoadedProgram::load(device, sum_blob(), program) == ACCEL_STATUS_CORRUPT);
    CHECK(program == nullptr);
}

TEST_CASE("handles and descriptors are given back", "[device]")
{
    const size_t before = open_descriptors();
    FakeDriver driver;
    {
        Device device(driver.transport());
        REQUIRE(device.identify() == ACCEL_STATUS_OK);
        std::unique_ptr<LoadedProgram> program;
        REQUIRE(LoadedProgram::load(device, sum_blob(), program) == ACCEL_STATUS_OK);
        std::unique_ptr<Run> run;
        REQUIRE(Run::create(*program, {}, run) == ACCEL_STATUS_OK);
        accel_bk_buffer buffers[3];
        for (auto &buffer : buffers)
            REQUIRE(Buffer::create(device, 16, buffer.buffer) == ACCEL_STATUS_OK);
        const accel_bk_memory bindings[] = {memory_of(buffers[0]), memory_of(buffers[1]), memory_of(buffers[2])};
        REQUIRE(run->bind(bindings) == ACCEL_STATUS_OK);
        Queue queue(device, kQueueDepth);
        for (uint32_t i = 0; i < 3 * kQueueDepth; ++i) {
            uint64_t ticket = 0;
            REQUIRE(queue.submit(*run, {}, ticket) == ACCEL_STATUS_OK);
            driver.finish(1);
            REQUIRE(queue.wait(ticket, 0) == ACCEL_STATUS_OK);
        }
        CHECK(open_descriptors() <= before + kQueueDepth + 4);
    }
    CHECK(open_descriptors() == before);
    CHECK(driver.buffers.empty());
    CHECK(driver.streams.empty());
    CHECK(driver.closed_twice == 0);
}
