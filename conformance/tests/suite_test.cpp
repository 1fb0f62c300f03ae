// SPDX-License-Identifier: MIT
// The suite judged by constructed cases: what the supervisor makes of a case that crashes, hangs, exits, or proves nothing.
#include <accel/accel.hpp>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch_session.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "reference/bound.h"
#include "reference/requantise.h"
#include "suite/case.h"
#include "suite/child.h"
#include "suite/claims.h"
#include "suite/executor.h"
#include "suite/record.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

// The cases that the supervisor runs. Ids begin with "made", so the tests below are not mistaken for them.
ACCEL_CASE("made.group.a-passes", "A-1", "passes") { CHECK(1 + 1 == 2); }
ACCEL_CASE("made.group.b-crashes", "A-1", "crashes") { raise(SIGSEGV); }
ACCEL_CASE("made.group.c-after-crash", "A-1", "is run although the one before crashed") { CHECK(true); }
ACCEL_CASE("made.group.d-hangs", "A-1", "hangs", 1)
{
    for (;;) pause();
}
ACCEL_CASE("made.group.e-exits", "A-1", "ends its process") { _exit(7); }
ACCEL_CASE("made.group.f-empty", "A-1", "checks nothing") {}
constexpr int kFailingLine = __LINE__ + 1;
ACCEL_CASE("made.group.g-fails", "A-1", "fails") { CHECK(1 + 1 == 3); }
ACCEL_CASE("made.group.h-throws", "A-1", "throws") { throw std::runtime_error("a sentence"); }
ACCEL_CASE("made.group.i-skips", "A-1", "skips for a reason") { skip("buffer.export.dma_buf", "no dma-buf"); }
ACCEL_CASE("made.group.j-lies", "A-1", "skips for want of what the device has") { skip("rounding.tflite", "no such rounding"); }
ACCEL_CASE("made.group.k-mumbles", "A-1", "skips with a key that nobody knows") { skip("because", "no reason"); }
ACCEL_CASE("made.group.k-refused", "A-1", "skips because the device refuses") { skip_refused({{"LeakyRelu", ACCEL_REASON_OPERATION, "does not do this operation"}}); }
ACCEL_CASE("made.group.k-unrefused", "A-1", "skips because of a program, and nobody was asked") { skip("program", "it will not"); }
ACCEL_CASE("made.group.l-last", "A-1", "is run after all that") { CHECK(true); }

ACCEL_CASE("made.told.a-bare", "A-1", "fails with nothing but a bool")
{
    const bool asleep = false;
    CHECK(asleep);
}
ACCEL_CASE("made.told.b-not", "A-1", "fails with a bool that should be false")
{
    const bool awake = true;
    CHECK_FALSE(awake);
}

ACCEL_CASE("made.told.c-sentence", "A-1", "fails with a sentence") { CHECK(one_of(ACCEL_STATUS_IO, {ACCEL_STATUS_OK, ACCEL_STATUS_BUSY})); }

// What a leak checker does to a process in which every case has passed.
void exit_badly() { _exit(23); }
ACCEL_CASE("made.leaky.a-passes", "A-1", "passes") { CHECK(true); }
ACCEL_CASE("made.leaky.b-ends-badly", "A-1", "passes in a process that ends with an exit code")
{
    CHECK(std::atexit(exit_badly) == 0);
}
void die() { raise(SIGKILL); }
ACCEL_CASE("made.dying.a-ends-badly", "A-1", "passes in a process that a signal ends")
{
    CHECK(std::atexit(die) == 0);
}

std::vector<Result> run_made(const std::string &pattern)
{
    std::vector<CaseInfo> chosen;
    for (const auto &info : all_cases())
        if (matches(info, pattern)) chosen.push_back(info);
    std::vector<Result> results;
    run_group(chosen, Target{}, "/dev/null", {[&](const Result &result) { results.push_back(result); }});
    return results;
}

const std::vector<Result> &made()
{
    static const auto results = run_made("made.group");
    return results;
}

Result result_of(const std::string &end)
{
    for (const auto &result : made())
        if (result.id == "made.group." + end) return result;
    return {};
}

/// The device's own answer, as a skip with the key "program" needs it.
const std::vector<Refusal> kRefused{{"LeakyRelu", ACCEL_REASON_OPERATION, "does not do this operation"}};

nlohmann::json header_of(size_t planned)
{
    return {{"type", "run"}, {"planned", planned}, {"device", {{"roundings", 1u << ACCEL_ROUNDING_TFLITE}, {"buffer_export_kinds", 0}}}};
}

