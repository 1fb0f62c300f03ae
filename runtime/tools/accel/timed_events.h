// SPDX-License-Identifier: MIT
// Timings of runs as spans of a recording, each operation in a lane of its device.
#pragma once

#include <accel/accel.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace accel::tool {

class TimedEvents {
public:
    /// Of one run; rows whose begin is not known have no place in a trace.
    void take(const std::vector<accel_timing> &timings);
    /// The trace event JSON of a recording, with these events behind its own.
    std::string added_to(const std::string &recording) const;

private:
    uint32_t process_of(accel_device *device);
    nlohmann::json events_ = nlohmann::json::array();
    std::vector<std::string> devices_;
};

}  // namespace accel::tool
