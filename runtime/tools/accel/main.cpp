// SPDX-License-Identifier: MIT
// accel: look at accelerators, run and measure models on them.
#include <signal.h>

#include <iostream>

#include "commands.h"
#include "files.h"

int main(int argc, char **argv)
{
    // A write beyond the limit of file sizes then fails like any other, with a sentence.
    signal(SIGXFSZ, SIG_IGN);
    CLI::App app{"Look at accelerators, run and measure models on them."};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("accel ") + std::to_string(accel_version() >> 22) + "." + std::to_string(accel_version() >> 12 & 0x3ff) + "." +
                                          std::to_string(accel_version() & 0xfff));
    accel::tool::add_devices(app);
    accel::tool::add_doctor(app);
    accel::tool::add_inspect(app);
    accel::tool::add_run(app);
    accel::tool::add_bench(app);
    accel::tool::add_compile(app);
    accel::tool::add_trace(app);
    try {
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError &error) {
            // A command's own answer, such as doctor's "there are problems", is no mistake in the arguments.
            if (const int code = app.exit(error)) return dynamic_cast<const CLI::RuntimeError *>(&error) ? code : 2;
        }
        accel::tool::finish_output();
        return 0;
    } catch (const std::exception &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 1;
    }
}
