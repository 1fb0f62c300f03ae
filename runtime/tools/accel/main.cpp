// SPDX-License-Identifier: MIT
// accel: look at accelerators, run and measure models on them.
#include <signal.h>

#include <algorithm>
#include <iostream>

#include "commands.h"
#include "files.h"
#include "remedy.h"

namespace {

std::string one_line(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

int refuse(const std::string &sentence, int code)
{
    std::cerr << "error: " << one_line(sentence) << "\n";
    return code;
}

/// 0 after --help and --version, a command's own code, such as doctor's for "there are problems", or 2 for arguments that are wrong.
int answer(const CLI::App &app, const CLI::ParseError &error)
{
    if (error.get_exit_code() == 0 || dynamic_cast<const CLI::RuntimeError *>(&error)) return app.exit(error);
    const auto commands = app.get_subcommands();
    return refuse(std::string(error.what()) + "; see accel " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help", 2);
}

}  // namespace

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
            if (const int code = answer(app, error)) return code;
        }
        accel::tool::finish_output();
        return 0;
    } catch (const accel::Error &error) {
        return refuse(std::string(error.what()) + "; " + accel::tool::remedy_of(error.status()), 1);
    } catch (const std::exception &error) {
        return refuse(error.what(), 1);
    }
}
