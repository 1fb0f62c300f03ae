// SPDX-License-Identifier: MIT
// Finds which file is of which tensor.
#include "expected.h"

#include <algorithm>
#include <filesystem>

#include "graph_head.h"
#include "outputs.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

struct Named {
    uint32_t tensor;
    std::string ending;  ///< "NAME.npy"
};

/// In the order of the nodes.
std::vector<Named> named_tensors(const accel_graph_desc &graph)
{
    std::vector<Named> named;
    for (uint32_t index = 0; index < graph.node_count; ++index) {
        const accel_node_desc &node = *accel_graph_node(&graph, index);
        for (uint32_t result = 0; result < node.output_count; ++result)
            if (node.outputs[result] != ACCEL_TENSOR_NONE) named.push_back({node.outputs[result], plain_name(tensor_name(graph, node.outputs[result])) + ".npy"});
    }
    return named;
}

/// The longest name that the file's ends in is meant.
const Named *tensor_of(const std::vector<Named> &named, const std::string &file)
{
    const Named *best = nullptr;
    for (const Named &one : named) {
        const bool fits = file == one.ending || file.ends_with("." + one.ending);
        if (fits && (!best || one.ending.size() > best->ending.size())) best = &one;
    }
    return best;
}

std::string output_names(const accel_graph_desc &graph)
{
    std::string text;
    for (uint32_t index = 0; index < graph.output_count; ++index) text += (index ? ", " : "") + text::printable(plain_name(tensor_name(graph, graph.outputs[index]))) + ".npy";
    return text;
}

std::vector<ExpectedFile> files_of_folder(const accel_graph_desc &graph, const std::string &folder)
{
    const auto named = named_tensors(graph);
    std::vector<fs::path> paths;
    for (const auto &entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> file_of(graph.tensor_count);
    size_t others = 0;
    std::string other;
    for (const fs::path &path : paths) {
        const Named *found = tensor_of(named, path.filename());
        if (!found) {
            if (others++ == 0) other = path.filename();
            continue;
        }
        std::string &place = file_of[found->tensor];
        if (!place.empty())
            throw Failure("--expected " + folder + ": " + place + " and " + path.string() + " are both of tensor '" + text::printable(tensor_name(graph, found->tensor)) + "'; keep one of them there");
        place = path;
    }
    if (others) note(folder + ": left out " + std::to_string(others) + " file(s) that are named after no tensor of the model, such as " + other);
    std::vector<ExpectedFile> files;
    for (const Named &one : named)
        if (!file_of[one.tensor].empty()) files.push_back({one.tensor, file_of[one.tensor]});
    return files;
}

}  // namespace

std::vector<ExpectedFile> expected_files(const accel_graph_desc &graph, const std::string &path)
{
    std::error_code error;
    if (fs::is_directory(path, error)) {
        auto files = files_of_folder(graph, path);
        if (files.empty()) throw Failure("--expected " + path + " has no file of a tensor of the model; name them as `accel run --output` does, here " + output_names(graph));
        return files;
    }
    if (graph.output_count == 1) return {{graph.outputs[0], path}};
    throw Failure("--expected " + path + ": one file for " + std::to_string(graph.output_count) + " outputs; give a folder with " + output_names(graph));
}

}  // namespace accel::tool
