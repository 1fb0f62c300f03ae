// SPDX-License-Identifier: MIT
// A transport to a device in another process, which shares nothing with this one but sockets: what a jail, a virtual machine or a network makes of requests.
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "connection.h"
#include "shadow.h"

namespace accel::carried {

/// COPYING. Requests are judged by rule M-14 and carried as flat messages, each on a connection of its own, so that none waits for another.
class CarryingTransport {
public:
    /// control: the socket of a Server. Throws std::system_error when nobody answers there.
    explicit CarryingTransport(Fd control);
    CarryingTransport(const CarryingTransport &) = delete;
    CarryingTransport &operator=(const CarryingTransport &) = delete;

    const accel_bk_transport *table() const { return &table_; }

    // The table's slots.
    int request(const accel_bk_request &request);
    int map(const accel_bk_map &map, void **out_pointer);
    int unmap(void *pointer, uint64_t size_bytes);
    int sync(void *pointer, uint64_t size_bytes, uint32_t access);

private:
    /// A connection on loan.
    class Line;
    void compare_clocks();
    int connect(Fd &line);
    int ask(const Frame &question, Frame &answer);
    std::shared_ptr<Shadow> find(const void *pointer, uint64_t size_bytes);
    int bring(Shadow &shadow, uint64_t offset, uint64_t size_bytes);
    int take(Shadow &shadow, uint64_t offset, uint64_t size_bytes);

    Fd control_;
    std::mutex control_lock_;  ///< one new connection at a time
    std::mutex lock_;          ///< of what follows
    std::condition_variable returned_;
    std::vector<Fd> idle_;
    uint32_t line_count_ = 0;
    std::map<uintptr_t, std::shared_ptr<Shadow>> shadows_;
    int64_t clock_ahead_ns_ = 0;
    accel_bk_transport table_{};
};

}  // namespace accel::carried
