// SPDX-License-Identifier: MIT
// Starts the command in a child, and reads what it prints within its time.
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char **environ;

namespace accel::tool {
namespace {

constexpr size_t kOutputBytesMax = 1 << 20;
constexpr int kLookMs = 20;

/// Starts it with its standard output in out_fd.
int start(const std::vector<std::string> &arguments, pid_t *out_child, int *out_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    std::vector<char *> words{const_cast<char *>("accel")};
    for (const auto &argument : arguments) words.push_back(const_cast<char *>(argument.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int error = posix_spawn(out_child, "/proc/self/exe", &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error)
        close(ends[0]);
    else
        *out_fd = ends[0];
    return error;
}

/// False at the end of the output.
bool take(int fd, int wait_ms, std::string &output)
{
    pollfd wanted{fd, POLLIN, 0};
    if (poll(&wanted, 1, wait_ms) <= 0) return true;
    char chunk[4096];
    const ssize_t got = read(fd, chunk, sizeof(chunk));
    if (got > 0 && output.size() < kOutputBytesMax) output.append(chunk, static_cast<size_t>(got));
    return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

std::string ChildEnd::words(std::chrono::seconds patience) const
{
    switch (how) {
    case How::Exited: return "ended the process with code " + std::to_string(code);
    case How::Died: {
        const char *name = sigabbrev_np(code);
        return name ? std::string("died of SIG") + name : "died of signal " + std::to_string(code);
    }
    case How::Hung: return "did not come back within " + std::to_string(patience.count()) + " s";
    case How::NotStarted: break;
    }
    return std::string("cannot be examined: ") + std::strerror(code);
}

ChildEnd run_self(const std::vector<std::string> &arguments, std::chrono::seconds patience)
{
    ChildEnd end;
    pid_t child = 0;
    int fd = -1;
    end.code = start(arguments, &child, &fd);
    if (end.code) return end;
    const auto until = std::chrono::steady_clock::now() + patience;
    int status = 0;
    bool open = true;
    // Who holds the other end may outlive the child: its end counts, not the output's.
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() >= until) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            end.how = ChildEnd::How::Hung;
            break;
        }
        if (open)
            open = take(fd, kLookMs, end.output);
        else
            poll(nullptr, 0, kLookMs);
    }
    for (size_t before = ~size_t{0}; open && before != end.output.size();) {
        before = end.output.size();
        open = take(fd, 0, end.output);
    }
    close(fd);
    if (end.how == ChildEnd::How::Hung) return end;
    end.how = WIFSIGNALED(status) ? ChildEnd::How::Died : ChildEnd::How::Exited;
    end.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return end;
}

}  // namespace accel::tool
