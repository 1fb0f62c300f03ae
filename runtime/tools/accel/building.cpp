// SPDX-License-Identifier: MIT
// Reads a model and builds it, with a sentence for what nothing takes.
#include "building.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>

#include <algorithm>

#include "device_choice.h"
#include "inputs.h"
#include "known.h"
#include "nearest.h"
#include "passes.h"
#include "progress.h"
#include "remedy.h"
#include "rounding_choice.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

/// NAME=SIZE; a name may hold '=', a size does not.
SymbolSize parse_dim(const std::string &text)
{
    const size_t equals = text.rfind('=');
    int64_t size = 0;
    if (equals == std::string::npos || !absl::SimpleAtoi(text.substr(equals + 1), &size) || size < 1) throw WrongArgument("--dim '" + text::printable(text) + "': expected NAME=SIZE with SIZE at least 1; write for example --dim batch=1");
    return {text.substr(0, equals), size};
}

/// What --dim gives, and for the other symbols what the input files have.
std::vector<SymbolSize> symbol_sizes(const accel_graph_desc &graph, const ModelOptions &options, const KnownValues &known)
{
    std::vector<SymbolSize> sizes;
    for (const auto &text : options.dims) sizes.push_back(parse_dim(text));
    if (options.sample_inputs.empty()) return sizes;
    const std::vector<std::string> names = input_names(graph);
    std::vector<std::string> open, files;
    std::copy_if(names.begin(), names.end(), std::back_inserter(open), [&](const std::string &name) { return !known.has(name); });
    const std::vector<std::string> assigned = assign_files(open, options.sample_inputs);
    for (size_t i = 0, next = 0; i < names.size(); ++i) files.push_back(known.has(names[i]) ? "" : assigned[next++]);
    for (auto &row : sizes_from_files(graph, files))
        if (std::none_of(sizes.begin(), sizes.end(), [&](const SymbolSize &given) { return given.name == row.name; })) sizes.push_back(std::move(row));
    return sizes;
}

std::vector<accel_symbol_value> symbol_values(const std::vector<SymbolSize> &sizes)
{
    std::vector<accel_symbol_value> values;
    for (const SymbolSize &row : sizes) values.push_back({row.name.c_str(), nullptr, row.size});
    return values;
}

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

/// What nothing takes, in one sentence: operations with the same reasons together. The library's own detail has not room for a whole model.
std::string unplaced_sentence(const std::vector<SupportRow> &rows)
{
    std::vector<std::pair<std::string, std::string>> kinds;  // why, operations
    size_t count = 0;
    for (const SupportRow &row : rows) {
        if (row.device != UINT32_MAX) continue;
        ++count;
        const std::string name = "'" + row.name + "' (" + row.operation + ")";
        const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const auto &kind) { return kind.first == row.why; });
        if (same == kinds.end())
            kinds.emplace_back(row.why, name);
        else
            same->second += ", " + name;
    }
    std::string text = std::to_string(count) + " operations have no place";
    for (const auto &[why, names] : kinds) text += ". " + names + ": no device of the set takes it: " + why;
    return text;
}

/// device: null for a target without hardware.
bool has_work(const Program &program, const accel_device *device)
{
    for (uint32_t entry = 0; entry < program.info().entry_count; ++entry) {
        for (uint32_t index = 0; index < program.entry(entry).placement_count; ++index) {
            auto row = sized<accel_placement>();
            check(accel_program_placement(program.get(), entry, index, &row));
            if (row.device == device) return true;
        }
    }
    return false;
}

