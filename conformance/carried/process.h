// SPDX-License-Identifier: MIT
// A server in a process of its own.
#pragma once

#include <sys/types.h>

#include <string>

#include "connection.h"

namespace accel::carried {

/// A server with an open device; ends with its control socket.
class ServerProcess {
public:
    /// program: the server's file. Throws std::system_error.
    explicit ServerProcess(const std::string &program);
    /// After whoever took the control socket has closed it: waits for the process to end.
    ~ServerProcess();
    ServerProcess(const ServerProcess &) = delete;
    ServerProcess &operator=(const ServerProcess &) = delete;

    /// For the one transport that leads there.
    Fd take_control() { return std::move(control_); }

private:
    Fd control_;
    pid_t pid_ = -1;
};

}  // namespace accel::carried
