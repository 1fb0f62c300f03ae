// SPDX-License-Identifier: MIT
// Starts this program again with a pipe, and learns how it ended.
#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace accel::conformance {
namespace {

std::vector<char *> pointers(std::vector<std::string> &arguments)
{
    std::vector<char *> list;
    for (auto &argument : arguments) list.push_back(argument.data());
    list.push_back(nullptr);
    return list;
}

/// In the child, before it becomes this program again.
void prepare(pid_t parent, int log_fd, const Target &target, const std::string &fault_of)
{
    setpgid(0, 0);
    // A supervisor that was killed leaves nobody who would end a case that hangs.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    if (log_fd >= 0) {
        dup2(log_fd, 1);
        dup2(log_fd, 2);
    }
    if (!target.fault.empty()) {
        setenv("ACCEL_FAULT", target.fault.c_str(), 1);
        setenv("ACCEL_FAULT_OF", fault_of.c_str(), 1);
    }
}

}  // namespace

Process start_self(const std::string &command, const Target &target, const std::vector<std::string> &arguments, const std::string &log_path)
{
    int fds[2];
    if (pipe(fds) != 0) throw std::runtime_error("pipe: " + std::string(strerror(errno)));
    std::vector<std::string> line{"accel-conformance", command, "--report-fd", std::to_string(fds[1])};
    for (auto &argument : target.to_arguments()) line.push_back(argument);
    line.insert(line.end(), arguments.begin(), arguments.end());
    auto argv = pointers(line);
    const std::string fault_of = target.fault_library();
    const int log_fd = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const pid_t parent = getpid(), pid = fork();
    if (pid < 0) throw std::runtime_error("fork: " + std::string(strerror(errno)));
    if (pid == 0) {
        close(fds[0]);
        prepare(parent, log_fd, target, fault_of);
        execv("/proc/self/exe", argv.data());
        _exit(127);
    }
    setpgid(pid, pid);
    close(fds[1]);
    if (log_fd >= 0) close(log_fd);
    return {pid, fds[0]};
}

bool report_line(int report_fd, const nlohmann::json &line)
{
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    for (size_t done = 0; done < text.size();) {
        const ssize_t count = write(report_fd, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        done += static_cast<size_t>(count);
    }
    return true;
}

int finish_process(const Process &process, bool kill_first)
{
    // The whole process group: a case may have made children of its own.
    if (kill_first) kill(-process.pid, SIGKILL);
    int state = 0;
    while (waitpid(process.pid, &state, 0) < 0 && errno == EINTR) {}
    kill(-process.pid, SIGKILL);
    close(process.report_fd);
    return state;
}

std::string end_text(int state)
{
    return WIFSIGNALED(state) ? std::string("ended by signal ") + strsignal(WTERMSIG(state)) : "ended with exit code " + std::to_string(WEXITSTATUS(state));
}

}  // namespace accel::conformance
