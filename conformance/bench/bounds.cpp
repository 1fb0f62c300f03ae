// SPDX-License-Identifier: MIT
// Time, memory and silence of importing and building graphs of many nodes. Each measurement is a process of its own, so that the peak of its memory is its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <accel/accel.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "long_graphs.h"

namespace accel::conformance {
namespace {

/// Of a build: 12 for ten times the nodes leaves room for what grows by a logarithm and for caches that are too small, and none for squares. An import may take half
/// as much more, as its time is mostly that of tables that leave the caches.
constexpr double kGrowthMax = 1.2;
constexpr double kSilenceMaxMs = 100;

double seconds(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Measured {
    double import_s = 0, build_s = 0;  ///< of this process's processors
    double silence_ms = 0;             ///< longest time without a call of progress
    long peak_kib = 0;
};

/// Hears progress, and how long it has heard nothing.
class Listener {
public:
    static int hear(void *user, double, const char *step)
    {
        auto &self = *static_cast<Listener *>(user);
        self.end();
        self.step_ = step;
        return 0;
    }
    void end()
    {
        const double now = seconds(CLOCK_THREAD_CPUTIME_ID);
        if (now - since_ > longest_) longest_ = now - since_, worst_ = step_;
        since_ = now;
    }
    double longest_ms() const { return longest_ * 1e3; }
    const std::string &worst() const { return worst_; }

private:
    double since_ = seconds(CLOCK_THREAD_CPUTIME_ID), longest_ = 0;
    std::string step_ = "the beginning", worst_;
};

Measured measure(const std::string &kind, uint32_t nodes, bool verbose)
{
    const std::string bytes = long_graph(kind, nodes);
    const Instance instance = Instance::create();
    const std::vector<Device> devices{instance.device("cpu")};
    devices[0].open();
    Measured measured;
    Listener listener;
    const double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    auto source = sized<accel_model_source>();
    source.bytes = bytes.data();
    source.byte_count = bytes.size();
    source.format = "onnx";
    source.progress = Listener::hear;
    source.progress_user = &listener;
    const Model model = Model::load(instance, source);
    listener.end();
    const double imported = seconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto list = handles(devices);
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = list.data();
    desc.device_count = 1;
    desc.progress = Listener::hear;
    desc.progress_user = &listener;
    const Program program = Program::build(desc);
    listener.end();
    measured.import_s = imported - start;
    measured.build_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - imported;
    measured.silence_ms = listener.longest_ms();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    measured.peak_kib = usage.ru_maxrss;
    if (verbose) std::cerr << kind << " " << nodes << ": longest silence " << measured.silence_ms << " ms, behind '" << listener.worst() << "'\n";
    return measured;
}

/// In a process of its own; the best of several, as others use the machine too.
Measured measure_apart(const std::string &kind, uint32_t nodes, int repeats, bool verbose)
{
    Measured best;
    for (int i = 0; i < repeats; ++i) {
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
        if (i == 0 || measured.import_s + measured.build_s < best.import_s + best.build_s) {
            const double silence_ms = i == 0 ? measured.silence_ms : std::min(best.silence_ms, measured.silence_ms);
            best = measured;
            best.silence_ms = silence_ms;
        }
    }
    return best;
}

struct Options {
    std::vector<std::string> kinds = long_graph_kinds();
    std::vector<uint32_t> nodes = {10'000, 100'000};
    int repeats = 1;
    bool check = false, verbose = false;
    double growth_max = kGrowthMax, silence_max_ms = kSilenceMaxMs;
};

/// One row per kind; true if all bars hold.
bool run(const Options &options)
{
    bool good = true;
    std::printf("| kind | nodes | import | build | peak memory | longest silence | import x | build x | memory x |\n|---|---|---|---|---|---|---|---|---|\n");
    for (const std::string &kind : options.kinds) {
        Measured first;
        for (const uint32_t nodes : options.nodes) {
            const Measured now = measure_apart(kind, nodes, options.repeats, options.verbose);
            const bool is_first = nodes == options.nodes.front();
            if (is_first) first = now;
            const double more = static_cast<double>(nodes) / options.nodes.front();
            const double import = now.import_s / first.import_s, build = now.build_s / first.build_s;
            const double memory = static_cast<double>(now.peak_kib) / static_cast<double>(first.peak_kib);
            const double bar = options.growth_max * more;
            const bool holds = import <= 1.5 * bar && build <= bar && memory <= bar && now.silence_ms <= options.silence_max_ms;
            good = good && holds;
            std::printf("| %s | %u | %.0f ms | %.0f ms | %ld MiB | %.0f ms | %.1f | %.1f | %.1f |%s\n", kind.c_str(), nodes, now.import_s * 1e3, now.build_s * 1e3, now.peak_kib >> 10,
                        now.silence_ms, import, build, memory, holds ? "" : " too much");
            std::fflush(stdout);
        }
    }
    return good;
}

}  // namespace
}  // namespace accel::conformance

int main(int argc, char **argv)
{
    using namespace accel::conformance;
    CLI::App app{"How importing and building grow with the number of nodes: processor time, peak memory, and the longest time without a call of progress."};
    Options options;
    app.add_option("--kind", options.kinds, "kinds of graphs")->delimiter(',')->check(CLI::IsMember(long_graph_kinds()));
    app.add_option("--nodes", options.nodes, "numbers of nodes, ascending; growth is told from the first on")->delimiter(',');
    app.add_option("--repeat", options.repeats, "take the best of so many");
    app.add_option("--growth", options.growth_max, "admitted growth per node, for --check")->capture_default_str();
    app.add_option("--silence", options.silence_max_ms, "admitted milliseconds without progress, for --check")->capture_default_str();
    app.add_flag("--check", options.check, "fail where a bar is passed");
    app.add_flag("--verbose", options.verbose, "say where the longest silence was");
    CLI11_PARSE(app, argc, argv);
    try {
        return run(options) || !options.check ? 0 : 1;
    } catch (const std::exception &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 1;
    }
}
