// SPDX-License-Identifier: MIT
// accel-conformance: decides whether a module keeps the contract.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <map>
#include <signal.h>
#include <unistd.h>

#include "child.h"
#include "executor.h"
#include "file.h"
#include "kill_matrix.h"
#include "record.h"

namespace accel::conformance {
namespace {

// Exit codes as IGT has them, so that DRM CI's runners understand: success, skip, failure, invalid.
enum Exit { kPass = 0, kSkip = 77, kInvalid = 79, kFail = 98 };

struct Options {
    std::vector<std::string> patterns;
    std::string out;
    bool ktap = false, json = false, quiet = false;
    int report_fd = -1;
    std::string page, expected, expected_skips;
};

void add_target(CLI::App &app, Target &target)
{
    app.add_option("--device", target.device, "device under test: id, backend, driver or kind")->capture_default_str();
    app.add_option("--module-path", target.module_paths, "directory with manifests, searched first")->allow_extra_args(false);
    app.add_flag("--simulated", target.simulated, "also list devices that models play in this process");
    app.add_flag("--only-given-paths", target.only_given_paths, "ignore ACCEL_BACKEND_PATH and the built-in directories");
    app.add_option("--fault", target.fault, "plant this fault: the device is then served by the faulty module alone");
    app.add_option("--fault-of", target.fault_of, "library of the module that faults are planted into (default: the CPU module of the build tree or installation)");
    app.add_option("--fault-module-path", target.fault_module_path, "folder of the suite's own modules (default: those of the build tree or installation)");
}

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

int list(const Options &options)
{
    nlohmann::json lines = nlohmann::json::array();
    for (const auto &info : select(options.patterns)) {
        if (options.json) lines.push_back({{"id", info.id}, {"rule", info.rule}, {"sentence", info.sentence}, {"limit_s", info.limit_s}});
        else std::cout << info.id << "  [" << info.rule << "]  " << info.sentence << "\n";
    }
    if (options.json) std::cout << lines.dump(2) << "\n";
    return kPass;
}

std::map<std::string, std::vector<CaseInfo>> by_group(const std::vector<CaseInfo> &cases)
{
    std::map<std::string, std::vector<CaseInfo>> groups;
    for (const auto &info : cases) groups[std::string(info.group())].push_back(info);
    return groups;
}

int run(const Options &options, const Target &target)
{
    const auto cases = select(options.patterns);
    if (cases.empty()) {
        std::cerr << "error: no case matches; `accel-conformance list` shows them\n";
        return kInvalid;
    }
    if (!target.fault.empty()) find_fault(target.fault);
    const std::string folder = options.out.empty() ? "" : options.out + "/";
    if (!options.out.empty()) std::filesystem::create_directories(options.out);
    Record record(options.out.empty() ? "" : folder + "record.jsonl", target, cases.size(), options.expected_skips.empty() ? SkipList() : SkipList(options.expected_skips, all_cases()));
    const bool progress = !options.quiet && isatty(2);
    for (const auto &[group, members] : by_group(cases)) {
        run_group(members, target, options.out.empty() ? "/dev/null" : folder + group + ".log", [&](const Result &result) {
            record.add(result);
            if (progress) std::cerr << "\r\033[K" << record.counts().total() << "/" << cases.size() << "  " << result.id << std::flush;
        });
    }
    if (progress) std::cerr << "\r\033[K";
    record.close();
    if (!options.out.empty()) write_file(folder + "results.ktap", to_ktap(record.results()));
    std::cout << (options.ktap ? to_ktap(record.results()) : to_summary(record.results()));
    const auto &counts = record.counts();
    std::cout << (options.ktap ? "# " : "\n") << target.device << (target.fault.empty() ? "" : " with fault " + target.fault) << ": " << counts.pass << " passed, "
              << counts.fail << " failed, " << counts.skip << " skipped\n";
    const auto hollow = options.patterns.empty() ? record.hollow_chapters() : std::vector<std::string>{};
    for (const auto &chapter : hollow) std::cout << "# chapter " << chapter << ": nothing was executed, which proves nothing\n";
    if (counts.fail || !hollow.empty()) return kFail;
    return counts.pass ? kPass : kSkip;
}

int main_guarded(int argc, char **argv)
{
    CLI::App app{"Judge whether an accelerator module keeps libaccel's contract."};
    app.require_subcommand(1);
    Options options;
    Target &target = Target::current();

    auto *list_command = app.add_subcommand("list", "show cases with their rules");
    list_command->add_option("case", options.patterns, "ids, chapters, groups, rules, or patterns with *");
    list_command->add_flag("--json", options.json, "machine-readable");

    auto *run_command = app.add_subcommand("run", "run cases; exit code 0 all passed, 98 some failed, 77 all skipped, 79 wrong usage");
    run_command->add_option("case", options.patterns, "ids, chapters, groups, rules, or patterns with *; none: all");
    run_command->add_option("--out", options.out, "folder for record.jsonl, results.ktap and one log per group");
    run_command->add_flag("--ktap", options.ktap, "print KTAP instead of the summary");
    run_command->add_option("--expect-skips", options.expected_skips, "file with the ids of the cases that this device skips: another skip fails, and so does one of them that passes");
    run_command->add_flag("--quiet", options.quiet, "no progress on the terminal");
    add_target(*run_command, target);

    auto *kill_command = app.add_subcommand("kill-matrix", "prove the suite: every planted fault is caught by the case named for it, which passes without the fault");
    kill_command->add_option("--out", options.out, "file for the matrix (JSON)")->required();
    kill_command->add_option("--page", options.page, "also write it as a Markdown page");
    kill_command->add_option("--expect", options.expected, "an earlier matrix (JSON): fail if faults, rules, cases or what was caught differ");
    kill_command->add_option("fault", options.patterns, "only these faults");
    add_target(*kill_command, target);

    auto *child_command = app.add_subcommand("child", "used by the supervisor itself")->group("");
    child_command->add_option("case", options.patterns)->required();
    child_command->add_option("--report-fd", options.report_fd)->required();
    add_target(*child_command, target);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        const int code = app.exit(error);
        return code == 0 ? kPass : kInvalid;
    }
    if (*list_command) return list(options);
    if (*child_command) return run_child(options.patterns, options.report_fd);
    if (*kill_command) return run_kill_matrix(target, {options.patterns, options.out, options.page, options.expected}) ? kPass : kFail;
    return run(options, target);
}

}  // namespace
}  // namespace accel::conformance

int main(int argc, char **argv)
{
    // A write beyond the limit of file sizes then fails like any other, with a sentence.
    signal(SIGXFSZ, SIG_IGN);
    try {
        const int code = accel::conformance::main_guarded(argc, argv);
        accel::conformance::finish_output();
        return code;
    } catch (const std::exception &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 112;
    }
}
