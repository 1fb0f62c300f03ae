// SPDX-License-Identifier: MIT
// The width of what is printed to, and text that keeps to it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace accel::tool {

/// Columns of the terminal at standard output; SIZE_MAX where there is none: files and pipes get lines as long as they come.
size_t output_columns();

/// Characters, which UTF-8 makes of one byte or several.
size_t character_count(const std::string &text);

/// Lines of at most so many characters, at least 1: broken at spaces, and inside of words that are longer. One line at least.
std::vector<std::string> wrapped(const std::string &text, size_t columns);

/// Prints to standard output, wrapped, and so many spaces in front of each line.
void print_wrapped(const std::string &text, size_t indent = 0);

}  // namespace accel::tool
