// SPDX-License-Identifier: MIT
// Tests of what is shown, written out and cut.
#include "printable.h"

#include <catch2/catch_test_macros.hpp>

using accel::text::copy_printable;
using accel::text::printable;
using accel::text::whole_characters;

TEST_CASE("what has a shape stays as it is", "[text]")
{
    for (const char *text : {"", "plain text, 100 %", "Größe µ 中文 🂡", "a\\b", "e\u0301", "x\u00a0y"}) CHECK(printable(text) == text);
}

TEST_CASE("what a terminal would obey is written out", "[text]")
{
    CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
    CHECK(printable("\x1b[31mred") == "\\x1b[31mred");
    CHECK(printable(std::string_view("nul\0", 4)) == "nul\\x00");
    CHECK(printable("\x7f") == "\\x7f");
    CHECK(printable("\u009b31m") == "\\u{9b}31m");
    CHECK(printable("gpj.\u202etxet") == "gpj.\\u{202e}txet");
    CHECK(printable("\u2028\u2029\ufeff") == "\\u{2028}\\u{2029}\\u{feff}");
}

TEST_CASE("bytes that are no UTF-8 are written out one by one", "[text]")
{
    CHECK(printable("\xff\xfe{") == "\\xff\\xfe{");
    CHECK(printable("\x80") == "\\x80");
    CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
    CHECK(printable("\xe0\x80\x80") == "\\xe0\\x80\\x80");           // overlong
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
    CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
    CHECK(printable("caf\xc3") == "caf\\xc3");                       // cut off
    CHECK(printable("\xc3(") == "\\xc3(");
}

TEST_CASE("copies are cut between characters, and an escape is whole or absent", "[text]")
{
    char to[8];
    CHECK(copy_printable(to, sizeof to, "1234567890") == 7);
    CHECK(std::string(to) == "1234567");
    CHECK(copy_printable(to, sizeof to, "123456ä") == 6);
    CHECK(std::string(to) == "123456");
    CHECK(copy_printable(to, sizeof to, "1234\x1b") == 4);
    CHECK(std::string(to) == "1234");
    CHECK(copy_printable(to, 1, "x") == 0);
    CHECK(std::string(to).empty());
}

TEST_CASE("a start of a text ends at the end of a character", "[text]")
{
    CHECK(whole_characters("abc", 3) == "abc");
    CHECK(whole_characters("abcd", 3) == "abc");
    CHECK(whole_characters("aä", 2) == "a");
    CHECK(whole_characters("🂡", 3).empty());
}
