// SPDX-License-Identifier: MIT
// Requests through sockets to a driver that keeps books. What the driver sees was described, or is not there.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <functional>
#include <thread>

#include "flat.h"
#include "server.h"
#include "transport.h"

using namespace accel::carried;

namespace {

constexpr int64_t kHour = 3'600'000'000'000;

/// An argument with each kind of reference, as drivers have them: rocket's jobs with lists in them, instants, descriptors.
struct Job {
    uint64_t handles;
    uint32_t handle_count, pad;
};
struct Submit {
    uint64_t jobs;
    uint32_t job_count;
    int32_t fd;
    int64_t deadline_ns;
    uint64_t answer;
};
constexpr unsigned long kSubmit = _IOWR('d', 0x40, Submit);
constexpr unsigned long kOneWay = _IOW('d', 0x41, Submit);

/// The device on the other side.
struct Driver {
    std::function<int(unsigned long, Submit &)> on_request = [](unsigned long, Submit &) { return 0; };
    std::vector<uint8_t> memory = std::vector<uint8_t>(8192, 0);
    int unmapped = 0;
    accel_bk_transport table{};

    Driver()
    {
        table.struct_size = sizeof table;
        table.context = this;
        table.node_fd = -1;
        table.request = [](void *self, const accel_bk_request *request) {
            return static_cast<Driver *>(self)->on_request(request->request, *static_cast<Submit *>(request->argument));
        };
        table.map = [](void *self, const accel_bk_map *map, void **out) {
            auto &driver = *static_cast<Driver *>(self);
            if (map->offset + map->size_bytes > driver.memory.size()) return -EINVAL;
            *out = driver.memory.data() + map->offset;
            return 0;
        };
        table.unmap = [](void *self, void *, uint64_t) { return ++static_cast<Driver *>(self)->unmapped, 0; };
    }
};

struct Bench {
    Bench() : server(driver.table, kHour)
    {
        Fd ours, theirs;
        REQUIRE(make_pair(ours, theirs) == 0);
        thread = std::thread([this, control = std::move(theirs)]() mutable { server.serve(std::move(control)); });
        transport = std::make_unique<CarryingTransport>(std::move(ours));
    }
    ~Bench()
    {
        transport.reset();
        thread.join();
    }
    int request(unsigned long number, Submit &argument, std::vector<accel_bk_span> spans)
    {
        const accel_bk_request request{sizeof request, number, &argument, spans.data(), static_cast<uint32_t>(spans.size()), 0};
        const auto &table = *transport->table();
        return table.request(table.context, &request);
    }
    uint8_t *map(uint64_t offset, uint64_t size_bytes, uint64_t align_bytes = 0)
    {
        void *pointer = nullptr;
        const accel_bk_map wish{sizeof wish, offset, size_bytes, align_bytes, 0, nullptr};
        REQUIRE(transport->table()->map(transport->table()->context, &wish, &pointer) == 0);
        return static_cast<uint8_t *>(pointer);
    }
    int sync(uint8_t *pointer, uint64_t size_bytes, uint32_t access) { return transport->table()->sync(transport->table()->context, pointer, size_bytes, access); }

    Driver driver;
    Server server;
    std::thread thread;
    std::unique_ptr<CarryingTransport> transport;
};

template <class Pointer> uint64_t address(Pointer *pointer) { return reinterpret_cast<uintptr_t>(pointer); }

accel_bk_span memory_span(uint32_t kind, uint32_t parent, uint64_t offset, void *data, uint64_t byte_count) { return {kind, parent, offset, data, byte_count}; }
accel_bk_span number_span(uint32_t kind, uint64_t offset) { return {kind, 0, offset, nullptr, 0}; }

ino_t inode_of(int fd)
{
    struct stat facts {};
    return fstat(fd, &facts) == 0 ? facts.st_ino : 0;
}

}  // namespace

