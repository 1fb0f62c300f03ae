// SPDX-License-Identifier: MIT
// The kernel's side of a module's transport, made by the suite: for cases that call a module without the library.
#pragma once

#include <accel/backend.h>

#include <string>

namespace accel::conformance {

/// An open device node as the table that a module reaches it through.
class NodeTransport {
public:
    /// Throws std::runtime_error when the node cannot be opened.
    explicit NodeTransport(const std::string &node);
    ~NodeTransport();
    NodeTransport(const NodeTransport &) = delete;
    NodeTransport &operator=(const NodeTransport &) = delete;
    const accel_bk_transport *table() const { return &table_; }

private:
    int fd_;
    accel_bk_transport table_{};
};

}  // namespace accel::conformance