std::vector<Result> some_results()
{
    return {{"one.group.passes", "A-1", Verdict::Pass, 0.5, "", ""},
            {"one.group.fails", "A-2", Verdict::Fail, 0.1, "1 == 2 # and\nmore", ""},
            {"two.group.skips", "A-3", Verdict::Skip, 0, "nothing there", "buffer.export.dma_buf"},
            {"two.group.hangs", "A-4", Verdict::Timeout, 20, "not finished", ""}};
}

}  // namespace

TEST_CASE("every chosen case has exactly one result, in order, whatever the others did")
{
    REQUIRE(made().size() == 14);
    std::set<std::string> ids;
    for (const auto &result : made()) ids.insert(result.id);
    CHECK(ids.size() == 14);
    CHECK(made().front().id == "made.group.a-passes");
    CHECK(made().back().id == "made.group.l-last");
}

TEST_CASE("verdicts say how a case ended")
{
    CHECK(result_of("a-passes").verdict == Verdict::Pass);
    CHECK(result_of("b-crashes").verdict != Verdict::Pass);
    CHECK(is_bad(result_of("b-crashes").verdict));
    CHECK(result_of("c-after-crash").verdict == Verdict::Pass);
    CHECK(result_of("d-hangs").verdict == Verdict::Timeout);
    CHECK(result_of("d-hangs").seconds < 10);
    CHECK(result_of("e-exits").verdict == Verdict::Error);
    CHECK(result_of("e-exits").message.find("7") != std::string::npos);
    CHECK(result_of("f-empty").verdict == Verdict::Fail);
    CHECK(result_of("g-fails").verdict == Verdict::Fail);
    CHECK(result_of("g-fails").message.find("suite_test.cpp") != std::string::npos);
    CHECK(result_of("g-fails").message == "conformance/tests/suite_test.cpp:" + std::to_string(kFailingLine) + ": CHECK( 1 + 1 == 3 ) was 2 == 3");
    CHECK(result_of("h-throws").message.find("the case threw: a sentence") != std::string::npos);
    CHECK(result_of("h-throws").message.find("nknown") == std::string::npos);
    CHECK(result_of("i-skips").verdict == Verdict::Skip);
    CHECK(result_of("i-skips").key == "buffer.export.dma_buf");
    CHECK(result_of("l-last").verdict == Verdict::Pass);
}

TEST_CASE("what is true or false alone says what was expected")
{
    const auto told = run_made("made.told");
    REQUIRE(told.size() == 3);
    CHECK(told[2].message.ends_with(": the answer is IO, expected OK or BUSY"));
    CHECK(told[0].message.ends_with(": CHECK( asleep ) was false, expected true"));
    CHECK(told[1].message.ends_with(": CHECK_FALSE( awake ) was true, expected false"));
}

TEST_CASE("the last case of a process answers for how the process ends")
{
    const auto leaky = run_made("made.leaky"), dying = run_made("made.dying");
    REQUIRE(leaky.size() == 2);
    CHECK(leaky[0].verdict == Verdict::Pass);
    CHECK(leaky[1].verdict == Verdict::Error);
    CHECK(leaky[1].message.find("23") != std::string::npos);
    REQUIRE(dying.size() == 1);
    CHECK(dying[0].verdict == Verdict::Crash);
}

TEST_CASE("excuses are compared with the device's facts")
{
    const nlohmann::json facts{{"buffer_export_kinds", ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD)}, {"roundings", 1u << ACCEL_ROUNDING_TFLITE}};
    CHECK(claim_of(facts, "buffer.export.memfd") == Claim::Present);
    CHECK(claim_of(facts, "buffer.export.dma_buf") == Claim::Absent);
    CHECK(claim_of(facts, "buffer.import.memfd") == Claim::Absent);
    CHECK(claim_of(facts, "rounding.tflite") == Claim::Present);
    CHECK(claim_of(facts, "rounding.half_even") == Claim::Absent);
    CHECK(claim_of(facts, "rounding.sideways") == Claim::Unknown);
    // The device itself answers for a program: see objection_to.
    CHECK(claim_of(facts, "program") == Claim::Unknown);
    CHECK(claim_of(facts, "because") == Claim::Unknown);
    CHECK(claim_of(facts, "") == Claim::Unknown);
}

