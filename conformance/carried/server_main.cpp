// SPDX-License-Identifier: MIT
// NAME-server FD: opens the device that it was built with and answers on the socket FD until its other end is closed.
#include <fcntl.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>

#include "serve.h"

int main(int argc, char **argv)
{
    int fd = -1;
    const char *number = argc == 2 ? argv[1] : "";
    if (argc != 2 || std::from_chars(number, number + std::strlen(number), fd).ec != std::errc() || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        std::fprintf(stderr, "usage: %s FD    FD: a socket\n", argv[0]);
        return 2;
    }
    try {
        return accel::carried::serve_device(accel::carried::Fd(fd));
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return 1;
    }
}
