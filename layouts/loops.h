// SPDX-License-Identifier: MIT
// Boxes of elements, moved and filled.
#pragma once

#include "cut.h"

namespace accel::layouts {

/// What becomes of an element on its way.
struct Form {
    uint32_t from_bits, to_bits;  ///< in memory
    uint32_t value_bits;          ///< of the tensor's type
    uint8_t from_flip, to_flip;   ///< bit that is changed in a byte of each side
    bool sign_extends;            ///< a value of fewer bits than its place
};

/// Elements of a box; loops in any order, and changed. Distances in bits from both pointers.
void move_box(const char *from, int64_t from_bits, char *to, int64_t to_bits, Loops &loops, const Form &form);
/// The pattern at each place of a box.
void fill_box(char *to, int64_t to_bits, Loops &loops, uint32_t bits, uint64_t pattern);

}  // namespace accel::layouts