TEST_CASE("the record is complete, counts right, and turns bad excuses into failures")
{
    const std::string path = std::filesystem::temp_directory_path() / ("accel-record-" + std::to_string(getpid()) + ".jsonl");
    Record record(path, header_of(made().size()));
    for (const auto &result : made()) record.add(result);
    record.close();
    CHECK(record.counts().total() == made().size());
    CHECK(record.counts().pass == 3);
    // The device has no dma-buf, it has the rounding, and an unknown key is always a failure.
    // … and what the device refused is no failure.
    CHECK(record.counts().skip == 2);
    std::ifstream file(path);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    std::filesystem::remove(path);
    REQUIRE(lines.size() == made().size() + 2);
    CHECK(lines.front()["type"] == "run");
    CHECK(lines.front()["planned"] == made().size());
    CHECK(lines.back()["type"] == "end");
    CHECK(lines.back()["pass"] == 3);
    for (size_t index = 0; index < made().size(); ++index) {
        CHECK(lines[index + 1]["id"] == made()[index].id);
        CHECK(lines[index + 1]["rule"] == "A-1");
        if (made()[index].id == "made.group.k-mumbles" || made()[index].id == "made.group.k-unrefused") CHECK(lines[index + 1]["verdict"] == "fail");
        if (made()[index].id == "made.group.k-refused") CHECK(lines[index + 1]["refused"][0]["operation"] == "LeakyRelu");
    }
}

TEST_CASE("a chapter in which everything was skipped is hollow")
{
    Record record("", header_of(2));
    record.add({"one.group.skips", "A-1", Verdict::Skip, 0, "", "program", kRefused});
    record.add({"two.group.passes", "A-1", Verdict::Pass, 0, "", ""});
    REQUIRE(record.hollow_chapters().size() == 1);
    CHECK(record.hollow_chapters()[0].find("chapter one") == 0);
}

TEST_CASE("skips that are not expected fail, and so do expected ones that pass")
{
    const std::string path = std::filesystem::temp_directory_path() / ("accel-skips-" + std::to_string(getpid()));
    const std::vector<CaseInfo> known{{.id = "one.group.a"}, {.id = "one.group.b"}};
    const auto list = [&](const std::string &text) {
        std::ofstream(path) << text;
        return SkipList(path, known);
    };
    Record record("", header_of(4), list("# known\none.group.a # cannot\n\none.group.b\n"));
    record.add({"one.group.a", "A-1", Verdict::Skip, 0, "", "program", kRefused});
    record.add({"one.group.b", "A-1", Verdict::Pass, 0, "", ""});
    record.add({"one.group.c", "A-1", Verdict::Skip, 0, "the device cannot", "program", kRefused});
    record.add({"one.group.d", "A-1", Verdict::Pass, 0, "", ""});
    CHECK(record.counts().skip == 1);
    CHECK(record.counts().pass == 1);
    REQUIRE(record.counts().fail == 2);
    CHECK(record.results()[1].message.find("take it out") != std::string::npos);
    CHECK(record.results()[2].message.find("the device cannot") != std::string::npos);
    CHECK_THROWS_WITH(list("one.group.z\n"), Catch::Matchers::ContainsSubstring("'one.group.z'"));
    std::filesystem::remove(path);
    CHECK_THROWS_WITH(SkipList(path, known), Catch::Matchers::ContainsSubstring("cannot read"));
}

TEST_CASE("a disk that is full is an error, not a shorter record")
{
    const auto write_all = [](const std::string &path) {
        Record record(path, header_of(1));
        record.add({"one.group.passes", "A-1", Verdict::Pass, 0, "", ""});
        record.close();
    };
    CHECK_THROWS_AS(write_all("/dev/full"), std::runtime_error);
    CHECK_THROWS_AS(write_all("/nonexistent/folder/record.jsonl"), std::runtime_error);
}

TEST_CASE("KTAP is nested by chapter, with plans, directives and causes")
{
    CHECK(to_ktap(some_results()) == "KTAP version 1\n"
                                     "1..2\n"
                                     "    KTAP version 1\n"
                                     "    1..2\n"
                                     "    ok 1 one.group.passes\n"
                                     "    # A-2: 1 == 2 + and more\n"
                                     "    not ok 2 one.group.fails\n"
                                     "not ok 1 one\n"
                                     "    KTAP version 1\n"
                                     "    1..2\n"
                                     "    ok 1 two.group.skips # SKIP nothing there\n"
                                     "    # A-4: not finished\n"
                                     "    not ok 2 two.group.hangs # TIMEOUT\n"
                                     "not ok 2 two\n");
    const auto summary = to_summary(some_results());
    CHECK(summary.find("one.group.fails  [A-2]") != std::string::npos);
    CHECK(summary.find("one.group.passes") == std::string::npos);
}

