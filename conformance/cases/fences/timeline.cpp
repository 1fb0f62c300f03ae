// SPDX-License-Identifier: MIT
// Fences that the host moves.
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <thread>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

uint64_t value_of(const Fence &fence)
{
    uint64_t value = 0;
    accel_fence_query(fence.get(), &value);
    return value;
}

bool is_readable(int fd, int timeout_ms)
{
    pollfd poller{fd, POLLIN, 0};
    return poll(&poller, 1, timeout_ms) == 1;
}

void ignore_signal(int) {}

/// A timer that interrupts the process every millisecond.
class SignalStorm {
public:
    SignalStorm()
    {
        struct sigaction action {};
        action.sa_handler = ignore_signal;
        sigaction(SIGALRM, &action, &before_);
        const itimerval every{{0, 1000}, {0, 1000}};
        setitimer(ITIMER_REAL, &every, nullptr);
    }
    ~SignalStorm()
    {
        const itimerval off{};
        setitimer(ITIMER_REAL, &off, nullptr);
        sigaction(SIGALRM, &before_, nullptr);
    }
    SignalStorm(const SignalStorm &) = delete;
    SignalStorm &operator=(const SignalStorm &) = delete;

private:
    struct sigaction before_ {};
};

}  // namespace

ACCEL_CASE("fences.value.initial", "F-8", "a fence begins at its initial value, and query tells the highest reached one")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance, 0, 1000);
    CHECK(value_of(fence) == 1000);
    CHECK_STATUS(accel_fence_error(fence.get(), 1000), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_fence_error(fence.get(), 1001), ACCEL_STATUS_NOT_READY);
    fence.signal(1005);
    CHECK(value_of(fence) == 1005);
    CHECK_STATUS(accel_fence_error(fence.get(), 1003), ACCEL_STATUS_OK);
    CHECK(arrives(fence, 1005, 0));
}

ACCEL_CASE("fences.value.rises", "F-5", "values rise strictly; a lower or equal one is refused")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    fence.signal(5);
    CHECK_REFUSED(accel_fence_signal(fence.get(), 5), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(accel_fence_signal(fence.get(), 4), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(value_of(fence) == 5);
    fence.signal(UINT64_MAX - 1);
    CHECK(value_of(fence) == UINT64_MAX - 1);
}

ACCEL_CASE("fences.fail.sticky", "F-3", "a failure holds for its value and every higher one, with the first status")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    fence.signal(1);
    REQUIRE_STATUS(accel_fence_fail(fence.get(), 3, ACCEL_STATUS_IO), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_fence_wait(fence.get(), 1, 0), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_fence_wait(fence.get(), 3, kSecond), ACCEL_STATUS_IO);
    CHECK_STATUS(accel_fence_wait(fence.get(), 9, kSecond), ACCEL_STATUS_IO);
    CHECK_STATUS(accel_fence_error(fence.get(), UINT64_MAX - 1), ACCEL_STATUS_IO);
    accel_fence_fail(fence.get(), 5, ACCEL_STATUS_CANCELLED);
    CHECK_STATUS(accel_fence_error(fence.get(), 5), ACCEL_STATUS_IO);
    CHECK(accel_fence_signal(fence.get(), 7) != ACCEL_STATUS_OK);
    uint64_t value = 0;
    CHECK_STATUS(accel_fence_query(fence.get(), &value), ACCEL_STATUS_IO);
    CHECK(value < 3);
}

ACCEL_CASE("fences.fail.reason", "F-9", "a fence is not failed with OK or a transient status")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    for (const auto reason : {ACCEL_STATUS_OK, ACCEL_STATUS_BUSY, ACCEL_STATUS_TIMEOUT, ACCEL_STATUS_NOT_READY, static_cast<accel_status>(4711)})
        CHECK_REFUSED(accel_fence_fail(fence.get(), 1, reason), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(accel_fence_error(fence.get(), 1), ACCEL_STATUS_NOT_READY);
}

ACCEL_CASE("fences.wait.timeout", "F-10", "a wait ends with TIMEOUT when its time is over, and not before")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    for (const uint64_t timeout : {uint64_t{0}, kMillisecond, 50 * kMillisecond}) {
        const Stopwatch stopwatch;
        CHECK_STATUS(accel_fence_wait(fence.get(), 1, timeout), ACCEL_STATUS_TIMEOUT);
        const double seconds = stopwatch.seconds();
        INFO(timeout << " ns asked, " << seconds << " s taken");
        CHECK(seconds >= static_cast<double>(timeout) * 1e-9);
        CHECK(seconds < static_cast<double>(timeout) * 1e-9 + 1.0);
    }
}

ACCEL_CASE("fences.wait.signals", "F-10", "signals neither shorten nor lengthen a wait")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    const SignalStorm storm;
    const Stopwatch stopwatch;
    CHECK_STATUS(accel_fence_wait(fence.get(), 1, 200 * kMillisecond), ACCEL_STATUS_TIMEOUT);
    CHECK(stopwatch.seconds() >= 0.2);
    CHECK(stopwatch.seconds() < 1.2);
}

