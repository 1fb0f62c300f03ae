// SPDX-License-Identifier: MIT
// The other side of a CarryingTransport: an open device, and whatever asks for it over sockets.
#pragma once

#include <accel/backend.h>

#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "connection.h"

namespace accel::carried {

class Server {
public:
    /// inner outlives the server. clock_ahead_ns: what the device's clock shows more than this machine's.
    Server(const accel_bk_transport &inner, int64_t clock_ahead_ns) : inner_(inner),
                                                                      clock_ahead_ns_(clock_ahead_ns) {}
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    /// Until the other end of the control socket is closed, and its connections with it. Each connection has a thread.
    void serve(Fd control);

private:
    struct Mapped {
        uint8_t *memory;
        uint64_t size_bytes;
    };
    void serve_line(const Fd &line);
    Frame answer(Frame &question);
    Frame map(const Frame &question);
    Frame unmap(const Frame &question);
    Frame move(const Frame &question);

    const accel_bk_transport &inner_;
    const int64_t clock_ahead_ns_;
    std::mutex lock_;  ///< of what follows
    std::map<uint64_t, Mapped> maps_;
    uint64_t next_map_ = 1;
};

}  // namespace accel::carried
