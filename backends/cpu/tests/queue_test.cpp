// SPDX-License-Identifier: MIT
// Tests of the queue: order, full rings, deadlines, cancelling, several waiters.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace accel::cpu::test;

namespace {

const accel_bk_device_ops &ops = *module().device;

// x + 1 over a vector, bound to one buffer for input and another for output.
struct Increment {
    GraphMaker graph;
    accel_bk_blob *blob = nullptr;
    accel_bk_program *program = nullptr;
    accel_bk_run *run = nullptr;
    accel_bk_buffer *buffers[2] = {};
    float *data[2] = {};
    int64_t size;

    explicit Increment(int64_t elements, int nodes = 1) : size(elements)
    {
        uint32_t at = graph.input(ACCEL_TYPE_F32, {size});
        const uint32_t one = graph.constant(ACCEL_TYPE_F32, {1}, std::vector<float>{1});
        for (int i = 0; i < nodes; ++i) {
            const uint32_t next = graph.tensor(ACCEL_TYPE_F32, {size});
            graph.node(ACCEL_OPERATION_ADD, {at, one}, {next});
            at = next;
        }
        graph.output(at);
        accel_bk_compile_options options{};
        options.struct_size = sizeof options;
        options.target = "cpu";
        const accel_graph_desc *graphs = &graph.desc();
        REQUIRE(module().compiler->build(nullptr, &graphs, 1, &options, &blob) == ACCEL_STATUS_OK);
        REQUIRE(accel::door::load(ops, nullptr, blob->bytes, blob->byte_count, nullptr, 0, &program) == ACCEL_STATUS_OK);
        REQUIRE(accel::door::create_run(ops, program, &run) == ACCEL_STATUS_OK);
        accel_bk_memory bindings[2] = {};
        for (size_t i = 0; i < 2; ++i) {
            accel_bk_buffer_desc desc{};
            desc.struct_size = sizeof desc;
            desc.size_bytes = static_cast<uint64_t>(size) * sizeof(float);
            REQUIRE(ops.buffer_create(nullptr, &desc, &buffers[i]) == ACCEL_STATUS_OK);
            void *pointer = nullptr;
            REQUIRE(accel::door::map(ops, buffers[i], ACCEL_ACCESS_WRITE, desc.size_bytes, &pointer) == ACCEL_STATUS_OK);
            data[i] = static_cast<float *>(pointer);
            CHECK(data[i][size - 1] == 0);
            bindings[i] = {buffers[i], 0, desc.size_bytes};
        }
        REQUIRE(accel::door::bind(ops, run, bindings, 2) == ACCEL_STATUS_OK);
    }
    ~Increment()
    {
        ops.run_destroy(run);
        ops.program_unload(program);
        for (accel_bk_buffer *buffer : buffers)
            ops.buffer_destroy(buffer);
        blob->release(blob);
    }
};

struct Queue {
    accel_bk_queue *queue = nullptr;

    explicit Queue(uint32_t depth)
    {
        const accel_bk_queue_desc desc{sizeof desc, 0, depth};
        REQUIRE(ops.queue_create(nullptr, &desc, &queue) == ACCEL_STATUS_OK);
    }
    ~Queue() { ops.queue_destroy(queue); }

    accel_status submit(accel_bk_run *run, uint64_t *ticket) const
    {
        accel_bk_submit submit{};
        submit.struct_size = sizeof submit;
        submit.run = run;
        return ops.queue_submit(queue, &submit, ticket);
    }
    accel_status wait(uint64_t ticket, uint64_t timeout = ACCEL_TIMEOUT_FOREVER) const { return ops.queue_wait(queue, ticket, timeout); }
};

}  // namespace

TEST_CASE("tickets rise by one and finish in order", "[queue]")
{
    Increment work(16);
    Queue queue(8);
    for (uint64_t expected = 1; expected <= 100; ++expected) {
        uint64_t ticket = 0;
        work.data[0][3] = static_cast<float>(expected);
        REQUIRE(queue.submit(work.run, &ticket) == ACCEL_STATUS_OK);
        CHECK(ticket == expected);
        CHECK(queue.wait(ticket) == ACCEL_STATUS_OK);
        CHECK(work.data[1][3] == static_cast<float>(expected + 1));
    }
    CHECK(queue.wait(95) == ACCEL_STATUS_OK);
}

namespace {

// What a ticket ends with that is only looked at, for half a second.
accel_status seen_to_end(Queue &queue, uint64_t ticket)
{
    accel_status status = ACCEL_STATUS_TIMEOUT;
    for (int i = 0; i < 5000 && status == ACCEL_STATUS_TIMEOUT; ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
        status = queue.wait(ticket, 0);
    }
    return status;
}

}  // namespace

