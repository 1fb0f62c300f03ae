// SPDX-License-Identifier: MIT
// What applications are promised at their door, beside what the tests of each object say: values, statuses, unbinding, rows, ids.
#include <unistd.h>

#include <chrono>
#include <thread>

#include "fake/house.h"
#include "run/run.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

accel_run_info info_of(accel_run *run)
{
    accel_run_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_run_query(run, &info) == ACCEL_STATUS_OK);
    return info;
}

std::string rule() { return accel_last_error()->rule; }

}  // namespace

TEST_CASE("B-13 an unmap ends the access that its description began", "[buffer]")
{
    House house;
    Buffer buffer;
    house.make_buffer(buffer);
    accel_map_desc writes = whole(ACCEL_ACCESS_WRITE), reads = whole(ACCEL_ACCESS_READ);
    writes.offset_bytes = 4, writes.size_bytes = 8;
    void *first = nullptr, *second = nullptr;
    REQUIRE(accel_buffer_map(buffer, &writes, &first) == ACCEL_STATUS_OK);
    REQUIRE(accel_buffer_map(buffer, &reads, &second) == ACCEL_STATUS_OK);
    CHECK(first == static_cast<char *>(second) + 4);
    // What was begun last is still open.
    REQUIRE(accel_buffer_unmap(buffer, &writes) == ACCEL_STATUS_OK);
    CHECK(npu().ended_access.access == ACCEL_ACCESS_WRITE);
    CHECK(npu().ended_access.offset_bytes == 4);
    CHECK(npu().ended_access.size_bytes == 8);
    CHECK(accel_buffer_unmap(buffer, &writes) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "B-10");
    // To the end of the buffer is the same part, however it is said.
    accel_buffer_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_buffer_query(buffer, &info) == ACCEL_STATUS_OK);
    reads.size_bytes = info.size_bytes;
    CHECK(accel_buffer_unmap(buffer, &reads) == ACCEL_STATUS_OK);
    reads.offset_bytes = 1;
    CHECK(accel_buffer_map(buffer, &reads, &first) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "B-13");
    CHECK(first == nullptr);
}

