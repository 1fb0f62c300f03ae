// SPDX-License-Identifier: MIT
// Rows of text in columns that fit the terminal.
#pragma once

#include <string>
#include <vector>

namespace accel::tool {

/// Prints rows as aligned columns. On a terminal too narrow for them the widest columns become narrower and their cells several lines; elsewhere each row is one line.
class Table {
public:
    explicit Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
    void row(std::vector<std::string> cells);
    /// The last column is a picture of another: it is left out where there is no room.
    void draws_last() { draws_last_ = true; }
    void print() const;
    /// For a width; print takes the terminal's.
    std::vector<std::string> lines(size_t columns) const;

private:
    std::vector<size_t> widths_of(size_t column_count, size_t columns) const;
    std::vector<std::vector<std::string>> rows_;
    bool draws_last_ = false;
};

}  // namespace accel::tool