ACCEL_CASE("fences.wait.forever-is-woken", "F-4", "a wait that began before anything was promised ends when another thread signals")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    std::thread signaller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        fence.signal(7);
    });
    CHECK_STATUS(accel_fence_wait(fence.get(), 7, ACCEL_TIMEOUT_FOREVER), ACCEL_STATUS_OK);
    signaller.join();
}

ACCEL_CASE("fences.wait-many.all", "F-11", "wait_many for all returns when the last is reached")
{
    const auto instance = make_instance(Target::current());
    const Fence one = Fence::create(instance), two = Fence::create(instance);
    const accel_fence_point points[] = {one.at(1), two.at(1), one.at(2)};
    one.signal(2);
    CHECK_STATUS(accel_fence_wait_many(points, 3, 0, 10 * kMillisecond, nullptr), ACCEL_STATUS_TIMEOUT);
    std::thread signaller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        two.signal(1);
    });
    CHECK_STATUS(accel_fence_wait_many(points, 3, 0, kLong, nullptr), ACCEL_STATUS_OK);
    signaller.join();
}

ACCEL_CASE("fences.wait-many.any", "F-11", "wait_many for any names the first that is reached, and a failure's position")
{
    const auto instance = make_instance(Target::current());
    const Fence one = Fence::create(instance), two = Fence::create(instance);
    const accel_fence_point points[] = {one.at(1), two.at(1)};
    uint32_t index = 4711;
    CHECK_STATUS(accel_fence_wait_many(points, 2, ACCEL_WAIT_FLAG_ANY, 0, &index), ACCEL_STATUS_TIMEOUT);
    two.signal(1);
    CHECK_STATUS(accel_fence_wait_many(points, 2, ACCEL_WAIT_FLAG_ANY, kSecond, &index), ACCEL_STATUS_OK);
    CHECK(index == 1);
    REQUIRE_STATUS(accel_fence_fail(one.get(), 1, ACCEL_STATUS_IO), ACCEL_STATUS_OK);
    index = 4711;
    CHECK_STATUS(accel_fence_wait_many(points, 2, 0, kSecond, &index), ACCEL_STATUS_IO);
    CHECK(index == 0);
}

ACCEL_CASE("fences.export.eventfd", "F-12", "an exported eventfd becomes readable when its value is reached, or fails")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD));
    int first = -1, second = -1;
    REQUIRE_STATUS(accel_fence_export(fence.get(), 3, ACCEL_HANDLE_KIND_EVENTFD, &first), ACCEL_STATUS_OK);
    REQUIRE_STATUS(accel_fence_export(fence.get(), 9, ACCEL_HANDLE_KIND_EVENTFD, &second), ACCEL_STATUS_OK);
    fence.signal(2);
    CHECK(expect(!is_readable(first, 20), "an eventfd is readable before its value is reached, expected that afterwards"));
    fence.signal(3);
    CHECK(expect(is_readable(first, 5000), "an eventfd is not readable within 5 s of its value, expected it to be"));
    CHECK(expect(!is_readable(second, 20), "an eventfd is readable before its value is reached, expected that afterwards"));
    REQUIRE_STATUS(accel_fence_fail(fence.get(), 8, ACCEL_STATUS_IO), ACCEL_STATUS_OK);
    CHECK(expect(is_readable(second, 5000), "an eventfd is not readable within 5 s of its value, expected it to be"));
    close(first);
    close(second);
}

ACCEL_CASE("fences.export.not-chosen", "F-2", "a kind that was not chosen at creation is UNSUPPORTED, with the reason")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    for (const auto kind : {ACCEL_HANDLE_KIND_EVENTFD, ACCEL_HANDLE_KIND_SYNC_FILE, ACCEL_HANDLE_KIND_DRM_SYNCOBJ}) {
        int fd = 0;
        CHECK_REFUSED(accel_fence_export(fence.get(), 1, kind, &fd), ACCEL_STATUS_UNSUPPORTED);
        CHECK(fd == -1);
    }
    auto desc = sized<accel_fence_desc>();
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_VULKAN_TIMELINE);
    accel_fence *vulkan = nullptr;
    CHECK_REFUSED(accel_fence_create(instance.get(), &desc, &vulkan), ACCEL_STATUS_UNSUPPORTED);
}

ACCEL_CASE("fences.import.wrong-kind", "F-2", "a descriptor that is no fence is refused")
{
    const auto instance = make_instance(Target::current());
    int fds[2];
    REQUIRE(pipe(fds) == 0);
    accel_fence *fence = nullptr;
    CHECK(import_fence(instance, ACCEL_HANDLE_KIND_SYNC_FILE, fds[0], &fence) != ACCEL_STATUS_OK);
    CHECK(fence == nullptr);
    CHECK_REFUSED(import_fence(instance, ACCEL_HANDLE_KIND_SYNC_FILE, -1, &fence), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(import_fence(instance, ACCEL_HANDLE_KIND_DMA_BUF, fds[0], &fence) != ACCEL_STATUS_OK);
    close(fds[0]);
    close(fds[1]);
}

}  // namespace accel::conformance
