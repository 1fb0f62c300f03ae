// SPDX-License-Identifier: MIT
// What befalls the device, as a caller of the tables sees it: which work is lost, with which status, and what goes on.
#include <accel/backend.h>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>

#include "blob.h"
#include "door.h"
#include "model/driver.h"

using namespace accel;
using namespace accel::template_drm;

namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;

accel_bk_transport transport_to(Driver &driver)
{
    accel_bk_transport table{};
    table.struct_size = sizeof table;
    table.context = &driver;
    table.flags = ACCEL_BK_TRANSPORT_FLAG_SIMULATED;
    table.node_fd = -1;
    table.request = [](void *self, const accel_bk_request *request) { return static_cast<Driver *>(self)->ioctl(static_cast<unsigned long>(request->request), request->argument); };
    table.map = [](void *self, const accel_bk_map *map, void **out) { return static_cast<Driver *>(self)->map(map->offset, map->size_bytes, out); };
    table.unmap = [](void *, void *, uint64_t) { return 0; };
    return table;
}

/// y = min(a * b + a, 100), four elements.
std::vector<uint8_t> product_and_sum()
{
    Blob blob;
    blob.port_bytes = {16, 16, 16};
    blob.input_count = 2;
    blob.scratch_bytes = 16;
    blob.jobs.push_back({uapi::kMultiply, 0, 4, {kPort, 0, 0}, {kPort, 1, 0}, {kScratch, 0, 0}, -INFINITY, INFINITY});
    blob.jobs.push_back({uapi::kAdd, 0, 4, {kScratch, 0, 0}, {kPort, 0, 0}, {kPort, 2, 0}, -INFINITY, 100});
    return write_blob(blob);
}

struct Bench {
    Bench() { open(); }
    ~Bench() { close(); }

    void open()
    {
        const accel_bk_open desc{sizeof desc, nullptr, &transport, "template_drm", "", ""};
        REQUIRE(ops.device_open(&desc, &device) == ACCEL_STATUS_OK);
        const auto bytes = product_and_sum();
        REQUIRE(door::load(ops, device, bytes.data(), bytes.size(), nullptr, 0, &program) == ACCEL_STATUS_OK);
        REQUIRE(door::create_run(ops, program, &run) == ACCEL_STATUS_OK);
        accel_bk_buffer_desc buffer{};
        buffer.struct_size = sizeof buffer;
        buffer.size_bytes = 16;
        for (int port = 0; port < 3; ++port) {
            REQUIRE(ops.buffer_create(device, &buffer, &buffers[port]) == ACCEL_STATUS_OK);
            void *memory = nullptr;
            REQUIRE(door::map(ops, buffers[port], ACCEL_ACCESS_WRITE, 16, &memory) == ACCEL_STATUS_OK);
            values[port] = static_cast<float *>(memory);
            ports[port] = {buffers[port], 0, 16};
        }
        REQUIRE(door::bind(ops, run, ports, 3) == ACCEL_STATUS_OK);
        queue = make_queue();
    }

    void close()
    {
        ops.queue_destroy(queue);
        ops.run_destroy(run);
        ops.program_unload(program);
        for (accel_bk_buffer *buffer : buffers) ops.buffer_destroy(buffer);
        ops.device_close(device);
    }

    accel_bk_queue *make_queue()
    {
        accel_bk_queue *made = nullptr;
        const accel_bk_queue_desc desc{sizeof desc, 0, uapi::kDepth};
        REQUIRE(ops.queue_create(device, &desc, &made) == ACCEL_STATUS_OK);
        return made;
    }

    accel_status submit(accel_bk_queue *to, uint64_t *ticket) const
    {
        const accel_bk_submit desc{sizeof desc, run, nullptr, 0, 0};
        return ops.queue_submit(to, &desc, ticket);
    }
    accel_status submit_and_wait(accel_bk_queue *to) const
    {
        uint64_t ticket = 0;
        const accel_status status = submit(to, &ticket);
        return status == ACCEL_STATUS_OK ? ops.queue_wait(to, ticket, 10 * kSecondNs) : status;
    }
    bool computes(accel_bk_queue *on) const
    {
        for (int i = 0; i < 4; ++i) values[0][i] = static_cast<float>(i), values[1][i] = 40, values[2][i] = -1;
        return submit_and_wait(on) == ACCEL_STATUS_OK && values[2][0] == 0 && values[2][1] == 41 && values[2][2] == 82 && values[2][3] == 100;
    }

