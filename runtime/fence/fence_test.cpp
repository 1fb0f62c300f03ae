// SPDX-License-Identifier: MIT
// Tests of timelines: order, failure, waits for many, export.
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "base/clock.h"
#include "fake/house.h"
#include "fence.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

struct Timeline {
    Ref<accel_instance> instance = fake::make_instance();
    accel_fence *fence = nullptr;
    explicit Timeline(uint64_t initial_value = 0, uint32_t export_kinds = 0)
    {
        accel_fence_desc desc{};
        desc.struct_size = sizeof desc;
        desc.initial_value = initial_value;
        desc.export_kinds = export_kinds;
        REQUIRE(accel_fence_create(instance.get(), &desc, &fence) == ACCEL_STATUS_OK);
    }
    Timeline(const Timeline &) = delete;
    Timeline &operator=(const Timeline &) = delete;
    ~Timeline() { accel_fence_unref(fence); }
    uint64_t value() const
    {
        uint64_t reached = 0;
        accel_fence_query(fence, &reached);
        return reached;
    }
};

}  // namespace

TEST_CASE("F-5 F-8 a timeline starts at its initial value and rises strictly", "[fence]")
{
    Timeline line(7);
    CHECK(line.value() == 7);
    CHECK(accel_fence_signal(line.fence, 7) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_signal(line.fence, 9) == ACCEL_STATUS_OK);
    CHECK(line.value() == 9);
    CHECK(accel_fence_error(line.fence, 8) == ACCEL_STATUS_OK);
    CHECK(accel_fence_error(line.fence, 10) == ACCEL_STATUS_NOT_READY);
}

TEST_CASE("F-3 failure is sticky and the first status stays", "[fence]")
{
    Timeline line;
    REQUIRE(accel_fence_signal(line.fence, 2) == ACCEL_STATUS_OK);
    CHECK(accel_fence_fail(line.fence, 5, ACCEL_STATUS_BUSY) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_fail(line.fence, 2, ACCEL_STATUS_IO) == ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(accel_fence_fail(line.fence, 5, ACCEL_STATUS_JOB_FAILED) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_fail(line.fence, 6, ACCEL_STATUS_IO) == ACCEL_STATUS_OK);
    CHECK(accel_fence_error(line.fence, 2) == ACCEL_STATUS_OK);
    // Nothing but what was to reach 5 could have reached 3 and 4.
    CHECK(accel_fence_error(line.fence, 3) == ACCEL_STATUS_JOB_FAILED);
    CHECK(accel_fence_wait(line.fence, 3, ACCEL_TIMEOUT_FOREVER) == ACCEL_STATUS_JOB_FAILED);
    CHECK(accel_fence_signal(line.fence, 3) == ACCEL_STATUS_JOB_FAILED);
    CHECK(accel_fence_error(line.fence, 5) == ACCEL_STATUS_JOB_FAILED);
    CHECK(accel_fence_wait(line.fence, 1000, ACCEL_TIMEOUT_FOREVER) == ACCEL_STATUS_JOB_FAILED);
    uint64_t reached = 0;
    CHECK(accel_fence_query(line.fence, &reached) == ACCEL_STATUS_JOB_FAILED);
    CHECK(reached == 2);
}

TEST_CASE("T-4 every waiter is woken, by a signal and by a failure", "[fence]")
{
    Timeline line;
    std::atomic<int> reached{0}, failed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            reached += accel_fence_wait(line.fence, 1, ACCEL_TIMEOUT_FOREVER) == ACCEL_STATUS_OK;
            failed += accel_fence_wait(line.fence, 2, ACCEL_TIMEOUT_FOREVER) == ACCEL_STATUS_CANCELLED;
        });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    accel_fence_signal(line.fence, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    accel_fence_fail(line.fence, 2, ACCEL_STATUS_CANCELLED);
    for (std::thread &thread : threads)
        thread.join();
    CHECK(reached == 4);
    CHECK(failed == 4);
}