TEST_CASE("patterns choose by id, chapter, group, rule and star")
{
    const CaseInfo info{"queues.order.chain", "Q-2", "sentence", 20};
    for (const char *pattern : {"queues.order.chain", "queues", "queues.order", "Q-2", "queues.*", "*.chain", "*"}) CHECK(matches(info, pattern));
    for (const char *pattern : {"queue", "order", "Q-10x", "queues.order.chai", "", "*.chains"}) CHECK_FALSE(matches(info, pattern));
}

TEST_CASE("the dot product bound lets rounding pass and stops what errs too far, too often or to one side")
{
    constexpr size_t kCount = 1000;
    DotProducts reference{std::vector<double>(kCount, 1.0), std::vector<double>(kCount, 1.0), 8, false};
    const double unit = std::ldexp(1.0, -24);
    const auto with_errors = [&](auto error_of) {
        std::vector<float> results;
        for (size_t index = 0; index < kCount; ++index) results.push_back(static_cast<float>(1.0 + unit * 2 * error_of(index)));
        return results;
    };
    CHECK(judge_dot_products(reference, with_errors([](size_t) { return 0; })) == "");
    CHECK(judge_dot_products(reference, with_errors([](size_t index) { return index % 2 ? 1 : -0; })) != "");
    CHECK(judge_dot_products(reference, with_errors([](size_t index) { return index == 7 ? 8 : 0; })) == "");
    CHECK(judge_dot_products(reference, with_errors([](size_t index) { return index == 7 ? 9 : 0; })) != "");
    CHECK(judge_dot_products(reference, with_errors([](size_t index) { return index % 2 ? 7 : -7; })) != "");
    CHECK(judge_dot_products(reference, std::vector<float>(kCount, std::nanf(""))) != "");
}

TEST_CASE("requantisation by hand")
{
    const StoredRange range;
    // 5 * 0.5 = 2.5
    CHECK(requantise(5, 0.5, ACCEL_ROUNDING_HALF_EVEN, 0, range) == 2);
    CHECK(requantise(5, 0.5, ACCEL_ROUNDING_TFLITE, 0, range) == 3);
    CHECK(requantise(5, 0.5, ACCEL_ROUNDING_NATURAL, 0, range) == 3);
    // -2.5: away from zero, or up
    CHECK(requantise(-5, 0.5, ACCEL_ROUNDING_HALF_EVEN, 0, range) == -2);
    CHECK(requantise(-5, 0.5, ACCEL_ROUNDING_NATURAL, 0, range) == -2);
    CHECK(requantise(1000, 0.5, ACCEL_ROUNDING_TFLITE, 3, range) == 127);
    CHECK(requantise(-1000, 0.5, ACCEL_ROUNDING_TFLITE, 3, range) == -128);
    CHECK(requantise(10, 1.0, ACCEL_ROUNDING_TFLITE, -4, range) == 6);
    CHECK(requantise(10, 2.0, ACCEL_ROUNDING_TFLITE, 0, range) == 20);
    CHECK(average_stored(7, 2, {1, 0}, {1, 0}, ACCEL_ROUNDING_TFLITE, range) == 4);
    CHECK(average_stored(-7, 2, {1, 0}, {1, 0}, ACCEL_ROUNDING_TFLITE, range) == -4);
    CHECK(reduced_mean_stored(-7, 2, {1, 0}, {1, 0}, ACCEL_ROUNDING_TFLITE, range) == -3);
    CHECK(reduced_mean_stored(-6, 4, {1, 0}, {1, 0}, ACCEL_ROUNDING_TFLITE, range) == -2);
    CHECK(reduced_mean_stored(-7, 2, {1, 0}, {1, 0}, ACCEL_ROUNDING_HALF_EVEN, range) == -4);
    CHECK(reduced_mean_stored(-7, 2, {1, 0}, {1, 0}, ACCEL_ROUNDING_NATURAL, range) == -3);
    CHECK(quantise_real(0.375f, 0.25f, -5, range) == -3);
    CHECK(quantise_real(0.625f, 0.25f, -5, range) == -3);
}

}  // namespace accel::conformance

int main(int argc, char **argv)
{
    using namespace accel::conformance;
    // As the supervisor starts it: child --report-fd N --device … ids.
    if (argc > 3 && std::string(argv[1]) == "child") {
        std::vector<std::string> ids;
        for (int index = 4; index < argc; ++index)
            if (std::string(argv[index]).rfind("made.", 0) == 0) ids.emplace_back(argv[index]);
        return run_child(ids, std::stoi(argv[3]));
    }
    Catch::Session session;
    if (const int wrong = session.applyCommandLine(argc, argv)) return wrong;
    session.configData().testsOrTags.emplace_back("~made.*");
    return session.run();
}
