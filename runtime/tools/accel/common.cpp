// SPDX-License-Identifier: MIT
// Declares the shared options, and prints bytes and times.
#include "common.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <accel/graph/catalog.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "commands.h"
#include "files.h"
#include "inputs.h"
#include "number_check.h"
#include "progress.h"
#include "remedy.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

void log_to_stderr(void *, const accel_log_record *record)
{
    static constexpr const char *kNames[] = {"", "error", "warning", "info", "debug"};
    std::cerr << (record->level < std::size(kNames) ? kNames[record->level] : "log") << ": " << record->module << (*record->module ? ": " : "") << record->message << "\n";
}

}  // namespace

void InstanceOptions::add_to(CLI::App &app)
{
    app.add_option("--module-path", module_paths, "directory with manifests, searched first")->check(CLI::ExistingDirectory, "")->allow_extra_args(false);
    app.add_flag("--simulated", simulated, "also use devices that models play in this process");
    app.add_flag("--verbose", verbose, "log what the library does");
    app.add_option("--sysfs-root", sysfs_root, "where the system's devices are described")->capture_default_str();
    app.add_option("--dev-root", dev_root, "where the nodes of devices are")->capture_default_str();
}

// CLI11's own delimiter takes the next option for the name that is missing.
std::vector<std::string> names_of(const std::string &option, const std::vector<std::string> &lists)
{
    std::vector<std::string> names;
    for (const auto &list : lists)
        for (size_t begin = 0; begin <= list.size();) {
            const size_t end = std::min(list.find(',', begin), list.size());
            if (end == begin) throw CLI::ValidationError(option, "a name is missing in '" + list + "'");
            names.push_back(list.substr(begin, end - begin));
            begin = end + 1;
        }
    return names;
}

Instance InstanceOptions::create() const
{
    std::vector<const char *> paths;
    for (const auto &path : module_paths) paths.push_back(path.c_str());
    auto desc = sized<accel_instance_desc>();
    desc.api_version = ACCEL_VERSION;
    desc.flags = simulated ? static_cast<uint32_t>(ACCEL_INSTANCE_FLAG_SIMULATED) : 0u;
    desc.log_level = verbose ? ACCEL_LOG_LEVEL_DEBUG : ACCEL_LOG_LEVEL_WARNING;
    desc.log = log_to_stderr;
    desc.module_paths = paths.data();
    desc.module_path_count = static_cast<uint32_t>(paths.size());
    desc.sysfs_root = sysfs_root.c_str();
    desc.dev_root = dev_root.c_str();
    return Instance::create(desc);
}

void add_device_option(CLI::App &app, const std::string &names, std::vector<std::string> &devices, const std::string &what)
{
    const std::string option = names.substr(names.rfind("--"));
    app.add_option_function<std::vector<std::string>>(
           names, [option, &devices](const std::vector<std::string> &lists) { devices = names_of(option, lists); }, what)
        ->allow_extra_args(false);
}

void ModelOptions::add_to(CLI::App &app)
{
    add_all_but_devices_to(app);
    add_device_option(app, "-d,--device", devices, "device, may be repeated or comma separated: the ordered set that the work may use; auto, as without it: every real device that can be used, the CPU last");
}

void ModelOptions::add_all_but_devices_to(CLI::App &app)
{
    app.add_option("MODEL", model, "model file, or a program saved by `accel compile`")->required();
    app.add_option("--rounding", rounding, "requantise with this rounding; without it with the model's own, unless a device named by --device or --target does no such")
        ->check(CLI::IsMember({"model", "half_even", "tflite", "natural"}));
    app.add_option("--dim", dims, "value of a symbolic dimension, NAME=SIZE")->allow_extra_args(false);
    app.add_option("--known", known, "value of an input that is known now, NAME=FILE (.npy, .pb), NAME=NUMBER[,NUMBER...] or, of the model's default, NAME: it becomes a constant, and is no input of the program")->allow_extra_args(false);
    app.add_option("--threads", threads, "threads of the CPU device; never more than the process can keep busy, which is the default");
    app.add_flag("--first-device-only", first_device_only, "fail unless everything runs on the first device");
    app.add_flag("--balance", balance, "cut the graph by measured speed instead of by the order of the devices");
    app.add_flag("--copy", copy, "read the model's files into memory instead of mapping them: they may change meanwhile");
    app.add_option("--constant-budget", constant_budget_bytes, "most memory for constants that are made or copied, such as 2GB; by default 256 MiB, or 4 times the model")
        ->transform(CLI::AsSizeValue(false))
        ->transform(no_minus());
    app.add_flag("--json", json, "machine-readable output");
    instance.add_to(app);
}

uint32_t ModelOptions::rounding_value() const
{
    if (rounding == "half_even") return ACCEL_ROUNDING_HALF_EVEN;
    if (rounding == "tflite") return ACCEL_ROUNDING_TFLITE;
    if (rounding == "natural") return ACCEL_ROUNDING_NATURAL;
    return ACCEL_ROUNDING_NONE;
}

bool is_saved_program(const std::string &path)
{
    // Opening a pipe waits for its other end; the library says what is wrong with it.
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(path, unknown)) return false;
    std::ifstream probe(path, std::ios::binary);
    std::string head(4, '\0');
    probe.read(head.data(), 4);
    return probe.gcount() == 4 && head == "ACPG";
}

std::string text_of_bytes(uint64_t bytes)
{
    static constexpr const char *kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = static_cast<double>(bytes);
    int unit = 0;
    for (; value >= 1024 && unit < 4; ++unit) value /= 1024;
    return absl::StrFormat("%.*f %s", unit && value < 100 ? 1 : 0, value, kUnits[unit]);
}

std::string text_of_ns(double nanoseconds)
{
    static constexpr const char *kUnits[] = {"ns", "us", "ms", "s"};
    int unit = 0;
    for (; nanoseconds >= 1000 && unit < 3; ++unit) nanoseconds /= 1000;
    return absl::StrFormat("%.3f %s", nanoseconds, kUnits[unit]);
}

const char *type_name(uint32_t type) { return graph::type_text(type); }

std::string shape_text(const accel_port_info &port)
{
    return absl::StrCat(type_name(port.type), "[", absl::StrJoin(port.dims, port.dims + port.rank, ","), "]");
}

void note(const std::string &sentence) { std::cerr << "note: " << text::printable(sentence) << "\n"; }

void print_json(const nlohmann::json &value)
{
    // Names may be bytes of a file system, which promises no encoding.
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

}  // namespace accel::tool