TEST_CASE("F-11 wait_many for all and for any", "[fence]")
{
    Timeline a, b;
    const accel_fence_point points[] = {{a.fence, 1}, {b.fence, 1}};
    uint32_t index = 99;
    CHECK(accel_fence_wait_many(points, 2, ACCEL_WAIT_FLAG_ANY, 1'000'000, &index) == ACCEL_STATUS_TIMEOUT);
    std::thread signaller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        accel_fence_signal(b.fence, 1);
    });
    CHECK(accel_fence_wait_many(points, 2, ACCEL_WAIT_FLAG_ANY, ACCEL_TIMEOUT_FOREVER, &index) == ACCEL_STATUS_OK);
    signaller.join();
    CHECK(index == 1);
    CHECK(accel_fence_wait_many(points, 2, 0, 1'000'000, &index) == ACCEL_STATUS_TIMEOUT);
    std::thread failer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        accel_fence_fail(a.fence, 1, ACCEL_STATUS_IO);
    });
    CHECK(accel_fence_wait_many(points, 2, 0, ACCEL_TIMEOUT_FOREVER, &index) == ACCEL_STATUS_IO);
    failer.join();
    CHECK(index == 0);
    CHECK(accel_fence_wait_many(points, 0, 0, 0, &index) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("F-10 a wait lasts as long as asked whatever signals arrive", "[fence]")
{
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, nullptr);
    Timeline line;
    const pthread_t waiter = pthread_self();
    std::atomic<bool> stop{false};
    std::thread storm([&] {
        while (!stop) {
            pthread_kill(waiter, SIGUSR1);
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    });
    const uint64_t begin_ns = now_ns();
    CHECK(accel_fence_wait(line.fence, 1, 30'000'000) == ACCEL_STATUS_TIMEOUT);
    const uint64_t took_ns = now_ns() - begin_ns;
    stop = true;
    storm.join();
    CHECK(took_ns >= 30'000'000);
    CHECK(took_ns < 2'000'000'000);
    CHECK(accel_fence_wait(line.fence, 1, 0) == ACCEL_STATUS_TIMEOUT);
}

TEST_CASE("F-2 kinds of export are chosen at creation", "[fence]")
{
    Timeline plain;
    int fd = 5;
    CHECK(accel_fence_export(plain.fence, 1, ACCEL_HANDLE_KIND_EVENTFD, &fd) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(fd == -1);
    accel_fence_desc desc{};
    desc.struct_size = sizeof desc;
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    accel_fence *none = plain.fence;
    CHECK(accel_fence_create(plain.instance.get(), &desc, &none) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(none == nullptr);
}

TEST_CASE("F-12 an eventfd becomes readable when its value is reached or fails", "[fence]")
{
    Timeline line(0, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD)), other(0, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD));
    int reached = -1, failed = -1, passed = -1, never = -1;
    REQUIRE(accel_fence_export(line.fence, 1, ACCEL_HANDLE_KIND_EVENTFD, &reached) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_export(line.fence, 4, ACCEL_HANDLE_KIND_EVENTFD, &failed) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_export(line.fence, 2, ACCEL_HANDLE_KIND_EVENTFD, &passed) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_export(other.fence, 1, ACCEL_HANDLE_KIND_EVENTFD, &never) == ACCEL_STATUS_OK);
    pollfd wanted = {reached, POLLIN, 0};
    CHECK(poll(&wanted, 1, 0) == 0);
    accel_fence_signal(line.fence, 1);
    CHECK(poll(&wanted, 1, 5000) == 1);
    accel_fence_fail(line.fence, 3, ACCEL_STATUS_IO);
    wanted.fd = failed;
    CHECK(poll(&wanted, 1, 5000) == 1);
    wanted.fd = passed;
    CHECK(poll(&wanted, 1, 5000) == 1);
    wanted.fd = never;
    CHECK(poll(&wanted, 1, 20) == 0);
    for (const int fd : {reached, failed, passed, never})
        close(fd);
}

TEST_CASE("handles of another type, of another instance and NULL are refused", "[check]")
{
    Timeline line, other;
    CHECK(accel_fence_signal(reinterpret_cast<accel_fence *>(line.instance.get()), 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-6");
    CHECK(accel_fence_signal(nullptr, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    const auto device = fake::find_device(*line.instance, "fake-npu");
    accel_device *devices[] = {device.get()};
    accel_queue_desc desc{};
    desc.struct_size = sizeof desc;
    desc.devices = devices;
    desc.device_count = 1;
    accel_queue *queue = nullptr;
    REQUIRE(accel_queue_create(&desc, &queue) == ACCEL_STATUS_OK);
    const accel_fence_point foreign = {other.fence, 1};
    accel_submit submit{};
    submit.struct_size = sizeof submit;
    submit.signals = &foreign;
    submit.signal_count = 1;
    CHECK(accel_queue_submit(queue, &submit) == ACCEL_STATUS_INVALID_ARGUMENT);
    accel_queue_unref(queue);
}

TEST_CASE("F-3 values that only failed work would have reached fail with it, and those before it do not", "[fence]")
{
    Timeline line;
    Point second{}, fifth{};
    second.value = 2;
    fifth.value = 5;
    REQUIRE(line.fence->promise(second) == ACCEL_STATUS_OK);
    REQUIRE(line.fence->promise(fifth) == ACCEL_STATUS_OK);
    line.fence->complete(fifth, ACCEL_STATUS_JOB_FAILED, "");
    CHECK(line.fence->state(3) == ACCEL_STATUS_JOB_FAILED);
    CHECK(line.fence->state(2) == ACCEL_STATUS_NOT_READY);
    line.fence->complete(second, ACCEL_STATUS_OK, "");
    CHECK(line.fence->state(2) == ACCEL_STATUS_OK);
    CHECK(line.fence->state(3) == ACCEL_STATUS_JOB_FAILED);
}

TEST_CASE("F-5 values reached through a promise that was taken back stay reached", "[fence]")
{
    Timeline line;
    Point point{};
    point.value = 5;
    REQUIRE(line.fence->promise(point) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_signal(line.fence, 6) == ACCEL_STATUS_OK);
    CHECK(line.fence->reached() == 0);
    line.fence->withdraw(point);
    CHECK(line.value() == 6);
    CHECK(accel_fence_signal(line.fence, 7) == ACCEL_STATUS_OK);
}

TEST_CASE("F-1 no sync_file stands for work of several queues", "[fence]")
{
    Timeline line;
    Point first{}, second{};
    first.value = 1;
    first.worker = reinterpret_cast<Worker *>(8);
    second.value = 2;
    second.worker = reinterpret_cast<Worker *>(16);
    REQUIRE(line.fence->promise(first) == ACCEL_STATUS_OK);
    REQUIRE(line.fence->promise(second) == ACCEL_STATUS_OK);
    bool mixed = false;
    CHECK(line.fence->sole_work(2, &mixed).kind != FenceBlocker::Kind::Submission);
    CHECK(mixed);
    CHECK(line.fence->sole_work(3, &mixed).kind != FenceBlocker::Kind::Submission);
    line.fence->withdraw(second);
    line.fence->withdraw(first);
}

TEST_CASE("F-8 asking alone moves a timeline on", "[queue]")
{
    Shop shop(1);
    auto &[house, a, b, program, run, queue, fence] = shop;
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    uint64_t value = 0;
    for (int i = 0; i < 10 && value == 0; ++i)
        REQUIRE(accel_fence_query(fence, &value) == ACCEL_STATUS_OK);
    CHECK(value == 1);
}

TEST_CASE("F-7 a value below the one that work signals is reached with it", "[queue]")
{
    Shop shop(1);
    auto &[house, a, b, program, run, queue, fence] = shop;
    REQUIRE(submit(queue, run, fence, 5) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 3, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("F-3 who waits for a value that nobody has promised is released when work before it fails", "[queue]")
{
    Shop shop(1);
    auto &[house, a, b, program, run, queue, fence] = shop;
    npu().next_failure = ACCEL_STATUS_JOB_FAILED;
    REQUIRE(submit(queue, run, fence, 3) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 5, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
}

TEST_CASE("F-12 an eventfd is told although its fence was dropped before", "[queue]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a, 1);
    house.make_buffer(b);
    const auto program = house.single();
    Run run;
    make_run(program.get(), a, b, run);
    Queue queue;
    house.make_queue(queue, false);
    for (int round = 0; round < 50; ++round) {
        accel_fence_desc desc{};
        desc.struct_size = sizeof desc;
        desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD);
        accel_fence *fence = nullptr;
        REQUIRE(accel_fence_create(house.instance.get(), &desc, &fence) == ACCEL_STATUS_OK);
        npu().gated = true;
        REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
        int fd = -1;
        REQUIRE(accel_fence_export(fence, 1, ACCEL_HANDLE_KIND_EVENTFD, &fd) == ACCEL_STATUS_OK);
        accel_fence_unref(fence);
        npu().release();
        pollfd wanted = {fd, POLLIN, 0};
        CHECK(poll(&wanted, 1, 1000) == 1);
        close(fd);
        npu().gated = false;
    }
}
