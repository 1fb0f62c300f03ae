// SPDX-License-Identifier: MIT
// Cases of statuses, versions and the thread's latest error.
#include <set>
#include <thread>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("abi.status.names", "A-13", "every status has a name of its own, and a value outside the enum is UNKNOWN")
{
    std::set<std::string> names;
    for (int value = ACCEL_STATUS_OK; value <= ACCEL_STATUS_LIMIT; ++value) names.insert(accel_status_name(static_cast<accel_status>(value)));
    CHECK(names.size() == static_cast<size_t>(ACCEL_STATUS_LIMIT) + 1);
    CHECK(names.count("BUSY") == 1);
    CHECK(std::string(accel_status_name(static_cast<accel_status>(4711))) == "UNKNOWN");
    CHECK(std::string(accel_status_name(static_cast<accel_status>(-1))) == "UNKNOWN");
}

ACCEL_CASE("abi.status.transient", "A-13", "exactly NOT_READY, TIMEOUT, BUSY and RESOURCE are transient")
{
    const std::set<int> transient{ACCEL_STATUS_NOT_READY, ACCEL_STATUS_TIMEOUT, ACCEL_STATUS_BUSY, ACCEL_STATUS_RESOURCE};
    for (int value = ACCEL_STATUS_OK; value <= ACCEL_STATUS_LIMIT + 1; ++value) {
        INFO(accel_status_name(static_cast<accel_status>(value)));
        CHECK(accel_status_is_transient(static_cast<accel_status>(value)) == static_cast<int>(transient.count(value)));
    }
}

ACCEL_CASE("abi.version.major", "A-18", "the library speaks the major version of the header, and unknown interfaces are NULL")
{
    CHECK(accel_version() >> 22 == ACCEL_VERSION_MAJOR);
    CHECK(accel_version() >= ACCEL_MAKE_VERSION(ACCEL_VERSION_MAJOR, ACCEL_VERSION_MINOR, 0u));
    const auto instance = make_instance(Target::current());
    CHECK(accel_interface(instance.get(), "no.such.interface", 1) == nullptr);
    CHECK(accel_interface(instance.get(), "accel.fault", 4711) == nullptr);
}

ACCEL_CASE("abi.error.per-thread", "A-16", "a failure on one thread is not seen on another")
{
    const auto instance = make_instance(Target::current());
    accel_device *device = nullptr;
    REQUIRE_STATUS(accel_instance_find_device(instance.get(), "no-such-device", &device), ACCEL_STATUS_NOT_FOUND);
    const std::string here = accel_last_error()->message;
    std::string there;
    std::thread([&] {
        accel_fence_error(nullptr, 1);
        there = accel_last_error()->message;
    }).join();
    CHECK(here.find("no-such-device") != std::string::npos);
    CHECK(accel_last_error()->message == here);
    CHECK(there != here);
    CHECK(there != "");
}

ACCEL_CASE("abi.error.kept-by-success", "A-16", "a call that succeeds leaves the detail of the last failure alone")
{
    const auto instance = make_instance(Target::current());
    accel_device *device = nullptr;
    REQUIRE_STATUS(accel_instance_find_device(instance.get(), "no-such-device", &device), ACCEL_STATUS_NOT_FOUND);
    const std::string before = accel_last_error()->message;
    const Fence fence = Fence::create(instance);
    fence.signal(1);
    CHECK(accel_last_error()->message == before);
    CHECK(accel_last_error()->status == ACCEL_STATUS_NOT_FOUND);
}

}  // namespace accel::conformance
