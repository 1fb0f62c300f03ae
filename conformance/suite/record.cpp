// SPDX-License-Identifier: MIT
// Writes the record line by line, and reads back what a run that was cut short left.
#include "record.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "claims.h"
#include "file.h"
#include "version.h"

namespace accel::conformance {
namespace {

constexpr int kFormat = 2;

nlohmann::json host_of()
{
    utsname host{};
    uname(&host);
    return {{"name", host.nodename}, {"machine", host.machine}, {"processors", std::thread::hardware_concurrency()}, {"kernel", {{"name", host.sysname}, {"release", host.release}, {"version", host.version}}}};
}

nlohmann::json to_json(const Result &result)
{
    nlohmann::json json{{"type", "case"}, {"id", result.id}, {"rule", result.rule}, {"verdict", name(result.verdict)}, {"seconds", result.seconds}};
    if (!result.message.empty()) json["message"] = result.message;
    if (!result.key.empty()) json["key"] = result.key;
    for (const auto &refusal : result.refusals) json["refused"].push_back({{"operation", refusal.operation}, {"reason", refusal.reason}, {"text", refusal.text}});
    return json;
}

Result from_json(const nlohmann::json &json)
{
    Result result{json.at("id"), json.at("rule"), Verdict::Error, json.at("seconds"), json.value("message", ""), json.value("key", ""), {}};
    for (const auto verdict : {Verdict::Pass, Verdict::Fail, Verdict::Skip, Verdict::Crash, Verdict::Timeout})
        if (json.at("verdict") == name(verdict)) result.verdict = verdict;
    for (const auto &refusal : json.value("refused", nlohmann::json::array())) result.refusals.push_back({refusal.at("operation"), refusal.at("reason"), refusal.at("text")});
    return result;
}

/// False: the line is damaged, or the first is no header of this format.
bool take_line(const std::string &text, Remainder &remainder)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const std::string type = json.is_object() ? json.value("type", "") : "";
    if (remainder.header.is_null()) {
        if (type != "run" || json.value("format", 0) != kFormat) return false;
        remainder.header = json;
    }
    try {
        if (type == "start") ++remainder.begun[json.at("id")];
        if (type == "case") {
            remainder.results.push_back(from_json(json));
            remainder.begun.erase(remainder.results.back().id);
        }
    } catch (const nlohmann::json::exception &) {
        return false;
    }
    return type != "";
}

}  // namespace

nlohmann::json run_header(const Target &target, const Interview &interview, const std::vector<CaseInfo> &cases)
{
    nlohmann::json ids = nlohmann::json::array();
    for (const auto &info : cases) ids.push_back(info.id);
    return {{"type", "run"}, {"format", kFormat}, {"suite", {{"version", kSuiteVersion}, {"commit", kSuiteCommit}}}, {"library_version", accel_version()}, {"host", host_of()}, {"module", interview.module}, {"device", interview.facts}, {"fault", target.fault}, {"seed", target.seed}, {"graphs", target.depth == Depth::Pairs ? "pairs" : target.depth == Depth::All ? "all"
                                                                                                                                                                                                                                                                                                                                                                          : "few"},
            {"planned", cases.size()},
            {"cases", ids},
            {"unix_time", std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())}};
}

Remainder read_remainder(const std::string &path)
{
    Remainder remainder;
    const std::string temporary = temporary_name(path);
    if (temporary == path || access(temporary.c_str(), F_OK) != 0) {
        remainder.notice = "no interrupted run is there to go on with: " + temporary + " does not exist; all cases run";
        return remainder;
    }
    std::ifstream file(temporary);
    size_t number = 1;
    std::string text;
    while (std::getline(file, text) && take_line(text, remainder)) ++number;
    // Whatever follows a line that is not whole was not written by this run. The last line may be cut, as the run ended while it was written.
    if (!file.eof()) {
        size_t left_out = 1;
        while (std::getline(file, text)) ++left_out;
        remainder.notice = "line " + std::to_string(number) + " of " + temporary + " is damaged; it and the " + std::to_string(left_out - 1) + " behind it are left out, and cases without another result run again";
    }
    if (remainder.header.is_null()) throw std::runtime_error(temporary + " is no record of an interrupted run; remove it, or run without --resume");
    return remainder;
}

Record::Record(const std::string &path, nlohmann::json header, SkipList expected_skips) : path_(path),
                                                                                          facts_(header.value("device", nlohmann::json::object())),
                                                                                          expected_skips_(std::move(expected_skips))
{
    if (!path.empty()) {
        file_.open(temporary_name(path), std::ios::trunc);
        if (!file_) give_up_file(path, errno);
    }
    line(header);
}

void Record::take(const Remainder &remainder)
{
    for (const auto &result : remainder.results) keep(result);
    for (const auto &[id, times] : remainder.begun)
        for (unsigned time = 0; time < times; ++time) line({{"type", "start"}, {"id", id}});
}

void Record::begin(const CaseInfo &info) { line({{"type", "start"}, {"id", info.id}}); }

void Record::add(Result result)
{
    if (result.verdict == Verdict::Skip || result.verdict == Verdict::Pass) {
        const bool skipped = result.verdict == Verdict::Skip;
        std::string objection = skipped ? objection_to(facts_, result) : "";
        if (objection.empty()) objection = expected_skips_.objection(result.id, skipped);
        if (!objection.empty()) {
            result.verdict = Verdict::Fail;
            result.message = objection + result.message;
        }
    }
    keep(std::move(result));
}

void Record::keep(Result result)
{
    counts_.add(result.verdict);
    line(to_json(result));
    results_.push_back(std::move(result));
}

std::vector<std::string> Record::hollow_chapters() const
{
    std::map<std::string, bool> executed;
    for (const auto &result : results_) {
        bool &any = executed[result.id.substr(0, result.id.find('.'))];
        any = any || result.verdict != Verdict::Skip;
    }
    std::vector<std::string> hollow;
    for (const auto &[chapter, any] : executed)
        if (!any) hollow.push_back("chapter " + chapter + ": nothing was executed, which proves nothing");
    return hollow;
}

std::vector<std::string> Record::unproved_claims(const std::map<std::string, SubjectClaim> &claims) const
{
    std::vector<std::string> unproved;
    for (const auto &result : results_) {
        const auto claim = claims.find(result.id);
        if (claim == claims.end() || claim->second.taken == 0 || result.verdict != Verdict::Skip) continue;
        unproved.push_back("the device claims " + claim->second.text + " (" + std::to_string(claim->second.taken) + " of " + std::to_string(claim->second.asked) + " graphs, such as " +
                           claim->second.example + "), and no case of it passed: " + result.id + " was skipped");
    }
    return unproved;
}

void Record::close(const std::vector<std::string> &objections)
{
    nlohmann::json end{{"type", "end"}, {"pass", counts_.pass}, {"fail", counts_.fail}, {"skip", counts_.skip}};
    if (!objections.empty()) end["objections"] = objections;
    line(end);
    if (path_.empty()) return;
    file_.close();
    if (!file_) give_up_file(path_, errno);
    keep_file(path_);
}

void Record::line(const nlohmann::json &json)
{
    if (path_.empty()) return;
    errno = 0;
    // Line by line, so that a run that is ended leaves what it saw under the temporary name.
    file_ << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    if (!file_) give_up_file(path_, errno);
}

}  // namespace accel::conformance
