// SPDX-License-Identifier: MIT
// Runs cases in this process, and turns Catch2's events into lines of the pipe.
#include "child.h"

#include <unistd.h>

#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/internal/catch_reporter_spec_parser.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <catch2/reporters/catch_reporter_streaming_base.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "process.h"

namespace accel::conformance {
namespace {

int g_report_fd = -1;
std::string g_skip_key;
std::vector<Refusal> g_refusals;

void report(const nlohmann::json &line)
{
    if (!report_line(g_report_fd, line)) _exit(3);
}

/// A source file as it is called from the tree's root, wherever it was built.
std::string source_name(const std::string &path)
{
    const size_t tree = path.rfind("conformance/");
    return tree == std::string::npos ? path : path.substr(tree);
}

/// Nothing unprintable, no walls of numbers.
std::string tidy(std::string text)
{
    constexpr size_t kLongest = 600;
    if (text.size() > kLongest) text = text.substr(0, kLongest) + " …";
    for (char &byte : text)
        if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) == 0x7f) byte = ' ';
    return text;
}

/// An assertion with its values, or the sentence that a comparison makes of them; of what is true or false alone, what it was expected to be.
std::string asserted(const std::string &written, const std::string &values)
{
    if (!values.empty() && values.front() == kSentence) return values.substr(1);
    if (values == "false") return written + " was false, expected true";
    if (values == "!true") return written + " was true, expected false";  // CHECK_FALSE
    return written + " was " + values;
}

/// What an assertion that failed compared, or what ended the case instead of one.
std::string told(const Catch::AssertionStats &stats)
{
    const auto &result = stats.assertionResult;
    const auto kind = result.getResultType();
    const bool skipped = kind == Catch::ResultWas::ExplicitSkip;
    std::ostringstream text;
    if (!skipped) text << source_name(result.getSourceInfo().file) << ":" << result.getSourceInfo().line << ": ";
    const std::string written = result.getExpressionInMacro();
    // Outside of an assertion there is no expression, and the line is that of the last one that held.
    const bool broken_off = kind == Catch::ResultWas::ThrewException || kind == Catch::ResultWas::FatalErrorCondition;
    const bool outside = broken_off && (!result.hasExpression() || written.find("{Unknown expression") != std::string::npos);
    if (result.hasExpression() && !outside) text << (kind == Catch::ResultWas::ThrewException ? written + " threw" : asserted(written, result.getExpandedExpression()));
    if (outside) text << (kind == Catch::ResultWas::FatalErrorCondition ? "after this line the case was stopped" : "after this line the case threw");
    if (result.hasMessage()) text << (skipped || kind == Catch::ResultWas::ExplicitFailure ? "" : ": ") << result.getMessage();
    for (const auto &info : stats.infoMessages)
        if (info.type == Catch::ResultWas::Info) text << "; " << info.message;
    return tidy(text.str());
}

/// Turns events into lines for the supervisor, and into one line per case for the log.
class PipeReporter final : public Catch::StreamingReporterBase {
public:
    using StreamingReporterBase::StreamingReporterBase;
    static std::string getDescription() { return "lines for the supervisor"; }

    void testCaseStarting(const Catch::TestCaseInfo &info) override
    {
        StreamingReporterBase::testCaseStarting(info);
        message_.clear();
        g_skip_key.clear();
        g_refusals.clear();
        report({{"event", "start"}, {"id", info.name}});
    }

    void assertionEnded(const Catch::AssertionStats &stats) override
    {
        const auto &result = stats.assertionResult;
        const bool skipped = result.getResultType() == Catch::ResultWas::ExplicitSkip;
        if (result.isOk() && !skipped) return;
        const std::string text = told(stats);
        if (!skipped) m_stream << currentTestCaseInfo->name << ": " << text << "\n"
                               << std::flush;
        if (message_.empty()) message_ = text;
    }

    void testCaseEnded(const Catch::TestCaseStats &stats) override
    {
        const auto &counts = stats.totals.assertions;
        const bool failed = counts.failed > 0 || stats.totals.testCases.failed > 0;
        // A case without an assertion proves nothing.
        const bool empty = counts.total() == 0 && stats.totals.testCases.skipped == 0;
        const char *verdict = failed || empty ? "fail" : stats.totals.testCases.skipped ? "skip"
                                                                                        : "pass";
        m_stream << stats.testInfo->name << ": " << verdict << "\n"
                 << std::flush;
        nlohmann::json refusals = nlohmann::json::array();
        for (const auto &refusal : g_refusals) refusals.push_back({{"operation", refusal.operation}, {"reason", refusal.reason}, {"text", refusal.text}});
        report({{"event", "end"}, {"id", stats.testInfo->name}, {"verdict", verdict}, {"message", empty ? std::string("the case checked nothing") : message_}, {"key", g_skip_key}, {"refusals", refusals}});
        StreamingReporterBase::testCaseEnded(stats);
    }

private:
    std::string message_;
};

}  // namespace

void skip(const std::string &key, const std::string &reason)
{
    g_skip_key = key;
    SKIP(reason);
    std::abort();
}

void skip_refused(const std::vector<Refusal> &refusals)
{
    g_refusals = refusals;
    std::string text;
    for (const auto &refusal : refusals) text += (text.empty() ? "" : "; ") + refusal.operation + ": " + refusal.text;
    skip("program", text);
}

int run_child(const std::vector<std::string> &ids, int report_fd)
{
    g_report_fd = report_fd;
    Catch::Session session;
    auto &config = session.configData();
    config.runOrder = Catch::TestRunOrder::LexicographicallySorted;
    config.defaultOutputFilename = "%stderr";
    config.reporterSpecifications = {*Catch::parseReporterSpec("pipe")};
    std::string spec;
    for (const auto &id : ids) spec += (spec.empty() ? "\"" : ",\"") + id + "\"";
    config.testsOrTags = {spec};
    session.run();
    return 0;
}

}  // namespace accel::conformance

CATCH_REGISTER_REPORTER("pipe", accel::conformance::PipeReporter)
