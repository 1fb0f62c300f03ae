// SPDX-License-Identifier: MIT
// Refuses request after request, looks at every answer, and at what a process holds afterwards.
#include "sweep.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace accel::shortage {
namespace {

constexpr int kDescriptorsMax = 256;

/// Counted without opening one.
int open_descriptors()
{
    int count = 0;
    for (int fd = 0; fd < kDescriptorsMax; ++fd) count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

struct Outcome {
    accel_status status = ACCEL_STATUS_OK;
    uint64_t refused = 0, digest = 0;
    std::string complaint;
};

/// One walk with request `number` refused; 0: none.
Outcome walk_through(const Piece &piece, const Subject &subject, Ready *ready, uint64_t number, Mode mode, void (*ending)() = nullptr)
{
    Walk walk(subject, ready, ending);
    Outcome outcome;
    if (number) arm(number, mode);
    outcome.status = piece.live(walk);
    outcome.refused = disarm();
    outcome.digest = walk.digest;
    outcome.complaint = walk.complaint;
    return outcome;
}

/// Why that is no right answer to refused memory; "" if it is one.
std::string wrong_with(const Outcome &outcome, uint64_t digest)
{
    if (!outcome.complaint.empty()) return outcome.complaint;
    if (outcome.status == ACCEL_STATUS_OK) return outcome.digest == digest ? "" : "answered OK with another result";
    const accel_error *error = accel_last_error();
    const std::string said = std::string(accel_status_name(outcome.status)) + " \"" + error->message + "\"";
    const bool thread = outcome.status == ACCEL_STATUS_RESOURCE && refused_a_thread();
    if (outcome.status != ACCEL_STATUS_OUT_OF_MEMORY && !thread) return "answered " + said;
    if (error->status != static_cast<uint32_t>(outcome.status) || !*error->message) return "the detail of its answer is " + said;
    return "";
}

class Sweep {
public:
    Sweep(const Piece &piece, const Subject &subject, Ready &ready, Mode mode) : piece_(piece),
                                                                                 subject_(subject),
                                                                                 ready_(ready),
                                                                                 mode_(mode) {}

    Tally run(const Range &range)
    {
        // What is made once and kept is made now.
        for (int round = 0; round < 2; ++round) {
            const Outcome clean = walk_through(piece_, subject_, &ready_, 0, mode_);
            if (clean.status != ACCEL_STATUS_OK) return fault(0, "without a lack of memory it answers " + std::string(accel_last_error()->message)), tally_;
            digest_ = clean.digest;
        }
        bool refused = true;
        for (uint64_t number = range.first; refused && number <= range.last; number += range.step) refused = attempt(number);
        attempt_ending();
        return tally_;
    }

private:
    /// True if a request was refused.
    bool attempt(uint64_t number)
    {
        begin();
        const Outcome outcome = walk_through(piece_, subject_, &ready_, number, mode_);
        ++tally_.walk_count;
        if (!outcome.refused) return false;
        tally_.refused_ok_count += outcome.status == ACCEL_STATUS_OK;
        judge(number, outcome);
        return true;
    }

    /// Everything is refused from the moment when only dropping is left.
    void attempt_ending()
    {
        begin();
        const Outcome outcome = walk_through(piece_, subject_, &ready_, UINT64_MAX, Mode::FromThen, [] { arm(1, Mode::FromThen); });
        ++tally_.walk_count;
        judge(0, outcome);
    }

    void begin()
    {
        era_ = era();
        held_ = holdings();
        descriptors_ = open_descriptors();
    }

    void judge(uint64_t number, const Outcome &outcome)
    {
        if (const std::string wrong = wrong_with(outcome, digest_); !wrong.empty()) fault(number, wrong);
        if (holdings() != held_) {
            fault(number, std::to_string(static_cast<int64_t>(holdings().count - held_.count)) + " blocks more than before are held");
            print_since(era_);
        }
        if (const int more = open_descriptors() - descriptors_; more != 0) fault(number, std::to_string(more) + " descriptors more than before are open");
        const Outcome again = walk_through(piece_, subject_, &ready_, 0, mode_);
        if (again.status != ACCEL_STATUS_OK)
            fault(number, std::string("afterwards it answers ") + accel_status_name(again.status) + " \"" + accel_last_error()->message + "\"");
        else if (again.digest != digest_)
            fault(number, "afterwards it answers OK with another result");
    }

    void fault(uint64_t number, const std::string &what)
    {
        ++tally_.fault_count;
        std::fprintf(stderr, "%s, request %llu%s: %s\n", piece_.name, static_cast<unsigned long long>(number), mode_ == Mode::Once ? "" : " and all after it", what.c_str());
        print_refusal();
    }

    const Piece &piece_;
    const Subject &subject_;
    Ready &ready_;
    Mode mode_;
    uint64_t digest_ = 0, era_ = 0;
    Holdings held_;
    int descriptors_ = 0;
    Tally tally_;
};

// ---------------------------------------------------------------- processes

/// What a child tells its parent through a pipe.
struct Report {
    uint64_t refused, digest;
    Holdings held;
    int descriptors;
    accel_status first;
    char complaint[512];
};

constexpr Piece kWhole = {"whole life", whole_life};

/// Lives after the one in which something was refused: what the process keeps settles with the second.
constexpr int kNextLives = 2;

Outcome live_once(const Subject &subject, uint64_t number, Mode mode)
{
    Ready ready;
    return walk_through(kWhole, subject, &ready, number, mode);
}

Report live_again_and_again(const Subject &subject, uint64_t number, Mode mode)
{
    Report report{};
    const Outcome first = live_once(subject, number, mode);
    report.first = first.status;
    report.refused = first.refused;
    std::string wrong = wrong_with(first, first.digest);
    for (int life = 0; life < kNextLives; ++life) {
        const Outcome next = live_once(subject, 0, mode);
        report.digest = next.digest;
        if (wrong.empty() && next.status != ACCEL_STATUS_OK)
            wrong = std::string("the next life answers ") + accel_status_name(next.status) + " \"" + accel_last_error()->message + "\"";
        if (wrong.empty() && first.status == ACCEL_STATUS_OK && first.digest != next.digest) wrong = "answered OK with another result";
    }
    report.held = holdings();
    report.descriptors = open_descriptors();
    std::snprintf(report.complaint, sizeof report.complaint, "%s", wrong.c_str());
    if (!wrong.empty()) print_refusal();
    return report;
}

/// What became of one child; false if it did not report.
bool in_a_child(const Subject &subject, uint64_t number, Mode mode, Report *out)
{
    int ends[2];
    if (pipe(ends) != 0) return false;
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        alarm(60);
        const Report report = live_again_and_again(subject, number, mode);
        const bool told = write(ends[1], &report, sizeof report) == sizeof report;
        _exit(told ? 0 : 1);
    }
    close(ends[1]);
    const bool got = read(ends[0], out, sizeof *out) == sizeof *out;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (got && WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    std::snprintf(out->complaint, sizeof out->complaint, "the process ended with %s %d", WIFSIGNALED(status) ? "signal" : "status",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

}  // namespace

Tally sweep_here(const Piece &piece, const Subject &subject, Ready &ready, Mode mode, const Range &range) { return Sweep(piece, subject, ready, mode).run(range); }

Tally sweep_cold(const Subject &subject, Mode mode, const Range &range)
{
    Tally tally;
    const auto fault = [&](uint64_t number, const char *what) {
        ++tally.fault_count;
        std::fprintf(stderr, "whole life in a new process, request %llu%s: %s\n", static_cast<unsigned long long>(number), mode == Mode::Once ? "" : " and all after it", what);
    };
    Report clean{};
    if (!in_a_child(subject, 0, mode, &clean) || *clean.complaint) return fault(0, clean.complaint), tally;
    for (uint64_t number = range.first; number <= range.last; number += range.step) {
        Report report{};
        ++tally.walk_count;
        if (!in_a_child(subject, number, mode, &report)) {
            fault(number, report.complaint);
            continue;
        }
        if (!report.refused) break;
        tally.refused_ok_count += report.first == ACCEL_STATUS_OK;
        if (*report.complaint) fault(number, report.complaint);
        if (report.digest != clean.digest) fault(number, "the next life has another result");
        if (report.held != clean.held)
            fault(number, (std::to_string(static_cast<int64_t>(report.held.count - clean.held.count)) + " blocks more are held than without it").c_str());
        if (report.descriptors != clean.descriptors) fault(number, "another number of descriptors is open than without it");
    }
    return tally;
}

}  // namespace accel::shortage
