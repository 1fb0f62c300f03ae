// SPDX-License-Identifier: MIT
// Chooses cases, runs them group by group, and judges the run.
#include "run.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>

#include "executor.h"
#include "file.h"
#include "kill_matrix.h"
#include "record.h"

namespace accel::conformance {
namespace {

std::map<std::string, std::vector<CaseInfo>> by_group(const std::vector<CaseInfo> &cases)
{
    std::map<std::string, std::vector<CaseInfo>> groups;
    for (const auto &info : cases) groups[std::string(info.group())].push_back(info);
    return groups;
}

bool has_operations(const std::vector<CaseInfo> &cases)
{
    return std::any_of(cases.begin(), cases.end(), [](const CaseInfo &info) { return info.chapter() == "operations"; });
}

int no_such_device(const Interview &answer)
{
    std::cerr << "error: " << answer.error << "; `accel devices` lists them, --module-path and --simulated show more\n";
    return kInvalid;
}

/// Throws unless the run that was cut short is the one that is asked for.
void require_same_run(const nlohmann::json &left, const nlohmann::json &asked)
{
    for (const char *what : {"suite", "library_version", "host", "module", "device", "fault", "seed", "graphs", "cases"})
        if (left.value(what, nlohmann::json()) != asked.at(what))
            throw std::runtime_error(std::string("the interrupted run cannot go on: its ") + what + " was " + left.value(what, nlohmann::json()).dump().substr(0, 300) + ", now it is " +
                                     asked.at(what).dump().substr(0, 300) + "; run without --resume to begin again");
}

/// A case that was under way when the run ended is begun once more; when that ended the run as well, it is to blame.
std::optional<Result> blamed(const CaseInfo &info, const Remainder &remainder)
{
    constexpr unsigned kChances = 2;
    const auto begun = remainder.begun.find(std::string(info.id));
    if (begun == remainder.begun.end() || begun->second < kChances) return std::nullopt;
    return Result{std::string(info.id), std::string(info.rule), Verdict::Crash, 0, "the whole run ended " + std::to_string(begun->second) + " times while this case was under way", "", {}};
}

class Runner {
public:
    Runner(const RunOptions &options, const Target &target, const std::vector<CaseInfo> &cases, Record &record, const Remainder &remainder)
        : options_(options),
          target_(target),
          cases_(cases),
          record_(record),
          remainder_(remainder)
    {
    }

    void run_all()
    {
        for (const auto &[group, members] : by_group(cases_)) {
            std::vector<CaseInfo> left;
            for (const auto &info : members)
                if (!is_done(info)) left.push_back(info);
            run_group(left, target_, options_.out.empty() ? "/dev/null" : options_.out + "/" + group + ".log", {[&](const Result &result) { add(result); }, [&](const CaseInfo &info) { record_.begin(info); }});
        }
        if (progress()) std::cerr << "\r\033[K";
    }

private:
    bool progress() const { return !options_.quiet && isatty(2); }

    void add(const Result &result)
    {
        record_.add(result);
        if (progress()) std::cerr << "\r\033[K" << record_.counts().total() << "/" << cases_.size() << "  " << result.id << std::flush;
    }

    bool is_done(const CaseInfo &info)
    {
        if (std::any_of(remainder_.results.begin(), remainder_.results.end(), [&](const Result &result) { return result.id == info.id; })) return true;
        const auto crash = blamed(info, remainder_);
        if (crash) record_.add(*crash);
        return crash.has_value();
    }