    std::atomic<Mishap> next{Mishap::kNone};  ///< of one list
    std::atomic<bool> gated{false};
    Driver driver{[this] {
        while (gated) std::this_thread::yield();
        return next.exchange(Mishap::kNone);
    }};
    accel_bk_transport transport = transport_to(driver);
    const accel_bk_device_ops &ops = *accel_module_entry(nullptr, ACCEL_BK_API_VERSION)->device;
    accel_bk_device *device = nullptr;
    accel_bk_program *program = nullptr;
    accel_bk_run *run = nullptr;
    accel_bk_buffer *buffers[3] = {};
    accel_bk_memory ports[3] = {};
    float *values[3] = {};
    accel_bk_queue *queue = nullptr;
};

}  // namespace

TEST_CASE("a list of jobs is executed in order, through the scratch", "[template_drm]")
{
    Bench bench;
    CHECK(bench.computes(bench.queue));
    CHECK(bench.computes(bench.queue));
}

TEST_CASE("a job that fails is its own ticket's matter", "[template_drm]")
{
    Bench bench;
    bench.next = Mishap::kFault;
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_JOB_FAILED);
    CHECK(bench.computes(bench.queue));
    CHECK(bench.ops.queue_wait(bench.queue, 1, 0) == ACCEL_STATUS_JOB_FAILED); // the same each time
}

TEST_CASE("a hang ends in time, loses the queue behind it, and no other one", "[template_drm]")
{
    Bench bench;
    accel_bk_queue *other = bench.make_queue();
    bench.gated = true;
    bench.next = Mishap::kHang;
    uint64_t first = 0, second = 0, beside = 0;
    REQUIRE(bench.submit(bench.queue, &first) == ACCEL_STATUS_OK);
    REQUIRE(bench.submit(bench.queue, &second) == ACCEL_STATUS_OK);
    REQUIRE(bench.submit(other, &beside) == ACCEL_STATUS_OK);
    bench.gated = false;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(bench.ops.queue_wait(bench.queue, first, uapi::kJobTimeoutNs / 10) == ACCEL_STATUS_TIMEOUT);
    CHECK(bench.ops.queue_wait(bench.queue, first, 10 * kSecondNs) == ACCEL_STATUS_JOB_TIMEOUT);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK(bench.ops.queue_wait(bench.queue, second, 10 * kSecondNs) == ACCEL_STATUS_CONTEXT_LOST);
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_CONTEXT_LOST);
    CHECK(bench.ops.queue_wait(other, beside, 10 * kSecondNs) == ACCEL_STATUS_OK);
    CHECK(bench.computes(other));
    bench.ops.queue_destroy(bench.queue);
    bench.queue = bench.make_queue();
    CHECK(bench.computes(bench.queue));
    bench.ops.queue_destroy(other);
}

TEST_CASE("a lost device loses all queues, and works again when it is opened again", "[template_drm]")
{
    Bench bench;
    accel_bk_queue *other = bench.make_queue();
    bench.next = Mishap::kLoss;
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_DEVICE_LOST);
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_DEVICE_LOST);
    CHECK(bench.submit_and_wait(other) == ACCEL_STATUS_DEVICE_LOST);
    accel_bk_queue *none = nullptr;
    const accel_bk_queue_desc desc{sizeof desc, 0, uapi::kDepth};
    CHECK(bench.ops.queue_create(bench.device, &desc, &none) == ACCEL_STATUS_DEVICE_LOST);
    CHECK(none == nullptr);
    bench.ops.queue_destroy(other);
    bench.close();
    bench.open();
    CHECK(bench.computes(bench.queue));
}

