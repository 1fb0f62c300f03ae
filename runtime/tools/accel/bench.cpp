// SPDX-License-Identifier: MIT
// accel bench: latency of a model, alone or in turns with ONNX Runtime.
#include <chrono>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

#include "building.h"
#include "commands.h"
#include "cores/cores.h"
#include "device_choice.h"
#include "files.h"
#include "interrupt.h"
#include "load.h"
#include "number_check.h"
#include "peer.h"
#include "progress.h"
#include "rounding_choice.h"
#include "session.h"
#include "statistics.h"
#include "timings.h"

namespace accel::tool {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchOptions {
    ModelOptions model;
    double seconds = 3;
    unsigned warmup = 5, load = 0;
    std::string entry, compare, python = "python3";
    bool timings = false;
};

/// Thread pools spin for a while after their last work; whoever is measured next must not share the cores with them.
void settle(Session &session)
{
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    session.run();
    session.run();
}

std::vector<double> round(Session &session, unsigned count)
{
    std::vector<double> samples;
    samples.reserve(count);
    for (unsigned index = 0; index < count; ++index) {
        const auto start = Clock::now();
        session.run();
        samples.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count());
    }
    return samples;
}

void append(std::vector<double> &all, const std::vector<double> &more) { all.insert(all.end(), more.begin(), more.end()); }

/// Rounds of about 50 ms, so that turns with a peer see the same noise.
unsigned runs_per_round(Session &session)
{
    const double once = Statistics::of(round(session, 3)).median;
    return static_cast<unsigned>(std::min(10000.0, std::max(1.0, 50e6 / std::max(once, 1.0))));
}

/// Nothing of a peer that Ctrl-C has ended as well.
std::vector<double> round_of(Peer &peer, unsigned count)
{
    try {
        return peer.round(count);
    } catch (const Failure &) {
        if (!Interrupt::came()) throw;
        return {};
    }
}

struct Measured {
    Statistics ours, theirs;
    std::vector<double> ratios, mean_ratios;  ///< median of ours / median of theirs, and so the means, per pair of rounds
};

Measured measure(Session &session, Peer *peer, const BenchOptions &options)
{
    const Interrupt interrupt;
    Progress progress("measuring " + options.model.model);
    const Load load(options.load);
    const auto start = Clock::now();
    round(session, options.warmup);
    const unsigned count = runs_per_round(session);
    std::vector<double> ours, theirs;
    Measured measured;
    for (double elapsed = 0; elapsed < options.seconds && !Interrupt::came(); elapsed = std::chrono::duration<double>(Clock::now() - start).count()) {
        if (peer) settle(session);
        const auto mine = round(session, count);
        if (peer) {
            const auto other = round_of(*peer, count);
            if (other.empty()) break;
            append(theirs, other);
            const Statistics our = Statistics::of(mine), their = Statistics::of(other);
            measured.ratios.push_back(our.median / their.median);
            measured.mean_ratios.push_back(our.mean / their.mean);
        }
        append(ours, mine);
        progress.update(elapsed / options.seconds, "");
    }
    if (ours.empty()) throw Failure("interrupted before a round was measured; let it measure for longer");
    measured.ours = Statistics::of(ours);
    measured.theirs = Statistics::of(theirs);
    return measured;
}

nlohmann::json facts_of(const Measured &measured, const Session &session, const BenchOptions &options, const Peer *peer)
{
    nlohmann::json out{{"model", options.model.model}, {"latency", measured.ours.json()}, {"segments", session.segment_count()}, {"threads", options.model.threads}, {"load", options.load}, {"rounding", rounding_name(session.program().info().rounding)}};
    if (peer) {
        const auto ratios = Statistics::of(measured.ratios);
        out["onnxruntime"] = {{"version", peer->version()}, {"threads", options.model.threads}, {"latency", measured.theirs.json()}, {"ratio_median", ratios.median}, {"ratio_p90", ratios.p90}, {"mean_ratio_median", Statistics::of(measured.mean_ratios).median}, {"rounds", ratios.count}};
    }
    return out;
}

std::string line_of(const Statistics &statistics)
{
    return "median " + text_of_ns(statistics.median) + "   mean " + text_of_ns(statistics.mean) + "   p90 " + text_of_ns(statistics.p90) + "   p99 " + text_of_ns(statistics.p99) + "   (" + std::to_string(statistics.count) +
           " runs)";
}

