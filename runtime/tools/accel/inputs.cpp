// SPDX-License-Identifier: MIT
// Parses NAME=PATH, and looks at the heads of files for sizes.
#include "inputs.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "array_file.h"
#include "nearest.h"
#include "picture.h"
#include "text/printable.h"
#include "wav.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

struct Assignment {
    std::optional<uint32_t> index;  ///< none: the next input
    std::string file;
};

std::string list_of(const std::vector<std::string> &names)
{
    std::string text;
    for (const auto &name : names) text += (text.empty() ? "'" : ", '") + text::printable(name) + "'";
    return text.empty() ? "none" : text;
}

/// A name that no file can have is no file.
bool is_there(const std::string &path)
{
    std::error_code error;
    return fs::exists(path, error);
}

/// A name may hold '=' as well as a path may: what comes before each '=' is tried as a name. Where several fit, the one whose rest is a file is meant.
Assignment parse(const std::vector<std::string> &names, const std::string &text)
{
    std::vector<Assignment> fitting;
    for (size_t equals = text.find('='); equals != std::string::npos; equals = text.find('=', equals + 1)) {
        const auto named = std::find(names.begin(), names.end(), text.substr(0, equals));
        if (named != names.end()) fitting.push_back({static_cast<uint32_t>(named - names.begin()), text.substr(equals + 1)});
    }
    const auto exists = std::find_if(fitting.begin(), fitting.end(), [](const Assignment &assignment) { return is_there(assignment.file); });
    if (exists != fitting.end()) return *exists;
    if (is_there(text) || text.find('=') == std::string::npos) return {std::nullopt, text};
    if (!fitting.empty()) return fitting.front();
    throw Failure("--input '" + text::printable(text) + "': there is no such file, and no input has the name before '='" + perhaps(text.substr(0, text.find('=')), names) + "; the inputs are: " + list_of(names));
}

void note(std::vector<SymbolSize> &sizes, const std::string &symbol, int64_t size, const std::string &file)
{
    const auto known = std::find_if(sizes.begin(), sizes.end(), [&](const SymbolSize &row) { return row.name == symbol; });
    if (known == sizes.end()) return sizes.push_back({symbol, size});
    if (known->size != size)
        throw Failure(file + " makes dimension '" + text::printable(symbol) + "' " + std::to_string(size) + ", another input makes it " + std::to_string(known->size) +
                      "; give files whose sizes agree");
}

/// The sizes that the file has, in the input's axis order; nothing for what has none that are known before it is read.
std::vector<size_t> dims_of(const std::string &path, const accel_tensor_desc &tensor)
{
    std::error_code error;
    if (!fs::is_regular_file(path, error) && is_there(path)) return {};  // a pipe can be read once
    if (is_array_file(path)) return array_dims(path);
    if (is_sound(path)) {
        const Sound sound = read_wav(path);
        return tensor.rank == 1 ? std::vector<size_t>{sound.frames} : std::vector<size_t>{sound.channels, sound.frames};
    }
    if (!is_picture(path) || tensor.rank < 3) return {};
    const PictureSize size = picture_size(path);
    std::vector<size_t> dims{size.height, size.width};
    const accel_dim &channels = tensor.dims[tensor.rank - 3];
    dims.insert(dims.begin(), channels.symbol == ACCEL_SYMBOL_NONE ? static_cast<size_t>(channels.size) : 3);
    if (tensor.rank == 4) dims.insert(dims.begin(), 1);
    return dims;
}

}  // namespace

std::vector<std::string> assign_files(const std::vector<std::string> &input_names, const std::vector<std::string> &given)
{
    std::vector<std::string> files(input_names.size());
    uint32_t next = 0;
    for (const auto &text : given) {
        const Assignment assignment = parse(input_names, text);
        const uint32_t index = assignment.index.value_or(next);
        if (index >= files.size())
            throw Failure("--input '" + text::printable(text) + "': the model has " + std::to_string(files.size()) + " input(s); give each input one file");
        if (!files[index].empty())
            throw Failure("--input '" + text::printable(text) + "': input '" + text::printable(input_names[index]) + "' has the file " + text::printable(files[index]) +
                          " already; give each input one file");
        files[index] = assignment.file;
        if (!assignment.index) next = index + 1;
    }
    return files;
}

std::vector<std::string> input_names(const accel_graph_desc &graph)
{
    std::vector<std::string> names;
    for (uint32_t index = 0; index < graph.input_count; ++index) names.emplace_back(accel_graph_tensor(&graph, graph.inputs[index])->name);
    return names;
}

std::vector<SymbolSize> sizes_from_files(const accel_graph_desc &graph, const std::vector<std::string> &files)
{
    std::vector<SymbolSize> sizes;
    for (uint32_t index = 0; index < graph.input_count && index < files.size(); ++index) {
        const accel_tensor_desc &tensor = *accel_graph_tensor(&graph, graph.inputs[index]);
        if (tensor.rank == ACCEL_RANK_UNKNOWN) continue;  // nothing there takes a size
        const bool open = std::any_of(tensor.dims, tensor.dims + tensor.rank, [](const accel_dim &dim) { return dim.symbol != ACCEL_SYMBOL_NONE; });
        if (!open || files[index].empty()) continue;
        const auto dims = dims_of(files[index], tensor);
        if (dims.empty() && tensor.rank != 0) continue;
        if (dims.size() != tensor.rank)
            throw Failure(files[index] + " has " + std::to_string(dims.size()) + " axes, but input '" + text::printable(tensor.name) + "' has " + std::to_string(tensor.rank) +
                          "; save the array in that shape");
        for (uint32_t axis = 0; axis < tensor.rank; ++axis)
            if (tensor.dims[axis].symbol != ACCEL_SYMBOL_NONE)
                note(sizes, graph.symbols[tensor.dims[axis].symbol].name, static_cast<int64_t>(dims[axis]), files[index]);
    }
    return sizes;
}

}  // namespace accel::tool