TEST_CASE("M-14 a tree of spans arrives, in other memory, and goes back where it came from", "[carried]")
{
    Bench bench;
    uint32_t handles[2][3] = {{1, 2, 3}, {4, 5, 6}};
    Job jobs[2] = {{address(handles[0]), 3, 0}, {address(handles[1]), 3, 0}};
    uint32_t answer[2] = {7, 7};
    Submit submit{address(jobs), 2, -1, 0, address(answer)};
    uint32_t sum = 0;
    bench.driver.on_request = [&](unsigned long, Submit &got) {
        CHECK(got.jobs != address(jobs));
        auto *list = reinterpret_cast<Job *>(got.jobs);
        for (uint32_t job = 0; job < got.job_count; ++job)
            for (uint32_t at = 0; at < list[job].handle_count; ++at) sum = sum * 10 + reinterpret_cast<uint32_t *>(list[job].handles)[at];
        reinterpret_cast<uint32_t *>(list[1].handles)[0] = 99;
        reinterpret_cast<uint32_t *>(got.answer)[1] = 42;
        got.job_count = 5;
        return -EBUSY;
    };
    const std::vector<accel_bk_span> spans{memory_span(ACCEL_BK_SPAN_KIND_IN, 0, offsetof(Submit, jobs), jobs, sizeof jobs),
                                           memory_span(ACCEL_BK_SPAN_KIND_IN, 1, offsetof(Job, handles), handles[0], sizeof handles[0]),
                                           memory_span(ACCEL_BK_SPAN_KIND_INOUT, 1, sizeof(Job) + offsetof(Job, handles), handles[1], sizeof handles[1]),
                                           memory_span(ACCEL_BK_SPAN_KIND_OUT, 0, offsetof(Submit, answer), answer, sizeof answer)};
    CHECK(bench.request(kSubmit, submit, spans) == -EBUSY);
    CHECK(sum == 123456);
    CHECK(handles[1][0] == 99);
    CHECK(answer[1] == 42);
    CHECK(answer[0] == kPoison * 0x01010101u);  // what the driver did not write is not what was there
    CHECK(submit.job_count == 5);
    CHECK(submit.jobs == address(jobs));
    CHECK(jobs[0].handles == address(handles[0]));

    submit.job_count = 2;
    CHECK(bench.request(kOneWay, submit, spans) == -EBUSY);
    CHECK(submit.job_count == 2);
}

TEST_CASE("M-14 descriptors and instants are those of the other side", "[carried]")
{
    Bench bench;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    Submit submit{0, 0, ends[0], 1000 * kHour, 0};
    ino_t seen = 0;
    int64_t deadline = 0;
    bench.driver.on_request = [&](unsigned long, Submit &got) {
        CHECK(got.fd != ends[0]);
        seen = inode_of(got.fd);
        deadline = got.deadline_ns;
        return 0;
    };
    const auto fd_in = number_span(ACCEL_BK_SPAN_KIND_FD_IN, offsetof(Submit, fd)), instant = number_span(ACCEL_BK_SPAN_KIND_INSTANT, offsetof(Submit, deadline_ns));
    CHECK(bench.request(kSubmit, submit, {fd_in, instant}) == 0);
    CHECK(seen == inode_of(ends[0]));
    // No earlier, or a wait would end before its time.
    CHECK(deadline >= 1001 * kHour);
    CHECK(deadline < 1001 * kHour + kHour / 3600);
    CHECK(submit.deadline_ns == 1000 * kHour);
    CHECK(submit.fd == ends[0]);
    for (const int64_t plain : {int64_t{0}, INT64_MAX}) {
        submit.deadline_ns = plain;
        CHECK(bench.request(kSubmit, submit, {fd_in, instant}) == 0);
        CHECK(deadline == plain);
    }
    submit.fd = -1;
    bench.driver.on_request = [&](unsigned long, Submit &got) { return got.fd == -1 ? 0 : -EBADF; };
    CHECK(bench.request(kSubmit, submit, {fd_in}) == 0);

    bench.driver.on_request = [&](unsigned long, Submit &got) { return got.fd = dup(ends[1]), 0; };
    submit.fd = -1;
    REQUIRE(bench.request(kSubmit, submit, {number_span(ACCEL_BK_SPAN_KIND_FD_OUT, offsetof(Submit, fd))}) == 0);
    CHECK(inode_of(submit.fd) == inode_of(ends[1]));
    for (const int fd : {ends[0], ends[1], submit.fd}) close(fd);
}

