// SPDX-License-Identifier: MIT
// Takes turns and gives them back: behind another queue only who waits for it gets one.
#include "turns.h"

#include <algorithm>

#include "fence/fence.h"

namespace accel::runtime {

bool Turns::only_of(const Worker &worker) const
{
    for (const Turn *turn = latest_; turn; turn = turn->older)
        if (turn->worker != &worker)
            return false;
    return true;
}

void Turns::look_at_all_but(const Worker *worker)
{
    // The queue of each turn is asked once: what it finds ended gives its turn back, and the older ones move up. It is alive, as it has not retired that submission.
    const auto at = [&](uint64_t place) {
        const Turn *turn = latest_;
        for (; turn && (turn->worker == worker || place-- > 0); turn = turn->older) {
        }
        return turn;
    };
    for (uint64_t asked = 0;;) {
        Ref<Worker> other;
        const Turn *turn = nullptr;
        {
            const std::lock_guard guard(lock_);
            turn = at(asked);
            if (!turn)
                return;
            other = Ref<Worker>(turn->worker);
        }
        other->poll();
        const std::lock_guard guard(lock_);
        asked += at(asked) == turn;
    }
}

bool Turns::idle()
{
    look_at_all_but(nullptr);
    const std::lock_guard guard(lock_);
    return !latest_;
}

bool Turns::take(Turn &turn, Worker &worker, uint64_t sequence, std::span<const accel_fence_point> waits)
{
    const std::lock_guard guard(lock_);
    const auto is_behind = [&](const accel_fence_point &wait) { return wait.fence->follows(wait.value, *latest_->worker, latest_->sequence); };
    if (!only_of(worker) && std::none_of(waits.begin(), waits.end(), is_behind))
        return false;
    turn = {&worker, sequence, latest_, nullptr};
    if (latest_)
        latest_->newer = &turn;
    latest_ = &turn;
    return true;
}

void Turns::give_back(Turn &turn)
{
    const std::lock_guard guard(lock_);
    if (!turn.worker)
        return;
    if (turn.older)
        turn.older->newer = turn.newer;
    (turn.newer ? turn.newer->older : latest_) = turn.older;
    turn = {};
}

}  // namespace accel::runtime
