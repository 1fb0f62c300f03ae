// SPDX-License-Identifier: MIT
// Speaks qtest over a socket to raise and lower the line.
#include "interrupt_line.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

namespace accel::lane {
namespace {

int connect_once(const std::string &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0) return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

}  // namespace

QtestLine::QtestLine(const std::string &socket_path, std::string controller, uint32_t interrupt, int timeout_ms)
    : controller_(std::move(controller)),
      interrupt_(interrupt)
{
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while ((fd_ = connect_once(socket_path)) < 0) {
        const int error = errno;
        const bool may_come = error == ENOENT || error == ECONNREFUSED;
        if (!may_come || std::chrono::steady_clock::now() > give_up)
            throw std::system_error(error, std::generic_category(), "cannot connect to QEMU's qtest socket " + socket_path);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

QtestLine::~QtestLine() { close(fd_); }

void QtestLine::drain()
{
    char replies[1024];
    for (;;) {
        const ssize_t got = recv(fd_, replies, sizeof(replies), MSG_DONTWAIT);
        if (got > 0) continue;
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) alive_ = false;
        return;
    }
}

void QtestLine::set(bool high)
{
    const std::string line = "set_irq_in " + controller_ + " unnamed-gpio-in " + std::to_string(interrupt_) +
                             (high ? " 1\n" : " 0\n");
    for (size_t sent = 0; sent < line.size();) {
        const ssize_t now = send(fd_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) {
            alive_ = false;
            return;
        }
        sent += static_cast<size_t>(now);
    }
    drain();
}

bool QtestLine::alive()
{
    if (alive_) drain();
    return alive_;
}

}  // namespace accel::lane
