// SPDX-License-Identifier: MIT
// Starts the server with its socket, and ends it.
#include "process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace accel::carried {
namespace {

// Where the server finds its socket.
constexpr int kServerFd = 3;

struct Actions {
    Actions() { posix_spawn_file_actions_init(&actions); }
    ~Actions() { posix_spawn_file_actions_destroy(&actions); }
    posix_spawn_file_actions_t actions;
};

}  // namespace

ServerProcess::ServerProcess(const std::string &program)
{
    Fd theirs;
    if (const int error = make_pair(control_, theirs)) throw std::system_error(-error, std::generic_category(), "carried: no socket");
    // dup2 onto itself would leave it close-on-exec.
    if (theirs.get() == kServerFd) theirs = Fd(fcntl(theirs.get(), F_DUPFD_CLOEXEC, kServerFd + 1));
    Actions actions;
    posix_spawn_file_actions_adddup2(&actions.actions, theirs.get(), kServerFd);
    const std::string number = std::to_string(kServerFd);
    const char *const arguments[] = {program.c_str(), number.c_str(), nullptr};
    const int error = posix_spawn(&pid_, program.c_str(), &actions.actions, nullptr, const_cast<char *const *>(arguments), environ);
    if (error) throw std::system_error(error, std::generic_category(), "carried: " + program);
}

ServerProcess::~ServerProcess()
{
    control_ = Fd();
    int state = 0;
    while (pid_ > 0 && waitpid(pid_, &state, 0) < 0 && errno == EINTR) {}
}

}  // namespace accel::carried
