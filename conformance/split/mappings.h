// SPDX-License-Identifier: MIT
// Memory that modules have mapped: this program's mmap and munmap stand before libc's, for libaccel and its modules too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace accel::split {

struct Mapping {
    uintptr_t begin = 0;
    size_t size_bytes = 0;  ///< whole pages
    uintptr_t end() const { return begin + size_bytes; }
};

/// Those that can be written to, now.
std::vector<Mapping> module_mappings();

}  // namespace accel::split
