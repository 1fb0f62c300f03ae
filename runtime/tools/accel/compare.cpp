// SPDX-License-Identifier: MIT
// accel compare: do two device sets, or a device set and files, agree on a model, and which operation is the first that does not?
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include "array_file.h"
#include "building.h"
#include "commands.h"
#include "expected.h"
#include "first_difference.h"
#include "graph_head.h"
#include "number_check.h"
#include "rounding_choice.h"
#include "table.h"
#include "terminal.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

struct CompareOptions {
    ModelOptions model;
    InputOptions input;
    std::vector<std::string> devices_a, devices_b;
    std::string expected, entry;
    ToleranceOptions tolerance;
    uint32_t seed = 1;
    bool outputs_only = false;
};

ModelOptions with_devices(ModelOptions options, const std::vector<std::string> &devices)
{
    options.devices = devices;
    return options;
}

/// Both sides requantise alike: where one is forced to a rounding, the other takes it.
std::vector<ComparedTensor> compare_outputs(const Model &model, const CompareOptions &options, Side &a, Side &b)
{
    auto of_a = a.run(model, options.entry);
    if (a.rounding()) b.force_rounding(a.rounding());
    auto of_b = b.run(model, options.entry);
    if (b.rounding() && !a.rounding()) {
        a.force_rounding(b.rounding());
        of_a = a.run(model, options.entry);
    }
    for (const Side *side : {&a, &b})
        for (const auto &sentence : side->notes()) note(sentence);
    return compare_tensors(std::move(of_a), std::move(of_b), options.tolerance);
}

const accel_graph_desc &graph_of(const Model &model, const std::string &entry)
{
    const uint32_t count = model.info().entry_count;
    for (uint32_t index = 0; index < count; ++index)
        if (count == 1 || model.entry(index).name == entry) return model.graph(index);
    throw Failure("the model has " + std::to_string(count) + " entry points, and none is called '" + entry + "'; choose one with --entry, `accel inspect` lists them");
}

nlohmann::json report_of(const std::vector<ComparedTensor> &compared, const CompareOptions &options, const std::string &a, const std::string &b)
{
    nlohmann::json report{{"model", options.model.model}, {"a", a}, {"b", b}, {"equal", true}, {"tensors", nlohmann::json::array()}, {"first_difference", nullptr}};
    for (const ComparedTensor &tensor : compared) {
        report["tensors"].push_back(tensor.json());
        report["equal"] = report["equal"].get<bool>() && tensor.difference.equal();
    }
    return report;
}

nlohmann::json compare_devices(const Instance &instance, const CompareOptions &options, Side &a)
{
    Side b(instance, with_devices(options.model, options.devices_b), options.input, options.seed);
    if (is_saved_program(options.model.model)) {
        auto report = report_of(compare_tensors(a.run_saved(options.entry), b.run_saved(options.entry), options.tolerance), options, a.name(), b.name());
        if (!report["equal"].get<bool>()) report["why_no_operation"] = "a saved program is built already, and its operations cannot be built alone; compare the model";
        return report;
    }
    const Model model = import_model(instance, options.model);
    auto report = report_of(compare_outputs(model, options, a, b), options, a.name(), b.name());
    report["rounding"] = rounding_name(a.rounding());
    if (report["equal"].get<bool>() || options.outputs_only) return report;
    report["first_difference"] = find_first_difference(instance, graph_of(model, options.entry), a, b, options.tolerance);
    if (report["first_difference"].is_null())
        report["why_no_operation"] = "built alone, the model's first operations agree wherever they are cut; only the whole differs, where devices do several operations in one pass: `accel inspect` tells which";
    return report;
}

/// Every tensor that has a file is an output of one build.
nlohmann::json compare_files(const Instance &instance, const CompareOptions &options, Side &a)
{
    if (is_saved_program(options.model.model)) throw Failure(options.model.model + " is a saved program, which --expected cannot look into; give the model");
    const Model model = import_model(instance, options.model);
    const accel_graph_desc &graph = graph_of(model, options.entry);
    const auto files = expected_files(graph, options.expected);
    std::vector<uint32_t> also;
    for (const ExpectedFile &file : files) also.push_back(file.tensor);
    const GraphHead head(graph, graph.node_count, also);
    auto values = a.run(Model::create(instance, head.get()), "");
    for (const auto &sentence : a.notes()) note(sentence);
    std::vector<ComparedTensor> compared;
    std::vector<uint32_t> tensors;
    for (const ExpectedFile &file : files) {
        const auto at = std::find(head.outputs().begin(), head.outputs().end(), file.tensor);
        if (at == head.outputs().end()) throw Failure(file.path + ": '" + tensor_name(graph, file.tensor) + "' cannot be an output, as its type or rank is not known, or its elements are parts of a byte; remove the file");
        TensorValue &value = values.at(static_cast<size_t>(at - head.outputs().begin()));
        Array array = load_array(file.path, value.type);
        TensorValue expected{value.name, value.type, {array.dims.begin(), array.dims.end()}, std::move(array.bytes)};
        compared.push_back(compare_tensor(std::move(value), std::move(expected), options.tolerance));
        tensors.push_back(file.tensor);
    }
    auto report = report_of(compared, options, a.name(), options.expected);
    report["rounding"] = rounding_name(a.rounding());
    report["first_difference"] = first_that_differs(compared, tensors, graph);
    if (report["first_difference"].is_null()) return report;
    report["first_difference"]["device_a"] = a.device_of(report["first_difference"]["node"]);
    report["first_difference"]["how"] = "the first in the order of operations of the " + std::to_string(files.size()) + " tensor(s) that have a file; files of more tensors, or -b DEVICE in place of --expected, find it more exactly";
    return report;
}

