// SPDX-License-Identifier: MIT
#include "common.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "commands.h"
#include "files.h"
#include "inputs.h"
#include "progress.h"
#include "remedy.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

void log_to_stderr(void *, accel_log_level level, const char *module, const char *message)
{
    static constexpr const char *kNames[] = {"", "error", "warning", "info", "debug"};
    std::cerr << kNames[level] << ": " << module << (*module ? ": " : "") << message << "\n";
}

/// NAME=SIZE; a name may hold '=', a size does not.
SymbolSize parse_dim(const std::string &text)
{
    const size_t equals = text.rfind('=');
    char *end = nullptr;
    const long long size = equals == std::string::npos ? 0 : std::strtoll(text.c_str() + equals + 1, &end, 10);
    if (size < 1 || !end || *end) throw Failure("--dim '" + text::printable(text) + "': expected NAME=SIZE with SIZE at least 1; write for example --dim batch=1");
    return {text.substr(0, equals), size};
}

/// What --dim gives, and for the other symbols what the input files have.
std::vector<SymbolSize> symbol_sizes(const accel_graph_desc &graph, const ModelOptions &options)
{
    std::vector<SymbolSize> sizes;
    for (const auto &text : options.dims) sizes.push_back(parse_dim(text));
    if (options.sample_inputs.empty()) return sizes;
    for (auto &row : sizes_from_files(graph, assign_files(input_names(graph), options.sample_inputs)))
        if (std::none_of(sizes.begin(), sizes.end(), [&](const SymbolSize &given) { return given.name == row.name; })) sizes.push_back(std::move(row));
    return sizes;
}

std::vector<accel_symbol_value> symbol_values(const std::vector<SymbolSize> &sizes)
{
    std::vector<accel_symbol_value> values;
    for (const SymbolSize &row : sizes) values.push_back({row.name.c_str(), row.size});
    return values;
}

}  // namespace

void InstanceOptions::add_to(CLI::App &app)
{
    app.add_option("--module-path", module_paths, "directory with manifests, searched first")->allow_extra_args(false);
    app.add_flag("--simulated", simulated, "also use devices that models play in this process");
    app.add_flag("--verbose", verbose, "log what the library does");
    app.add_option("--sysfs-root", sysfs_root, "where the system's devices are described")->capture_default_str();
    app.add_option("--dev-root", dev_root, "where the nodes of devices are")->capture_default_str();
}

Instance InstanceOptions::create() const
{
    std::vector<const char *> paths;
    for (const auto &path : module_paths) paths.push_back(path.c_str());
    auto desc = sized<accel_instance_desc>();
    desc.flags = simulated ? static_cast<uint32_t>(ACCEL_INSTANCE_FLAG_SIMULATED) : 0u;
    desc.log_level = verbose ? ACCEL_LOG_LEVEL_DEBUG : ACCEL_LOG_LEVEL_WARNING;
    desc.log = log_to_stderr;
    desc.module_paths = paths.data();
    desc.module_path_count = static_cast<uint32_t>(paths.size());
    desc.sysfs_root = sysfs_root.c_str();
    desc.dev_root = dev_root.c_str();
    return Instance::create(desc);
}

