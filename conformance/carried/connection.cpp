// SPDX-License-Identifier: MIT
// Sends and receives frames, descriptors beside them.
#include "connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace accel::carried {
namespace {

constexpr size_t kFdsMax = 16;
constexpr uint64_t kBodyBytesMax = uint64_t{1} << 32;

struct Head {
    uint32_t verb, fd_count;
    int32_t result;
    uint32_t reserved;
    uint64_t place, offset, size_bytes, body_bytes;
};

int write_all(int socket, const void *bytes, size_t count)
{
    const auto *at = static_cast<const uint8_t *>(bytes);
    while (count > 0) {
        const ssize_t written = ::send(socket, at, count, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -errno;
        at += written, count -= static_cast<size_t>(written);
    }
    return 0;
}

int read_all(int socket, void *bytes, size_t count)
{
    auto *at = static_cast<uint8_t *>(bytes);
    while (count > 0) {
        const ssize_t got = ::recv(socket, at, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0 ? -EPIPE : -errno;
        at += got, count -= static_cast<size_t>(got);
    }
    return 0;
}

/// The head goes as one message, because descriptors travel beside bytes.
int send_head(int socket, const Head &head, const std::vector<Fd> &fds)
{
    alignas(cmsghdr) char control[CMSG_SPACE(kFdsMax * sizeof(int))] = {};
    iovec part{const_cast<Head *>(&head), sizeof head};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
        cmsghdr *rights = CMSG_FIRSTHDR(&message);
        *rights = {CMSG_LEN(fds.size() * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        int *numbers = reinterpret_cast<int *>(CMSG_DATA(rights));
        for (const Fd &fd : fds) *numbers++ = fd.get();
    }
    ssize_t sent = 0;
    do sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) return -errno;
    return write_all(socket, reinterpret_cast<const char *>(&head) + sent, sizeof head - static_cast<size_t>(sent));
}

int receive_head(int socket, Head &head, std::vector<Fd> &fds)
{
    alignas(cmsghdr) char control[CMSG_SPACE(kFdsMax * sizeof(int))];
    iovec part{&head, sizeof head};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t got = 0;
    do got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return got == 0 ? -EPIPE : -errno;
    for (cmsghdr *rights = CMSG_FIRSTHDR(&message); rights; rights = CMSG_NXTHDR(&message, rights)) {
        if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) continue;
        const int *numbers = reinterpret_cast<const int *>(CMSG_DATA(rights));
        for (size_t i = 0; i < (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) fds.emplace_back(numbers[i]);
    }
    if (const int error = read_all(socket, reinterpret_cast<char *>(&head) + got, sizeof head - static_cast<size_t>(got))) return error;
    // Descriptors that this process has no place for do not arrive.
    return (message.msg_flags & MSG_CTRUNC) || fds.size() != head.fd_count ? -EMFILE : 0;
}

}  // namespace

int error_of_thrown() noexcept { return border::caught().status == ACCEL_STATUS_OUT_OF_MEMORY ? -ENOMEM : -EIO; }

int send_frame(int socket, const Frame &frame)
{
    if (frame.fds.size() > kFdsMax) return -E2BIG;
    const Head head{static_cast<uint32_t>(frame.verb), static_cast<uint32_t>(frame.fds.size()), frame.result, 0, frame.place, frame.offset, frame.size_bytes, frame.body.size()};
    if (const int error = send_head(socket, head, frame.fds)) return error;
    return write_all(socket, frame.body.data(), frame.body.size());
}

int receive_frame(int socket, Frame &frame)
{
    Head head{};
    frame.fds.clear();
    const int error = receive_head(socket, head, frame.fds);
    if (error != 0 && error != -EMFILE) return error;
    if (head.body_bytes > kBodyBytesMax) return -EPROTO;
    frame.verb = static_cast<Verb>(head.verb);
    frame.result = head.result;
    frame.place = head.place, frame.offset = head.offset, frame.size_bytes = head.size_bytes;
    frame.body.resize(head.body_bytes);
    const int body_error = read_all(socket, frame.body.data(), frame.body.size());
    return body_error ? body_error : error;
}

int exchange(int socket, const Frame &question, Frame &answer)
{
    const int error = send_frame(socket, question);
    return error ? error : receive_frame(socket, answer);
}

int make_pair(Fd &a, Fd &b)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -errno;
    a = Fd(ends[0]), b = Fd(ends[1]);
    return 0;
}

}  // namespace accel::carried
