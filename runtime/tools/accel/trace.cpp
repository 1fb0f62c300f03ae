// SPDX-License-Identifier: MIT
// accel trace: what ran when, as a file for Perfetto.
#include <iostream>
#include <memory>

#include "building.h"
#include "commands.h"
#include "device_choice.h"
#include "files.h"
#include "number_check.h"
#include "progress.h"
#include "recording.h"
#include "session.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

struct TraceOptions {
    ModelOptions model;
    std::string output = "trace.json", entry;
    unsigned runs = 10;
};

void record_runs(Session &session, const TraceOptions &options)
{
    Progress progress("tracing " + options.model.model);
    for (unsigned count = 0; count < options.runs; ++count) {
        progress.update(static_cast<double>(count) / options.runs, "");
        session.run();
    }
}

void trace(const TraceOptions &options)
{
    keep_model(options.output, options.model.model);
    const Instance instance = options.model.instance.create();
    const auto devices = choose_devices(instance, options.model);
    Recording recording(instance);
    Program program = make_program(instance, devices, options.model);
    const uint32_t entry = find_entry(program, options.entry);
    Session session(instance, devices, std::move(program), entry);
    session.fill_inputs(1);
    record_runs(session, options);
    const std::string text = recording.stop();
    write_whole(options.output, text);
    if (options.model.json)
        print_json(nlohmann::json{{"output", options.output}, {"runs", options.runs}, {"bytes", text.size()}});
    else
        std::cout << text::printable(options.output) << ": " << options.runs << " runs; open it with ui.perfetto.dev or chrome://tracing\n";
}

}  // namespace

void add_trace(CLI::App &app)
{
    auto options = std::make_shared<TraceOptions>();
    auto *command = app.add_subcommand("trace", "record what runs when, as Perfetto JSON");
    options->model.add_to(*command);
    command->add_option("-o,--output", options->output, "file to write")->capture_default_str();
    command->add_option("--entry", options->entry, "record this entry point, of a program that has several");
    command->add_option("--runs", options->runs, "runs to record")->check(number_above_zero())->capture_default_str();
    command->callback([options] { trace(*options); });
}

}  // namespace accel::tool