    const RunOptions &options_;
    const Target &target_;
    const std::vector<CaseInfo> &cases_;
    Record &record_;
    const Remainder &remainder_;
};

/// What is wrong with the run as a whole.
std::vector<std::string> objections(const RunOptions &options, const Record &record, const Interview &answer)
{
    auto list = options.patterns.empty() ? record.hollow_chapters() : std::vector<std::string>{};
    for (auto &claim : record.unproved_claims(answer.claims)) list.push_back(std::move(claim));
    if (answer.status != ACCEL_STATUS_OK) list.push_back("the device did not answer: " + answer.error);
    return list;
}

/// "proved: ADD in F32, …": what a pass is worth.
std::string proved_text(const Record &record, const Interview &answer)
{
    size_t proved = 0, refused = 0;
    for (const auto &result : record.results()) {
        if (!answer.claims.count(result.id)) continue;
        proved += result.verdict == Verdict::Pass;
        refused += result.verdict == Verdict::Skip;
    }
    return answer.claims.empty() ? "" : std::to_string(proved) + " operations in a type and rounding proved, " + std::to_string(refused) + " not claimed";
}

}  // namespace

std::vector<CaseInfo> select(const std::vector<std::string> &patterns)
{
    std::vector<CaseInfo> chosen;
    for (const auto &info : all_cases()) {
        bool wanted = patterns.empty();
        for (const auto &pattern : patterns) wanted = wanted || matches(info, pattern);
        if (wanted) chosen.push_back(info);
    }
    return chosen;
}

bool each_matches(const std::vector<std::string> &patterns)
{
    for (const auto &pattern : patterns)
        if (select({pattern}).empty()) {
            std::cerr << "error: no case matches '" << pattern << "'; `accel-conformance list` shows them\n";
            return false;
        }
    return true;
}

bool device_exists(const Target &target)
{
    const auto answer = interview(target, false, "/dev/null");
    if (answer.status == ACCEL_STATUS_NOT_FOUND) no_such_device(answer);
    return answer.status != ACCEL_STATUS_NOT_FOUND;
}

int run(const RunOptions &options, Target target)
{
    if (!each_matches(options.patterns)) return kInvalid;
    const auto cases = select(options.patterns);
    if (!target.fault.empty()) find_fault(target.fault);
    const auto expected_skips = options.expected_skips.empty() ? SkipList() : SkipList(options.expected_skips, all_cases());
    if (!options.out.empty()) std::filesystem::create_directories(options.out);
    const std::string path = options.out.empty() ? "" : options.out + "/record.jsonl";
    const auto remainder = options.resume ? read_remainder(path) : Remainder{};
    if (!remainder.header.is_null() && !options.seed_given) target.seed = remainder.header.value("seed", target.seed);
    const std::string interview_log = options.out.empty() ? "" : options.out + "/interview.log";
    const auto answer = interview(target, has_operations(cases), interview_log.empty() ? "/dev/null" : interview_log);
    if (answer.status == ACCEL_STATUS_NOT_FOUND) return no_such_device(answer);
    // What was said there only matters when the interview failed; results are what a run leaves behind.
    if (answer.status == ACCEL_STATUS_OK && !interview_log.empty()) std::filesystem::remove(interview_log);
    const auto header = run_header(target, answer, cases);
    if (!remainder.header.is_null()) require_same_run(remainder.header, header);

    if (!remainder.notice.empty()) std::cerr << "warning: " << remainder.notice << "\n";
    Record record(path, header, expected_skips);
    record.take(remainder);
    Runner(options, target, cases, record, remainder).run_all();
    const auto wrong = objections(options, record, answer);
    record.close(wrong);
    if (!options.out.empty()) write_file(options.out + "/results.ktap", to_ktap(record.results()));
    const std::string mark = options.ktap ? "# " : "";
    std::cout << (options.ktap ? to_ktap(record.results()) : to_summary(record.results()) + "\n");
    const auto &counts = record.counts();
    std::cout << mark << target.device << (target.fault.empty() ? "" : " with fault " + target.fault) << ", seed " << target.seed << (target.depth == Depth::All ? ", full" : target.depth == Depth::Few ? ", smoke only"
                                                                                                                                                                                                         : "")
              << ": " << counts.pass << " passed, " << counts.fail << " failed, "
              << counts.skip << " skipped\n";
    if (const auto proved = proved_text(record, answer); !proved.empty()) std::cout << mark << proved << "\n";
    for (const auto &objection : wrong) std::cout << "# " << objection << "\n";
    if (counts.fail || !wrong.empty()) return kFail;
    return counts.pass ? kPass : kSkip;
}

}  // namespace accel::conformance
