// SPDX-License-Identifier: MIT
//
// The tie between the driver and its device, which root can cut and renew through sysfs.
#pragma once

#include <string>

namespace accel::uapi {

/// Renews the tie at its end, if it is cut: the cases behind need the device.
class Binding {
public:
    /// Of the first accel node.
    Binding();
    ~Binding();
    Binding(const Binding &) = delete;
    Binding &operator=(const Binding &) = delete;

    /// The node goes away, and with it the device of every open file.
    void unbind();
    /// The driver probes the device anew. Waits for the node.
    void bind();

private:
    bool write(const std::string &file) const;

    std::string driver_folder_, device_name_;
    bool bound_ = true;
};

}  // namespace accel::uapi
