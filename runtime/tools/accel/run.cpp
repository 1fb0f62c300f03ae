// SPDX-License-Identifier: MIT
// accel run: a model on files, or on every set of files of folders.
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>

#include "building.h"
#include "commands.h"
#include "device_choice.h"
#include "elements.h"
#include "files.h"
#include "input_files.h"
#include "input_sets.h"
#include "outputs.h"
#include "progress.h"
#include "rounding_choice.h"
#include "standard_input.h"
#include "tensor_file.h"
#include "text/printable.h"
#include "timings.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
    ModelOptions model;
    InputOptions input;
    std::string entry, labels, output_folder;
    unsigned top = 5;
    bool timings = false;

    bool prints_output() const { return output_folder == "-"; }
};

/// One set of input files, in port order.
struct Item {
    std::string name;
    std::vector<std::string> files;
};

std::vector<std::string> read_labels(const std::string &path)
{
    std::vector<std::string> labels;
    if (path.empty()) return labels;
    std::istringstream lines(read_file(path));
    for (std::string line; std::getline(lines, line);) labels.push_back(line);
    return labels;
}

std::vector<Item> items_of(const Session &session, const RunOptions &options, const std::vector<InputSet> &sets)
{
    std::vector<Item> items;
    for (const InputSet &set : sets) {
        const auto files = files_by_port(session, set.files);
        // Results without inputs are named after the model, those of one set of files after the first.
        items.push_back({!set.name.empty() ? set.name : files.empty() ? options.model.model
                                                                      : with_standard_input(files.front()),
                         files});
    }
    return items;
}

std::vector<double> real_values(const accel_port_info &port, const Dense &dense)
{
    if (numbers_of(port.type) == Numbers::Bits) return {};
    std::vector<double> values(element_count(port));
    const auto scaling = scaling_of(port);
    for (size_t index = 0; index < values.size(); ++index) {
        values[index] = element(port.type, dense, index);
        if (scaling) values[index] = (values[index] - scaling->zero_point) * scaling->scale;
    }
    return values;
}

std::vector<size_t> best(const std::vector<double> &values, unsigned count)
{
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    count = std::min<unsigned>(count, static_cast<unsigned>(order.size()));
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](size_t a, size_t b) { return values[a] > values[b] || (values[a] == values[b] && a < b); });
    order.resize(count);
    return order;
}

nlohmann::json output_json(const accel_port_info &port, const Dense &dense, const RunOptions &options, const std::vector<std::string> &labels)
{
    const auto values = real_values(port, dense);
    nlohmann::json out{{"name", port.name}, {"shape", std::vector<int64_t>(port.dims, port.dims + port.rank)}, {"type", type_name(port.type)}};
    out["top"] = nlohmann::json::array();
    for (const size_t index : best(values, options.top)) {
        nlohmann::json row{{"index", index}, {"value", values[index]}};
        if (index < labels.size()) row["label"] = labels[index];
        out["top"].push_back(row);
    }
    if (values.size() <= 64) out["values"] = values;
    return out;
}

void print_item(const nlohmann::json &item)
{
    std::cout << text::printable(item["input"].get<std::string>()) << "\n";
    for (const auto &output : item["outputs"]) {
        std::cout << "  " << text::printable(output["name"].get<std::string>()) << " " << output["shape"].dump() << "\n";
        for (const auto &row : output["top"])
            std::cout << "    " << std::setw(5) << row["index"].get<size_t>() << "  " << std::setprecision(6) << row["value"].get<double>() << "  " << text::printable(row.value("label", ""))
                      << "\n";
    }
}

/// Inputs of one name and several extensions keep theirs.
std::vector<std::string> output_files(const Session &session, const Item &item, const std::vector<Item> &items)
{
    const fs::path input(item.name);
    const auto alike = std::count_if(items.begin(), items.end(), [&](const Item &other) { return fs::path(other.name).stem() == input.stem(); });
    std::vector<std::string> outputs;
    for (uint32_t index = 0; index < session.output_count(); ++index) outputs.emplace_back(session.output(index).name);
    return output_file_names((alike > 1 ? input.filename() : input.stem()).string(), outputs);
}