TEST_CASE("M-14 a description that is not sound is refused, and memory that can only be shared as such", "[carried]")
{
    Bench bench;
    uint32_t words[4] = {};
    Submit submit{address(words), 1, -1, 0, 0};
    const auto sound = memory_span(ACCEL_BK_SPAN_KIND_IN, 0, offsetof(Submit, jobs), words, sizeof words);
    const auto changed = [&](auto change) {
        auto span = sound;
        change(span);
        return span;
    };
    REQUIRE(bench.request(kSubmit, submit, {sound}) == 0);
    int arrived = 0;
    bench.driver.on_request = [&](unsigned long, Submit &) { return ++arrived, 0; };
    struct Wrong {
        std::vector<accel_bk_span> spans;
        int error;
    };
    const Wrong wrongs[] = {
        {{changed([](auto &span) { span.kind = 1000; })}, -EINVAL},
        {{changed([](auto &span) { span.parent = 1; })}, -EINVAL},
        {{changed([](auto &span) { span.pointer_offset = sizeof(Submit) - 4; })}, -EINVAL},
        {{changed([](auto &span) { span.pointer_offset = UINT64_MAX - 3; })}, -EINVAL},
        {{changed([&](auto &span) { span.data = words + 1; })}, -EINVAL},
        {{changed([](auto &span) { span.byte_count = 0; })}, -EINVAL},
        {{sound, sound}, -EINVAL},
        {{sound, memory_span(ACCEL_BK_SPAN_KIND_IN, 1, 12, words, 4)}, -EINVAL},
        {{number_span(ACCEL_BK_SPAN_KIND_INSTANT, offsetof(Submit, deadline_ns)), memory_span(ACCEL_BK_SPAN_KIND_IN, 1, 0, words, 4)}, -EINVAL},
        {{memory_span(ACCEL_BK_SPAN_KIND_FD_IN, 0, offsetof(Submit, fd), words, 0)}, -EINVAL},
        {{changed([](auto &span) { span.kind = ACCEL_BK_SPAN_KIND_PINNED; })}, -EOPNOTSUPP},
        {{number_span(ACCEL_BK_SPAN_KIND_ADDRESS, offsetof(Submit, answer))}, -EOPNOTSUPP},
    };
    for (const Wrong &wrong : wrongs) {
        INFO(&wrong - wrongs);
        CHECK(bench.request(kSubmit, submit, wrong.spans) == wrong.error);
    }
    const accel_bk_request flagged{sizeof flagged, kSubmit, &submit, nullptr, 0, 1}, empty{sizeof empty, kSubmit, nullptr, nullptr, 0, 0};
    CHECK(bench.transport->request(flagged) == -EINVAL);
    CHECK(bench.transport->request(empty) == -EINVAL);
    CHECK(arrived == 0);
}

TEST_CASE("M-14 a driver that writes beyond a span is found", "[carried]")
{
    Bench bench;
    uint32_t word = 0;
    Submit submit{0, 0, -1, 0, address(&word)};
    bench.driver.on_request = [](unsigned long, Submit &got) { return reinterpret_cast<uint32_t *>(got.answer)[1] = 1, 0; };
    CHECK(bench.request(kSubmit, submit, {memory_span(ACCEL_BK_SPAN_KIND_OUT, 0, offsetof(Submit, answer), &word, sizeof word)}) == -EFAULT);
}