/// In a session of its own: what is measured in detail may take longer, and the latencies are to be those of runs that are not.
Timings measure_operations(const Instance &instance, const std::vector<Device> &devices, const Program &program, uint32_t entry, const BenchOptions &options)
{
    Progress progress("measuring the operations of " + options.model.model);
    Session session(instance, devices, program, entry, ACCEL_RUN_FLAG_TIMINGS);
    session.fill_inputs(1);
    const Load load(options.load);
    round(session, options.warmup);
    Timings timings(program, entry);
    const auto start = Clock::now();
    do timings.run(session);
    while (std::chrono::duration<double>(Clock::now() - start).count() < options.seconds);
    return timings;
}

std::unique_ptr<Peer> start_peer(const BenchOptions &options)
{
    if (options.compare.empty()) return nullptr;
    Progress progress("starting ONNX Runtime");
    std::vector<std::string> told;
    for (const std::string &dim : options.model.dims) told.push_back("dim:" + dim);
    for (const std::string &known : options.model.known) told.push_back("known:" + known);
    return std::make_unique<Peer>(options.python, options.model.model, options.model.threads, told);
}

/// A comparison gives both sides the same number of threads.
void prepare_comparison(BenchOptions &options)
{
    if (options.compare.empty()) return;
    if (is_saved_program(options.model.model)) throw Failure(options.model.model + " is a saved program, which ONNX Runtime cannot read; give --compare the model");
    if (options.model.threads == 0) options.model.threads = static_cast<unsigned>(cores::usable());
}

void print_peer(const Measured &measured, const Peer &peer, const BenchOptions &options)
{
    std::cout << "onnxruntime  " << line_of(measured.theirs) << "   version " << peer.version() << ", " << options.model.threads << " thread(s) each\n";
    std::cout << "ratio        " << std::setprecision(3) << Statistics::of(measured.ratios).median << "  of medians, " << Statistics::of(measured.mean_ratios).median << " of means: accel / onnxruntime, the middle one of " << measured.ratios.size()
              << " pairs of rounds taken in turns\n";
}

/// What was measured until Ctrl-C has been told, and whoever called learns of it.
void end(bool interrupted)
{
    if (!interrupted) return;
    note("interrupted: this is what was measured until then");
    finish_output();
    throw CLI::RuntimeError(Interrupt::kExitCode);
}

void bench(BenchOptions options)
{
    prepare_comparison(options);
    const Instance instance = options.model.instance.create();
    const auto devices = choose_devices(instance, options.model);
    Program program = make_program(instance, devices, options.model);
    const uint32_t entry = find_entry(program, options.entry);
    Session session(instance, devices, std::move(program), entry);
    session.fill_inputs(1);
    const auto peer = start_peer(options);
    const Measured measured = measure(session, peer.get(), options);
    std::optional<Timings> timings;
    const bool interrupted = Interrupt::came();
    if (options.timings && !interrupted) timings = measure_operations(instance, devices, session.program(), entry, options);
    if (options.model.json) {
        auto facts = facts_of(measured, session, options, peer.get());
        if (timings) facts["timings"] = timings->json();
        if (interrupted) facts["interrupted"] = true;
        print_json(facts);
        return end(interrupted);
    }
    std::cout << "accel        " << line_of(measured.ours) << "\n";
    if (peer) print_peer(measured, *peer, options);
    if (timings) timings->print();
    end(interrupted);
}

}  // namespace

void add_bench(CLI::App &app)
{
    auto options = std::make_shared<BenchOptions>();
    auto *command = app.add_subcommand("bench", "measure a model's latency: median, mean, p90, p99");
    options->model.add_to(*command);
    command->add_option("--entry", options->entry, "measure this entry point, of a program that has several");
    command->add_option("--seconds", options->seconds, "measure for this long")->check(number_above_zero())->capture_default_str();
    command->add_option("--warmup", options->warmup, "runs before measuring")->capture_default_str();
    command->add_flag("--timings", options->timings, "measure each operation, too, in further runs for as long");
    command->add_option("--load", options->load, "busy loops beside the measurement, of both sides, as other work would be")->check(CLI::Range(0u, 1024u))->capture_default_str();
    command->add_option("--compare", options->compare, "take turns with this peer")->check(CLI::IsMember({"onnxruntime"}));
    command->add_option("--python", options->python, "Python that has the package onnxruntime")->capture_default_str();
    command->footer("Ctrl-C ends the measurement, and what there is of it is told.\nExit codes: 0 measured; 1 it failed, with one sentence why; 2 the arguments are wrong; 130 interrupted.");
    command->callback([options] { bench(*options); });
}

}  // namespace accel::tool