TEST_CASE("F-5 the largest number is no value, wherever one is given", "[fence]")
{
    Shop shop(1);
    const accel_fence_point none = {shop.fence, UINT64_MAX}, last = {shop.fence, UINT64_MAX - 1};
    accel_fence_desc desc{sizeof desc, UINT64_MAX, 0, 0};
    accel_fence *made = nullptr;
    int fd = 0;
    CHECK(accel_fence_create(shop.house.instance.get(), &desc, &made) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_error(shop.fence, UINT64_MAX) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_wait(shop.fence, UINT64_MAX, 0) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_wait_many(&none, 1, 0, 0, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_signal(shop.fence, UINT64_MAX) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_fail(shop.fence, UINT64_MAX, ACCEL_STATUS_IO) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_fence_export(shop.fence, UINT64_MAX, ACCEL_HANDLE_KIND_EVENTFD, &fd) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(submit(shop.queue, nullptr, shop.fence, UINT64_MAX) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(submit(shop.queue, nullptr, nullptr, 0, shop.fence, UINT64_MAX) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "F-5");
    CHECK(accel_fence_wait(shop.fence, UINT64_MAX - 1, 0) == ACCEL_STATUS_TIMEOUT);
    CHECK(accel_fence_signal(shop.fence, UINT64_MAX - 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait_many(&last, 1, 0, 0, nullptr) == ACCEL_STATUS_OK);
}

TEST_CASE("F-3 nothing is submitted to a timeline that has failed, and R-16 the run says what became of it", "[fence][queue]")
{
    Shop shop(1);
    CHECK(info_of(shop.run).latest_status == ACCEL_STATUS_NOT_READY);
    npu().next_failure = ACCEL_STATUS_JOB_FAILED;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
    CHECK(info_of(shop.run).latest_status == ACCEL_STATUS_JOB_FAILED);
    CHECK(submit(shop.queue, shop.run, shop.fence, 2) == ACCEL_STATUS_JOB_FAILED);
    CHECK(rule() == "F-3");
    CHECK(info_of(shop.run).submission_count == 1);
    CHECK(info_of(shop.run).latest_status == ACCEL_STATUS_JOB_FAILED);
    Fence fresh;
    shop.house.make_fence(fresh);
    npu().gated = true;
    REQUIRE(submit(shop.queue, shop.run, fresh, 1) == ACCEL_STATUS_OK);
    CHECK(info_of(shop.run).latest_status == ACCEL_STATUS_NOT_READY);
    npu().release();
    CHECK(accel_fence_wait(fresh, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(info_of(shop.run).latest_status == ACCEL_STATUS_OK);
}

TEST_CASE("F-13 a wait without work leaves it to a host thread", "[fence]")
{
    Shop shop(1, Shop::Work::Chain);
    const accel_fence_point point = {shop.fence, 1};
    CHECK(accel_fence_wait_many(&point, 1, 4, 0, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "A-3");
    CHECK(accel_fence_wait_many(&point, 1, ACCEL_WAIT_FLAG_NO_WORK, 0, nullptr) == ACCEL_STATUS_TIMEOUT);
    CHECK(accel_fence_wait_many(&point, 1, ACCEL_WAIT_FLAG_NO_WORK, 1'000'000, nullptr) == ACCEL_STATUS_TIMEOUT);
    npu().blocking_waiter = 0;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait_many(&point, 1, ACCEL_WAIT_FLAG_NO_WORK | ACCEL_WAIT_FLAG_ANY, 10 * kSecondNs, nullptr) == ACCEL_STATUS_OK);
    CHECK(npu().blocking_waiter != static_cast<uint64_t>(gettid()));
    // Of work that a device has at once nobody but the waiter would take care.
    Shop single(1);
    const accel_fence_point other = {single.fence, 1};
    npu().gated = true;
    npu().blocking_waiter = 0;
    REQUIRE(submit(single.queue, single.run, single.fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait_many(&other, 1, ACCEL_WAIT_FLAG_NO_WORK, 5'000'000, nullptr) == ACCEL_STATUS_TIMEOUT);
    // The host thread comes when a busy machine lets it, and not at all once the work is done.
    for (int attempt = 0; attempt < 10'000 && npu().blocking_waiter == 0; ++attempt) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    npu().release();
    CHECK(accel_fence_wait_many(&other, 1, ACCEL_WAIT_FLAG_NO_WORK, 10 * kSecondNs, nullptr) == ACCEL_STATUS_OK);
    CHECK(npu().blocking_waiter != 0);
    CHECK(npu().blocking_waiter != static_cast<uint64_t>(gettid()));
}

TEST_CASE("R-15 a port without a buffer is unbound, and its device keeps what it had until it is given another", "[run]")
{
    Shop shop(1);
    Buffer lent;
    shop.house.make_buffer(lent, 40);
    accel_binding binding{0, 0, lent, 0, 0};
    REQUIRE(bind_ports(shop.run, &binding, 1) == ACCEL_STATUS_OK);
    const int live = npu().live_count;
    binding = {0, 0, nullptr, 8, 0};
    CHECK(bind_ports(shop.run, &binding, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "R-15");
    binding = {0, 0, nullptr, 0, 0};
    REQUIRE(bind_ports(shop.run, &binding, 1) == ACCEL_STATUS_OK);
    accel_buffer_unref(std::exchange(lent.it, nullptr));
    CHECK(npu().live_count == live);
    CHECK(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "R-2");
    // The device gets the same memory anew: what it had may be another's by now.
    const uint32_t binds = npu().bind_count;
    binding = {0, 0, shop.in, 0, 0};
    REQUIRE(bind_ports(shop.run, &binding, 1) == ACCEL_STATUS_OK);
    CHECK(npu().bind_count == binds + 1);
    CHECK(npu().live_count < live);
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(shop.out) == first_byte(shop.in) + 1);
}

TEST_CASE("Q-15 what does not apply to a copy or a fill is 0", "[queue]")
{
    Shop shop(1);
    accel_transfer_op op{};
    op.struct_size = sizeof op;
    op.destination = shop.out;
    op.size_bytes = 8;
    op.fill_value = 256;
    CHECK(accel_queue_transfer(shop.queue, &op) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(rule() == "Q-15");
    op.fill_value = 255, op.source_offset_bytes = 1;
    CHECK(accel_queue_transfer(shop.queue, &op) == ACCEL_STATUS_INVALID_ARGUMENT);
    op.source_offset_bytes = 0;
    CHECK(accel_queue_transfer(shop.queue, &op) == ACCEL_STATUS_OK);
    op.source = shop.in;
    CHECK(accel_queue_transfer(shop.queue, &op) == ACCEL_STATUS_INVALID_ARGUMENT);
    op.fill_value = 0;
    CHECK(accel_queue_transfer(shop.queue, &op) == ACCEL_STATUS_OK);
}

TEST_CASE("A-29 what a function answers that is given rows ends the call", "[instance]")
{
    Shop shop(1);
    int rows = 0;
    const auto stop = [](void *user, const accel_report_entry *) { return ++*static_cast<int *>(user) == 2 ? ACCEL_STATUS_IO : ACCEL_STATUS_OK; };
    CHECK(accel_instance_report(shop.house.instance.get(), stop, &rows) == ACCEL_STATUS_IO);
    CHECK(rows == 2);
    CHECK(rule() == "A-29");
    const auto *trace = static_cast<const accel_trace_interface *>(accel_interface(shop.house.instance.get(), ACCEL_TRACE_NAME, 1));
    REQUIRE(trace->start(shop.house.instance.get(), 0) == ACCEL_STATUS_OK);
    for (uint64_t value = 1; value <= 2; ++value) {
        REQUIRE(submit(shop.queue, shop.run, shop.fence, value) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_wait(shop.fence, value, kSecondNs) == ACCEL_STATUS_OK);
    }
    REQUIRE(trace->stop(shop.house.instance.get()) == ACCEL_STATUS_OK);
    rows = 0;
    const auto first = [](void *user, const accel_trace_event *) { return ++*static_cast<int *>(user), ACCEL_STATUS_CANCELLED; };
    CHECK(trace->read(shop.house.instance.get(), first, &rows) == ACCEL_STATUS_CANCELLED);
    CHECK(rows == 1);
}

TEST_CASE("A-31 objects are told apart by ids, and queues and programs tell what they have", "[queue][program]")
{
    Shop shop(1);
    accel_queue_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_queue_query(shop.queue, &info) == ACCEL_STATUS_OK);
    CHECK(info.depth >= 1);
    CHECK(info.priority == ACCEL_PRIORITY_NORMAL);
    CHECK(info.object_id == accel_object_id(shop.queue.it));
    CHECK(accel_object_id(shop.fence.it) != 0);
    CHECK(accel_object_id(shop.fence.it) != info.object_id);
    CHECK(accel_object_id(nullptr) == 0);
    REQUIRE(accel_fence_wait(shop.fence, 1, 0) == ACCEL_STATUS_TIMEOUT);
    CHECK(accel_last_error()->object_id == accel_object_id(shop.fence.it));
    CHECK(accel_operation_profile() == ACCEL_OPERATION_PROFILE);
    accel_device *device = nullptr;
    REQUIRE(accel_program_device(shop.program.get(), 0, &device) == ACCEL_STATUS_OK);
    CHECK(device == shop.house.npu_device.get());
    accel_device_unref(device);
    CHECK(accel_program_device(shop.program.get(), 9, &device) == ACCEL_STATUS_NOT_FOUND);
    CHECK(device == nullptr);
}
