// SPDX-License-Identifier: MIT
// What oneDNN is told about threads.
#pragma once

namespace accel::cpu {

// oneDNN takes the number of its threads from OpenMP, where a primitive is described and where it is executed. While one of these lives it
// is 1 for the calling thread, so that OpenMP never makes a team: work is divided here. The thread may be the application's: its own number
// is put back.
class OneThread {
public:
    OneThread() noexcept;
    ~OneThread();
    OneThread(const OneThread &) = delete;
    OneThread &operator=(const OneThread &) = delete;

    // False: there was no memory for OpenMP's note of the number, and oneDNN must not be asked.
    bool holds() const { return holds_; }
    // Throws std::bad_alloc if it does not hold.
    void require() const;

private:
    int before_;
    bool holds_;
};

}  // namespace accel::cpu