/// JSON has no infinity.
std::string number_text(const nlohmann::json &value) { return value.is_number() && std::isfinite(value.get<double>()) ? absl::StrFormat("%.3g", value.get<double>()) : "inf"; }

std::string value_text(const nlohmann::json &value) { return std::isnan(value.get<double>()) ? "nan" : absl::StrFormat("%.7g", value.get<double>()); }

std::string type_text(const nlohmann::json &tensor)
{
    return tensor["type"].get<std::string>() + tensor["shape"].dump();
}

std::string quoted(const nlohmann::json &name) { return "'" + text::printable(name.get<std::string>()) + "'"; }

void print_first(const nlohmann::json &found)
{
    const auto &tensor = found["tensor"];
    const std::string device_a = found.value("device_a", ""), device_b = found.value("device_b", "");
    std::cout << "\n";
    print_wrapped(absl::StrFormat("first difference: node %s (%s), operation %d of %d", quoted(found["node"]), text::printable(found["operation"].get<std::string>()), found["index"].get<uint32_t>() + 1, found["nodes"].get<uint32_t>()));
    if (!device_a.empty()) print_wrapped("a runs it on " + device_a + (device_b.empty() ? "" : ", b on " + device_b), 2);
    print_wrapped(absl::StrFormat("its result %s %s: %d of %d differ, max abs %s, max rel %s", quoted(tensor["name"]), type_text(tensor), tensor["differ"].get<size_t>(), tensor["elements"].get<size_t>(), number_text(tensor["max_abs"]), number_text(tensor["max_rel"])), 2);
    print_wrapped("first at " + tensor["first"]["place"].get<std::string>() + ": a " + value_text(tensor["first"]["a"]) + ", b " + value_text(tensor["first"]["b"]), 2);
    print_wrapped("found " + found["how"].get<std::string>(), 2);
}

void print(const nlohmann::json &report)
{
    std::cout << "a: " << text::printable(report["a"].get<std::string>()) << "   b: " << text::printable(report["b"].get<std::string>()) << "\n\n";
    Table table({"tensor", "type", "differ", "max abs", "max rel", "first at", "a", "b"});
    size_t differing = 0;
    for (const auto &tensor : report["tensors"]) {
        const bool equal = tensor["equal"];
        differing += !equal;
        const auto first = [&](const char *key) { return equal ? std::string("-") : tensor["first"][key].is_string() ? tensor["first"][key].get<std::string>()
                                                                                                                     : value_text(tensor["first"][key]); };
        table.row({tensor["name"], type_text(tensor), std::to_string(tensor["differ"].get<size_t>()) + " of " + std::to_string(tensor["elements"].get<size_t>()), number_text(tensor["max_abs"]), number_text(tensor["max_rel"]), first("place"), first("a"), first("b")});
    }
    table.print();
    std::cout << "\n"
              << (differing ? std::to_string(differing) + " of " + std::to_string(report["tensors"].size()) + " tensor(s) differ" : "equal within the tolerance") << "\n";
    if (!report["first_difference"].is_null()) print_first(report["first_difference"]);
    if (report.contains("why_no_operation")) print_wrapped("no operation is named: " + report["why_no_operation"].get<std::string>());
}

void compare(CompareOptions &options)
{
    if (options.devices_b.empty() == options.expected.empty()) throw WrongArgument(std::string("compare has one other side, and ") + (options.expected.empty() ? "none is" : "two are") + " given; give -b DEVICE[,DEVICE...], or --expected with a .npy file or a folder of them");
    options.model.sample_inputs = options.input.files;
    const Instance instance = options.model.instance.create();
    Side a(instance, with_devices(options.model, options.devices_a), options.input, options.seed);
    const auto report = options.expected.empty() ? compare_devices(instance, options, a) : compare_files(instance, options, a);
    if (options.model.json)
        print_json(report);
    else
        print(report);
    if (!report["equal"].get<bool>()) throw CLI::RuntimeError(1);
}

}  // namespace

void add_compare(CLI::App &app)
{
    auto options = std::make_shared<CompareOptions>();
    auto *command = app.add_subcommand("compare", "compare a model's results on two device sets, or with files, and find the first operation that differs");
    options->model.add_all_but_devices_to(*command);
    add_device_option(*command, "-a,--device-a", options->devices_a, "ordered set of devices, as --device of other commands; without it auto");
    add_device_option(*command, "-b,--device-b", options->devices_b, "the set to compare it with");
    command->add_option("--expected", options->expected, "compare with this .npy file of the one output, or a folder of them, named as `accel run --output` does; results inside the model may have files, too");
    options->input.add_to(*command, "FILE or NAME=FILE for each input; none: the same made-up values for both sides");
    command->add_option("--entry", options->entry, "compare this entry point, of a model that has several");
    command->add_option("--atol", options->tolerance.absolute, "of floats a and b: |a - b| <= atol + rtol * max(|a|, |b|); without it 1e-5 of f32, 1e-12 of f64, 1e-3 of f16, 1e-2 of bf16")->check(number_not_negative());
    command->add_option("--rtol", options->tolerance.relative, "see --atol; without it 1e-4 of f32, 1e-10 of f64, 1e-2 of f16, 5e-2 of bf16")->check(number_not_negative());
    command->add_option("--steps", options->tolerance.steps, "integers may differ by so much")->transform(no_minus())->capture_default_str();
    command->add_option("--seed", options->seed, "of made-up inputs")->capture_default_str();
    command->add_flag("--outputs-only", options->outputs_only, "do not look for the operation");
    command->footer("Exit codes: 0 equal within the tolerance; 1 something differs; 2 the arguments are wrong, or nothing could be compared, with one sentence why.");
    command->callback([options] { compare(*options); });
}

}  // namespace accel::tool
