// SPDX-License-Identifier: MIT
//
// libaccel in the guest: the device behind the kernel driver, and a small program on it.
#pragma once

#include <accel/accel.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace accel::guest {

inline constexpr uint64_t kPatience_ns = 15'000'000'000;

struct Devices {
    Instance instance = Instance::create();
    Device npu = instance.device("ethosu");
};

/// A program of one max pool over int8, wholly on the NPU, with its buffers bound. An input of one value everywhere
/// gives an output of that value everywhere, whatever the layout.
class Session {
public:
    explicit Session(const Devices &devices);

    void fill_input(uint8_t value) const;
    bool output_holds(uint8_t value) const;
    /// Submits; the fence reaches the returned value. `fence` must outlive nothing: the queue keeps it.
    uint64_t submit(const Fence &fence, std::initializer_list<accel_fence_point> waits = {});
    /// Submits with a fence of its own and waits: the status that the work ended with.
    accel_status run_once();

    const Buffer &input() const { return input_; }

private:
    const Devices &devices_;
    Program program_;
    Buffer input_, output_;
    Run run_;
    Queue queue_;
    uint64_t value_ = 0;
};

/// A run with the value on input, which must be right.
void require_right_run(Session &session, uint8_t value);

/// The whole file. Throws Failure naming it.
std::string load_file(const std::string &path);

/// Name and sentence of the latest failure.
std::string last_error();

}  // namespace accel::guest
