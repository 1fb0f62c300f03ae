// SPDX-License-Identifier: MIT
// accel profile: what each operation of a model takes, and how near its device comes to what it can do.
#include <absl/strings/str_format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "building.h"
#include "commands.h"
#include "device_choice.h"
#include "files.h"
#include "input_files.h"
#include "number_check.h"
#include "operation_types.h"
#include "peak.h"
#include "progress.h"
#include "recording.h"
#include "rounding_choice.h"
#include "table.h"
#include "terminal.h"
#include "text/printable.h"
#include "timed_events.h"
#include "timings.h"

namespace accel::tool {
namespace {

constexpr unsigned kTracedRuns = 10;
constexpr unsigned kFewestRuns = 3;

struct ProfileOptions {
    ModelOptions model;
    InputOptions input;
    std::string entry, trace;
    double seconds = 1;
    unsigned top = 20;
    bool no_peak = false;
};

/// Peaks by device and type, measured when they are first asked for.
class Peaks {
public:
    Peaks(const Instance &instance, const std::vector<Device> &devices, const ProfileOptions &options) : instance_(instance),
                                                                                                         devices_(devices),
                                                                                                         options_(options) {}
    /// Multiply-accumulates a second; 0: not measured, or the device takes no such convolution.
    double of(const std::string &device, uint32_t type)
    {
        if (options_.no_peak || (type != ACCEL_TYPE_F32 && type != ACCEL_TYPE_I8)) return 0;
        const auto known = rates_.find({device, type});
        if (known != rates_.end()) return known->second;
        double rate = 0;
        for (const Device &one : devices_)
            if (device == one.info().id) rate = measured_macs_per_s(instance_, one, type, options_.model.threads).value_or(0);
        return rates_[{device, type}] = rate;
    }
    nlohmann::json json() const
    {
        auto list = nlohmann::json::array();
        for (const auto &[key, rate] : rates_)
            if (rate > 0) list.push_back({{"device", key.first}, {"type", type_name(key.second)}, {"macs_per_s", rate}});
        return list;
    }

private:
    const Instance &instance_;
    const std::vector<Device> &devices_;
    const ProfileOptions &options_;
    std::map<std::pair<std::string, uint32_t>, double> rates_;
};

void feed(Session &session, const InputOptions &input)
{
    if (input.files.empty())
        session.fill_inputs(1);
    else
        write_inputs(session, files_by_port(session, input.files), input.scale);
}

Timings measure(Session &session, uint32_t entry, const ProfileOptions &options)
{
    Progress progress("profiling " + options.model.model);
    for (unsigned run = 0; run < kFewestRuns; ++run) session.run();
    Timings timings(session.program(), entry);
    const auto start = std::chrono::steady_clock::now();
    for (double elapsed = 0; timings.count() < kFewestRuns || elapsed < options.seconds; elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()) {
        timings.run(session);
        progress.update(std::min(elapsed / options.seconds, 1.0), "");
    }
    return timings;
}

/// Rates are per second; absent where the work, or the peak, is not known.
nlohmann::json with_rates(nlohmann::json row, double peak)
{
    const double macs = row["work_macs"].get<double>(), duration_ns = row["duration_ns"].get<double>();
    if (macs > 0 && duration_ns > 0) {
        row["macs_per_s"] = macs / duration_ns * 1e9;
        if (peak > 0) row["of_peak"] = macs / duration_ns * 1e9 / peak;
    }
    return row;
}

nlohmann::json nodes_of(const Timings &timings, const std::map<std::string, uint32_t> &types, Peaks &peaks)
{
    auto nodes = nlohmann::json::array();
    for (const auto &one : timings.alone()) {
        const auto type = types.find(one.node);
        nlohmann::json row{{"node", one.node}, {"operation", one.operation}, {"device", one.device}, {"duration_ns", one.duration_ns}, {"share", one.duration_ns / timings.whole_ns()}, {"work_macs", one.work_macs}};
        if (one.row != ACCEL_NONE && type != types.end()) row["type"] = type_name(type->second);
        nodes.push_back(with_rates(std::move(row), one.work_macs && type != types.end() ? peaks.of(one.device, type->second) : 0));
    }
    return nodes;
}

/// Nodes of one operation on one device together; the peak of their sum is that of the nodes, weighed by their work.
nlohmann::json operations_of(const nlohmann::json &nodes)
{
    struct Sum {
        size_t count = 0;
        double duration_ns = 0, share = 0, macs = 0, best_ns = 0;
        bool has_peak = true;
    };
    std::map<std::pair<std::string, std::string>, Sum> sums;
    for (const auto &node : nodes) {
        Sum &sum = sums[{node["operation"], node["device"]}];
        ++sum.count;
        sum.duration_ns += node["duration_ns"].get<double>();
        sum.share += node["share"].get<double>();
        sum.macs += node["work_macs"].get<double>();
        if (node.contains("of_peak"))
            sum.best_ns += node["duration_ns"].get<double>() * node["of_peak"].get<double>();
        else
            sum.has_peak = false;
    }
    std::vector<nlohmann::json> list;
    for (const auto &[key, sum] : sums) {
        nlohmann::json row{{"operation", key.first}, {"device", key.second}, {"count", sum.count}, {"duration_ns", sum.duration_ns}, {"share", sum.share}, {"work_macs", static_cast<uint64_t>(sum.macs)}};
        list.push_back(with_rates(std::move(row), sum.has_peak && sum.best_ns > 0 ? sum.macs / sum.best_ns * 1e9 : 0));
    }
    std::stable_sort(list.begin(), list.end(), [](const auto &a, const auto &b) { return a["duration_ns"].template get<double>() > b["duration_ns"].template get<double>(); });
    return list;
}

/// Further runs, so that recording takes none of the time that is measured.
void write_trace(const Instance &instance, Session &session, const ProfileOptions &options)
{
    Recording recording(instance);
    TimedEvents events;
    for (unsigned run = 0; run < kTracedRuns; ++run) {
        session.run();
        events.take(session.timings());
    }
    write_whole(options.trace, events.added_to(recording.stop()));
}

std::string rate_text(const nlohmann::json &row) { return row.contains("macs_per_s") ? absl::StrFormat("%.2f", row["macs_per_s"].get<double>() / 1e9) : "-"; }
std::string peak_text(const nlohmann::json &row) { return row.contains("of_peak") ? absl::StrFormat("%.0f %%", row["of_peak"].get<double>() * 100) : "-"; }
std::string share_text(const nlohmann::json &row) { return absl::StrFormat("%.1f %%", row["share"].get<double>() * 100); }
std::string time_text(const nlohmann::json &row) { return text_of_ns(row["duration_ns"].get<double>()); }

void print(const nlohmann::json &report, unsigned top)
{
    const auto &nodes = report["nodes"];
    print_wrapped(absl::StrFormat("one run: %s, the mean of %d with timings", text_of_ns(report["whole_ns"].get<double>()), report["runs"].get<unsigned>()));
    for (const auto &peak : report["peaks"])
        print_wrapped(absl::StrFormat("peak of %s in %s: %.2f GMAC/s, measured here with convolutions", peak["device"].get<std::string>(), peak["type"].get<std::string>(), peak["macs_per_s"].get<double>() / 1e9));
    std::cout << "\nBy operation\n";
    Table operations({"operation", "device", "count", "time", "share", "GMAC/s", "of peak"});
    for (const auto &row : report["operations"]) operations.row({row["operation"], row["device"], std::to_string(row["count"].get<size_t>()), time_text(row), share_text(row), rate_text(row), peak_text(row)});
    operations.row({"between", "", "", text_of_ns(report["between_ns"].get<double>()), absl::StrFormat("%.1f %%", report["between_ns"].get<double>() / report["whole_ns"].get<double>() * 100), "-", "-"});
    operations.print();
    std::cout << "\nBy node" << (nodes.size() > top ? absl::StrFormat(", the first %d of %d", top, nodes.size()) : "") << "\n";
    Table table({"node", "operation", "type", "time", "share", "GMAC/s", "of peak"});
    for (size_t index = 0; index < std::min<size_t>(nodes.size(), top); ++index) {
        const auto &row = nodes[index];
        table.row({row["node"], row["operation"], row.value("type", "-"), time_text(row), share_text(row), rate_text(row), peak_text(row)});
    }
    table.print();
}

void profile(const ProfileOptions &given)
{
    ProfileOptions options = given;
    if (!options.trace.empty()) keep_model(options.trace, options.model.model);
    options.model.sample_inputs = options.input.files;
    const Instance instance = options.model.instance.create();
    const auto devices = choose_devices(instance, options.model);
    Program program = make_program(instance, devices, options.model);
    const uint32_t entry = find_entry(program, options.entry);
    std::map<std::string, uint32_t> types;
    if (!is_saved_program(options.model.model)) {
        const Model model = import_model(instance, options.model);
        std::set<std::string> placed;
        for (const accel_placement &row : program.placements(entry)) placed.insert(row.node);
        types = operation_types(model.graph(entry), placed);
    }
    Session session(instance, devices, std::move(program), entry, ACCEL_RUN_FLAG_TIMINGS);
    feed(session, options.input);
    const Timings timings = measure(session, entry, options);
    Peaks peaks(instance, devices, options);
    nlohmann::json report{{"model", options.model.model}, {"rounding", rounding_name(session.program().info().rounding)}, {"runs", timings.count()}, {"whole_ns", timings.whole_ns()}};
    {
        Progress progress("measuring what the devices can do");
        report["nodes"] = nodes_of(timings, types, peaks);
    }
    double between_ns = timings.whole_ns();
    for (const auto &node : report["nodes"]) between_ns -= node["duration_ns"].get<double>();
    report["between_ns"] = std::max(between_ns, 0.0);
    report["operations"] = operations_of(report["nodes"]);
    report["peaks"] = peaks.json();
    if (!options.trace.empty()) write_trace(instance, session, options);
    if (!options.trace.empty()) report["trace"] = options.trace;
    if (options.model.json) return print_json(report);
    print(report, options.top);
    if (!options.trace.empty()) print_wrapped("\n" + text::printable(options.trace) + ": " + std::to_string(kTracedRuns) + " further runs; open it with ui.perfetto.dev or chrome://tracing");
}

}  // namespace

void add_profile(CLI::App &app)
{
    auto options = std::make_shared<ProfileOptions>();
    auto *command = app.add_subcommand("profile", "measure what each operation takes, and how near it comes to what its device can do");
    options->model.add_to(*command);
    options->input.add_to(*command, "FILE or NAME=FILE for each input; none: made-up values");
    command->add_option("--entry", options->entry, "profile this entry point, of a program that has several");
    command->add_option("--seconds", options->seconds, "measure for this long, and three runs at least")->check(number_above_zero())->capture_default_str();
    command->add_option("--top", options->top, "list so many nodes; --json has all")->capture_default_str();
    command->add_option("--trace", options->trace, "also write 10 further runs with each operation into this file, as Perfetto JSON");
    command->add_flag("--no-peak", options->no_peak, "do not measure what the devices can do at best");
    command->callback([options] { profile(*options); });
}

}  // namespace accel::tool