void ModelOptions::add_to(CLI::App &app)
{
    app.add_option("MODEL", model, "model file, or a program saved by `accel compile`")->required();
    app.add_option("-d,--device", devices, "device, may be repeated or comma separated: the ordered set that the work may use")->delimiter(',')->allow_extra_args(false);
    app.add_option("--rounding", rounding, "requantise with this rounding instead of the model's own")
        ->check(CLI::IsMember({"half_even", "tflite", "natural"}));
    app.add_option("--dim", dims, "value of a symbolic dimension, NAME=SIZE")->allow_extra_args(false);
    app.add_option("--threads", threads, "threads of the CPU device");
    app.add_flag("--first-device-only", first_device_only, "fail unless everything runs on the first device");
    app.add_flag("--balance", balance, "cut the graph by measured speed instead of by the order of the devices");
    app.add_flag("--copy", copy, "read the model's files into memory instead of mapping them: they may change meanwhile");
    app.add_option("--constant-budget", constant_budget_bytes, "most memory for constants that are made or copied, such as 2GB; by default 256 MiB, or 4 times the model")
        ->transform(CLI::AsSizeValue(false));
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

std::vector<Device> choose_devices(const Instance &instance, const std::vector<std::string> &names)
{
    std::vector<Device> devices;
    for (const auto &name : names)
        devices.push_back(advised("`accel devices` lists them, with --simulated the simulated ones too", [&] { return instance.device(name.c_str()); }));
    if (!names.empty()) return devices;
    for (const Device &device : instance.devices())
        if (!(device.info().flags & ACCEL_DEVICE_FLAG_SIMULATED)) devices.push_back(device);
    if (devices.empty()) throw Failure("no device is listed; `accel doctor` says why");
    return devices;
}

bool is_saved_program(const std::string &path)
{
    std::ifstream probe(path, std::ios::binary);
    std::string head(4, '\0');
    probe.read(head.data(), 4);
    return probe.gcount() == 4 && head == "ACPG";
}

namespace {

Model load_model(const Instance &instance, const ModelOptions &options, Progress &progress)
{
    auto source = sized<accel_model_source>();
    source.path = options.model.c_str();
    source.flags = options.copy ? static_cast<uint32_t>(ACCEL_IMPORT_FLAG_COPY) : 0u;
    source.constant_budget_bytes = options.constant_budget_bytes;
    source.progress = Progress::callback_before;
    source.progress_user = &progress;
    try {
        return Model::load(instance, source);
    } catch (const Error &error) {
        const std::string remedy = remedy_of_import(error.status(), error.rule());
        throw Failure(error.what() + (remedy.empty() ? "" : "; " + remedy));
    }
}

/// What the options ask to be built, with all that the description points to.
class Wanted {
public:
    Wanted(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target)
        : progress_("building " + options.model), model_(load_model(instance, options, progress_)), devices_(handles(devices)), sizes_(symbol_sizes(model_.graph(), options)), symbols_(symbol_values(sizes_))
    {
        threads_.name = "cpu.threads";
        threads_.kind = ACCEL_OPTION_KIND_INTEGER;
        threads_.integer = options.threads;
        threads_.optional = 1;
        desc.model = model_.get();
        desc.devices = devices_.data();
        desc.device_count = target ? 0 : static_cast<uint32_t>(devices_.size());
        desc.target = target;
        if (options.first_device_only) desc.flags |= ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY;
        if (options.balance) desc.flags |= ACCEL_PROGRAM_FLAG_BALANCE;
        desc.rounding = options.rounding_value();
        desc.symbols = symbols_.data();
        desc.symbol_count = static_cast<uint32_t>(symbols_.size());
        desc.options = &threads_;
        desc.option_count = options.threads ? 1 : 0;
        desc.progress = Progress::callback;
        desc.progress_user = &progress_;
    }
    Wanted(const Wanted &) = delete;
    Wanted &operator=(const Wanted &) = delete;

    accel_program_desc desc = sized<accel_program_desc>();

private:
    Progress progress_;
    const Model model_;
    const std::vector<accel_device *> devices_;
    const std::vector<SymbolSize> sizes_;
    const std::vector<accel_symbol_value> symbols_;
    accel_option threads_{};
};

/// The options that only a build can heed, as they were given.
std::string build_options(const ModelOptions &options, const char *target)
{
    std::string given;
    const auto add = [&](bool is_given, const char *name) { given += is_given ? (given.empty() ? "" : ", ") + std::string(name) : ""; };
    add(!options.rounding.empty(), "--rounding");
    add(!options.dims.empty(), "--dim");
    add(options.threads != 0, "--threads");
    add(options.balance, "--balance");
    add(options.first_device_only, "--first-device-only");
    add(options.constant_budget_bytes != 0, "--constant-budget");
    add(target != nullptr, "--target");
    return given;
}

Program load_program(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options)
{
    Progress progress("loading " + options.model);
    const uint32_t flags = options.copy ? static_cast<uint32_t>(ACCEL_LOAD_FLAG_COPY) : 0u;
    return advised("give the devices that it was compiled for, or compile the model again",
                   [&] { return Program::load_file(instance, options.model.c_str(), devices, flags, Progress::callback, &progress); });
}

}  // namespace

Program make_program(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target)
{
    if (is_saved_program(options.model)) {
        const std::string given = build_options(options, target);
        if (!given.empty()) throw Failure(options.model + " is a saved program, which is built already; give " + given + " to `accel compile`, or give the model");
        return load_program(instance, devices, options);
    }
    return Program::build(Wanted(instance, devices, options, target).desc);
}

std::vector<SupportRow> support_of(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target)
{
    if (is_saved_program(options.model)) throw Failure(options.model + " is a saved program, whose operations are placed already; give --support the model");
    const Wanted wanted(instance, devices, options, target);
    std::vector<SupportRow> rows;
    Program::support(wanted.desc, [&](const accel_support &row) {
        rows.push_back({{row.nodes, row.nodes + row.node_count}, row.device, row.group, row.reason, row.name, row.operation, row.reason_text});
    });
    return rows;
}

std::string text_of_bytes(uint64_t bytes)
{
    static constexpr const char *kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = static_cast<double>(bytes);
    int unit = 0;
    for (; value >= 1024 && unit < 4; ++unit) value /= 1024;
    std::ostringstream text;
    text << std::fixed << std::setprecision(unit && value < 100 ? 1 : 0) << value << " " << kUnits[unit];
    return text.str();
}

std::string text_of_ns(double nanoseconds)
{
    static constexpr const char *kUnits[] = {"ns", "us", "ms", "s"};
    int unit = 0;
    for (; nanoseconds >= 1000 && unit < 3; ++unit) nanoseconds /= 1000;
    std::ostringstream text;
    text << std::setprecision(3) << std::fixed << nanoseconds << " " << kUnits[unit];
    return text.str();
}

const char *type_name(uint32_t type)
{
    static constexpr const char *kNames[] = {"?", "f32", "i8", "u8", "i32", "i64", "f16", "bf16", "i16", "bool", "f64"};
    return type < std::size(kNames) ? kNames[type] : "?";
}

std::string shape_text(const accel_port_info &port)
{
    std::string text = std::string(type_name(port.type)) + "[";
    for (uint32_t axis = 0; axis < port.rank; ++axis) text += (axis ? "," : "") + std::to_string(port.dims[axis]);
    return text + "]";
}

void Table::row(std::vector<std::string> cells)
{
    for (auto &cell : cells) cell = text::printable(cell);
    rows_.push_back(std::move(cells));
}

void print_json(const nlohmann::json &value)
{
    // Names may be bytes of a file system, which promises no encoding.
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

void Table::print() const
{
    std::vector<size_t> widths(rows_.front().size());
    const auto width = [](const std::string &text) {
        return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
    };
    for (const auto &row : rows_)
        for (size_t column = 0; column < row.size(); ++column) widths[column] = std::max(widths[column], width(row[column]));
    for (const auto &row : rows_) {
        std::string line;
        for (size_t column = 0; column < row.size(); ++column)
            line += row[column] + (column + 1 < row.size() ? std::string(widths[column] - width(row[column]) + 2, ' ') : "");
        std::cout << line << "\n";
    }
}

}  // namespace accel::tool
