// SPDX-License-Identifier: MIT
// Tests of sentences: one line, cut between characters, quotable.
#include "error.h"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "log.h"

using namespace accel::runtime;

namespace {

std::string sentence() { return accel_last_error()->message; }

}  // namespace

TEST_CASE("A-21 a name in an error cannot command a terminal or break a line", "[error]")
{
    fail(ACCEL_STATUS_NOT_FOUND, "P-6", nullptr, "no port '%s'", "a\x1b[2J\nb\xff");
    CHECK(sentence() == "no port 'a\\x1b[2J\\nb\\xff'");
    set_module_error("M-1\n", "tensor '\x1b]0;x\a'");
    CHECK(fail_from_module(ACCEL_STATUS_JOB_FAILED, "fake", "run", nullptr) == ACCEL_STATUS_JOB_FAILED);
    CHECK(sentence() == "tensor '\\x1b]0;x\\x07'");
    CHECK(std::string(accel_last_error()->rule) == "M-1\\n");
}

TEST_CASE("A-21 a sentence that is too long is cut between characters", "[error]")
{
    std::string name;
    while (name.size() < 5000) name += "ä";
    for (const char *start : {"", "x"}) {
        fail(ACCEL_STATUS_NOT_FOUND, "", nullptr, "%s%s", start, name.c_str());
        REQUIRE(sentence().size() > 1000);
        CHECK(sentence() == start + name.substr(0, sentence().size() - std::string(start).size()));
        CHECK((sentence().size() - std::string(start).size()) % 2 == 0);
    }
}

TEST_CASE("A-16 an error may quote the one before", "[error]")
{
    fail(ACCEL_STATUS_IO, "", nullptr, "first");
    fail(ACCEL_STATUS_IO, "", nullptr, "second after %s", accel_last_error()->message);
    CHECK(sentence() == "second after first");
}

TEST_CASE("A-21 a line of the log is one line", "[log]")
{
    std::string seen;
    const LogListener listener({[](void *user, const accel_log_record *record) { *static_cast<std::string *>(user) = record->message; }, &seen, nullptr, ACCEL_LOG_LEVEL_WARNING, false});
    log_line(ACCEL_LOG_LEVEL_WARNING, "fake", "two\nlines \x9f");
    CHECK(seen == "two\\nlines \\x9f");
    log_format(ACCEL_LOG_LEVEL_WARNING, 0, "fake", "%s", "tab\t");
    CHECK(seen == "tab\\t");
}
