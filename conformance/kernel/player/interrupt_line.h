// SPDX-License-Identifier: MIT
//
// The wire from the NPU to the guest's interrupt controller.
#pragma once

#include <cstdint>
#include <string>

namespace accel::lane {

class InterruptLine {
public:
    virtual ~InterruptLine() = default;
    virtual void set(bool high) = 0;
};

/// Drives an input of QEMU's interrupt controller through the qtest protocol, which QEMU serves on a socket next to
/// any accelerator.
class QtestLine final : public InterruptLine {
public:
    /// Connects, waiting up to `timeout_ms` for QEMU to listen. `controller` is the path that the monitor's
    /// `info qom-tree` shows. Throws std::system_error.
    QtestLine(const std::string &socket_path, std::string controller, uint32_t interrupt, int timeout_ms);
    ~QtestLine() override;
    QtestLine(const QtestLine &) = delete;
    QtestLine &operator=(const QtestLine &) = delete;

    void set(bool high) override;

    /// False once QEMU has closed the socket: the machine is gone.
    bool alive();

private:
    void drain();

    int fd_ = -1;
    std::string controller_;
    uint32_t interrupt_;
    bool alive_ = true;
};

}  // namespace accel::lane
