// SPDX-License-Identifier: MIT
// Mappings of files that may shrink: a fault in one gives zeros and a mark instead of SIGBUS (docs/decisions/0011-mapped-files.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace accel::runtime {

struct GuardSlot;

/// While at least one is alive, the process has a SIGBUS handler that knows their ranges and hands every other fault on to whoever had the signal before.
class Guard {
public:
    Guard() = default;
    /// The range is a mapping, which ends after the guard does. Throws std::bad_alloc.
    Guard(const void *begin, size_t size_bytes);
    Guard(Guard &&other) noexcept;
    Guard &operator=(Guard &&other) noexcept;
    ~Guard();

    /// A page of the range was asked for that the file did not have: what was read there, and behind it, was zeros.
    bool lost() const;

private:
    GuardSlot *slot_ = nullptr;
};

/// May guards be used in this process? Not with ACCEL_NO_SIGBUS_HANDLER=1 in its environment.
bool guards_admitted();

}  // namespace accel::runtime
