// SPDX-License-Identifier: MIT
// Keeps measured speeds by device id, and measures on demand.
#include "calibration.h"

#include <cmath>
#include <map>
#include <mutex>

#include "base/check.h"
#include "base/per_process.h"
#include "instance/device_handle.h"
#include "probe.h"

namespace accel::runtime {

namespace {

struct Speeds {
    std::mutex lock;
    std::map<std::string, Speed> of;
};
PerProcess<Speeds> speeds;

void keep(const std::string &device_id, const Speed &speed)
{
    const std::lock_guard guard(speeds->lock);
    speeds->of[device_id] = speed;
}

accel_status get(accel_device *device, accel_calibration *out)
{
    ACCEL_TRY(check_handle(device, "device"));
    ACCEL_TRY(check_out(out, "out_calibration"));
    return guarded([&] {
        const Speed speed = calibrated_speed(device->entry().id());
        copy_out(accel_calibration{sizeof(accel_calibration), speed.macs_per_s, speed.overhead_ns, speed.copy_bytes_per_s}, out);
        return ACCEL_STATUS_OK;
    });
}

bool above_zero(double value)
{
    return value > 0.0 && std::isfinite(value);
}

accel_status set(accel_device *device, const accel_calibration *calibration)
{
    ACCEL_TRY(check_handle(device, "device"));
    accel_calibration given{};
    ACCEL_TRY(copy_in(calibration, &given, "calibration"));
    if (!above_zero(given.macs_per_s) || !above_zero(given.copy_bytes_per_s) || !(given.overhead_ns >= 0.0 && std::isfinite(given.overhead_ns)))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", device, "macs_per_s is %g, copy_bytes_per_s %g, overhead_ns %g; expected finite speeds above 0 and a time of at least 0",
                    given.macs_per_s, given.copy_bytes_per_s, given.overhead_ns);
    return guarded([&] {
        keep(device->entry().id(), Speed{given.macs_per_s, given.overhead_ns, given.copy_bytes_per_s});
        return ACCEL_STATUS_OK;
    });
}

accel_status measure(accel_device *device)
{
    ACCEL_TRY(check_handle(device, "device"));
    return guarded([&] {
        Speed speed;
        ACCEL_TRY(measure_speed(device, &speed));
        keep(device->entry().id(), speed);
        return ACCEL_STATUS_OK;
    });
}

}  // namespace

const accel_calibration_interface kCalibrationInterface{sizeof(accel_calibration_interface), get, set, measure};

Speed calibrated_speed(const std::string &device_id)
{
    const std::lock_guard guard(speeds->lock);
    const auto known = speeds->of.find(device_id);
    return known == speeds->of.end() ? Speed{} : known->second;
}

}  // namespace accel::runtime
