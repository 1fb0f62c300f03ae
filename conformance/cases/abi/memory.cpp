// SPDX-License-Identifier: MIT
// Life when memory is used up. The process is limited while a call is made, so these cases have a group, and with it a process, to themselves.
#include <algorithm>

#include "support/flood.h"
#include "support/heap.h"
#include "support/life.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

accel_status simply(const char *, const std::function<accel_status()> &call) { return call(); }

/// Each call is made with no memory first, then with a little, then with twice as much each time, until it does not lack any.
class Shortage {
public:
    accel_status operator()(const char *name, const std::function<accel_status()> &call)
    {
        // A wait may be where the work is done; work that finds no memory fails for good, as it may.
        if (std::string_view(name).starts_with("fence_wait")) return call();
        for (size_t room = 0; room <= kRoomMax; room = std::max(room * 2, kRoomMin)) {
            accel_status status;
            bool has_sentence = true;
            {
                const Flood flood(room);
                status = call();
                if (is_refusal(status)) has_sentence = *accel_last_error()->message;
            }
            if (!is_refusal(status)) return status;
            ++refusals_;
            CHECK(expect(has_sentence, std::string(name) + " answers " + name_of(status) + " and leaves no sentence, expected one"));
        }
        return call();
    }
    unsigned refusals() const { return refusals_; }

private:
    static constexpr size_t kRoomMin = 1024, kRoomMax = size_t{128} << 20;
    static bool is_refusal(accel_status status) { return status == ACCEL_STATUS_OUT_OF_MEMORY || status == ACCEL_STATUS_RESOURCE; }

    unsigned refusals_ = 0;
};

}  // namespace

ACCEL_CASE("abi.memory.used-up", "A-22", "a call that finds memory used up answers OUT_OF_MEMORY with a sentence, loses nothing, and works when there is some", 60)
{
    const std::string plenty = live_once(simply);
    // The sanitizers' allocators end the process where there is no memory: the life without a shortage is judged alone.
    if (!kHeapIsSeen) {
        CHECK(live_once(simply) == plenty);
        return;
    }
    Shortage shortage;
    CHECK(live_once(std::ref(shortage)) == plenty);
    // Listing, building and the making of memory cannot do without.
    CHECK(shortage.refusals() >= 3);
    const size_t descriptors = open_fd_count();
    CHECK(live_once(std::ref(shortage)) == plenty);
    CHECK(open_fd_count() == descriptors);
}

ACCEL_CASE("abi.memory.lost", "A-22", "runs, buffers and queues for which there is too little memory leave none behind", 40)
{
    const Room room;
    const Adder adder = room.adder();
    if (!kHeapIsSeen) {
        const Sum sum(room, adder);
        sum.set(2, 3);
        CHECK(room.completes(sum.run));
        CHECK(sum.holds(5));
        return;
    }
    accel_device *devices[] = {room.device().get()};
    auto run_desc = sized<accel_run_desc>();
    run_desc.program = adder.program().get();
    auto buffer_desc = sized<accel_buffer_desc>();
    buffer_desc.size_bytes = 256;
    buffer_desc.devices = devices;
    buffer_desc.device_count = 1;
    auto queue_desc = sized<accel_queue_desc>();
    queue_desc.devices = devices;
    queue_desc.device_count = 1;
    unsigned refusals = 0;
    const auto make_with = [&](size_t left) {
        accel_run *run = nullptr;
        accel_buffer *buffer = nullptr;
        accel_queue *queue = nullptr;
        {
            const Flood flood(left);
            refusals += accel_run_create(&run_desc, &run) == ACCEL_STATUS_OUT_OF_MEMORY;
            refusals += accel_buffer_create(&buffer_desc, &buffer) == ACCEL_STATUS_OUT_OF_MEMORY;
            refusals += accel_queue_create(&queue_desc, &queue) == ACCEL_STATUS_OUT_OF_MEMORY;
        }
        accel_run_unref(run);
        accel_buffer_unref(buffer);
        accel_queue_unref(queue);
    };
    // From nothing to enough, so that each of what a call asks for is at some time the first that is not there.
    const double growth = heap_growth_per_round([&] {
        for (size_t left = 0; left <= 4096; left += 128) make_with(left);
    });
    CHECK(growth < kNoLeakBytes);
    CHECK(refusals > 0);
}

}  // namespace accel::conformance
