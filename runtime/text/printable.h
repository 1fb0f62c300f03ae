// SPDX-License-Identifier: MIT
// Text for people: one line of valid UTF-8 that a terminal shows as it is and does not obey.
//
// Names come from models, manifests, drivers and modules, so they may hold anything. What a sentence says of them passes through here; the names themselves, by
// which things are found, stay as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace accel::text {

/// Copies text and a NUL. Control characters become \n, \t, \r or \x1b, other characters without a shape of their own (C1 controls, line separators, marks that turn the
/// writing direction) \u{202e}, bytes that are no UTF-8 \xff. What does not fit is left out in whole characters. Returns the length without the NUL. capacity at
/// least 1; to and from may not overlap. Never allocates.
size_t copy_printable(char *to, size_t capacity, std::string_view from);

/// The same, whole.
std::string printable(std::string_view from);

/// The longest start of text that has at most so many bytes and does not end inside a character.
std::string_view whole_characters(std::string_view text, size_t byte_count_max);

}  // namespace accel::text
