// SPDX-License-Identifier: MIT
#include "child.h"

#include <unistd.h>

#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

namespace accel::conformance {
namespace {

int g_report_fd = -1;
std::string g_skip_key;

void report(const nlohmann::json &line)
{
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    for (size_t done = 0; done < text.size();) {
        const ssize_t count = ::write(g_report_fd, text.data() + done, text.size() - done);
        if (count <= 0) _exit(3);
        done += static_cast<size_t>(count);
    }
}

/// Source files from the tree's root, nothing unprintable, no walls of numbers.
std::string tidy(std::string text)
{
    constexpr size_t kLongest = 400;
    if (const size_t tree = text.find("conformance/"); tree != std::string::npos && text.find(' ') > tree) text.erase(0, tree);
    if (text.size() > kLongest) text = text.substr(0, kLongest) + " …";
    for (char &byte : text)
        if (static_cast<unsigned char>(byte) < 0x20 || static_cast<unsigned char>(byte) == 0x7f) byte = ' ';
    return text;
}

/// Turns Catch2's events into lines for the supervisor.
class PipeListener final : public Catch::EventListenerBase {
public:
    using EventListenerBase::EventListenerBase;

    void testCaseStarting(const Catch::TestCaseInfo &info) override
    {
        if (g_report_fd < 0) return;
        message_.clear();
        g_skip_key.clear();
        report({{"event", "start"}, {"id", info.name}});
    }

    void assertionEnded(const Catch::AssertionStats &stats) override
    {
        const auto &result = stats.assertionResult;
        const bool skipped = result.getResultType() == Catch::ResultWas::ExplicitSkip;
        if ((result.isOk() && !skipped) || !message_.empty()) return;
        std::ostringstream text;
        if (!skipped) text << result.getSourceInfo().file << ":" << result.getSourceInfo().line << ": ";
        if (result.hasExpression()) text << result.getExpressionInMacro() << " was " << result.getExpandedExpression();
        if (result.hasMessage()) text << (result.hasExpression() ? "; " : "") << result.getMessage();
        for (const auto &info : stats.infoMessages)
            if (info.type == Catch::ResultWas::Info) text << "; " << info.message;
        message_ = tidy(text.str());
    }

    void testCaseEnded(const Catch::TestCaseStats &stats) override
    {
        if (g_report_fd < 0) return;
        const auto &counts = stats.totals.assertions;
        const bool failed = counts.failed > 0 || stats.totals.testCases.failed > 0;
        // A case without an assertion proves nothing.
        const bool empty = counts.total() == 0 && stats.totals.testCases.skipped == 0;
        const char *verdict = failed || empty ? "fail" : stats.totals.testCases.skipped ? "skip" : "pass";
        report({{"event", "end"}, {"id", stats.testInfo->name}, {"verdict", verdict},
                {"message", empty ? std::string("the case checked nothing") : message_}, {"key", g_skip_key}});
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

int run_child(const std::vector<std::string> &ids, int report_fd)
{
    g_report_fd = report_fd;
    Catch::Session session;
    auto &config = session.configData();
    config.runOrder = Catch::TestRunOrder::LexicographicallySorted;
    config.defaultOutputFilename = "%stderr";
    std::string spec;
    for (const auto &id : ids) spec += (spec.empty() ? "\"" : ",\"") + id + "\"";
    config.testsOrTags = {spec};
    session.run();
    return 0;
}

}  // namespace accel::conformance

namespace {
using PipeListener = accel::conformance::PipeListener;
}
CATCH_REGISTER_LISTENER(PipeListener)
