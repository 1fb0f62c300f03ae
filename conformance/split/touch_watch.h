// SPDX-License-Identifier: MIT
// Counts from outside who touches tensor memory: modules' mappings are closed, and every access to them traps and is written down with the library whose
// code made it. So a copy is seen whoever makes it, by whatever loop, and whether or not a report shows it.
#pragma once

#include <cstdint>
#include <memory>

namespace accel::split {

/// Addresses that were accessed, each counted once per watch. A copy byte by byte or through memcpy shows all of its bytes, one in wider loads a part of them.
struct Touches {
    uint64_t read_bytes = 0;
    uint64_t written_bytes = 0;
};

enum class Toucher { Runtime,
                     Ethosu,
                     Simulation,
                     Cpu,
                     Others,
                     Count };

/// From its making on, the memory that modules have mapped is watched. At most one at a time; nothing may be in flight when it begins and ends.
class TouchWatch {
public:
    TouchWatch();
    ~TouchWatch();
    TouchWatch(const TouchWatch &) = delete;
    TouchWatch &operator=(const TouchWatch &) = delete;
    /// Stop, and answer what was seen.
    Touches end(Toucher toucher);

    struct State;

private:
    void stop();
    std::unique_ptr<State> state_;
};

}  // namespace accel::split
