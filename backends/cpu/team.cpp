// SPDX-License-Identifier: MIT
// The team's threads, its lanes of pieces, and how long a helper without work stays awake.
//
// A job is count things to do, cut into at most 4 pieces a thread. Each thread has a lane, one word that holds what is left of its part:
//
//   lane 0 (the caller)   job 17 | first 0 | last 4      takes 0, 1, 2, 3 from the front
//   lane 1                job 17 | first 4 | last 8      … and whoever is done takes 7, 6, … from the back of others
//
// Taking is one compare-and-exchange. The job's number is in the word, so a helper that comes late takes nothing of a later job. A thread that loses its core holds up one piece and no more.
//
// What meets what:
// - work_, body_, count_, pieces_ are plain: written by whoever has the team (taken_), before fill() releases the lanes, read only by who took a piece of that job (acquire). The caller leaves when done_ has all pieces of
//   others, which they add with their results behind them.
// - Sleeping: a helper counts itself in asleep_, then looks at posted_ again; who posts stores posted_, then looks at asleep_. Both in one total order, so one of them sees the other. So it is with awaited_ and done_.
// - mutex_ is for the helpers' coming and going alone; no job takes it. size_ changes under it: it grows when a program is loaded, also beside a job, and falls when no program holds the team.
//
// A step allocates nothing, and where the team is taken, or a piece asks for it again, the caller does all of it: there is no deadlock to be had.
//
// Not chosen: a queue that all take from (every piece is then a fight for one line, and neighbours in memory go to different cores); OpenMP's threads, whose spinning nobody but the environment decides (docs/decisions/0010-the-cpus-own-team.md).
#include "team.h"

#include "one_thread.h"
#include "spin.h"
#include "thread.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <sched.h>

namespace accel::cpu {
namespace {

constexpr uint32_t kPollsPerLook = 32;   // between looks at the clock
constexpr int64_t kPiecesPerThread = 4;  // more of them even out what threads do, fewer cost less
constexpr int64_t kPiecesMost = UINT16_MAX;

// The pieces of one thread that nobody has taken yet, and the job that they are of. One word, so that a helper that comes late takes
// nothing of a later job. The owner takes from the front, the others from the back: neighbouring pieces stay on one core.
class alignas(64) Lane {
public:
    void fill(uint32_t job, int64_t first, int64_t last)
    {
        word_.store(pack(job, static_cast<uint64_t>(first), static_cast<uint64_t>(last)), std::memory_order_release);
    }

    // False: nothing is left, or it is of another job.
    bool take(uint32_t job, bool front, int64_t &out_piece)
    {
        uint64_t word = word_.load(std::memory_order_acquire);
        for (;;) {
            const uint64_t first = word >> 16 & 0xffff, last = word & 0xffff;
            if (word >> 32 != job || first == last)
                return false;
            const uint64_t rest = front ? pack(job, first + 1, last) : pack(job, first, last - 1);
            if (word_.compare_exchange_weak(word, rest, std::memory_order_acq_rel, std::memory_order_acquire)) {
                out_piece = static_cast<int64_t>(front ? first : last - 1);
                return true;
            }
        }
    }

private:
    static uint64_t pack(uint64_t job, uint64_t first, uint64_t last) { return job << 32 | first << 16 | last; }

    std::atomic<uint64_t> word_{0};
};

// How long a helper without work waits for more before it sleeps.
class Patience {
public:
    // No core besides the caller's: neither goes on while the other spins.
    bool is_over(bool shares_core, bool running)
    {
        const uint64_t before_ns = looked_ns_;
        const bool over = spin_.is_over();
        if (spin_.looked_ns() == before_ns)
            return false;
        looked_ns_ = spin_.looked_ns();
        if (counts_ && looked_ns_ - before_ns > kLostNs)
            lost_ns_ = looked_ns_;
        counts_ = true;
        const bool wanted = looked_ns_ - lost_ns_ < kWantedNs;
        return shares_core || (over && (!running || wanted || spin_.over_ns() >= kTeamRunSpinNs));
    }
    void restart() { spin_.restart(), counts_ = false; }

private:
    static constexpr uint64_t kLostNs = 100000;      // between two looks: someone else had the core
    static constexpr uint64_t kWantedNs = 20000000;  // for so long after that, others are thought to want it again

    Spin spin_{kTeamSpinNs, kPollsPerLook};
    uint64_t looked_ns_ = 0, lost_ns_ = 0;
    bool counts_ = false;  // it spun at the look before
};

class Team {
public:
    bool hold(int threads);
    void let_go();
    void begin_run() { runs_.fetch_add(1, std::memory_order_relaxed); }
    void end_run() { runs_.fetch_sub(1, std::memory_order_relaxed); }
    void share(int threads, int64_t count, int64_t grain, TeamWork work, const void *body);

private:
    struct Helper {
        Team *team;
        int lane;
        uint32_t seen;  // the latest job when it was made: of a later one it takes what it finds
        pthread_t thread;
    };

    static void *help(void *helper);
    void help(int lane, uint32_t seen);
    uint32_t work_on(uint32_t job, int lane);
    void post(uint32_t job, int lanes);
    void await(uint32_t others);
    void end();

    // Written by whoever has the team, read by those who took a piece: in between nobody writes.
    TeamWork work_ = nullptr;
    const void *body_ = nullptr;
    int64_t count_ = 0, pieces_ = 0;
    uint32_t job_ = 0;

    Lane lanes_[kTeamMost];
    alignas(64) std::atomic<bool> taken_{false};
    alignas(64) std::atomic<uint32_t> posted_{0};  // the latest job; what helpers sleep on
    std::atomic<int> asleep_{0};
    std::atomic<int> runs_{0}, core_{-1};        // being executed; where the latest job was posted
    alignas(64) std::atomic<uint32_t> done_{0};  // pieces that helpers finished; what the owner of the job sleeps on
    std::atomic<uint32_t> awaited_{0};
    std::atomic<bool> stop_{false};
    std::atomic<int> size_{1};  // threads, the caller included

