// SPDX-License-Identifier: MIT
// Tests of the device half on a driver that is played: opening, buffers, runs, queues, losses.
#include "fake_driver.h"
#include "graph_builder.h"
#include "lower.h"
#include "queue.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <filesystem>

using namespace accel::ethosu;

namespace
{

size_t open_descriptors()
{
    size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

// y = relu(a + b): two inputs, one output.
std::vector<uint8_t> sum_blob()
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

struct Bench {
    explicit Bench(bool simulated = false) : driver(simulated), device(driver.transport())
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
accel_bk_memory memory_of(accel_bk_buffer &buffer, uint64_t offset_bytes = 0)
{
    const uint64_t size_bytes = buffer.buffer->size_bytes();
    return {&buffer, offset_bytes, size_bytes > offset_bytes ? size_bytes - offset_bytes : 0};
}

accel_status identify(FakeDriver &driver) { return Device(driver.transport()).identify(); }

} // namespace

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
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const size_t streams = bench.driver.streams.size();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    CHECK(bench.driver.streams.size() == streams);
    const uapi::Job &job = bench.run->job();
    CHECK(job.sram_size == 0);
    CHECK(job.region_bo_handles[0] == 0); // no constants
    CHECK(job.region_bo_handles[1] == bench.run->scratch()->buffer().handle());
    CHECK(job.region_bo_handles[2] == 0);
    CHECK(job.region_bo_handles[3] == a.buffer->handle());
    CHECK(job.region_bo_handles[4] == b.buffer->handle());
    CHECK(job.region_bo_handles[5] == y.buffer->handle());
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
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory distinct[] = {memory_of(a), memory_of(b), memory_of(y)};
    REQUIRE(bench.run->bind(distinct) == ACCEL_STATUS_OK);
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

TEST_CASE("submit fences: outputs by sync_file, inputs as readers, waits on the scratch", "[queue]")
{
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    Queue queue(bench.device, 4);
    const int32_t waits[] = {0};
    uint64_t ticket = 0;
    REQUIRE(queue.submit(*bench.run, waits, ticket) == ACCEL_STATUS_OK);
    CHECK(ticket == 1);
    const uint32_t scratch = bench.run->scratch()->buffer().handle();
    CHECK(bench.driver.exported_from == std::vector<uint32_t>{scratch});
    const auto &notes = bench.driver.imported;
    REQUIRE(notes.size() == 3);
    CHECK(notes[0].handle == scratch);
    CHECK(notes[0].access == ACCEL_ACCESS_WRITE);
    CHECK(notes[0].fd == 0);
    CHECK(notes[1].handle == a.buffer->handle());
    CHECK(notes[2].handle == b.buffer->handle());
    CHECK(notes[1].access == ACCEL_ACCESS_READ);
    CHECK(notes[1].fd == notes[2].fd);

    int fd = -1;
    REQUIRE(queue.fence(1, fd) == ACCEL_STATUS_OK);
    ::close(fd);
    CHECK(queue.fence(2, fd) == ACCEL_STATUS_NOT_FOUND);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_TIMEOUT);
    bench.driver.finish(1);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_OK);
    // Also when the ticket has ended, and a descriptor of its own each time (M-21).
    int again = -1;
    REQUIRE(queue.fence(1, fd) == ACCEL_STATUS_OK);
    REQUIRE(queue.fence(1, again) == ACCEL_STATUS_OK);
    CHECK(fd != again);
    ::close(fd);
    ::close(again);
}

TEST_CASE("M-18 a wait that cannot be made says nothing of the job", "[queue]")
{
    for (const bool simulated : {false, true}) {
        Bench bench(simulated);
        auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
        const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
        REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
        Queue queue(bench.device, 1);
        uint64_t ticket = 0;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        bench.driver.finish(1);
        for (const int error : {EMFILE, ENFILE, EINTR, EAGAIN}) {
            bench.driver.wait_error = -error;
            CHECK(queue.wait(1, 0) == ACCEL_STATUS_TIMEOUT);
            CHECK(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_BUSY);
        }
        // The kernel's ENOMEM is the wait's, a model's is the job's.
        bench.driver.wait_error = -ENOMEM;
        CHECK(queue.wait(1, 0) == (simulated ? ACCEL_STATUS_OUT_OF_MEMORY : ACCEL_STATUS_TIMEOUT));
        bench.driver.wait_error = 0;
        CHECK(queue.wait(1, 0) == (simulated ? ACCEL_STATUS_OUT_OF_MEMORY : ACCEL_STATUS_OK));
    }
}

