// SPDX-License-Identifier: MIT
// A case of a program that another process saved (S-1).
#include <sys/wait.h>
#include <unistd.h>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// What a child process writes before it ends. The child is made before this process has touched the library.
template <class Make> std::string from_child(const Make &make)
{
    int fds[2];
    if (pipe(fds) != 0) throw std::runtime_error("pipe failed");
    const pid_t child = fork();
    if (child == 0) {
        close(fds[0]);
        std::string text;
        try {
            text = make();
        } catch (const std::exception &) {
        }
        for (size_t done = 0; done < text.size();) {
            const ssize_t count = ::write(fds[1], text.data() + done, text.size() - done);
            if (count <= 0) break;
            done += static_cast<size_t>(count);
        }
        _exit(0);
    }
    close(fds[1]);
    std::string text;
    char bytes[65536];
    for (ssize_t count; (count = ::read(fds[0], bytes, sizeof(bytes))) > 0;) text.append(bytes, static_cast<size_t>(count));
    close(fds[0]);
    waitpid(child, nullptr, 0);
    return text;
}

}  // namespace

ACCEL_CASE("saved.process.another", "S-1", "a program saved by one process runs in another, which never saw the model")
{
    const std::string text = from_child([] {
        const Room room;
        const Adder adder = room.adder();
        return std::string(adder.type() == ACCEL_TYPE_I8 ? "i" : "f") + adder.program().save();
    });
    REQUIRE(text.size() > 1);
    const Room room;
    const Adder adder(Program::load(room.instance(), std::string_view(text).substr(1), {room.device()}), text[0] == 'i' ? ACCEL_TYPE_I8 : ACCEL_TYPE_F32, {1, 8, 4, 4});
    const Sum sum(room, adder);
    sum.set(40, 2);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(42));
}

}  // namespace accel::conformance
