// SPDX-License-Identifier: MIT
// accel compile: a saved program, for devices here or for a target that is not.
#include <iostream>
#include <memory>

#include "commands.h"
#include "files.h"
#include "text/printable.h"

namespace accel::tool {
void add_compile(CLI::App &app)
{
    struct Options {
        ModelOptions model;
        std::string target, output;
    };
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand("compile", "build a model once and save the program");
    options->model.add_to(*command);
    command->add_option("--target", options->target, "compile target without hardware, such as ethos-u65-256");
    command->add_option("-o,--output", options->output, "file to write")->required();
    command->callback([options] {
        const Instance instance = options->model.instance.create();
        const auto devices = options->target.empty() ? choose_devices(instance, options->model.devices) : std::vector<Device>{};
        const Program program = make_program(instance, devices, options->model, options->target.empty() ? nullptr : options->target.c_str());
        const std::string bytes = program.save();
        write_whole(options->output, bytes);
        if (options->model.json) print_json(nlohmann::json{{"output", options->output}, {"bytes", bytes.size()}, {"segments", program.info().segment_count}});
        else std::cout << text::printable(options->output) << ": " << text_of_bytes(bytes.size()) << ", " << program.info().segment_count << " segment(s)\n";
    });
}

}  // namespace accel::tool
