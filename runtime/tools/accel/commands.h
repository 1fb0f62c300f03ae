// SPDX-License-Identifier: MIT
// The subcommands. Each adds itself to the command line; its callback does the work and throws on failure.
#pragma once

#include <CLI/CLI.hpp>

#include "common.h"

namespace accel::tool {

void add_devices(CLI::App &app);
void add_doctor(CLI::App &app);
void add_info(CLI::App &app);
void add_inspect(CLI::App &app);
void add_run(CLI::App &app);
void add_bench(CLI::App &app);
void add_compare(CLI::App &app);
void add_compile(CLI::App &app);
void add_profile(CLI::App &app);
void add_trace(CLI::App &app);

}  // namespace accel::tool
