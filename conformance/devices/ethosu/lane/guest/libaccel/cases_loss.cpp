// SPDX-License-Identifier: MIT
// What an application sees of a device that is lost, and of one that is gone; and how it gets it back.
#include <chrono>
#include <memory>
#include <string>

#include "binding.h"
#include "harness.h"
#include "player.h"
#include "session.h"

namespace accel::guest {
namespace {

using lane::Fault;
using uapi::Binding;
using uapi::note;
using uapi::Player;
using uapi::require;

// Instance, open device and a program on it: what an application makes, and makes again after a loss.
struct House {
    Devices devices;
    Session session{devices};
};

accel_status submit_status(Session &session, const Fence &fence)
{
    try {
        session.submit(fence);
        return ACCEL_STATUS_OK;
    } catch (const Error &error) {
        return error.status();
    }
}

// The next submit says so and leaves its fence alone; `sentence` is what the application reads.
void require_refused(House &house, accel_status expected, const std::string &sentence)
{
    const auto begin = std::chrono::steady_clock::now();
    const Fence fence = Fence::create(house.devices.instance);
    const accel_status status = submit_status(house.session, fence);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    note("submit: " + last_error() + " (" + std::to_string(static_cast<int>(elapsed.count())) + " ms)");
    require(status == expected, std::string("submit gave ") + accel_status_name(status));
    require(last_error().find(sentence) != std::string::npos, "the error does not say '" + sentence + "'");
    require(accel_fence_error(fence.get(), 1) == ACCEL_STATUS_NOT_READY, "a refused submission moved its fence");
}

UAPI_CASE(lost, "accel-device-lost")
{
    Player player;
    House first;
    require_right_run(first.session, 31);
    player.order(Fault::Dead);
    const accel_status status = first.session.run_once();
    // The driver cancels the job as it does a hung one: the loss shows at the next submit.
    note(std::string("the fence of the job that the device died with: ") + accel_status_name(status));
    require(status == ACCEL_STATUS_JOB_TIMEOUT, std::string("the job ended with ") + accel_status_name(status));
    require_refused(first, ACCEL_STATUS_DEVICE_LOST, "does not come out of its reset");
    // From now on without asking the kernel.
    require_refused(first, ACCEL_STATUS_DEVICE_LOST, "opening the device again");
    {
        House again;
        require_refused(again, ACCEL_STATUS_DEVICE_LOST, "does not come out of its reset");
    }
    player.open_gate();
    House recovered;
    require_right_run(recovered.session, 32);
    // What was made before the loss stays dead.
    require_refused(first, ACCEL_STATUS_DEVICE_LOST, "opening the device again");
}

UAPI_CASE(gone, "accel-device-gone")
{
    Binding binding;
    {
        House house;
        require_right_run(house.session, 41);
        binding.unbind();
        require_refused(house, ACCEL_STATUS_DEVICE_GONE, "has let go of the NPU");
    }
    {
        const Instance empty = Instance::create();
        accel_device *device = nullptr;
        const accel_status status = accel_instance_find_device(empty.get(), "ethosu", &device);
        require(status == ACCEL_STATUS_NOT_FOUND, std::string("looking for it gave ") + accel_status_name(status));
    }
    binding.bind();
    House house;
    require_right_run(house.session, 42);
}

}  // namespace
}  // namespace accel::guest
