// SPDX-License-Identifier: MIT
// Tests of the interrupt line, against a socket that plays QEMU.
#include "interrupt_line.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace accel::lane {
namespace {

// QEMU's side of the socket.
struct Server {
    Server()
    {
        REQUIRE(mkdtemp(folder));
        path = std::string(folder) + "/qtest";
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        REQUIRE(bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0);
        REQUIRE(listen(fd, 1) == 0);
    }
    ~Server()
    {
        close(fd);
        unlink(path.c_str());
        rmdir(folder);
    }
    char folder[32] = "/tmp/accel-lane-test.XXXXXX";
    std::string path;
    int fd = -1;
};

TEST_CASE("the line speaks qtest and notices that QEMU has gone")
{
    const Server server;
    QtestLine line(server.path, "/machine/gic", 100, 1000);
    const int peer = accept(server.fd, nullptr, nullptr);
    REQUIRE(peer >= 0);
    line.set(true);
    line.set(false);
    char text[256] = {};
    const std::string expected =
        "set_irq_in /machine/gic unnamed-gpio-in 100 1\nset_irq_in /machine/gic unnamed-gpio-in 100 0\n";
    REQUIRE(recv(peer, text, expected.size(), MSG_WAITALL) == static_cast<ssize_t>(expected.size()));
    CHECK(text == expected);
    REQUIRE(write(peer, "OK\nOK\n", 6) == 6);
    CHECK(line.alive());
    close(peer);
    CHECK_FALSE(line.alive());
    line.set(true);  // no signal, no crash
    CHECK_FALSE(line.alive());
}

TEST_CASE("a socket that never comes is an error that names it")
{
    try {
        QtestLine("/nonexistent/qtest", "/machine/gic", 100, 20);
        FAIL("no error");
    } catch (const std::system_error &error) {
        CHECK(std::string(error.what()).find("/nonexistent/qtest") != std::string::npos);
    }
}

}  // namespace
}  // namespace accel::lane
