// SPDX-License-Identifier: MIT
// What the subcommands share: options about devices and models, and how they report.
#pragma once

#include <accel/accel.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// Only what adds options includes CLI11: its globals cost every file that does seconds to compile.
namespace CLI {
class App;
}

namespace accel::tool {

/// A sentence for the user; main prints it and ends with exit code 1.
class Failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An argument that cannot be meant, which is found out late.
class WrongArgument : public Failure {
public:
    using Failure::Failure;
};

/// Makes the call; a failure of the library in it ends with the remedy.
template <class Call> auto advised(const char *remedy, Call &&call)
{
    try {
        return call();
    } catch (const Error &error) {
        throw Failure(std::string(error.what()) + "; " + remedy);
    }
}

bool is_saved_program(const std::string &path);

struct InstanceOptions {
    std::vector<std::string> module_paths;
    bool simulated = false;
    bool verbose = false;
    std::string sysfs_root = "/sys", dev_root = "/dev";
    void add_to(CLI::App &app);
    Instance create() const;
};

/// Options of the subcommands that build a program.
struct ModelOptions {
    InstanceOptions instance;
    std::string model;
    std::vector<std::string> devices;  ///< ordered; "auto", or none: the default set
    std::string rounding;
    std::vector<std::string> dims;           ///< NAME=SIZE of symbolic dimensions
    std::vector<std::string> known;          ///< NAME=FILE or NAME=VALUES of inputs that become constants
    std::vector<std::string> sample_inputs;  ///< as given to --input: files with the sizes that dims leave open
    unsigned threads = 0;                    ///< 0: the device's default
    bool first_device_only = false;
    bool balance = false;
    bool copy = false;                   ///< read files instead of mapping them
    uint64_t constant_budget_bytes = 0;  ///< 0: the library's default
    bool json = false;
    void add_to(CLI::App &app);
    /// All but --device, for a command that has several sets of them.
    void add_all_but_devices_to(CLI::App &app);
    uint32_t rounding_value() const;  ///< 0 without --rounding, and for `model`
};

/// An ordered set of devices: repeated, or with commas between.
void add_device_option(CLI::App &app, const std::string &names, std::vector<std::string> &devices, const std::string &what);

std::string text_of_bytes(uint64_t bytes);
std::string text_of_ns(double nanoseconds);
std::string shape_text(const accel_port_info &port);
const char *type_name(uint32_t type);

/// One line on standard error, which changes no answer.
void note(const std::string &sentence);

/// Prints to standard output, as UTF-8 whatever the strings are.
void print_json(const nlohmann::json &value);

}  // namespace accel::tool
