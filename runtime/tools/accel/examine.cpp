// SPDX-License-Identifier: MIT
// Loads each module in a child, and reports how that went.
#include "examine.h"

#include <unistd.h>

#include <optional>

#include "child.h"
#include "commands.h"
#include "facts.h"
#include "files.h"

namespace accel::tool {
namespace {

constexpr std::chrono::seconds kPatience{20};

void check_device(Findings &findings, const Device &device)
{
    const auto info = device.info();
    if (*info.node) {
        // Why it may not be opened, and the remedy, is a line of the instance's report.
        if (access(info.node, R_OK | W_OK) != 0) return;
        findings.ok(std::string(info.node) + " may be opened");
    }
    try {
        device.open();
    } catch (const Error &error) {
        return findings.problem(std::string(info.id) + " cannot be opened: " + error.what(), "the sentence names the cause; `accel devices --report` shows what was tried");
    }
    check_open_device(findings, device.info());
}

/// The report's line of a module that is neither broken nor hidden by another.
std::optional<ReportLine> find_module(const Instance &instance, const std::string &name)
{
    for (const auto &line : report_lines(instance))
        if (line.kind == ACCEL_REPORT_KIND_MANIFEST && line.subject == name && line.status == ACCEL_STATUS_OK && line.action != "shadowed") return line;
    return std::nullopt;
}

std::string first_of(const nlohmann::json &serves, const char *key)
{
    const auto found = serves.find(key);
    return found != serves.end() && found->is_array() && !found->empty() && found->front().is_string() ? found->front().get<std::string>() : "";
}

nlohmann::json serves_of(const std::string &manifest_path)
{
    const auto manifest = nlohmann::json::parse(read_file(manifest_path), nullptr, false);
    return manifest.is_object() ? manifest.value("serves", nlohmann::json::object()) : nlohmann::json::object();
}

/// Asks a compiler about the smallest graph. What it says does not matter.
void ask_compiler(const Instance &instance, const char *target)
{
    const accel_dim dim{1, ACCEL_SYMBOL_NONE, 0};
    accel_tensor_desc tensors[2]{};
    for (auto &tensor : tensors) tensor = {&tensor == tensors ? "x" : "y", ACCEL_TYPE_F32, 1, &dim, nullptr, 0, nullptr, 0, 0};
    const uint32_t x = 0, y = 1;
    accel_node_desc node{};
    node.name = node.domain = node.custom_name = "";
    node.operation = ACCEL_OPERATION_RELU;
    node.revision = 1;
    node.inputs = &x;
    node.outputs = &y;
    node.input_count = node.output_count = 1;
    auto graph = sized<accel_graph_desc>();
    graph.name = "";
    graph.tensors = tensors;
    graph.tensor_count = 2;
    graph.tensor_size = sizeof(tensors[0]);
    graph.nodes = &node;
    graph.node_count = 1;
    graph.node_size = sizeof(node);
    graph.inputs = &x;
    graph.outputs = &y;
    graph.input_count = graph.output_count = 1;
    const Model model = Model::create(instance, graph);
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.target = target;
    accel_program_support(
        &desc, [](void *, const accel_support *) { return ACCEL_STATUS_OK; }, nullptr);
}

/// Loads what has no device here: an importer by its format, a compiler by its target. What an importer says of bytes that mean nothing does not matter.
void load(const Instance &instance, const nlohmann::json &serves)
{
    const std::string format = first_of(serves, "formats"), target = first_of(serves, "targets");
    if (!format.empty()) {
        auto source = sized<accel_model_source>();
        source.bytes = "?";
        source.byte_count = 1;
        source.format = format.c_str();
        accel_model *model = nullptr;
        if (accel_model_import(instance.get(), &source, &model) == ACCEL_STATUS_OK) accel_model_unref(model);
    } else if (!target.empty()) {
        ask_compiler(instance, target.c_str());
    }
}

/// What a child said of a module; false if it did not come to its last word.
bool take_over(Findings &findings, const std::string &output)
{
    const auto said = nlohmann::json::parse(output, nullptr, false);
    if (!said.is_object() || !said.contains("findings")) return false;
    for (const auto &each : said["findings"]) findings.list.push_back({each.value("level", ""), each.value("what", ""), each.value("remedy", "")});
    return true;
}

std::vector<std::string> arguments(const InstanceOptions &options, std::vector<std::string> command)
{
    for (const auto &path : options.module_paths) command.insert(command.end(), {"--module-path", path});
    if (options.simulated) command.emplace_back("--simulated");
    if (options.verbose) command.emplace_back("--verbose");
    command.insert(command.end(), {"--sysfs-root", options.sysfs_root, "--dev-root", options.dev_root});
    return command;
}

}  // namespace

void examine_module(Findings &findings, const InstanceOptions &options, const std::string &name)
{
    const Instance instance = options.create();
    const auto line = find_module(instance, name);
    if (!line) throw CLI::ValidationError("--module", "no usable module is called '" + name + "'; `accel devices --report` lists them");
    // A device that is played is the model's to examine.
    const auto serves = serves_of(line->path);
    const std::string played = serves.value("device_id", "");
    bool any = false;
    for (const Device &device : instance.devices()) {
        const auto info = device.info();
        const bool simulated = info.flags & ACCEL_DEVICE_FLAG_SIMULATED;
        if (simulated ? played != info.id : name != info.backend) continue;
        any = true;
        check_device(findings, device);
    }
    if (!any) load(instance, serves);
    for (const auto &later : report_lines(instance))
        if (later.kind == ACCEL_REPORT_KIND_MANIFEST && later.path == line->path && later.status != ACCEL_STATUS_OK)
            findings.problem("module " + name + " (" + later.path + "): " + later.reason, later.remedy);
}

bool examine_modules(Findings &findings, const InstanceOptions &options)
{
    const ChildEnd listing = run_self(arguments(options, {"doctor", "--listing"}), kPatience);
    if (listing.how != ChildEnd::How::Exited) {
        findings.problem("listing the devices " + listing.words(kPatience) + ": of two modules with one name the first is loaded, to see whether it can be",
                         "remove the first, or its manifest; `accel devices --verbose` says what is loaded before it");
        return false;
    }
    for (const auto &line : report_lines(options.create())) {
        if (line.kind != ACCEL_REPORT_KIND_MANIFEST || line.status != ACCEL_STATUS_OK || line.action == "shadowed") continue;
        const ChildEnd end = run_self(arguments(options, {"doctor", "--json", "--module=" + line.subject}), kPatience);
        const bool said = take_over(findings, end.output);
        if (end.how != ChildEnd::How::Exited || !said)
            findings.problem("module " + line.subject + " (" + line.path + ") " + end.words(kPatience) + " while it was examined",
                             "install a working version of it, or remove its manifest; until then every process that uses it may end so");
    }
    return true;
}

}  // namespace accel::tool