/// What the options ask to be built, with all that the description points to.
class Wanted {
public:
    /// model: empty where it is to be imported.
    Wanted(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target, const Model &model = Model())
        : instance_(instance),
          progress_("building " + options.model),
          model_(model.get() ? model : load_model(instance, options, progress_)),
          known_(model_.graph(), options.known),
          sizes_(symbol_sizes(model_.graph(), options, known_)),
          symbols_(symbol_values(sizes_))
    {
        threads_.name = "cpu.threads";
        threads_.kind = ACCEL_OPTION_KIND_INTEGER;
        threads_.integer = options.threads;
        threads_.optional = 1;
        desc_.model = model_.get();
        desc_.target = target;
        if (options.first_device_only) desc_.flags |= ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY;
        if (options.balance) desc_.flags |= ACCEL_PROGRAM_FLAG_BALANCE;
        desc_.rounding = options.rounding_value();
        desc_.symbols = symbols_.data();
        desc_.symbol_count = static_cast<uint32_t>(symbols_.size());
        desc_.symbol_size = sizeof(accel_symbol_value);
        desc_.known = known_.values().data();
        desc_.known_count = static_cast<uint32_t>(known_.values().size());
        desc_.known_size = sizeof(accel_known_value);
        desc_.options = &threads_;
        desc_.option_count = options.threads ? 1 : 0;
        desc_.progress = Progress::callback;
        desc_.progress_user = &progress_;
        use(devices);
        if (options.rounding.empty()) settle_rounding(options);
    }
    Wanted(const Wanted &) = delete;
    Wanted &operator=(const Wanted &) = delete;

    Program build()
    {
        if (desc_.target && devices_.empty() && !(desc_.flags & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY)) {
            try {
                return noted(Program::build(desc_));
            } catch (const Error &error) {
                if (error.status() != ACCEL_STATUS_UNSUPPORTED && error.status() != ACCEL_STATUS_LIMIT) throw;
            }
            use(cpu_devices(instance_));
        }
        try {
            return noted(Program::build(desc_));
        } catch (const Error &error) {
            if (error.rule() == "P-1" && std::string_view(error.what()).find("accel_program_support tells") != std::string_view::npos)
                throw Failure(std::string(accel_status_name(error.status())) + ": " + unplaced_sentence(support()) + "; " + remedy_of(error.status(), error.rule()));
            throw;
        }
    }

    std::vector<SupportRow> support() const
    {
        std::vector<SupportRow> rows;
        Program::support(desc_, [&](const accel_support &row) {
            rows.push_back({{row.nodes, row.nodes + row.node_count}, row.device, row.group, row.reason, row.name, row.operation, row.reason_text});
        });
        return rows;
    }

    nlohmann::json passes() const { return passes_of(instance_, desc_); }

    const std::vector<std::string> &notes() const { return notes_; }

private:
    void use(const std::vector<Device> &devices)
    {
        devices_ = devices;
        handles_ = handles(devices_);
        desc_.devices = handles_.data();
        desc_.device_count = static_cast<uint32_t>(handles_.size());
    }

    void settle_rounding(const ModelOptions &options)
    {
        std::vector<NamedPlace> places;
        if (desc_.target) places.push_back({0, desc_.target, nullptr});
        for (uint32_t index = 0; index < handles_.size(); ++index)
            if (is_named(devices_[index], instance_, options)) places.push_back({index + (desc_.target ? 1 : 0), devices_[index].info().id, handles_[index]});
        const RoundingChoice choice = choose_rounding(desc_, places);
        desc_.rounding = choice.rounding;
        if (choice.rounding != ACCEL_ROUNDING_NONE)
            notes_.push_back(std::string("the whole program requantises with rounding ") + rounding_name(choice.rounding) + ", as " + choice.device +
                             " does not do the model's own; --rounding model keeps that");
    }

    /// Tells of devices that got nothing to do; the CPU, which stands behind the others, is none to miss.
    Program noted(Program program)
    {
        const auto used = used_devices(program, devices_);
        const std::string rest = " takes no operation of the model; `accel inspect --support` says why";
        for (const Device &device : devices_) {
            const bool works = std::any_of(used.begin(), used.end(), [&](const Device &other) { return other.get() == device.get(); });
            if (!works && device.info().kind != ACCEL_DEVICE_KIND_CPU) notes_.push_back(device.info().id + rest);
        }
        if (desc_.target && !has_work(program, nullptr)) notes_.push_back(desc_.target + rest);
        return program;
    }

    const Instance &instance_;
    Progress progress_;
    const Model model_;
    const KnownValues known_;
    const std::vector<SymbolSize> sizes_;
    const std::vector<accel_symbol_value> symbols_;
    accel_option threads_{};
    std::vector<Device> devices_;
    std::vector<accel_device *> handles_;
    accel_program_desc desc_ = sized<accel_program_desc>();
    std::vector<std::string> notes_;
};

