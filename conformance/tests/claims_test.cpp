// SPDX-License-Identifier: MIT
// Excuses, claims and what is left of an interrupted run: what the record makes of them.
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "suite/claims.h"
#include "suite/digest.h"
#include "suite/record.h"

namespace accel::conformance {
namespace {

const std::vector<Refusal> kRefused{{"Exp", ACCEL_REASON_OPERATION, "does not do Exp"}};

Result skipped(const std::string &id, const std::vector<Refusal> &refusals) { return {id, "N-5", Verdict::Skip, 0, "text", "program", refusals}; }

/// A record's path; what is written there is removed.
class Scratch {
public:
    Scratch() : path_((std::filesystem::temp_directory_path() / ("accel-claims-" + std::to_string(getpid()) + ".jsonl")).string()) {}
    ~Scratch()
    {
        std::filesystem::remove(path_);
        std::filesystem::remove(path_ + ".part");
    }
    const std::string &path() const { return path_; }
    void write_part(const std::string &text) const { std::ofstream(path_ + ".part") << text; }

private:
    std::string path_;
};

const nlohmann::json kHeader{{"type", "run"}, {"format", 2}, {"device", nlohmann::json::object()}};

}  // namespace

TEST_CASE("a skip for want of a program needs a refusal of the device, with a reason that exists")
{
    CHECK(objection_to({}, skipped("operations.exp.f32", kRefused)) == "");
    CHECK_THAT(objection_to({}, skipped("operations.exp.f32", {})), Catch::Matchers::ContainsSubstring("without the device's answer"));
    for (const uint32_t reason : {0u, 999u}) CHECK_THAT(objection_to({}, skipped("operations.exp.f32", {{"Exp", reason, ""}})), Catch::Matchers::ContainsSubstring("Exp"));
}

TEST_CASE("what the device claims and no case proved is told, and nothing else")
{
    const std::map<std::string, SubjectClaim> claims{{"operations.exp.f32", {"EXP in F32", 12, 3, "EXP in F32, 2x3"}}, {"operations.tanh.f32", {"TANH in F32", 12, 0, ""}}, {"operations.add.f32", {"ADD in F32", 12, 12, "x"}}, {"operations.mul.f32", {"MUL in F32", 12, 12, "x"}}, {"operations.div.f32", {"DIV in F32", 12, 12, "x"}}};
    Record record("", kHeader);
    record.add(skipped("operations.exp.f32", kRefused));
    record.add(skipped("operations.tanh.f32", kRefused));
    record.add({"operations.add.f32", "N-5", Verdict::Pass, 0, "", ""});
    record.add({"operations.mul.f32", "N-5", Verdict::Fail, 0, "", ""});
    const auto unproved = record.unproved_claims(claims);
    REQUIRE(unproved.size() == 1);
    CHECK(unproved[0] == "the device claims EXP in F32 (3 of 12 graphs, such as EXP in F32, 2x3), and no case of it passed: operations.exp.f32 was skipped");
}

TEST_CASE("an interrupted record gives back its results and the cases that were under way")
{
    const Scratch scratch;
    CHECK(read_remainder(scratch.path()).header.is_null());
    CHECK(read_remainder(scratch.path()).notice.find("no interrupted run is there") == 0);
    {
        Record record(scratch.path(), kHeader);
        record.begin({"a.b.done", "N-5", "", 20});
        record.add({"a.b.done", "N-5", Verdict::Pass, 0.5, "", ""});
        record.begin({"a.b.skipped", "N-5", "", 20});
        record.add(skipped("a.b.skipped", kRefused));
        record.begin({"a.b.under-way", "N-5", "", 20});
    }
    std::ofstream(scratch.path() + ".part", std::ios::app) << R"({"type":"case","id":"a.b.under-)";
    const auto remainder = read_remainder(scratch.path());
    CHECK(remainder.notice == "");
    CHECK(remainder.header == kHeader);
    REQUIRE(remainder.results.size() == 2);
    CHECK(remainder.results[0].verdict == Verdict::Pass);
    CHECK(remainder.results[0].seconds == 0.5);
    CHECK(remainder.results[1].refusals.at(0).operation == "Exp");
    CHECK(remainder.begun == std::map<std::string, unsigned>{{"a.b.under-way", 1}});

    Record next(scratch.path(), kHeader);
    next.take(remainder);
    CHECK(next.counts().total() == 2);
    // Interrupted again at once, it has not forgotten.
    next.begin({"a.b.under-way", "N-5", "", 20});
    CHECK(read_remainder(scratch.path()).begun.at("a.b.under-way") == 2);
}

TEST_CASE("of a damaged record what stands before the damage is taken, and what is left out is told")
{
    const Scratch scratch;
    for (const char *damage : {"{\"type\":\"ca\n", "{\"type\":\"case\",\"id\":\"a.b.none\"}\n", "\n"}) {
        {
            Record record(scratch.path(), kHeader);
            record.add({"a.b.done", "N-5", Verdict::Pass, 0.5, "", ""});
        }
        std::ofstream(scratch.path() + ".part", std::ios::app) << damage << R"({"type":"start","id":"a.b.later"})"
                                                               << "\n";
        const auto remainder = read_remainder(scratch.path());
        INFO(remainder.notice);
        CHECK(remainder.results.size() == 1);
        CHECK(remainder.begun.empty());
        CHECK(remainder.notice.find("line 3 of ") == 0);
        CHECK(remainder.notice.find("it and the 1 behind it") != std::string::npos);
    }
}

TEST_CASE("a file that is no interrupted record is not taken for one")
{
    const Scratch scratch;
    for (const char *text : {"", "hello\n", R"({"type":"run","format":1})", R"({"type":"case","id":"x"})"}) {
        scratch.write_part(text);
        CHECK_THROWS_WITH(read_remainder(scratch.path()), Catch::Matchers::ContainsSubstring("no record of an interrupted run"));
    }
}

TEST_CASE("lists of expected skips take patterns, and refuse lines that say nothing new")
{
    const Scratch scratch;
    const std::vector<CaseInfo> known{{.id = "one.group.a"}, {.id = "one.group.b"}, {.id = "two.group.a"}};
    const auto list = [&](const std::string &text) {
        std::ofstream(scratch.path()) << text;
        return SkipList(scratch.path(), known);
    };
    const auto skips = list("one.*\n");
    CHECK(skips.objection("one.group.b", true) == "");
    CHECK(skips.objection("one.group.b", false) != "");
    CHECK(skips.objection("two.group.a", true) != "");
    CHECK_THROWS_WITH(list("one.*\none.group.a\n"), Catch::Matchers::ContainsSubstring("twice"));
    CHECK_THROWS_WITH(list("three.*\n"), Catch::Matchers::ContainsSubstring("does not exist"));
}

TEST_CASE("the digest of a file is SHA-256, and of none it is empty")
{
    const Scratch scratch;
    std::ofstream(scratch.path()) << "abc";
    CHECK(sha256_of(scratch.path()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_of("/nonexistent") == "");
}

}  // namespace accel::conformance
