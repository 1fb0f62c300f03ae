// SPDX-License-Identifier: MIT
// The device's own threads, which help whoever executes a run.
//
// There is one team in the process, as there is one set of cores: of two runs that are executed at the same time, one has the team and
// the other goes on alone. Work is handed out in pieces, so that a thread which has lost its core holds up one piece and no more.
// Helpers spin for kTeamSpinNs when there is nothing to do and then sleep. While a run is executed they spin for up to kTeamRunSpinNs, as
// its next step may have work for them, unless someone else wants their core.
#pragma once

#include <cstdint>

namespace accel::cpu {

inline constexpr uint64_t kTeamSpinNs = 20000;
inline constexpr uint64_t kTeamRunSpinNs = 500000;
inline constexpr int kTeamMost = 256;

// Keeps helpers, from the load of a program to its end; the last one to go ends all of them. Any thread.
class TeamHold {
public:
    TeamHold() = default;
    ~TeamHold();
    TeamHold(const TeamHold &) = delete;
    TeamHold &operator=(const TeamHold &) = delete;

    // For runs of that many threads, the caller's included. False: the system has no thread left. To be called once.
    bool hold(int threads);

private:
    bool holds_ = false;
};

// For as long as a run is executed that may have work for the team. Any thread.
class TeamRun {
public:
    explicit TeamRun(bool uses_team) noexcept;
    ~TeamRun();
    TeamRun(const TeamRun &) = delete;
    TeamRun &operator=(const TeamRun &) = delete;

private:
    bool uses_team_;
};

// In a child after fork, before anything else of the team: its threads are the parent's.
void forget_team();

using TeamWork = void (*)(const void *body, int64_t first, int64_t last);

// Calls work for parts of 0..count (exclusive), each at least as long as grain where count allows, on up to that many threads; comes back
// when all are done. Allocates nothing. Inside a part of other work, or while another run has the team, the caller does all of it.
void share_work(int threads, int64_t count, int64_t grain, TeamWork work, const void *body) noexcept;

// The same for a callable body(first, last), which must not throw.
template <typename Body> void parallel_for(int threads, int64_t count, int64_t grain, const Body &body)
{
    if (count <= 0)
        return;
    if (threads <= 1 || count < 2 * grain)
        return body(int64_t{0}, count);
    share_work(
        threads, count, grain,
        [](const void *given, int64_t first, int64_t last) { (*static_cast<const Body *>(given))(first, last); }, &body);
}

}  // namespace accel::cpu
