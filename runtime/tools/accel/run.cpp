// SPDX-License-Identifier: MIT
// accel run: a model on files, or on every picture of a folder.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>

#include "commands.h"
#include "files.h"
#include "progress.h"
#include "tensor_file.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
    ModelOptions model;
    std::vector<std::string> inputs;
    std::string labels, output_folder;
    PictureScale scale;
    unsigned top = 5;
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

uint32_t find_input(const Session &session, const std::string &name)
{
    return advised("`accel inspect` lists the inputs", [&] { return session.program().find_port(name.c_str()); });
}

/// Files by input index from `--input FILE` (in order) and `--input NAME=FILE`.
std::vector<std::string> files_by_port(const Session &session, const std::vector<std::string> &inputs)
{
    std::vector<std::string> files(session.input_count());
    uint32_t next = 0;
    for (const auto &text : inputs) {
        const size_t equals = text.find('=');
        uint32_t index = next;
        if (equals != std::string::npos && !fs::exists(text)) index = find_input(session, text.substr(0, equals));
        else next = index + 1;
        if (index >= session.input_count())
            throw Failure("--input '" + text + "': the model has " + std::to_string(session.input_count()) + " input(s); give each input one file");
        files[index] = equals != std::string::npos && !fs::exists(text) ? text.substr(equals + 1) : text;
    }
    for (uint32_t index = 0; index < files.size(); ++index)
        if (files[index].empty()) throw Failure(std::string("input '") + session.input(index).name + "' has no file; add --input " + session.input(index).name + "=FILE");
    return files;
}

std::vector<Item> items_of(const Session &session, const std::vector<std::string> &inputs)
{
    if (inputs.size() != 1 || !fs::is_directory(inputs.front())) {
        const auto files = files_by_port(session, inputs);
        return {{files.front(), files}};
    }
    if (session.input_count() != 1) throw Failure("a folder of inputs needs a model with one input; give each input its --input NAME=FILE");
    std::vector<Item> items;
    for (const auto &entry : fs::directory_iterator(inputs.front()))
        if (entry.path().extension() == ".png" || entry.path().extension() == ".npy") items.push_back({entry.path().filename(), {entry.path()}});
    if (items.empty()) throw Failure(inputs.front() + " holds no .png and no .npy file; put the inputs there or name another folder");
    std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) { return a.name < b.name; });
    return items;
}

std::vector<double> real_values(const accel_port_info &port, const Dense &dense)
{
    std::vector<double> values(element_count(port));
    const auto *quantization = port.quantization;
    for (size_t index = 0; index < values.size(); ++index) {
        float real = 0;
        int32_t word = 0;
        int64_t wide = 0;
        switch (port.type) {
        case ACCEL_TYPE_F32: std::memcpy(&real, &dense[index * 4], 4); values[index] = real; break;
        case ACCEL_TYPE_I32: std::memcpy(&word, &dense[index * 4], 4); values[index] = word; break;
        case ACCEL_TYPE_I64: std::memcpy(&wide, &dense[index * 8], 8); values[index] = static_cast<double>(wide); break;
        case ACCEL_TYPE_I8: values[index] = static_cast<int8_t>(dense[index]); break;
        default: values[index] = static_cast<uint8_t>(dense[index]);
        }
        if (quantization && quantization->count == 1) values[index] = (values[index] - quantization->zero_points[0]) * quantization->scales[0];
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
    std::cout << item["input"].get<std::string>() << "\n";
    for (const auto &output : item["outputs"]) {
        std::cout << "  " << output["name"].get<std::string>() << " " << output["shape"].dump() << "\n";
        for (const auto &row : output["top"])
            std::cout << "    " << std::setw(5) << row["index"].get<size_t>() << "  " << std::setprecision(6) << row["value"].get<double>() << "  " << row.value("label", "")
                      << "\n";
    }
}

/// "<input>.<output>.npy". Names of outputs may hold slashes; inputs of one name and several extensions keep theirs.
std::string output_file(const Item &item, const std::vector<Item> &items, const accel_port_info &port)
{
    const fs::path input(item.name);
    const auto alike = std::count_if(items.begin(), items.end(), [&](const Item &other) { return fs::path(other.name).stem() == input.stem(); });
    std::string name = (alike > 1 ? input.filename() : input.stem()).string() + "." + port.name + ".npy";
    std::replace(name.begin(), name.end(), '/', '_');
    return name;
}

nlohmann::json run_item(Session &session, const Item &item, const std::vector<Item> &items, const RunOptions &options, const std::vector<std::string> &labels)
{
    for (uint32_t index = 0; index < session.input_count(); ++index) session.write(index, load_tensor(item.files[index], session.input(index), options.scale));
    session.run();
    nlohmann::json result{{"input", item.name}, {"outputs", nlohmann::json::array()}};
    for (uint32_t index = 0; index < session.output_count(); ++index) {
        const auto port = session.output(index);
        const Dense dense = session.read(index);
        result["outputs"].push_back(output_json(port, dense, options, labels));
        if (options.output_folder.empty()) continue;
        std::error_code error;
        fs::create_directories(options.output_folder, error);
        if (error) throw Failure("cannot make the folder " + options.output_folder + ": " + error.message() + "; choose another --output");
        save_npy((fs::path(options.output_folder) / output_file(item, items, port)).string(), port, dense);
    }
    return result;
}

void run(const RunOptions &options)
{
    const Instance instance = options.model.instance.create();
    const auto devices = choose_devices(instance, options.model.devices);
    Session session(instance, devices, make_program(instance, devices, options.model));
    const auto labels = read_labels(options.labels);
    const auto items = items_of(session, options.inputs);
    Progress progress("running " + options.model.model);
    nlohmann::json results = nlohmann::json::array();
    for (const auto &item : items) {
        progress.update(static_cast<double>(results.size()) / static_cast<double>(items.size()), item.name.c_str());
        results.push_back(run_item(session, item, items, options, labels));
        if (!options.model.json) print_item(results.back());
    }
    if (options.model.json) std::cout << nlohmann::json{{"model", options.model.model}, {"results", results}}.dump(2) << "\n";
}

}  // namespace

void add_run(CLI::App &app)
{
    auto options = std::make_shared<RunOptions>();
    auto *command = app.add_subcommand("run", "run a model on files");
    options->model.add_to(*command);
    command->add_option("-i,--input", options->inputs, "FILE or NAME=FILE (.png, .npy) for each input, or a folder of them")->allow_extra_args(false)->required();
    command->add_option("-o,--output", options->output_folder, "folder for the outputs as .npy");
    command->add_option("--labels", options->labels, "text file with one label a line");
    command->add_option("--top", options->top, "show the largest values")->capture_default_str();
    command->add_option("--mean", options->scale.mean, "of pictures: value = (byte - mean) / std, per channel")->delimiter(',')->allow_extra_args(false)->capture_default_str();
    command->add_option("--std", options->scale.deviation, "see --mean")->delimiter(',')->allow_extra_args(false)->check(CLI::PositiveNumber)->capture_default_str();
    command->callback([options] { run(*options); });
}

}  // namespace accel::tool
