// SPDX-License-Identifier: MIT
// Processes of their own for cases: made, and waited for.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "harness.h"
#include "player.h"

namespace accel::uapi {

inline pid_t spawn(const std::function<void()> &body)
{
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child != 0) return child;
    try {
        body();
        _exit(0);
    } catch (const std::exception &reason) {
        note(std::string("in a child: ") + reason.what());
        _exit(1);
    }
}

inline int wait_status(pid_t child)
{
    int status = 0;
    require(waitpid(child, &status, 0) == child, "waitpid");
    return status;
}

/// Kills a process once its job has started, and lets the job end.
inline void kill_in_mid_job(Player &player, uint32_t started, pid_t child)
{
    require(player.wait_started(started + 1), "the process's job did not start");
    kill(child, SIGKILL);
    usleep(20000);
    player.open_gate();
    const int status = wait_status(child);
    require(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the process did not die of the kill");
}

}  // namespace accel::uapi
