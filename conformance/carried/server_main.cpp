// SPDX-License-Identifier: MIT
// accel-carried-server FD DEVICE: opens a device and answers on the socket FD until its other end is closed. DEVICE is "model", the simulated Ethos-U65 with a
// clock that is an hour ahead, or the path of a node.
#include <fcntl.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>

#include "../support/node_transport.h"
#include "server.h"
#if ACCEL_CARRIED_MODEL
#include "../devices/ethosu_sim/transport.h"
#endif

namespace {

using accel::carried::Fd;
using accel::carried::Server;

#if ACCEL_CARRIED_MODEL
int serve_model(Fd control)
{
    constexpr std::chrono::hours kAhead(1);
    accel::devices::ethosu::Engine engine([] { return 0; }, kAhead);
    accel::devices::ethosu::SimulatedTransport device(engine);
    Server(*device.table(), std::chrono::nanoseconds(kAhead).count()).serve(std::move(control));
    return 0;
}
#else
int serve_model(Fd)
{
    std::fprintf(stderr, "accel-carried-server: built without the simulated device\n");
    return 2;
}
#endif

int serve_node(Fd control, const char *path)
{
    const accel::conformance::NodeTransport device(path);
    Server(*device.table(), 0).serve(std::move(control));
    return 0;
}

}  // namespace

int main(int argc, char **argv)
{
    int fd = -1;
    const char *number = argc == 3 ? argv[1] : "";
    if (argc != 3 || std::from_chars(number, number + std::strlen(number), fd).ec != std::errc() || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        std::fprintf(stderr, "usage: accel-carried-server FD DEVICE    FD: a socket; DEVICE: model, or the path of a node\n");
        return 2;
    }
    try {
        return std::strcmp(argv[2], "model") == 0 ? serve_model(Fd(fd)) : serve_node(Fd(fd), argv[2]);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "accel-carried-server: %s\n", error.what());
        return 1;
    }
}
