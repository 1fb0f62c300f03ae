// SPDX-License-Identifier: MIT
// The system fails below the module (extension accel.fault): the status comes up, nothing half-made stays, and the next try works.
#include <accel/ext/fault.h>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// One armed place; disarmed when it goes.
class Armed {
public:
    Armed(const Room &room, const std::string &place, accel_status status)
        : instance_(room.instance().get()),
          place_(place),
          faults_(static_cast<const accel_fault_interface *>(accel_interface(instance_, ACCEL_FAULT_NAME, ACCEL_FAULT_VERSION)))
    {
        if (!faults_) throw std::runtime_error("the library does not offer accel.fault");
        check(faults_->arm(instance_, place_.c_str(), 0, 1, status));
    }
    ~Armed() { faults_->disarm(instance_); }
    Armed(const Armed &) = delete;
    Armed &operator=(const Armed &) = delete;
    bool fired() const { return faults_->fired(instance_, place_.c_str()) != 0; }

private:
    accel_instance *instance_;
    std::string place_;
    const accel_fault_interface *faults_;
};

/// The call fails with the armed status, once, if the module asks at that place; then it succeeds. Answers whether the module asked.
template <class Call> bool fails_once(const Room &room, const char *what, accel_status status, const Call &call)
{
    const std::string place = std::string(room.facts().backend) + "." + what;
    const Armed armed(room, place, status);
    const accel_status first = status_of(call);
    INFO(place << ": " << name_of(first));
    CHECK_STATUS(first, armed.fired() ? status : ACCEL_STATUS_OK);
    CHECK_STATUS(status_of(call), ACCEL_STATUS_OK);
    return armed.fired();
}

}  // namespace

ACCEL_CASE("lost.fault.creates", "A-4", "when memory runs out in the middle of a create, the create fails with that status and the next one works")
{
    const Room room;
    const Adder adder = room.adder();
    const std::string saved = adder.program().save();
    unsigned asked = 0;
    asked += fails_once(room, "buffer", ACCEL_STATUS_OUT_OF_MEMORY, [&] { room.buffer(4096); });
    asked += fails_once(room, "load", ACCEL_STATUS_OUT_OF_MEMORY, [&] { Program::load(room.instance(), saved, {room.device()}); });
    asked += fails_once(room, "run_create", ACCEL_STATUS_OUT_OF_MEMORY, [&] { Run::create(adder.program()); });
    if (asked == 0) skip("module.fault-points", "the module asks the host for faults at none of these places");
}

ACCEL_CASE("lost.fault.submit", "Q-3", "when the system refuses a submission, no fence changes and the next one works")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(4, 5);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    bool fired = false;
    {
        const Armed armed(room, std::string(room.facts().backend) + ".submit", ACCEL_STATUS_RESOURCE);
        const accel_status status = status_of([&] { queue.submit(sum.run, {}, {fence.at(1)}); });
        fired = armed.fired() || status != ACCEL_STATUS_OK;
        if (fired) {
            CHECK_STATUS(status, ACCEL_STATUS_RESOURCE);
            CHECK_STATUS(accel_fence_error(fence.get(), 1), ACCEL_STATUS_NOT_READY);
        } else {
            REQUIRE(arrives(fence, 1));
        }
    }
    if (!fired) skip("module.fault-points", "the module asks the host for no fault at submit");
    queue.submit(sum.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    CHECK(sum.holds(9));
}

}  // namespace accel::conformance