TEST_CASE("the ring is as deep as asked, and failures stay with their ticket", "[queue]")
{
    for (const bool simulated : {false, true}) {
        Bench bench(simulated);
        auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
        const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
        std::unique_ptr<Run> second;
        REQUIRE(Run::create(*bench.program, {}, second) == ACCEL_STATUS_OK);
        REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
        REQUIRE(second->bind(bindings) == ACCEL_STATUS_OK);
        Queue queue(bench.device, 2);
        uint64_t ticket = 0;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        REQUIRE(queue.submit(*second, {}, ticket) == ACCEL_STATUS_OK);
        CHECK(ticket == 2);
        CHECK(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_BUSY);
        bench.driver.finish(1, -ECANCELED);
        CHECK(queue.wait(1, 0) == ACCEL_STATUS_JOB_FAILED);
        CHECK(queue.wait(1, UINT64_MAX) == ACCEL_STATUS_JOB_FAILED);
        CHECK(queue.wait(2, 0) == ACCEL_STATUS_TIMEOUT);
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        CHECK(ticket == 3);
        bench.driver.finish(2);
        CHECK(queue.wait(2, 0) == ACCEL_STATUS_OK);
        CHECK(queue.wait(3, 0) == ACCEL_STATUS_OK);
        CHECK(queue.wait(4, 0) == ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

TEST_CASE("a hang is told from a fault by the time that the job took, whenever somebody asks", "[queue]")
{
    constexpr uint64_t kMs = 1'000'000;
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    std::vector<std::unique_ptr<Run>> runs(4);
    for (auto &run : runs) {
        REQUIRE(Run::create(*bench.program, {}, run) == ACCEL_STATUS_OK);
        REQUIRE(run->bind(bindings) == ACCEL_STATUS_OK);
    }
    Queue queue(bench.device, 8);
    uint64_t ticket = 0;
    const uint64_t begin_ns = accel::drm::now_ns();
    for (auto &run : runs)
        REQUIRE(queue.submit(*run, {}, ticket) == ACCEL_STATUS_OK);
    bench.driver.finish(1, -ECANCELED, false, begin_ns + 510 * kMs); // hung
    bench.driver.finish(1, -ECANCELED, false, begin_ns + 520 * kMs); // broke 10 ms after it began
    bench.driver.finish(1, 0, false, begin_ns + 900 * kMs);
    bench.driver.finish(1, -ECANCELED, false, begin_ns + 1410 * kMs); // hung behind one that took its time
    CHECK(queue.wait(4, 0) == ACCEL_STATUS_JOB_TIMEOUT);
    CHECK(queue.wait(2, 0) == ACCEL_STATUS_JOB_FAILED);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_JOB_TIMEOUT);
    CHECK(queue.wait(3, 0) == ACCEL_STATUS_OK);
}

// The driver's fences of jobs that are over look good, also of failed ones.
TEST_CASE("a job without a receipt has failed, whatever its fence says", "[queue]")
{
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    Queue queue(bench.device, 4);
    uint64_t ticket = 0;
    for (int round = 0; round < 600; ++round) { // receipts wrap at 256
        const bool stops = round % 7 == 3;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        bench.driver.finish(1, 0, stops);
        REQUIRE(queue.wait(ticket, 0) == (stops ? ACCEL_STATUS_JOB_FAILED : ACCEL_STATUS_OK));
    }
}

TEST_CASE("a run may be gone before anyone asks how its job ended", "[queue]")
{
    for (const bool simulated : {false, true}) {
        Bench bench(simulated);
        auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
        const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
        REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
        Queue queue(bench.device, 4);
        uint64_t ticket = 0;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        bench.driver.finish(1);
        bench.run.reset();
        CHECK(queue.wait(ticket, 0) == ACCEL_STATUS_OK);
    }
}

TEST_CASE("what the driver refuses is not queued", "[queue]")
{
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    Queue queue(bench.device, 2);
    uint64_t ticket = 0;
    CHECK(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    const std::pair<int, accel_status> answers[] = {{-ENODEV, ACCEL_STATUS_DEVICE_GONE},
                                                    {-EACCES, ACCEL_STATUS_DEVICE_GONE},
                                                    {-ETIMEDOUT, ACCEL_STATUS_DEVICE_LOST},
                                                    {-EOVERFLOW, ACCEL_STATUS_INVALID_ARGUMENT}};
    for (const auto &[error, status] : answers) {
        bench.driver.submit_error = error;
        CHECK(queue.submit(*bench.run, {}, ticket) == status);
    }
    bench.driver.submit_error = 0;
    REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
    CHECK(ticket == 1);
}

TEST_CASE("without a sync_file a ticket is still waited for", "[queue]")
{
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    Queue queue(bench.device, 2);
    bench.driver.fence_error = -EMFILE;
    uint64_t ticket = 0;
    REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_TIMEOUT);
    int fd = -1;
    CHECK(queue.fence(1, fd) == ACCEL_STATUS_UNSUPPORTED);
    bench.driver.finish(1);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_OK);
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
