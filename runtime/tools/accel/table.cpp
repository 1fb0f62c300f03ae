// SPDX-License-Identifier: MIT
// Measures columns, narrows the widest, and prints.
#include "table.h"

#include <algorithm>
#include <iostream>
#include <numeric>

#include "terminal.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 6;  ///< of a column that is made narrower: below it words fall apart

size_t sum(const std::vector<size_t> &widths) { return std::accumulate(widths.begin(), widths.end(), size_t{0}) + kGap * (widths.size() - 1); }

/// The widest give way together, so that the narrow ones stay in one line; none below its least.
void narrow(std::vector<size_t> &widths, const std::vector<size_t> &least, size_t columns)
{
    while (sum(widths) > columns) {
        size_t widest = widths.size();
        for (size_t column = 0; column < widths.size(); ++column)
            if (widths[column] > least[column] && (widest == widths.size() || widths[column] > widths[widest])) widest = column;
        if (widest == widths.size()) return;
        --widths[widest];
    }
}

size_t longest_word(const std::string &text)
{
    constexpr size_t kNumberMax = 12;
    // A number stays with its unit.
    if (text.size() <= kNumberMax && !text.empty() && text.front() >= '0' && text.front() <= '9') return text.size();
    size_t longest = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find(' ', begin), text.size());
        longest = std::max(longest, character_count(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return longest;
}

}  // namespace

void Table::row(std::vector<std::string> cells)
{
    for (auto &cell : cells) cell = text::printable(cell);
    rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::widths_of(size_t column_count, size_t columns) const
{
    std::vector<size_t> widths(column_count), words(column_count);
    for (const auto &row : rows_)
        for (size_t column = 0; column < std::min(row.size(), column_count); ++column) {
            widths[column] = std::max(widths[column], character_count(row[column]));
            words[column] = std::max(words[column], longest_word(row[column]));
        }
    if (draws_last_ && column_count == rows_.front().size() && sum(widths) > columns) return widths_of(column_count - 1, columns);
    // Words are broken only where lines at spaces do not do.
    for (size_t &word : words) word = std::max(word, kNarrowest);
    narrow(widths, words, columns);
    narrow(widths, std::vector<size_t>(column_count, kNarrowest), columns);
    return widths;
}

std::vector<std::string> Table::lines(size_t columns) const
{
    const auto widths = widths_of(rows_.front().size(), columns);
    std::vector<std::string> lines;
    for (const auto &row : rows_) {
        std::vector<std::vector<std::string>> cells;
        size_t height = 1;
        for (size_t column = 0; column < std::min(row.size(), widths.size()); ++column) {
            cells.push_back(wrapped(row[column], std::max<size_t>(widths[column], 1)));
            height = std::max(height, cells.back().size());
        }
        for (size_t at = 0; at < height; ++at) {
            std::string line;
            for (size_t column = 0; column < cells.size(); ++column) {
                const std::string part = at < cells[column].size() ? cells[column][at] : "";
                line += part + (column + 1 < cells.size() ? std::string(widths[column] - character_count(part) + kGap, ' ') : "");
            }
            lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
        }
    }
    return lines;
}

void Table::print() const
{
    for (const auto &line : lines(output_columns())) std::cout << line << "\n";
}

}  // namespace accel::tool
