// SPDX-License-Identifier: MIT
// accel inspect: where every operation of a model runs and why, what is copied, how much memory it takes.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "building.h"
#include "commands.h"
#include "device_choice.h"
#include "files.h"
#include "inspection.h"
#include "passes.h"
#include "sample_sizes.h"
#include "table.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

/// Why an operation is where it is, and what its device has to say about it.
std::string why(const nlohmann::json &placement)
{
    const std::string reason = placement["reason"], remark = placement["remark"];
    return reason + (reason.empty() || remark.empty() ? "" : "; ") + remark;
}

/// Strides where they tell the layout, else its steps: axis, extent, and distance in bytes, or, with a b, in bits.
std::string layout_text(const nlohmann::json &port)
{
    if (!port["strides_bytes"].is_null()) return port["strides_bytes"].dump();
    std::string out;
    for (const auto &step : port["layout"]["steps"]) {
        const int64_t bits = step["stride_bits"];
        out += (out.empty() ? "" : " ") + step["axis"].dump() + ":" + step["extent"].dump() + "@" + (bits % 8 ? std::to_string(bits) + "b" : std::to_string(bits / 8));
    }
    return out;
}

std::string side_text(const nlohmann::json &segment) { return segment.is_null() ? "application" : std::to_string(segment.get<uint32_t>()); }

void print_entry(const nlohmann::json &entry)
{
    std::cout << "Ports\n";
    Table ports({"", "port", "shape", "bytes", "strides or steps", "device"});
    for (const auto &port : entry["ports"])
        ports.row({port["default"].get<bool>() ? "in, has a default" : port["direction"].get<std::string>(), port["name"], port["shape"], std::to_string(port["size_bytes"].get<uint64_t>()), layout_text(port), port["device"]});
    ports.print();
    std::cout << "\nPlacement\n";
    Table placements({"node", "operation", "device", "segment", "MACs", "why"});
    for (const auto &row : entry["placements"])
        placements.row({row["node"], row["operation"], row["device"], std::to_string(row["segment"].get<uint32_t>()), std::to_string(row["work_macs"].get<uint64_t>()), why(row)});
    placements.print();
    if (!entry["transfers"].empty()) {
        std::cout << "\nSwitches, copies and conversions, every run\n";
        Table transfers({"tensor", "kind", "segments", "bytes", "why"});
        for (const auto &row : entry["transfers"])
            transfers.row({row["tensor"], row["kind"], side_text(row["from_segment"]) + " -> " + side_text(row["to_segment"]),
                           text_of_bytes(row["size_bytes"].get<uint64_t>()), row["reason"]});
        transfers.print();
    }
    std::cout << "\n"
              << entry["segments"] << " segment(s), scratch " << text_of_bytes(entry["scratch_bytes"].get<uint64_t>()) << " per run, " << entry["copies"] << " copies and " << entry["conversions"] << " conversions per run";
}

void print_variables(const nlohmann::json &variables)
{
    if (variables.empty()) return;
    std::cout << "Variables of a state\n";
    Table table({"variable", "shape", "bytes", "strides", "device", "written"});
    for (const auto &row : variables)
        table.row({row["name"], row["shape"], std::to_string(row["size_bytes"].get<uint64_t>()), layout_text(row), row["device"], row["in_place"].get<bool>() ? "in place" : "by copy"});
    table.print();
    std::cout << "\n";
}

void print(const nlohmann::json &facts)
{
    print_variables(facts["variables"]);
    const std::string constants = "constants " + text_of_bytes(facts["constant_bytes"].get<uint64_t>());
    if (facts.contains("entries")) {
        for (const auto &entry : facts["entries"]) {
            std::cout << "Entry point " << text::printable(entry["name"].get<std::string>()) << "\n\n";
            print_entry(entry);
            std::cout << "\n\n";
        }
        std::cout << facts["entries"].size() << " entry points, " << constants << " in all";
    } else {
        print_entry(facts);
        std::cout << ", " << constants;
    }
    if (facts["rounding_name"] != "model") std::cout << ", rounding " << facts["rounding_name"].get<std::string>() << " instead of the model's own";
    std::cout << "\n";
    for (const auto &one : facts["left_out"]) std::cout << left_out_sentence(one) << "\n";
}

/// The places of the set: a target without hardware comes first.
std::vector<std::string> place_names(const std::vector<Device> &devices, const std::string &target)
{
    std::vector<std::string> names;
    if (!target.empty()) names.push_back(target);
    for (const Device &device : devices) names.emplace_back(device.info().id);
    return names;
}

