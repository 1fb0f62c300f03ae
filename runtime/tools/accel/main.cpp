// SPDX-License-Identifier: MIT
// accel: look at accelerators, run and measure models on them.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string_view>

#include "commands.h"
#include "files.h"
#include "nearest.h"
#include "remedy.h"
#include "standard_input.h"
#include "text/printable.h"

namespace {

/// CLI11 ends and breaks lines as it likes.
std::string one_line(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

int refuse(const std::string &sentence, int code)
{
    std::cerr << "error: " << accel::text::printable(accel::tool::with_standard_input(sentence)) << "\n";
    return code;
}

/// Told before what is missing: the one is often written in place of the other.
std::string unknown_option(const CLI::App &command)
{
    for (const auto &argument : command.remaining())
        if (argument.size() > 1 && argument.front() == '-') return argument;
    return "";
}

std::vector<std::string> command_names(const CLI::App &app)
{
    std::vector<std::string> names;
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; })) names.push_back(command->get_name());
    return names;
}

std::string perhaps_option(const std::string &given, const CLI::App &command)
{
    std::vector<std::string> names;
    for (const CLI::Option *option : command.get_options())
        for (const auto &name : option->get_lnames()) names.push_back("--" + name);
    return accel::tool::perhaps(given.substr(0, given.find('=')), names);
}

/// 0 after --help and --version, a command's own code, such as doctor's for "there are problems", or 2 for arguments that are wrong.
int answer(const CLI::App &app, const CLI::ParseError &error)
{
    if (error.get_exit_code() == 0 || dynamic_cast<const CLI::RuntimeError *>(&error)) return app.exit(error);
    const auto commands = app.get_subcommands();
    if (commands.empty() && !app.remaining().empty()) return refuse("there is no command '" + app.remaining().front() + "'" + accel::tool::perhaps(app.remaining().front(), command_names(app)) + "; `accel help` lists the commands", 2);
    const std::string unknown = commands.empty() ? "" : unknown_option(*commands.front());
    return refuse((unknown.empty() ? one_line(error.what()) : "there is no option '" + unknown + "'" + perhaps_option(unknown, *commands.front())) + "; see accel " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help", 2);
}

/// `accel` alone asks for help, and so does `accel help [COMMAND]`.
std::vector<std::string> arguments_of(const CLI::App &app, int argc, char **argv)
{
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty())
        arguments = {"--help"};
    else if (arguments.front() == "help") {
        arguments.erase(arguments.begin());
        arguments.resize(std::min<size_t>(arguments.size(), 1));
        const auto named = [&](const CLI::App *command) { return command->get_name() == arguments.front(); };
        if (arguments.empty() || !app.get_subcommands(named).empty()) arguments.push_back("--help");
    }
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    return arguments;
}

/// Asks for no memory itself.
void say_out_of_memory()
{
    constexpr std::string_view kSentence = "error: OUT_OF_MEMORY: this process has no memory left; end other programs, raise its limit (ulimit -v), or take a smaller model\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kSentence.data(), kSentence.size());
}

/// What goes wrong while a failure is reported, or in a destructor, ends here. A lack of memory gets its sentence; anything else is a bug and keeps its core.
[[noreturn]] void end_at_once()
{
    try {
        if (std::current_exception()) throw;
    } catch (const std::bad_alloc &) {
        say_out_of_memory();
        _exit(1);
    } catch (...) {
    }
    abort();
}

/// Of a failure. For compare 1 is an answer.
int failure_code(int argc, char **argv) { return argc > 1 && std::string_view(argv[1]) == "compare" ? 2 : 1; }

int run_command(int argc, char **argv)
{
    CLI::App app{"Look at accelerators, run and measure models on them.", "accel"};
    app.require_subcommand(1);
    app.footer("accel COMMAND --help, or accel help COMMAND, tells the options of a command.\nExit codes: 0 done; 1 it failed, with one sentence why (doctor: there are problems); 2 the arguments are wrong.");
    app.set_version_flag("--version", std::string("accel ") + std::to_string(accel_version() >> 22) + "." + std::to_string(accel_version() >> 12 & 0x3ff) + "." +
                                          std::to_string(accel_version() & 0xfff));
    accel::tool::add_devices(app);
    accel::tool::add_doctor(app);
    accel::tool::add_info(app);
    accel::tool::add_inspect(app);
    accel::tool::add_run(app);
    accel::tool::add_bench(app);
    accel::tool::add_compare(app);
    accel::tool::add_profile(app);
    accel::tool::add_compile(app);
    accel::tool::add_trace(app);
    try {
        app.parse(arguments_of(app, argc, argv));
    } catch (const CLI::ParseError &error) {
        if (const int code = answer(app, error)) return code;
    }
    accel::tool::finish_output();
    return 0;
}

}  // namespace

int main(int argc, char **argv)
{
    // A write beyond the limit of file sizes then fails like any other, with a sentence.
    signal(SIGXFSZ, SIG_IGN);
    std::set_terminate(end_at_once);
    try {
        return run_command(argc, argv);
    } catch (const accel::Error &error) {
        return refuse(std::string(error.what()) + "; " + accel::tool::remedy_of(error.status(), error.rule()), failure_code(argc, argv));
    } catch (const std::bad_alloc &) {
        say_out_of_memory();
        return failure_code(argc, argv);
    } catch (const accel::tool::WrongArgument &error) {
        return refuse(error.what(), 2);
    } catch (const std::exception &error) {
        return refuse(error.what(), failure_code(argc, argv));
    }
}
