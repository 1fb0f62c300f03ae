// SPDX-License-Identifier: MIT
// What befalls the device, as a caller of the tables sees it: which work is lost, with which status, and what goes on.
#include <accel/backend.h>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

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

/// A transport that copies: what a request does not describe does not arrive, and mapped memory is another's until it is brought or taken.
struct Carrier {
    explicit Carrier(Driver &the_driver) : driver(the_driver),
                                           table(transport_to(the_driver))
    {
        table.context = this;
        table.request = [](void *self, const accel_bk_request *request) { return static_cast<Carrier *>(self)->carry(*request); };
        table.map = [](void *self, const accel_bk_map *map, void **out) { return static_cast<Carrier *>(self)->map(*map, out); };
        table.sync = [](void *self, void *pointer, uint64_t byte_count, uint32_t access) { return static_cast<Carrier *>(self)->sync(static_cast<unsigned char *>(pointer), byte_count, access); };
    }

    int carry(const accel_bk_request &request) const
    {
        std::vector<unsigned char> argument(_IOC_SIZE(request.request));
        std::memcpy(argument.data(), request.argument, argument.size());
        if (request.request == uapi::kSubmit) std::memset(argument.data() + offsetof(uapi::Submit, jobs), 0, 8);
        if (request.request == uapi::kWait) std::memset(argument.data() + offsetof(uapi::Wait, deadline_ns), 0, 8);
        std::vector<std::vector<unsigned char>> carried(request.span_count);
        for (uint32_t i = 0; i < request.span_count; ++i) {
            const accel_bk_span &span = request.spans[i];
            uint64_t there = 0;
            if (span.kind == ACCEL_BK_SPAN_KIND_INSTANT) {
                std::memcpy(&there, static_cast<unsigned char *>(request.argument) + span.pointer_offset, 8);
            } else {
                carried[i].resize(span.byte_count);
                if (span.kind == ACCEL_BK_SPAN_KIND_IN) std::memcpy(carried[i].data(), span.data, span.byte_count);
                there = reinterpret_cast<uint64_t>(carried[i].data());
            }
            std::memcpy(argument.data() + span.pointer_offset, &there, 8);
        }
        if (request.request == uapi::kSubmit && (request.span_count == 0 || carried[0].size() < sizeof(uapi::Job))) return -EFAULT;
        const int answer = driver.ioctl(static_cast<unsigned long>(request.request), argument.data());
        for (uint32_t i = 0; i < request.span_count; ++i) {
            const accel_bk_span &span = request.spans[i];
            if (span.kind == ACCEL_BK_SPAN_KIND_OUT) std::memcpy(span.data, carried[i].data(), span.byte_count);
            std::memcpy(argument.data() + span.pointer_offset, static_cast<unsigned char *>(request.argument) + span.pointer_offset, 8);
        }
        std::memcpy(request.argument, argument.data(), argument.size());
        return answer;
    }

    int map(const accel_bk_map &map, void **out)
    {
        void *theirs = nullptr;
        if (const int error = driver.map(map.offset, map.size_bytes, &theirs)) return error;
        std::vector<unsigned char> &ours = shadows.emplace_back(static_cast<unsigned char *>(theirs), std::vector<unsigned char>(map.size_bytes)).second;
        *out = ours.data();
        return 0;
    }

    int sync(unsigned char *pointer, uint64_t byte_count, uint32_t access)
    {
        for (auto &[theirs, ours] : shadows) {
            if (pointer < ours.data() || pointer >= ours.data() + ours.size()) continue;
            unsigned char *there = theirs + (pointer - ours.data());
            std::memcpy(access == ACCEL_ACCESS_READ ? pointer : there, access == ACCEL_ACCESS_READ ? there : pointer, byte_count);
            return 0;
        }
        return -EINVAL;
    }

    Driver &driver;
    accel_bk_transport table;
    std::deque<std::pair<unsigned char *, std::vector<unsigned char>>> shadows;
};

/// y = min(a * b + c, 100), four elements; c is {0, 1, 2, 3}.
std::vector<uint8_t> product_and_sum()
{
    Blob blob;
    blob.port_bytes = {16, 16, 16};
    blob.input_count = 2;
    blob.scratch_bytes = 16;
    blob.jobs.push_back({uapi::kMultiply, 0, 4, {kPort, 0, 0}, {kPort, 1, 0}, {kScratch, 0, 0}, -INFINITY, INFINITY});
    blob.jobs.push_back({uapi::kAdd, 0, 4, {kScratch, 0, 0}, {kConstants, 0, 0}, {kPort, 2, 0}, -INFINITY, 100});
    const float constants[] = {0, 1, 2, 3};
    blob.constants.resize(sizeof constants);
    std::memcpy(blob.constants.data(), constants, sizeof constants);
    return write_blob(blob);
}

