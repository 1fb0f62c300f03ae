// SPDX-License-Identifier: MIT
//
// lane-player: asks the player for faults from a script in the guest.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "player_control.h"

namespace {

using accel::lane::Fault;

constexpr const char *kUsage =
    "Usage: lane-player COMMAND [MILLISECONDS]\n"
    "Says what the played NPU does to the next job:\n"
    "  hang            it never ends\n"
    "  bus-error       it stops with a bus error, after MILLISECONDS\n"
    "  parse-error     it stops with a parse error, after MILLISECONDS\n"
    "  delay           it begins after MILLISECONDS\n"
    "  crawl           it shows progress for MILLISECONDS, then runs\n"
    "  dead            it never ends, and no reset completes until `lane-player release`\n"
    "  hold            it waits for `lane-player release`\n"
    "  release         lets a held job run and disarms\n"
    "  counters        prints jobs started, jobs ended and resets\n"
    "Exit code: 0 done, 1 the player did not answer, 2 wrong usage, 77 no player.\n";

struct Command {
    std::string_view name;
    Fault fault;
};
constexpr Command kFaults[] = {{"hang", Fault::Hang}, {"bus-error", Fault::BusError}, {"parse-error", Fault::ParseError}, {"delay", Fault::Delay}, {"crawl", Fault::Crawl}, {"hold", Fault::Hold}, {"dead", Fault::Dead}};

int usage()
{
    std::fputs(kUsage, stderr);
    return 2;
}

int act(accel::lane::PlayerControl &player, std::string_view command, uint32_t milliseconds)
{
    if (command == "release") {
        player.release();
        return 0;
    }
    if (command == "counters") {
        std::printf("%u %u %u\n", player.jobs_started(), player.jobs_ended(), player.resets());
        return 0;
    }
    for (const Command &one : kFaults)
        if (command == one.name) return player.order(one.fault, milliseconds) ? 0 : 1;
    return usage();
}

}  // namespace

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) return usage();
    uint32_t milliseconds = 0;
    if (argc == 3) {
        char *end = nullptr;
        milliseconds = static_cast<uint32_t>(std::strtoul(argv[2], &end, 10));
        if (end == argv[2] || *end != '\0') return usage();
    }
    try {
        accel::lane::PlayerControl player;
        return act(player, argv[1], milliseconds);
    } catch (const accel::lane::NoPlayer &reason) {
        std::fprintf(stderr, "lane-player: %s\n", reason.what());
        return 77;
    }
}