TEST_CASE("M-15 mapped memory is carried byte by byte, and by nobody's own doing", "[carried]")
{
    Bench bench;
    CHECK(bench.transport->table()->flags == (ACCEL_BK_TRANSPORT_FLAG_SIMULATED | ACCEL_BK_TRANSPORT_FLAG_COPYING));
    CHECK(bench.transport->table()->node_fd == -1);
    uint8_t *memory = bench.map(4096, 4096, 1 << 16), *device = bench.driver.memory.data() + 4096;
    CHECK(reinterpret_cast<uintptr_t>(memory) % (1 << 16) == 0);
    CHECK(memory[0] == kPoison);

    device[0] = 1, device[1] = 2, device[4095] = 3;
    CHECK(memory[0] == kPoison);
    memory[7] = 70;  // written before anything was brought
    REQUIRE(bench.sync(memory, 4096, ACCEL_ACCESS_READ) == 0);
    CHECK((memory[0] == 1 && memory[1] == 2 && memory[4095] == 3 && memory[7] == 70 && device[7] == 0));

    // Each side writes bytes of its own: none is lost, whole range or not.
    memory[0] = 10, device[1] = 20;
    REQUIRE(bench.sync(memory, 4096, ACCEL_ACCESS_WRITE) == 0);
    CHECK((device[0] == 10 && device[1] == 20 && device[7] == 70));
    CHECK(memory[1] == 2);
    memory[2] = 30;
    REQUIRE(bench.sync(memory, 4096, ACCEL_ACCESS_READ) == 0);
    CHECK((memory[1] == 20 && memory[2] == 30 && device[2] == 0));
    REQUIRE(bench.sync(memory + 2, 1, ACCEL_ACCESS_WRITE) == 0);
    CHECK(device[2] == 30);

    CHECK(bench.sync(memory, 4097, ACCEL_ACCESS_READ) == -EINVAL);
    CHECK(bench.sync(memory - 1, 1, ACCEL_ACCESS_READ) == -EINVAL);
    CHECK(bench.sync(memory, 1, 4) == -EINVAL);
    const auto &table = *bench.transport->table();
    CHECK(table.unmap(table.context, memory, 4095) == -EINVAL);
    CHECK(table.unmap(table.context, memory, 4096) == 0);
    CHECK(bench.driver.unmapped == 1);
    CHECK(table.unmap(table.context, memory, 4096) == -EINVAL);
}

TEST_CASE("M-15 what was never brought is taken as it lies", "[carried]")
{
    Bench bench;
    uint8_t *memory = bench.map(0, 4096);
    std::memset(memory, kPoison, 16);
    REQUIRE(bench.sync(memory, 16, ACCEL_ACCESS_WRITE) == 0);
    CHECK(bench.driver.memory[15] == kPoison);
    CHECK(bench.driver.memory[16] == 0);
}

TEST_CASE("H-13 a request that waits delays no other", "[carried]")
{
    Bench bench;
    std::mutex lock;
    std::condition_variable changed;
    bool waiting = false, over = false;
    bench.driver.on_request = [&](unsigned long, Submit &got) {
        if (got.job_count != 1) return 0;
        std::unique_lock guard(lock);
        waiting = true;
        changed.notify_all();
        changed.wait(guard, [&] { return over; });
        return 0;
    };
    int result = -1;
    std::thread waiter([&] {
        Submit submit{0, 1, -1, INT64_MAX, 0};
        result = bench.request(kSubmit, submit, {number_span(ACCEL_BK_SPAN_KIND_INSTANT, offsetof(Submit, deadline_ns))});
    });
    {
        std::unique_lock guard(lock);
        changed.wait(guard, [&] { return waiting; });
    }
    int failures = 0;
    for (int round = 0; round < 1000; ++round) {
        Submit submit{};
        failures += bench.request(kSubmit, submit, {}) != 0;
    }
    CHECK(failures == 0);
    {
        const std::lock_guard guard(lock);
        CHECK_FALSE(over);
        over = true;
    }
    changed.notify_all();
    waiter.join();
    CHECK(result == 0);
}
