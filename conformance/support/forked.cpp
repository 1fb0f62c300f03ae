// SPDX-License-Identifier: MIT
// Forks, runs a body in the child, and reports how it ended.
#include "forked.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "suite/child.h"

namespace accel::conformance {

pid_t start_child(const std::function<int()> &body)
{
    constexpr unsigned kLimitSeconds = 60;
    const pid_t child = fork();
    if (child != 0) return child;
    alarm(kLimitSeconds);
    int end = kChildFails;
    try {
        end = body();
    } catch (const std::exception &error) {
        std::fprintf(stderr, "the child: %s\n", error.what());
        if (std::strstr(error.what(), "does not start again")) end = kDoesNotStartAgain;
    }
    _exit(end);
}

int end_of_child(pid_t child)
{
    int state = 0;
    if (child < 0 || waitpid(child, &state, 0) != child) return kChildFails;
    if (WIFSIGNALED(state)) std::fprintf(stderr, "a child was ended by signal %d\n", WTERMSIG(state));
    return WIFEXITED(state) ? WEXITSTATUS(state) : kChildFails;
}

int in_child(const std::function<int()> &body) { return end_of_child(start_child(body)); }

void need_start_again(int end)
{
    if (end == kDoesNotStartAgain) skip("module.after_fork", "the module says that it does not start again in a child");
}

}  // namespace accel::conformance
