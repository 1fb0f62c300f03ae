// SPDX-License-Identifier: MIT
// Runs each case in a process with an alarm, and prints KTAP.
#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "player_control.h"

namespace accel::uapi {
namespace {

Case *first_case = nullptr;
Case *last_case = nullptr;

// A case that is stuck in the kernel cannot be interrupted from inside: each runs in a process with an alarm.
constexpr unsigned kCaseTimeoutSeconds = 20;

struct Options {
    bool list = false;
    std::string_view only;
};

int run_body(const Case &one)
{
    alarm(kCaseTimeoutSeconds);
    try {
        one.body();
        return kExitPass;
    } catch (const Skip &reason) {
        note(std::string("SKIP: ") + reason.what());
        return kExitSkip;
    } catch (const lane::NoPlayer &reason) {
        note(std::string("SKIP: ") + reason.what());
        return kExitSkip;
    } catch (const std::exception &reason) {
        note(std::string("FAIL: ") + reason.what());
        return kExitFail;
    }
}

int run_in_child(const Case &one)
{
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const int code = run_body(one);
        std::fflush(stdout);
        _exit(code);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return kExitFail;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    note(std::string("FAIL: ended by signal ") + strsignal(WTERMSIG(status)));
    return kExitFail;
}

bool parse(int argc, char **argv, Options &options)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--list-subtests")
            options.list = true;
        else if (argument == "--run-subtest" && i + 1 < argc)
            options.only = argv[++i];
        else
            return false;
    }
    return true;
}

bool selected(const Case &one, const Options &options) { return options.only.empty() || options.only == one.name; }

}  // namespace

Case::Case(std::string name_, std::function<void()> body_) : name(std::move(name_)),
                                                             body(std::move(body_))
{
    if (last_case)
        last_case->next = this;
    else
        first_case = this;
    last_case = this;
}

void note(const std::string &text)
{
    std::printf("  # %s\n", text.c_str());
    std::fflush(stdout);
}

void require(bool condition, const std::string &what)
{
    if (!condition) throw Failure(what);
}

void require_equal(long long seen, long long expected, const std::string &what)
{
    if (seen != expected)
        throw Failure(what + ": " + std::to_string(seen) + " instead of " + std::to_string(expected));
}

void require_errno(int seen, int expected, const std::string &what)
{
    const auto spell = [](int error) { return error ? std::string(strerrorname_np(error)) : std::string("success"); };
    if (seen != expected) throw Failure(what + ": " + spell(seen) + " instead of " + spell(expected));
}

int run_cases(int argc, char **argv)
{
    Options options;
    if (!parse(argc, argv, options)) {
        std::fputs("Options: [--list-subtests] [--run-subtest NAME]\n", stderr);
        return kExitInvalid;
    }
    int count = 0;
    for (const Case *one = first_case; one; one = one->next) count += selected(*one, options);
    if (options.list) {
        for (const Case *one = first_case; one; one = one->next) std::puts(one->name.c_str());
        return kExitPass;
    }
    if (count == 0) return kExitInvalid;

    std::printf("KTAP version 1\n1..%d\n", count);
    int number = 0, passed = 0, failed = 0;
    for (const Case *one = first_case; one; one = one->next) {
        if (!selected(*one, options)) continue;
        const int code = run_in_child(*one);
        passed += code == kExitPass;
        failed += code != kExitPass && code != kExitSkip;
        std::printf("%s %d %s%s\n", code == kExitPass || code == kExitSkip ? "ok" : "not ok", ++number, one->name.c_str(),
                    code == kExitSkip ? " # SKIP" : "");
        std::fflush(stdout);
    }
    if (failed) return kExitFail;
    return passed ? kExitPass : kExitSkip;
}

}  // namespace accel::uapi
