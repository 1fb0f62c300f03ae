// SPDX-License-Identifier: MIT
// Cases of what the library leaves as it was in its caller.
#include <fenv.h>
#include <signal.h>
#include <unistd.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <clocale>
#include <cstring>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// What a library must not change in its caller.
struct Surroundings {
    fenv_t floating;
    uint32_t control = 0;
    sigset_t mask;
    std::string folder, locale;

    static Surroundings now()
    {
        Surroundings value;
        fegetenv(&value.floating);
#if defined(__SSE__)
        value.control = _mm_getcsr() & ~0x3fu;  // without the sticky exception flags
#endif
        std::memset(&value.mask, 0, sizeof(value.mask));
        pthread_sigmask(SIG_SETMASK, nullptr, &value.mask);
        char path[4096];
        value.folder = getcwd(path, sizeof(path)) ? path : "";
        value.locale = setlocale(LC_ALL, nullptr);
        return value;
    }
};

void check_same(const Surroundings &before, const char *after_what)
{
    const Surroundings after = Surroundings::now();
    INFO("after " << after_what);
    CHECK(after.control == before.control);
    CHECK(fegetround() == FE_TONEAREST);
    CHECK(std::memcmp(&after.mask, &before.mask, sizeof(after.mask)) == 0);
    CHECK(after.folder == before.folder);
    CHECK(after.locale == before.locale);
}

}  // namespace

ACCEL_CASE("abi.side-effects.none", "A-12", "an inference from listing to result leaves signal mask, floating point environment, locale and folder as they were")
{
    const Surroundings before = Surroundings::now();
    const Room room;
    check_same(before, "opening");
    const Adder adder = room.adder();
    check_same(before, "building");
    const Sum sum(room, adder);
    sum.set(1, 2);
    check_same(before, "binding");
    const Fence fence = room.fence();
    const Queue queue = room.queue();
    queue.submit(sum.run, {}, {fence.at(1)});
    check_same(before, "submitting");
    CHECK(arrives(fence, 1));
    check_same(before, "waiting");
    CHECK(Program::load(room.instance(), adder.program().save(), {room.device()}).entry().port_count == 3);
    check_same(before, "loading");
}

}  // namespace accel::conformance