/// The options that only a build can heed, as they were given.
std::string build_options(const ModelOptions &options, const char *target)
{
    std::vector<const char *> given;
    const auto add = [&](bool is_given, const char *name) {
        if (is_given) given.push_back(name);
    };
    add(!options.rounding.empty(), "--rounding");
    add(!options.dims.empty(), "--dim");
    add(options.threads != 0, "--threads");
    add(options.balance, "--balance");
    add(options.first_device_only, "--first-device-only");
    add(options.constant_budget_bytes != 0, "--constant-budget");
    add(target != nullptr, "--target");
    return absl::StrJoin(given, ", ");
}

Program load_program(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options)
{
    Progress progress("loading " + options.model);
    const uint32_t flags = options.copy ? static_cast<uint32_t>(ACCEL_LOAD_FLAG_COPY) : 0u;
    return advised("give the devices that it was compiled for, or compile the model again",
                   [&] { return Program::load_file(instance, options.model.c_str(), devices, flags, Progress::callback, &progress); });
}

/// The commands work with one set of sizes, which they take from --dim and from input files.
void refuse_open_sizes(const Program &program, const ModelOptions &options)
{
    std::vector<std::string> open;
    for (uint32_t entry = 0; entry < program.info().entry_count; ++entry) {
        for (const accel_symbol_info &symbol : program.open_sizes(entry)) {
            const std::string range = symbol.max_size == ACCEL_SIZE_UNBOUNDED ? "at least " + std::to_string(symbol.min_size) : std::to_string(symbol.min_size) + " to " + std::to_string(symbol.max_size);
            const std::string name = "'" + text::printable(symbol.name) + "' (" + range + ")";
            if (std::find(open.begin(), open.end(), name) == open.end()) open.push_back(name);
        }
    }
    if (!open.empty()) throw OpenSizes(options.model + ": no size is given for symbol " + absl::StrJoin(open, ", ") + "; " + remedy_of(ACCEL_STATUS_INVALID_ARGUMENT, "P-7"));
}

Program build(Wanted &&wanted, const ModelOptions &options, std::vector<std::string> &notes)
{
    Program program = wanted.build();
    refuse_open_sizes(program, options);
    notes = wanted.notes();
    return program;
}

}  // namespace

uint32_t find_entry(const Program &program, const std::string &name)
{
    const uint32_t count = program.info().entry_count;
    std::string names;
    std::vector<std::string> known;
    for (uint32_t entry = 0; entry < count; ++entry) {
        if (program.entry(entry).name == name || (name.empty() && count == 1)) return entry;
        known.emplace_back(program.entry(entry).name);
        names += (entry ? ", '" : "'") + std::string(program.entry(entry).name) + "'";
    }
    if (name.empty()) throw Failure("the program has several entry points: " + names + "; choose one with --entry");
    throw Failure("the program has no entry point '" + name + "'" + perhaps(name, known) + "; --entry takes one of: " + names);
}

std::vector<Device> used_devices(const Program &program, const std::vector<Device> &devices)
{
    std::vector<Device> used;
    for (const Device &device : devices)
        if (has_work(program, device.get())) used.push_back(device);
    return used;
}

Program make_program(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target)
{
    if (is_saved_program(options.model)) {
        const std::string given = build_options(options, target);
        if (!given.empty()) throw Failure(options.model + " is a saved program, which is built already; give " + given + " to `accel compile`, or give the model");
        return load_program(instance, devices, options);
    }
    std::vector<std::string> notes;
    Program program = build(Wanted(instance, devices, options, target), options, notes);
    for (const auto &sentence : notes) note(sentence);
    return program;
}

Model import_model(const Instance &instance, const ModelOptions &options)
{
    Progress progress("reading " + options.model);
    return load_model(instance, options, progress);
}

Program make_program_of(const Instance &instance, const Model &model, const std::vector<Device> &devices, const ModelOptions &options, std::vector<std::string> &notes)
{
    return build(Wanted(instance, devices, options, nullptr, model), options, notes);
}

std::vector<SupportRow> support_of(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target)
{
    if (is_saved_program(options.model)) throw Failure(options.model + " is a saved program, whose operations are placed already; give --support the model");
    return Wanted(instance, devices, options, target).support();
}

nlohmann::json passes_over(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target)
{
    if (is_saved_program(options.model)) throw Failure(options.model + " is a saved program, whose passes are over; give --passes the model");
    return Wanted(instance, devices, options, target).passes();
}

}  // namespace accel::tool
