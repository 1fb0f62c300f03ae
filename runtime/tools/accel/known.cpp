// SPDX-License-Identifier: MIT
// Parses known values: numbers, lists, files, defaults.
#include "known.h"

#include <absl/strings/str_split.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "array_file.h"
#include "inputs.h"
#include "nearest.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

[[noreturn]] void wrong(const std::string &text, const std::string &why)
{
    throw WrongArgument("--known '" + text::printable(text) + "': " + why + "; write for example --known shape=shape.npy or --known rate=16000");
}

template <class Value> bool append(std::string_view number, std::vector<char> &bytes)
{
    Value value{};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) return false;
    const auto *start = reinterpret_cast<const char *>(&value);
    bytes.insert(bytes.end(), start, start + sizeof value);
    return true;
}

bool append(uint32_t type, std::string_view number, std::vector<char> &bytes)
{
    switch (type) {
    case ACCEL_TYPE_F32: return append<float>(number, bytes);
    case ACCEL_TYPE_F64: return append<double>(number, bytes);
    case ACCEL_TYPE_I8: return append<int8_t>(number, bytes);
    case ACCEL_TYPE_U8: return append<uint8_t>(number, bytes);
    case ACCEL_TYPE_I16: return append<int16_t>(number, bytes);
    case ACCEL_TYPE_U16: return append<uint16_t>(number, bytes);
    case ACCEL_TYPE_U32: return append<uint32_t>(number, bytes);
    case ACCEL_TYPE_U64: return append<uint64_t>(number, bytes);
    case ACCEL_TYPE_I32: return append<int32_t>(number, bytes);
    case ACCEL_TYPE_I64: return append<int64_t>(number, bytes);
    case ACCEL_TYPE_BOOL:
        bytes.push_back(number == "1");
        return number == "0" || number == "1";
    default: return false;
    }
}

/// One number, or a list with commas between: of an input without axes, with one, or with axes of size 1.
std::vector<char> read_numbers(const std::string &text, std::string_view numbers, const accel_tensor_desc &input, std::vector<int64_t> *dims)
{
    std::vector<char> bytes;
    const std::vector<std::string> parts = absl::StrSplit(std::string(numbers), ',');
    for (const std::string &number : parts)
        if (!append(input.type, number, bytes)) wrong(text, "'" + text::printable(number) + "' is no number of type " + type_name(input.type) + ", and no .npy or .pb file");
    dims->assign(input.rank, 1);
    if (input.rank == 1)
        dims->front() = static_cast<int64_t>(parts.size());
    else if (parts.size() != 1)
        wrong(text, "a list is for an input with one axis, and '" + text::printable(input.name) + "' has " + std::to_string(input.rank));
    return bytes;
}

}  // namespace

KnownValues::KnownValues(const accel_graph_desc &graph, const std::vector<std::string> &given)
{
    given_.reserve(given.size());
    for (const std::string &text : given) {
        if (take_default(graph, text)) continue;
        const accel_tensor_desc *input = nullptr;
        size_t name_length = 0;
        // A name may hold '='.
        for (uint32_t i = 0; i < graph.input_count; ++i) {
            const accel_tensor_desc *candidate = accel_graph_tensor(&graph, graph.inputs[i]);
            const std::string name = candidate->name;
            if (text.size() > name.size() && text.compare(0, name.size(), name) == 0 && text[name.size()] == '=' && (!input || name.size() > name_length)) input = candidate, name_length = name.size();
        }
        if (!input) wrong(text, "expected NAME=FILE.npy or NAME=NUMBER with the name of an input" + perhaps(text.substr(0, text.find('=')), input_names(graph)));
        if (input->rank == ACCEL_RANK_UNKNOWN) wrong(text, "the input has no known rank");
        Given &row = given_.emplace_back();
        row.name = input->name;
        const std::string value = text.substr(name_length + 1);
        if (is_array_file(value)) {
            const Array array = load_array(value, input->type);
            row.bytes = packed(input->type, array.bytes);
            row.dims.assign(array.dims.begin(), array.dims.end());
        } else {
            row.bytes = read_numbers(text, value, *input, &row.dims);
        }
    }
    static constexpr char kNothing = 0;
    for (const Given &row : given_) {
        if (row.is_default)
            values_.push_back({row.name.c_str(), nullptr, nullptr, 0, nullptr, 0, 0});
        else
            values_.push_back({row.name.c_str(), nullptr, row.bytes.empty() ? &kNothing : row.bytes.data(), row.bytes.size(), row.dims.data(), static_cast<uint32_t>(row.dims.size()), 0});
    }
}

/// A name alone stands for the default that the model gives the input.
bool KnownValues::take_default(const accel_graph_desc &graph, const std::string &text)
{
    for (uint32_t i = 0; i < graph.input_count; ++i) {
        const accel_tensor_desc *input = accel_graph_tensor(&graph, graph.inputs[i]);
        if (text != input->name) continue;
        if (!(input->flags & ACCEL_TENSOR_FLAG_DEFAULT)) wrong(text, "the model gives this input no default");
        given_.push_back({text, {}, {}, true});
        return true;
    }
    return false;
}

bool KnownValues::has(const std::string &input) const
{
    return std::any_of(given_.begin(), given_.end(), [&](const Given &row) { return row.name == input; });
}

}  // namespace accel::tool
