// SPDX-License-Identifier: MIT
// Tries sizes from small to large.
#include "sample_sizes.h"

#include <absl/strings/match.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <exception>

#include "building.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

constexpr int64_t kSamples[] = {1, 8, 32, 64, 224, 512, 2048, 16384};

struct OpenSize {
    std::string name;
    bool batch;
};

bool is_given(const std::string &name, const ModelOptions &options)
{
    return std::any_of(options.dims.begin(), options.dims.end(), [&](const std::string &dim) { return absl::StartsWith(dim, name + "="); });
}

/// Those of the inputs that no option gives.
std::vector<OpenSize> open_sizes(const Instance &instance, const ModelOptions &options)
{
    auto source = sized<accel_model_source>();
    source.path = options.model.c_str();
    const Model model = Model::load(instance, source);
    const accel_graph_desc &graph = model.graph();
    std::vector<OpenSize> open;
    for (uint32_t index = 0; index < graph.input_count; ++index) {
        const accel_tensor_desc &tensor = *accel_graph_tensor(&graph, graph.inputs[index]);
        for (uint32_t axis = 0; tensor.rank != ACCEL_RANK_UNKNOWN && axis < tensor.rank; ++axis) {
            if (tensor.dims[axis].symbol == ACCEL_SYMBOL_NONE) continue;
            const std::string name = graph.symbols[tensor.dims[axis].symbol].name;
            const bool known = std::any_of(open.begin(), open.end(), [&](const OpenSize &other) { return other.name == name; });
            if (!known && !is_given(name, options)) open.push_back({name, axis == 0 && tensor.rank > 1});
        }
    }
    return open;
}

std::vector<std::string> sampled(const std::vector<OpenSize> &open, int64_t sample)
{
    std::vector<std::string> dims;
    for (const OpenSize &size : open) dims.push_back(size.name + "=" + std::to_string(size.batch ? 1 : sample));
    return dims;
}

/// What the call throws because of sizes, if it does; whatever else it throws goes on.
std::exception_ptr failure_of_sizes(const std::function<void(const ModelOptions &)> &look, const ModelOptions &options)
{
    try {
        look(options);
    } catch (const OpenSizes &) {
        return std::current_exception();
    } catch (const Error &error) {
        if (error.status() != ACCEL_STATUS_INVALID_ARGUMENT) throw;
        return std::current_exception();
    }
    return nullptr;
}

}  // namespace

void with_sample_sizes(const Instance &instance, const ModelOptions &options, const std::function<void(const ModelOptions &)> &look)
{
    std::exception_ptr first = failure_of_sizes(look, options);
    if (!first) return;
    const std::vector<OpenSize> open = open_sizes(instance, options);
    for (const int64_t sample : kSamples) {
        if (open.empty()) break;
        ModelOptions sampling = options;
        const std::vector<std::string> dims = sampled(open, sample);
        sampling.dims.insert(sampling.dims.end(), dims.begin(), dims.end());
        if (!failure_of_sizes(look, sampling)) return note("sizes that the model leaves open were made up: " + text::printable(absl::StrJoin(dims, ", ")) + "; --dim gives others");
    }
    std::rethrow_exception(first);
}

}  // namespace accel::tool