/// What is missing, by operation and reason, the most frequent first.
nlohmann::json missing(const std::vector<SupportRow> &rows)
{
    std::map<std::pair<std::string, std::string>, uint64_t> counts;
    for (const SupportRow &row : rows)
        if (row.device == UINT32_MAX) ++counts[{row.operation, row.why}];
    std::vector<nlohmann::json> list;
    for (const auto &[kind, count] : counts) list.push_back({{"operation", kind.first}, {"reason", kind.second}, {"count", count}});
    std::stable_sort(list.begin(), list.end(), [](const auto &a, const auto &b) { return a["count"].template get<uint64_t>() > b["count"].template get<uint64_t>(); });
    return list;
}

void print_missing(const nlohmann::json &kinds)
{
    if (kinds.empty()) return;
    std::cout << "\nMissing\n";
    Table table({"nodes", "operation", "why"});
    for (const auto &kind : kinds) table.row({kind["count"].dump(), kind["operation"], kind["reason"]});
    table.print();
}

void tell_support(const std::vector<SupportRow> &rows, const std::vector<std::string> &places, bool json)
{
    Table table({"node", "operation", "group", "taken by", "why"});
    auto list = nlohmann::json::array();
    size_t refused = 0;
    for (const SupportRow &row : rows) {
        const std::string by = row.device == UINT32_MAX ? "refused" : places.at(row.device);
        refused += by == "refused";
        table.row({row.name, row.operation, row.group ? std::to_string(row.group) : "", by, row.why});
        list.push_back({{"node", row.name}, {"nodes", row.nodes}, {"operation", row.operation}, {"group", row.group}, {"taken_by", by}, {"reason_code", row.reason}, {"reason", row.why}});
    }
    if (json) {
        print_json(nlohmann::json{{"support", list}, {"refused", refused}, {"missing", missing(rows)}});
        return;
    }
    table.print();
    print_missing(missing(rows));
    std::cout << "\n"
              << rows.size() << " operations, " << refused << " refused\n";
}

void tell_passes(const nlohmann::json &told, bool json)
{
    if (json)
        print_json(told);
    else
        print_passes(told);
}

struct InspectOptions {
    ModelOptions model;
    std::string target, svg, entry;
    bool support = false, passes = false;

    /// Prints what was asked for, of the model with the sizes that `sizes` has.
    void look(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &sizes) const;
};

void InspectOptions::look(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &sizes) const
{
    const char *name = target.empty() ? nullptr : target.c_str();
    if (support) return tell_support(support_of(instance, devices, sizes, name), place_names(devices, target), sizes.json);
    if (passes) return tell_passes(passes_over(instance, devices, sizes, name), sizes.json);
    const Program program = make_program(instance, devices, sizes, name);
    nlohmann::json facts = inspection(program, target);
    facts["left_out"] = unusable_json(instance);
    if (sizes.json)
        print_json(facts);
    else
        print(facts);
    if (svg.empty()) return;
    const uint32_t drawn = find_entry(program, entry);
    write_whole(svg, drawing(facts.contains("entries") ? facts["entries"][drawn] : facts));
}

}  // namespace

void add_inspect(CLI::App &app)
{
    auto options = std::make_shared<InspectOptions>();
    auto *command = app.add_subcommand("inspect", "show where every operation runs and why, copies, switches, memory");
    options->model.add_to(*command);
    command->add_option("--target", options->target, "compile target without hardware, such as ethos-u65-256");
    auto *svg = command->add_option("--svg", options->svg, "also draw the placement into this file");
    command->add_option("--entry", options->entry, "draw this entry point, of a program that has several")->needs(svg);
    auto *support = command->add_flag("--support", options->support, "do not build: list what the devices say to each operation of the model")->excludes(svg);
    command->add_flag("--passes", options->passes, "do not build: list the compiler's passes, why each is there, and what it made of the model: nodes, tensors, constants, time, operations")
        ->excludes(svg)
        ->excludes(support);
    command->callback([options] {
        if (!options->svg.empty()) keep_model(options->svg, options->model.model);
        const Instance instance = options->model.instance.create();
        const auto devices = options->target.empty() ? choose_devices(instance, options->model) : choose_devices_behind(instance, options->model);
        with_sample_sizes(instance, options->model, [&](const ModelOptions &model) { options->look(instance, devices, model); });
    });
}

}  // namespace accel::tool
