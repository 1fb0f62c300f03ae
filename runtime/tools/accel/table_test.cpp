// SPDX-License-Identifier: MIT
// Tests of tables and of text that keeps to a width.
#include "table.h"

#include <catch2/catch_test_macros.hpp>

#include "terminal.h"

using namespace accel::tool;
using Lines = std::vector<std::string>;

TEST_CASE("text is broken at spaces, and inside of words only where they are too long")
{
    CHECK(wrapped("one two three", 7) == Lines{"one two", "three"});
    CHECK(wrapped("one two three", 80) == Lines{"one two three"});
    CHECK(wrapped("abcdefgh ij", 4) == Lines{"abcd", "efgh", "ij"});
    CHECK(wrapped("äöü ß", 3) == Lines{"äöü", "ß"});
    CHECK(wrapped("", 3) == Lines{""});
    CHECK(wrapped("a  b", 1) == Lines{"a", "b"});
    CHECK(wrapped("   abc", 3) == Lines{"", "abc"});
}

TEST_CASE("a table has a line a row where there is room, and no line beyond the columns where there is not")
{
    Table table({"id", "why", "n"});
    table.row({"alpha", "because the sentence is long", "1"});
    CHECK(table.lines(SIZE_MAX) == Lines{"id     why                           n", "alpha  because the sentence is long  1"});
    CHECK(table.lines(21) == Lines{"id     why          n", "alpha  because the  1", "       sentence is", "       long"});
    CHECK(table.lines(20) == Lines{"id     why         n", "alpha  because     1", "       the", "       sentence", "       is long"});
    for (size_t columns = 16; columns < 60; ++columns)
        for (const auto &line : table.lines(columns)) CHECK(character_count(line) <= columns);
}

TEST_CASE("a number stays with its unit before a word is broken")
{
    Table table({"name", "time"});
    table.row({"abcdefghijkl", "12.345 us"});
    CHECK(table.lines(20) == Lines{"name       time", "abcdefghi  12.345 us", "jkl"});
}

TEST_CASE("a picture is left out before a cell is broken")
{
    Table table({"name", ""});
    table.draws_last();
    table.row({"alpha", "██████"});
    CHECK(table.lines(13).back() == "alpha  ██████");
    CHECK(table.lines(12).back() == "alpha");
}