TEST_CASE("the worker executes without anybody waiting", "[queue]")
{
    Increment work(16);
    Queue queue(8);
    for (int round = 0; round < 20; ++round) {
        std::this_thread::sleep_for(std::chrono::microseconds(round * 20));  // also from sleep
        uint64_t ticket = 0;
        REQUIRE(queue.submit(work.run, &ticket) == ACCEL_STATUS_OK);
        REQUIRE(seen_to_end(queue, ticket) == ACCEL_STATUS_OK);
    }
}

TEST_CASE("work that nobody waits for is found after work that waiters executed", "[queue]")
{
    Increment work(16);
    Queue queue(8);
    for (int round = 0; round < 20; ++round) {
        uint64_t ticket = 0;
        for (int i = 0; i < 50 * round; ++i) {
            REQUIRE(queue.submit(work.run, &ticket) == ACCEL_STATUS_OK);
            REQUIRE(queue.wait(ticket) == ACCEL_STATUS_OK);
        }
        REQUIRE(queue.submit(work.run, &ticket) == ACCEL_STATUS_OK);
        REQUIRE(seen_to_end(queue, ticket) == ACCEL_STATUS_OK);
    }
}

TEST_CASE("a full ring is BUSY, a finished ticket makes room", "[queue]")
{
    Increment slow(1 << 20, 20), quick(4);
    Queue queue(2);
    uint64_t first = 0, second = 0, third = 77;
    REQUIRE(queue.submit(slow.run, &first) == ACCEL_STATUS_OK);
    REQUIRE(queue.submit(quick.run, &second) == ACCEL_STATUS_OK);
    const accel_status status = queue.submit(quick.run, &third);
    if (queue.wait(first, 0) == ACCEL_STATUS_TIMEOUT) {  // else the machine was too quick to see it full
        CHECK(status == ACCEL_STATUS_BUSY);
        CHECK(third == 77);
    }
    CHECK(queue.wait(second) == ACCEL_STATUS_OK);
    CHECK(queue.submit(quick.run, &third) == ACCEL_STATUS_OK);
    CHECK(queue.wait(third) == ACCEL_STATUS_OK);
}

TEST_CASE("a short timeout ends in time, and the work is done later all the same", "[queue]")
{
    Increment slow(1 << 20, 60);
    Queue queue(4);
    uint64_t ticket = 0;
    REQUIRE(queue.submit(slow.run, &ticket) == ACCEL_STATUS_OK);
    const auto begin = std::chrono::steady_clock::now();
    const accel_status status = queue.wait(ticket, 1000000);
    const auto waited = std::chrono::steady_clock::now() - begin;
    CHECK((status == ACCEL_STATUS_TIMEOUT || status == ACCEL_STATUS_OK));
    CHECK(waited < std::chrono::milliseconds(50));
    CHECK(queue.wait(ticket) == ACCEL_STATUS_OK);
    CHECK(slow.data[1][12345] == 60);
}

TEST_CASE("cancelled work does not run", "[queue]")
{
    Increment slow(1 << 20, 20), other(4);
    Queue queue(4);
    uint64_t first = 0, second = 0, third = 0;
    REQUIRE(queue.submit(slow.run, &first) == ACCEL_STATUS_OK);
    REQUIRE(queue.submit(other.run, &second) == ACCEL_STATUS_OK);
    REQUIRE(ops.queue_cancel(queue.queue, 0) == ACCEL_STATUS_OK);
    const accel_status status = queue.wait(second);
    CHECK((status == ACCEL_STATUS_CANCELLED || status == ACCEL_STATUS_OK));
    CHECK(other.data[1][0] == (status == ACCEL_STATUS_OK ? 1.0f : 0.0f));
    CHECK(queue.wait(second) == status);
    REQUIRE(queue.submit(other.run, &third) == ACCEL_STATUS_OK);
    CHECK(queue.wait(third) == ACCEL_STATUS_OK);
    CHECK(other.data[1][0] == 1);
}