TEST_CASE("of a device that is gone everything says so, what waits too", "[template_drm]")
{
    Bench bench;
    accel_bk_queue *other = bench.make_queue();
    bench.gated = true;
    bench.next = Mishap::kGone;
    uint64_t first = 0, second = 0;
    REQUIRE(bench.submit(bench.queue, &first) == ACCEL_STATUS_OK);
    REQUIRE(bench.submit(other, &second) == ACCEL_STATUS_OK);
    bench.gated = false;
    CHECK(bench.ops.queue_wait(other, second, 10 * kSecondNs) == ACCEL_STATUS_DEVICE_GONE);
    CHECK(bench.ops.queue_wait(bench.queue, first, 0) == ACCEL_STATUS_DEVICE_GONE);
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_DEVICE_GONE);
    bench.ops.queue_destroy(other);
}

TEST_CASE("a ring that is full is BUSY, and takes more when a list has ended", "[template_drm]")
{
    Bench bench;
    bench.gated = true;
    uint64_t ticket = 0;
    for (uint32_t i = 0; i < uapi::kDepth; ++i) REQUIRE(bench.submit(bench.queue, &ticket) == ACCEL_STATUS_OK);
    CHECK(ticket == uapi::kDepth);
    CHECK(bench.submit(bench.queue, &ticket) == ACCEL_STATUS_BUSY);
    bench.gated = false;
    CHECK(bench.ops.queue_wait(bench.queue, uapi::kDepth, 10 * kSecondNs) == ACCEL_STATUS_OK);
    CHECK(bench.computes(bench.queue));
}

TEST_CASE("another driver, or another version of it, is not opened", "[template_drm]")
{
    Bench bench;
    accel_bk_transport other = bench.transport;
    other.request = [](void *self, const accel_bk_request *request) {
        const int error = static_cast<Driver *>(self)->ioctl(static_cast<unsigned long>(request->request), request->argument);
        if (request->request == DRM_IOCTL_VERSION) static_cast<drm_version *>(request->argument)->version_major = 2;
        return error;
    };
    accel_bk_device *device = nullptr;
    accel_bk_open desc{sizeof desc, nullptr, &other, "template_drm", "", ""};
    CHECK(bench.ops.device_open(&desc, &device) == ACCEL_STATUS_INCOMPATIBLE);
    CHECK(device == nullptr);
    desc.transport = nullptr;
    CHECK(bench.ops.device_open(&desc, &device) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("lies behind a right seal are found", "[template_drm]")
{
    Bench bench;
    Blob good;
    const char *why = nullptr;
    REQUIRE(read_blob(product_and_sum(), good, why) == module::SealState::kGood);
    CHECK(good.jobs.size() == 2);
    const auto refused = [&](const auto &lie) {
        Blob bad = good;
        lie(bad);
        accel_bk_program *none = nullptr;
        const auto bytes = write_blob(bad);
        return door::load(bench.ops, bench.device, bytes.data(), bytes.size(), nullptr, 0, &none) == ACCEL_STATUS_CORRUPT && none == nullptr;
    };
    CHECK(!refused([](Blob &) {}));
    CHECK(refused([](Blob &blob) { blob.jobs.clear(); }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].operation = 4; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].operation = 0; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].element_count = 5; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].element_count = 0; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].element_count = UINT64_MAX / 4 + 2; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].a.offset_bytes = 4; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].a.offset_bytes = UINT64_MAX - 3; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].element_count = 1, blob.jobs[0].a.offset_bytes = 2; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].b.port = 3; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].b.space = 3; }));
    CHECK(refused([](Blob &blob) { blob.jobs[0].b.space = kConstants; }));
    CHECK(refused([](Blob &blob) { blob.jobs[1].y = {kPort, 0, 0}; }));
    CHECK(refused([](Blob &blob) { blob.jobs[1].clamp_min = 101; }));
    CHECK(refused([](Blob &blob) { blob.jobs[1].clamp_max = NAN; }));
    CHECK(refused([](Blob &blob) { blob.constants.resize(16), blob.jobs[1].y = {kConstants, 0, 0}; }));
    CHECK(refused([](Blob &blob) { blob.input_count = 4; }));
}
