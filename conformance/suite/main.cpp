// SPDX-License-Identifier: MIT
// accel-conformance: decides whether a module keeps the contract.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <signal.h>

#include "child.h"
#include "file.h"
#include "interview.h"
#include "kill_matrix.h"
#include "run.h"
#include "version.h"

namespace accel::conformance {
namespace {

struct Options {
    RunOptions run;
    std::string matrix, page, expected;
    bool json = false, claims = false;
    int report_fd = -1;
};

CLI::Option *add_target(CLI::App &app, Target &target)
{
    app.add_option("--device", target.device, "device under test: id, backend, driver or kind")->capture_default_str();
    app.add_option("--module-path", target.module_paths, "directory with manifests, searched first")->allow_extra_args(false);
    app.add_flag("--simulated", target.simulated, "also list devices that models play in this process");
    app.add_flag("--only-given-paths", target.only_given_paths, "ignore ACCEL_BACKEND_PATH and the built-in directories");
    app.add_option("--fault", target.fault, "plant this fault: the device is then served by the faulty module alone");
    app.add_option("--fault-of", target.fault_of, "library of the module that faults are planted into (default: the CPU module of the build tree or installation)");
    app.add_option("--fault-module-path", target.fault_module_path, "folder of the suite's own modules (default: those of the build tree or installation)");
    app.add_flag_callback(
        "--full", [&target] { target.depth = Depth::All; }, "ask for all combinations of types, sizes, values and attributes of an operation, at most 4096 of each");
    app.add_flag_callback(
           "--smoke", [&target] { target.depth = Depth::Few; }, "ask for a few graphs of each operation only")
        ->excludes("--full");
    return app.add_option("--seed", target.seed, "number that shapes and values of the chapter operations are drawn from (default: run: another one each time; kill-matrix: 1)");
}

void add_run(CLI::App &app, Options &options)
{
    app.add_option("case", options.run.patterns, "ids, chapters, groups, rules, or patterns with *; none: all");
    app.add_option("--out", options.run.out, "folder for record.jsonl, results.ktap and one log per group");
    app.add_flag("--resume", options.run.resume, "go on with the run that was interrupted in the folder of --out: cases that have a result are not repeated")->needs("--out");
    app.add_flag("--ktap", options.run.ktap, "print KTAP instead of the summary");
    app.add_option("--expect-skips", options.run.expected_skips,
                   "file with the ids, or patterns with *, of the cases that this device skips: another skip fails, and so does one of them that passes");
    app.add_flag("--quiet", options.run.quiet, "no progress on the terminal");
    app.footer(kExitCodes);
}

void add_kill_matrix(CLI::App &app, Options &options)
{
    app.add_option("--out", options.matrix, "file for the matrix (JSON)")->required();
    app.add_option("--page", options.page, "also write it as a Markdown page");
    app.add_option("--expect", options.expected, "an earlier matrix (JSON): fail if faults, rules, cases or what was caught differ");
    app.add_option("fault", options.run.patterns, "only these faults");
    app.footer(kExitCodes);
}

int list(const Options &options)
{
    if (!each_matches(options.run.patterns)) return kInvalid;
    nlohmann::json lines = nlohmann::json::array();
    for (const auto &info : select(options.run.patterns)) {
        if (options.json)
            lines.push_back({{"id", info.id}, {"rule", info.rule}, {"sentence", info.sentence}, {"limit_s", info.limit_s}});
        else
            std::cout << info.id << "  [" << info.rule << "]  " << info.sentence << "\n";
    }
    if (options.json) std::cout << lines.dump(2) << "\n";
    return kPass;
}

int main_guarded(int argc, char **argv)
{
    CLI::App app{"Judge whether an accelerator module keeps libaccel's contract."};
    app.require_subcommand(1);
    app.footer(kExitCodes);
    app.set_version_flag("--version", std::string("accel-conformance ") + kSuiteVersion + (*kSuiteCommit ? std::string(" (") + kSuiteCommit + ")" : ""));
    Options options;
    Target &target = Target::current();

    auto *list_command = app.add_subcommand("list", "show cases with their rules");
    list_command->add_option("case", options.run.patterns, "ids, chapters, groups, rules, or patterns with *");
    list_command->add_flag("--json", options.json, "machine-readable");
    auto *run_command = app.add_subcommand("run", "run cases on a device");
    add_run(*run_command, options);
    auto *seed = add_target(*run_command, target);
    auto *kill_command = app.add_subcommand("kill-matrix", "prove the suite: every planted fault is caught by the case named for it, which passes without the fault");
    add_kill_matrix(*kill_command, options);
    add_target(*kill_command, target);
    auto *child_command = app.add_subcommand("child", "used by the supervisor itself")->group("");
    child_command->add_option("case", options.run.patterns)->required();
    auto *interview_command = app.add_subcommand("interview", "used by the supervisor itself")->group("");
    interview_command->add_flag("--claims", options.claims);
    for (auto *command : {child_command, interview_command}) {
        command->add_option("--report-fd", options.report_fd)->required();
        add_target(*command, target);
    }

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        const int code = app.exit(error);
        return code == 0 ? kPass : kInvalid;
    }
    if (*list_command) return list(options);
    if (*child_command) return run_child(options.run.patterns, options.report_fd);
    if (*interview_command) return answer_interview(options.claims, options.report_fd);
    if (*kill_command) {
        if (!device_exists(target)) return kInvalid;
        return run_kill_matrix(target, {options.run.patterns, options.matrix, options.page, options.expected}) ? kPass : kFail;
    }
    options.run.seed_given = seed->count() > 0;
    if (!options.run.seed_given) target.seed = std::random_device{}();
    return run(options.run, target);
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
        return accel::conformance::kBroken;
    }
}