TEST_CASE("several threads wait for the same queue", "[queue][threads]")
{
    // In place, so that the value counts how often the work ran.
    Increment work(1);
    const accel_bk_memory same[2] = {{work.buffers[0], 0, sizeof(float)}, {work.buffers[0], 0, sizeof(float)}};
    REQUIRE(accel::door::bind(ops, work.run, same, 2) == ACCEL_STATUS_OK);
    constexpr int kSubmissions = 200000;
    Queue queue(16);
    std::atomic<uint64_t> latest{0};
    std::atomic<bool> stop{false};
    std::atomic<int> failures{0};
    std::vector<std::thread> waiters;
    for (int i = 0; i < 3; ++i)
        waiters.emplace_back([&, i] {
            while (!stop) {
                const uint64_t ticket = latest;
                const accel_status status = ticket == 0 ? ACCEL_STATUS_OK : queue.wait(ticket, i == 0 ? 2000 : ACCEL_TIMEOUT_FOREVER);
                if (status != ACCEL_STATUS_OK && status != ACCEL_STATUS_TIMEOUT)
                    ++failures;
            }
        });
    for (int i = 0; i < kSubmissions; ++i) {
        uint64_t ticket = 0;
        while (queue.submit(work.run, &ticket) == ACCEL_STATUS_BUSY)
            queue.wait(latest);
        latest = ticket;
    }
    CHECK(queue.wait(latest) == ACCEL_STATUS_OK);
    stop = true;
    for (std::thread &waiter : waiters)
        waiter.join();
    CHECK(failures == 0);
    CHECK(work.data[0][0] == static_cast<float>(kSubmissions));
}

TEST_CASE("buffers come from memfds, host memory and exports", "[buffer]")
{
    accel_bk_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = 10000;
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD);
    accel_bk_buffer *made = nullptr, *imported = nullptr;
    REQUIRE(ops.buffer_create(nullptr, &desc, &made) == ACCEL_STATUS_OK);
    int fd = -1;
    REQUIRE(ops.buffer_export(made, ACCEL_HANDLE_KIND_MEMFD, &fd) == ACCEL_STATUS_OK);
    accel_bk_buffer_desc import{};
    import.struct_size = sizeof import;
    import.size_bytes = 100;
    import.offset_bytes = 5000;
    import.import_kind = ACCEL_HANDLE_KIND_MEMFD;
    import.fd = fd;
    import.access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    REQUIRE(ops.buffer_create(nullptr, &import, &imported) == ACCEL_STATUS_OK);
    void *first = nullptr, *second = nullptr;
    REQUIRE(accel::door::map(ops, made, ACCEL_ACCESS_WRITE, 1, &first) == ACCEL_STATUS_OK);
    REQUIRE(accel::door::map(ops, imported, ACCEL_ACCESS_READ, 1, &second) == ACCEL_STATUS_OK);
    static_cast<uint8_t *>(first)[5003] = 42;
    CHECK(static_cast<uint8_t *>(second)[3] == 42);
    CHECK(ftruncate(fd, 10) != 0);  // sealed
    accel_bk_buffer *none = nullptr;
    import.offset_bytes = 1 << 20;
    CHECK(ops.buffer_create(nullptr, &import, &none) == ACCEL_STATUS_INVALID_ARGUMENT);
    import.import_kind = ACCEL_HANDLE_KIND_DMA_BUF;
    import.offset_bytes = 0;
    CHECK(ops.buffer_create(nullptr, &import, &none) == ACCEL_STATUS_INVALID_ARGUMENT);
    int pipes[2];
    REQUIRE(pipe(pipes) == 0);
    import.import_kind = ACCEL_HANDLE_KIND_MEMFD;
    import.fd = pipes[0];
    CHECK(ops.buffer_create(nullptr, &import, &none) == ACCEL_STATUS_INVALID_ARGUMENT);
    import.import_kind = ACCEL_HANDLE_KIND_VULKAN_OPAQUE_FD;
    CHECK(ops.buffer_create(nullptr, &import, &none) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(none == nullptr);
    close(pipes[0]), close(pipes[1]), close(fd);
    ops.buffer_destroy(imported);
    ops.buffer_destroy(made);
    desc.export_kinds = 0;
    desc.size_bytes = UINT64_MAX / 2;
    CHECK(ops.buffer_create(nullptr, &desc, &none) == ACCEL_STATUS_OUT_OF_MEMORY);
    desc.size_bytes = 100;
    desc.align_bytes = 1 << 16;
    REQUIRE(ops.buffer_create(nullptr, &desc, &made) == ACCEL_STATUS_OK);
    REQUIRE(accel::door::map(ops, made, ACCEL_ACCESS_READ, 1, &first) == ACCEL_STATUS_OK);
    CHECK(reinterpret_cast<uintptr_t>(first) % (1 << 16) == 0);
    ops.buffer_destroy(made);
}

TEST_CASE("a binding that is too small is refused and changes nothing", "[buffer]")
{
    Increment work(16);
    Queue queue(2);
    accel_bk_memory bindings[2] = {{work.buffers[0], 0, 64}, {work.buffers[1], 4, 60}};
    CHECK(accel::door::bind(ops, work.run, bindings, 2) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel::door::bind(ops, work.run, bindings, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    uint64_t ticket = 0;
    REQUIRE(queue.submit(work.run, &ticket) == ACCEL_STATUS_OK);
    CHECK(queue.wait(ticket) == ACCEL_STATUS_OK);
    CHECK(work.data[1][0] == 1);
}