    std::mutex mutex_;  // of what follows, and of changes of size_
    int holds_ = 0;
    Helper helpers_[kTeamMost] = {};  // the first is nobody: lane 0 is the caller's
};

Team g_team;

bool Team::hold(int threads)
{
    const std::lock_guard lock(mutex_);
    for (int lane = size_; lane < std::min(threads, kTeamMost); ++lane) {
        helpers_[lane] = {this, lane, posted_, {}};
        if (!start_thread(helpers_[lane].thread, "accel-cpu-team", help, &helpers_[lane])) {
            if (holds_ == 0)
                end();
            return false;
        }
        size_ = lane + 1;
    }
    ++holds_;
    return true;
}

void Team::let_go()
{
    const std::lock_guard lock(mutex_);
    if (--holds_ == 0)
        end();
}

void Team::end()
{
    stop_ = true;
    ++posted_;
    futex_wake(posted_, INT32_MAX);
    for (int lane = 1; lane < size_; ++lane)
        pthread_join(helpers_[lane].thread, nullptr);
    size_ = 1;
    job_ = posted_;
    stop_ = false;
}

void Team::share(int threads, int64_t count, int64_t grain, TeamWork work, const void *body)
{
    const int64_t most = std::min(kPiecesMost, kPiecesPerThread * threads);
    const int64_t pieces = std::min(count / std::max<int64_t>(grain, 1), most);
    const int lanes = static_cast<int>(std::min<int64_t>({threads, size_.load(std::memory_order_relaxed), pieces}));
    if (lanes <= 1 || taken_.exchange(true, std::memory_order_acquire))
        return work(body, 0, count);
    work_ = work, body_ = body, count_ = count, pieces_ = pieces;
    done_.store(0, std::memory_order_relaxed);
    const uint32_t job = ++job_;
    for (int lane = 0; lane < lanes; ++lane)
        lanes_[lane].fill(job, pieces * lane / lanes, pieces * (lane + 1) / lanes);
    post(job, lanes);
    const uint32_t own = work_on(job, 0);
    await(static_cast<uint32_t>(pieces) - own);
    taken_.store(false, std::memory_order_release);
}

void Team::post(uint32_t job, int lanes)
{
    if (const int core = sched_getcpu(); core != core_.load(std::memory_order_relaxed))
        core_.store(core, std::memory_order_relaxed);
    posted_.store(job);
    const int asleep = asleep_.load(), awake = size_.load(std::memory_order_relaxed) - 1 - asleep;
    if (asleep > 0 && awake < lanes - 1)
        futex_wake(posted_, lanes - 1 - awake);
}

// Does what is left of a job, beginning with the thread's own lane. How many pieces it were.
uint32_t Team::work_on(uint32_t job, int lane)
{
    uint32_t finished = 0;
    const int size = size_.load(std::memory_order_relaxed);
    for (int i = 0; i < size; ++i) {
        int64_t piece = 0;
        for (Lane &from = lanes_[(lane + i) % size]; from.take(job, i == 0, piece); ++finished)
            work_(body_, count_ * piece / pieces_, count_ * (piece + 1) / pieces_);
    }
    return finished;
}

// A helper that has lost its core may need this one to go on.
void Team::await(uint32_t others)
{
    Spin spin(kTeamSpinNs, kPollsPerLook);
    while (done_.load(std::memory_order_acquire) != others) {
        if (!spin.is_over())
            continue;
        awaited_.store(1);
        for (uint32_t seen; (seen = done_.load()) != others;)
            futex_wait(done_, seen, UINT64_MAX);
        awaited_.store(0);
    }
}

void *Team::help(void *helper)
{
    const auto &self = *static_cast<const Helper *>(helper);
    self.team->help(self.lane, self.seen);
    return nullptr;
}

void Team::help(int lane, uint32_t seen)
{
    settle_heap();
    const OneThread within_libraries;
    Patience patience;
    while (!stop_.load(std::memory_order_acquire)) {
        if (const uint32_t job = posted_.load(std::memory_order_acquire); job != seen) {
            seen = job;
            patience.restart();
            const uint32_t finished = work_on(job, lane);
            if (finished == 0)
                continue;
            done_.fetch_add(finished);
            if (awaited_.load() != 0)
                futex_wake(done_, 1);
            continue;
        }
        if (!patience.is_over(core_.load(std::memory_order_relaxed) == sched_getcpu(), runs_.load(std::memory_order_relaxed) != 0))
            continue;
        // Either this sees what was posted, or the poster sees the count.
        asleep_.fetch_add(1);
        if (!stop_.load() && posted_.load() == seen)
            futex_wait(posted_, seen, UINT64_MAX);
        asleep_.fetch_sub(1);
        patience.restart();
    }
}

}  // namespace

// Nobody in the child is in it, and whatever holds it is never named there.
void forget_team() { new (&g_team) Team; }

bool TeamHold::hold(int threads) { return holds_ = g_team.hold(threads); }

TeamHold::~TeamHold()
{
    if (holds_)
        g_team.let_go();
}

TeamRun::TeamRun(bool uses_team) noexcept : uses_team_(uses_team)
{
    if (uses_team_)
        g_team.begin_run();
}

TeamRun::~TeamRun()
{
    if (uses_team_)
        g_team.end_run();
}

void share_work(int threads, int64_t count, int64_t grain, TeamWork work, const void *body) noexcept
{
    g_team.share(threads, count, grain, work, body);
}

}  // namespace accel::cpu
