// SPDX-License-Identifier: MIT
// Tests of the log: who hears a line, when, and when it ends.
#include "log.h"

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <string>
#include <vector>

#include "fake/house.h"

using namespace accel::runtime;

namespace {

/// An application's end of the log.
struct Listener {
    std::vector<std::string> lines;
    uint64_t object_id = 0;
    int released = 0;
    static void hear(void *user, const accel_log_record *record)
    {
        auto &self = *static_cast<Listener *>(user);
        self.lines.push_back(std::string(record->module) + ": " + record->message);
        self.object_id = record->object_id;
    }
    static void release(void *user) { ++static_cast<Listener *>(user)->released; }
    LogWish wish(uint32_t level = ACCEL_LOG_LEVEL_WARNING) { return {hear, this, release, level, false}; }
};

/// Does not come back from its first line before another thread has told a second one.
struct Slow {
    std::promise<void> entered;
    std::promise<void> go_on;
    std::atomic<int> lines{0};
    static void hear(void *user, const accel_log_record *)
    {
        auto &self = *static_cast<Slow *>(user);
        if (self.lines++ > 0) return;
        self.entered.set_value();
        self.go_on.get_future().wait_for(std::chrono::seconds(10));
    }
};

}  // namespace

TEST_CASE("A-30 a thread inside the log's function keeps no other from telling a line, or from ending an instance", "[log]")
{
    Slow slow;
    int released = 0;
    auto listener = std::make_unique<LogListener>(LogWish{Slow::hear, &slow, nullptr, ACCEL_LOG_LEVEL_WARNING, false});
    Listener other;
    auto ends = std::make_unique<LogListener>(other.wish());
    ends->lend();
    auto first = std::async(std::launch::async, [] { log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "first"); });
    slow.entered.get_future().wait();
    auto second = std::async(std::launch::async, [&] {
        log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "second");
        ends.reset();
        released = other.released;
    });
    CHECK(second.wait_for(std::chrono::seconds(5)) == std::future_status::ready);
    slow.go_on.set_value();
    first.get();
    second.get();
    CHECK(slow.lines == 2);
    CHECK(released == 1);
}

TEST_CASE("A-30 the end of the log is told once, when no thread is inside any more, and only of a loan that was made", "[log]")
{
    struct Held : Slow {
        std::atomic<int> released{0};
        static void end(void *user) { ++static_cast<Held *>(static_cast<Slow *>(user))->released; }
    } held;
    auto listener = std::make_unique<LogListener>(LogWish{Slow::hear, static_cast<Slow *>(&held), Held::end, ACCEL_LOG_LEVEL_WARNING, false});
    listener->lend();
    auto first = std::async(std::launch::async, [] { log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "first"); });
    held.entered.get_future().wait();
    listener.reset();
    CHECK(held.released == 0);
    held.go_on.set_value();
    first.get();
    CHECK(held.released == 1);
    log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "nobody hears it");
    CHECK(held.lines == 1);
    Listener never;
    {
        const LogListener refused(never.wish());
    }
    CHECK(never.released == 0);
}

TEST_CASE("A-30 lines of a thread that holds a lock of calls which never block are told when it is free", "[log]")
{
    Listener heard;
    const LogListener listener(heard.wish());
    std::mutex mutex;
    {
        PausedLock lock(mutex);
        log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "one", 7);
        log_line(ACCEL_LOG_LEVEL_WARNING, "", "two");
        CHECK(heard.lines.empty());
        lock.unlock();
        CHECK(heard.lines == std::vector<std::string>{"fake: one", ": two"});
        lock.lock();
        log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "three", 7);
    }
    CHECK(heard.lines.size() == 3);
    CHECK(heard.object_id == 7);
}

TEST_CASE("A-30 an instance lends its log, and may have none", "[log][instance]")
{
    Listener heard;
    accel_instance_desc desc{};
    desc.struct_size = sizeof desc;
    desc.api_version = ACCEL_VERSION;
    desc.flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
    desc.sysfs_root = "/nonexistent";
    desc.log = Listener::hear;
    desc.log_user = &heard;
    desc.log_release = Listener::release;
    accel_instance *instance = nullptr;
    REQUIRE(accel_instance_create(&desc, &instance) == ACCEL_STATUS_OK);
    log_line(ACCEL_LOG_LEVEL_ERROR, "fake", "heard");
    CHECK(heard.lines.size() == 1);
    accel_instance_unref(instance);
    CHECK(heard.released == 1);
    desc.flags |= ACCEL_INSTANCE_FLAG_NO_LOG;
    CHECK(accel_instance_create(&desc, &instance) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(heard.released == 1);
    desc.log = nullptr;
    CHECK(accel_instance_create(&desc, &instance) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.log_release = nullptr;
    REQUIRE(accel_instance_create(&desc, &instance) == ACCEL_STATUS_OK);
    accel_instance_unref(instance);
}
