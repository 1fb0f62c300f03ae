// SPDX-License-Identifier: MIT
// Time, memory and silence of graphs of many nodes, from the bytes of a model to the end of its program.
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "cancel.h"
#include "long_graphs.h"
#include "phases.h"

namespace accel::conformance {
namespace {

/// 12 for ten times the nodes leaves room for what grows by a logarithm and for caches that are too small, and none for squares.
constexpr double kGrowthMax = 1.2;
constexpr double kSilenceMaxMs = 100;
/// Letting go visits each small piece of memory once, long after it was used: nearly all of its time are caches that are too small.
constexpr double kDestroyFactor = 1.5;
constexpr double kShortestS = 0.5e-3;

/// In a process of its own, so that the peak of its memory is its own.
Measured measure_apart(const std::string &kind, uint32_t nodes, bool verbose)
{
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
        int code = 1;
        try {
            const Measured measured = measure(kind, nodes, verbose);
            code = write(ends[1], &measured, sizeof measured) == sizeof measured ? 0 : 1;
        } catch (const std::exception &error) {
            std::cerr << kind << " of " << nodes << " nodes: " << error.what() << "\n";
        }
        _exit(code);
    }
    close(ends[1]);
    Measured measured;
    const bool whole = read(ends[0], &measured, sizeof measured) == sizeof measured;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!whole || status != 0) throw std::runtime_error(kind + " of " + std::to_string(nodes) + " nodes failed");
    return measured;
}

/// Whoever else uses the machine makes a phase slower and never faster.
void keep_best(Measured &best, const Measured &next)
{
    for (size_t phase = 0; phase < kPhases.size(); ++phase) best.phase_s[phase] = std::min(best.phase_s[phase], next.phase_s[phase]);
    best.silence_ms = std::min(best.silence_ms, next.silence_ms);
    best.peak_kib = std::min(best.peak_kib, next.peak_kib);
}

struct Options {
    std::vector<std::string> kinds = long_graph_kinds();
    std::vector<uint32_t> nodes = {10'000, 100'000};
    int repeats = 1;
    bool check = false, verbose = false, cancel = false;
    double growth_max = kGrowthMax, silence_max_ms = kSilenceMaxMs;
};

/// The best of several, in turns, so that a slow while of the machine is one of every number of nodes.
std::vector<Measured> measure_all(const std::string &kind, const Options &options)
{
    std::vector<Measured> best;
    for (int round = 0; round < options.repeats; ++round) {
        for (size_t i = 0; i < options.nodes.size(); ++i) {
            const Measured next = measure_apart(kind, options.nodes[i], options.verbose);
            if (round == 0)
                best.push_back(next);
            else
                keep_best(best[i], next);
        }
    }
    return best;
}

/// True if all bars hold.
bool print_row(const Options &options, const std::string &kind, uint32_t nodes, const Measured &now, const Measured &first)
{
    const double bar = options.growth_max * nodes / options.nodes.front();
    bool holds = now.silence_ms <= options.silence_max_ms;
    std::printf("| %s | %u |", kind.c_str(), nodes);
    for (size_t phase = 0; phase < kPhases.size(); ++phase) {
        // What takes less than the clock and the allocator's habits tell apart has no growth.
        const double growth = now.phase_s[phase] / std::max(first.phase_s[phase], kShortestS);
        const bool destroys = phase + 1 == kPhases.size();
        holds = holds && growth <= (destroys ? kDestroyFactor * bar : bar);
        std::printf(" %.1f ms (%.1f) |", now.phase_s[phase] * 1e3, growth);
    }
    const double memory = static_cast<double>(now.peak_kib) / static_cast<double>(first.peak_kib);
    holds = holds && memory <= bar;
    std::printf(" %ld MiB (%.1f) | %.0f ms |%s\n", now.peak_kib >> 10, memory, now.silence_ms, holds ? "" : " too much");
    std::fflush(stdout);
    return holds;
}

bool run(const Options &options)
{
    std::printf("| kind | nodes |");
    for (const char *phase : kPhases) std::printf(" %s (x) |", phase);
    std::printf(" peak memory (x) | longest silence |\n|---|---|---|---|---|---|---|---|---|\n");
    bool good = true;
    for (const std::string &kind : options.kinds) {
        const std::vector<Measured> best = measure_all(kind, options);
        for (size_t i = 0; i < best.size(); ++i) good = print_row(options, kind, options.nodes[i], best[i], best[0]) && good;
    }
    return good;
}

}  // namespace
}  // namespace accel::conformance

int main(int argc, char **argv)
{
    using namespace accel::conformance;
    CLI::App app{"How a model's phases grow with the number of its nodes: processor time, peak memory, and the longest work without a word to the application."};
    Options options;
    app.add_option("--kind", options.kinds, "kinds of graphs")->delimiter(',')->check(CLI::IsMember(long_graph_kinds()));
    app.add_option("--nodes", options.nodes, "numbers of nodes, ascending; growth is told from the first on")->delimiter(',');
    app.add_option("--repeat", options.repeats, "take the best of so many, phase by phase");
    app.add_option("--growth", options.growth_max, "admitted growth per node, for --check")->capture_default_str();
    app.add_option("--silence", options.silence_max_ms, "admitted milliseconds without progress, for --check")->capture_default_str();
    app.add_flag("--check", options.check, "fail where a bar is passed");
    app.add_flag("--cancel", options.cancel, "instead of measuring, cancel each phase at one word after the other, for the first kind and number");
    app.add_flag("--verbose", options.verbose, "say where the longest silence was");
    CLI11_PARSE(app, argc, argv);
    try {
        if (options.cancel) return cancels_everywhere(options.kinds.front(), options.nodes.front()) ? 0 : 1;
        return run(options) || !options.check ? 0 : 1;
    } catch (const std::exception &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 1;
    }
}
