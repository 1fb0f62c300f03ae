// SPDX-License-Identifier: MIT
// accel compile: a saved program, for devices here or for a target that is not.
#include <iostream>
#include <memory>

#include "building.h"
#include "commands.h"
#include "device_choice.h"
#include "files.h"
#include "rounding_choice.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

struct CompileOptions {
    ModelOptions model;
    std::string target, output;
};

/// For the default set only the devices that have work: a program needs each of its devices where it is loaded.
Program build_for_devices(const Instance &instance, const ModelOptions &options)
{
    const auto devices = choose_devices(instance, options);
    Program program = make_program(instance, devices, options);
    if (!uses_default_devices(options)) return program;
    const auto used = used_devices(program, devices);
    return used.empty() || used.size() == devices.size() ? program : make_program(instance, used, options);
}

void compile(const CompileOptions &options)
{
    keep_model(options.output, options.model.model);
    const Instance instance = options.model.instance.create();
    const Program program = options.target.empty() ? build_for_devices(instance, options.model)
                                                   : make_program(instance, choose_devices_behind(instance, options.model), options.model, options.target.c_str());
    const std::string bytes = program.save();
    write_whole(options.output, bytes);
    const auto info = program.info();
    uint32_t segments = 0;
    for (uint32_t entry = 0; entry < info.entry_count; ++entry) segments += program.entry(entry).segment_count;
    if (options.model.json) {
        print_json(nlohmann::json{{"output", options.output}, {"bytes", bytes.size()}, {"segments", segments}, {"entries", info.entry_count}, {"devices", info.device_count}, {"rounding", rounding_name(info.rounding)}});
        return;
    }
    std::cout << text::printable(options.output) << ": " << text_of_bytes(bytes.size()) << ", " << segments << " segment(s) for " << info.device_count << " device(s)"
              << (info.rounding ? std::string(", rounding ") + rounding_name(info.rounding) : "") << "\n";
}

}  // namespace

void add_compile(CLI::App &app)
{
    auto options = std::make_shared<CompileOptions>();
    auto *command = app.add_subcommand("compile", "build a model once and save the program");
    options->model.add_to(*command);
    command->add_option("--target", options->target, "compile target without hardware, such as ethos-u65-256; the devices that are named, or else the CPU, take what it does not");
    command->add_option("-o,--output", options->output, "file to write")->required();
    command->callback([options] { compile(*options); });
}

}  // namespace accel::tool