struct Bench {
    explicit Bench(bool carries = false) : transport(carries ? carrier.table : direct) { open(); }
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
    void write(int port, float first, float step) const
    {
        void *memory = nullptr;
        REQUIRE(door::map(ops, buffers[port], ACCEL_ACCESS_WRITE, 16, &memory) == ACCEL_STATUS_OK);
        for (int i = 0; i < 4; ++i) static_cast<float *>(memory)[i] = first + step * static_cast<float>(i);
        REQUIRE(door::unmap(ops, buffers[port], ACCEL_ACCESS_WRITE, 16) == ACCEL_STATUS_OK);
    }
    bool computes(accel_bk_queue *on) const
    {
        write(0, 0, 1);
        write(1, 40, 0);
        write(2, -1, 0);
        void *memory = nullptr;
        if (submit_and_wait(on) != ACCEL_STATUS_OK || door::map(ops, buffers[2], ACCEL_ACCESS_READ, 16, &memory) != ACCEL_STATUS_OK) return false;
        const auto *y = static_cast<const float *>(memory);
        const bool right = y[0] == 0 && y[1] == 41 && y[2] == 82 && y[3] == 100;
        return right && door::unmap(ops, buffers[2], ACCEL_ACCESS_READ, 16) == ACCEL_STATUS_OK;
    }

    std::atomic<Mishap> next{Mishap::kNone};  ///< of one list
    std::atomic<bool> gated{false};
    Driver driver{[this] {
        while (gated) std::this_thread::yield();
        return next.exchange(Mishap::kNone);
    }};
    Carrier carrier{driver};
    accel_bk_transport direct = transport_to(driver);
    accel_bk_transport transport;
    const accel_bk_device_ops &ops = *accel_module_entry(nullptr, ACCEL_BK_API_VERSION)->device;
    accel_bk_device *device = nullptr;
    accel_bk_program *program = nullptr;
    accel_bk_run *run = nullptr;
    accel_bk_buffer *buffers[3] = {};
    accel_bk_memory ports[3] = {};
    accel_bk_queue *queue = nullptr;
};

}  // namespace

TEST_CASE("a list of jobs is executed in order, through the scratch", "[template_drm]")
{
    Bench bench;
    CHECK(bench.computes(bench.queue));
    CHECK(bench.computes(bench.queue));
}

TEST_CASE("a transport that copies carries all of it: requests are described, memory is brought and taken", "[template_drm]")
{
    Bench bench(true);
    CHECK(bench.computes(bench.queue));
    bench.next = Mishap::kFault;
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_JOB_FAILED);
    CHECK(bench.computes(bench.queue));
}

TEST_CASE("a job that fails is its own ticket's matter", "[template_drm]")
{
    Bench bench;
    bench.next = Mishap::kFault;
    CHECK(bench.submit_and_wait(bench.queue) == ACCEL_STATUS_JOB_FAILED);
    CHECK(bench.computes(bench.queue));
    CHECK(bench.ops.queue_wait(bench.queue, 1, 0) == ACCEL_STATUS_JOB_FAILED);  // the same each time
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
        const accel_status status = door::load(bench.ops, bench.device, bytes.data(), bytes.size(), nullptr, 0, &none);
        if (none) bench.ops.program_unload(none);
        return status == ACCEL_STATUS_CORRUPT && none == nullptr;
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
    CHECK(refused([](Blob &blob) { blob.constants.clear(); }));
    CHECK(refused([](Blob &blob) { blob.jobs[1].y = {kPort, 0, 0}; }));
    CHECK(refused([](Blob &blob) { blob.jobs[1].clamp_min = 101; }));
    CHECK(refused([](Blob &blob) { blob.jobs[1].clamp_max = NAN; }));
    CHECK(refused([](Blob &blob) { blob.constants.resize(16), blob.jobs[1].y = {kConstants, 0, 0}; }));
    CHECK(refused([](Blob &blob) { blob.input_count = 3; }));
}