nlohmann::json run_item(Session &session, Timings *timings, const Item &item, const std::vector<Item> &items, const RunOptions &options, const std::vector<std::string> &labels)
{
    write_inputs(session, item.files, options.input.scale);
    if (timings)
        timings->run(session);
    else
        session.run();
    nlohmann::json result{{"input", item.name}, {"outputs", nlohmann::json::array()}};
    const auto names = output_files(session, item, items);
    for (uint32_t index = 0; index < session.output_count(); ++index) {
        const auto port = session.output(index);
        const Dense dense = session.read(index);
        result["outputs"].push_back(output_json(port, dense, options, labels));
        if (options.prints_output()) print_npy(port, dense);
        if (options.output_folder.empty() || options.prints_output()) continue;
        std::error_code error;
        fs::create_directories(options.output_folder, error);
        if (error) throw Failure("cannot make the folder " + options.output_folder + ": " + error.message() + "; choose another --output");
        const std::string path = fs::path(options.output_folder) / names[index];
        save_npy(path, port, dense);
        result["outputs"].back()["file"] = path;
    }
    return result;
}

/// Standard output holds one array and nothing else.
void check_printed(const Session &session, const RunOptions &options, size_t items)
{
    if (!options.prints_output()) return;
    const char *remedy = "; give --output a folder";
    if (options.model.json || options.timings) throw WrongArgument(std::string("standard output cannot hold the output ('-') and a report") + remedy);
    if (items != 1 || session.output_count() != 1)
        throw Failure("standard output ('-') takes one output of one run, but there are " + std::to_string(session.output_count()) + " of " + std::to_string(items) + remedy);
}

void run(RunOptions &options)
{
    const auto sets = input_sets(options.input.files);
    options.model.sample_inputs = sets.front().files;
    const Instance instance = options.model.instance.create();
    const auto devices = choose_devices(instance, options.model);
    Program program = make_program(instance, devices, options.model);
    const uint32_t entry = find_entry(program, options.entry);
    Session session(instance, devices, std::move(program), entry, options.timings ? uint32_t{ACCEL_RUN_FLAG_TIMINGS} : 0);
    Timings timings(session.program(), entry);
    const auto labels = read_labels(options.labels);
    const auto items = items_of(session, options, sets);
    check_printed(session, options, items.size());
    Progress progress("running " + options.model.model);
    nlohmann::json results = nlohmann::json::array();
    for (const auto &item : items) {
        progress.update(static_cast<double>(results.size()) / static_cast<double>(items.size()), item.name.c_str());
        results.push_back(run_item(session, options.timings ? &timings : nullptr, item, items, options, labels));
        if (!options.model.json && !options.prints_output()) print_item(results.back());
    }
    if (!options.model.json) {
        if (options.timings) timings.print();
        return;
    }
    nlohmann::json out{{"model", options.model.model}, {"rounding", rounding_name(session.program().info().rounding)}, {"results", results}};
    if (options.timings) out["timings"] = timings.json();
    print_json(out);
}

}  // namespace

void add_run(CLI::App &app)
{
    auto options = std::make_shared<RunOptions>();
    auto *command = app.add_subcommand("run", "run a model on files");
    options->model.add_to(*command);
    command->add_option("--entry", options->entry, "run this entry point, of a program that has several");
    options->input.add_to(*command, "FILE or NAME=FILE (.png, .jpg, .wav, .npy, .pb; - for standard input) for each input, or FOLDER or NAME=FOLDER for each, whose files of the same name are one run; or one folder of folders, one for each run; none for a model without inputs");
    command->add_option("-o,--output", options->output_folder, "folder for the outputs as .npy; - for the only one to standard output");
    command->add_option("--labels", options->labels, "text file with one label a line");
    command->add_option("--top", options->top, "show the largest values")->capture_default_str();
    command->add_flag("--timings", options->timings, "tell what each operation took");
    command->callback([options] { run(*options); });
}

}  // namespace accel::tool
