// SPDX-License-Identifier: MIT
// Pieces of a life while memory is short: with request n refused, for every n.
#pragma once

#include "allocator.h"
#include "script.h"

namespace accel::shortage {

/// Which requests are refused.
struct Range {
    uint64_t first = 1, last = UINT64_MAX, step = 1;
};

struct Tally {
    uint64_t walk_count = 0;
    uint64_t refused_ok_count = 0;  ///< walks in which a request was refused and that answered OK
    uint64_t fault_count = 0;
};

/// Walks through a piece in this process, once for each number until nothing is refused any more; then once with everything refused while it drops what it made. After every walk nothing more
/// must be held than before it, and the piece must work. Faults are printed to standard error.
Tally sweep_here(const Piece &piece, const Subject &subject, Ready &ready, Mode mode, const Range &range);

/// Walks through a whole life, each time in a new process in which nothing of the library was called before; the next lives of that process must work. The calling process must not have
/// used the library.
Tally sweep_cold(const Subject &subject, Mode mode, const Range &range);

}  // namespace accel::shortage
