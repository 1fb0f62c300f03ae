// SPDX-License-Identifier: MIT
// Starts a process for each group, follows its lines, and ends it when its time is over.
#include "executor.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "process.h"

namespace accel::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// Sanitizers slow everything down, and the watchdog is for what hangs.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSlowdown = 6;
#else
constexpr int kSlowdown = 1;
#endif

constexpr int kEndLimit_s = 10 * kSlowdown;  // for a process whose cases have all ended
int limit_s(const CaseInfo &info) { return info.limit_s * kSlowdown; }

/// Follows one child: turns its lines into results and knows which case is running.
class Follower {
public:
    Follower(const std::vector<CaseInfo> &cases, size_t first, const Watcher &watcher) : cases_(cases),
                                                                                         next_(first),
                                                                                         watcher_(watcher) {}

    /// Returns the index of the case to go on with.
    size_t follow(const Process &child)
    {
        started_ = Clock::now();
        bool timed_out = false;
        try {
            timed_out = !listen(child.report_fd);
        } catch (...) {
            // The watcher could not take a result. Nobody would end the child then.
            finish_process(child, true);
            throw;
        }
        const int state = finish_process(child, timed_out);
        // The end of a process is part of its last case: what leaks, races or breaks in a destructor shows only there.
        if (ended_ && !running_) judge_end(state, timed_out);
        release();
        // A child that began nothing is to blame for the case that it did not begin.
        if (next_ < cases_.size() && (running_ || !began_any_)) blame(state, timed_out);
        release();
        return next_;
    }

private:
    /// Until the child has closed its side, or the watchdog's time is over: then false.
    bool listen(int fd)
    {
        for (;;) {
            pollfd poller{fd, POLLIN, 0};
            const int ready = poll(&poller, 1, remaining_ms());
            if (ready < 0 && errno == EINTR) continue;
            if (ready == 0) return false;
            if (ready > 0 && !read_lines(fd)) return true;
        }
    }

    int remaining_ms() const
    {
        const auto limit = std::chrono::seconds(next_ < cases_.size() ? limit_s(cases_[next_]) : kEndLimit_s);
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(started_ + limit - Clock::now()).count();
        return left > 0 ? static_cast<int>(left) : 0;
    }

    bool read_lines(int fd)
    {
        char bytes[4096];
        const ssize_t count = read(fd, bytes, sizeof(bytes));
        if (count <= 0) return false;
        buffer_.append(bytes, static_cast<size_t>(count));
        for (size_t end; (end = buffer_.find('\n')) != std::string::npos; buffer_.erase(0, end + 1)) take(buffer_.substr(0, end));
        return true;
    }

    void take(const std::string &line)
    {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (json.is_discarded() || next_ >= cases_.size() || json.value("id", "") != cases_[next_].id) return;
        if (json.value("event", "") == "start") {
            release();
            if (watcher_.started) watcher_.started(cases_[next_]);
            started_ = Clock::now();
            running_ = began_any_ = true;
            return;
        }
        const std::string verdict = json.value("verdict", "error");
        finish(verdict == "pass" ? Verdict::Pass : verdict == "skip" ? Verdict::Skip
                                                                     : Verdict::Fail,
               json.value("message", ""), json.value("key", ""));
        for (const auto &refusal : json.value("refusals", nlohmann::json::array()))
            ended_->refusals.push_back({refusal.value("operation", ""), refusal.value("reason", 0u), refusal.value("text", "")});
    }

    void finish(Verdict verdict, std::string message, std::string key = "")
    {
        const auto &info = cases_[next_++];
        const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
        started_ = Clock::now();
        running_ = false;
        release();
        ended_ = {std::string(info.id), std::string(info.rule), verdict, seconds, std::move(message), std::move(key), {}};
    }

    /// Hand over the result of the case that ended last, once nothing can change it any more.
    void release()
    {
        if (ended_) watcher_.ended(*ended_);
        ended_.reset();
    }

    void blame(int state, bool timed_out)
    {
        if (timed_out)
            finish(Verdict::Timeout, "not finished after " + std::to_string(limit_s(cases_[next_])) + " s; the watchdog ended it");
        else
            finish(WIFSIGNALED(state) ? Verdict::Crash : Verdict::Error, WIFSIGNALED(state) ? end_text(state) : "the process " + end_text(state) + " before the case did");
    }

    /// A case that is bad already may well be why its process ended so: its own message says more.
    void judge_end(int state, bool timed_out)
    {
        if (is_bad(ended_->verdict) || (WIFEXITED(state) && WEXITSTATUS(state) == 0)) return;
        ended_->verdict = timed_out ? Verdict::Timeout : WIFSIGNALED(state) ? Verdict::Crash
                                                                            : Verdict::Error;
        ended_->message = "after the case the process " + (timed_out ? std::string("did not end; the watchdog ended it") : (WIFSIGNALED(state) ? "was " : "") + end_text(state));
    }

    const std::vector<CaseInfo> &cases_;
    size_t next_;
    const Watcher &watcher_;
    Clock::time_point started_;
    bool running_ = false, began_any_ = false;
    std::optional<Result> ended_;  ///< the case that ended last, until the next one begins or the process has ended
    std::string buffer_;
};

}  // namespace

void run_group(const std::vector<CaseInfo> &cases, const Target &target, const std::string &log_path, const Watcher &watcher)
{
    for (size_t next = 0; next < cases.size();) {
        std::vector<std::string> ids;
        for (size_t index = next; index < cases.size(); ++index) ids.emplace_back(cases[index].id);
        next = Follower(cases, next, watcher).follow(start_self("child", target, ids, log_path));
    }
}

}  // namespace accel::conformance
