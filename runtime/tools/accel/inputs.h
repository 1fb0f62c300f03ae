// SPDX-License-Identifier: MIT
// Which file feeds which input, and what the files tell of sizes that the model leaves open.
#pragma once

#include "common.h"

namespace accel::tool {

/// Files by input index: `FILE` feeds the next input, `NAME=FILE` the named one, whatever characters the name has. "" for an input without a file. Throws Failure for more
/// files than inputs, two files for one input and unknown names.
std::vector<std::string> assign_files(const std::vector<std::string> &input_names, const std::vector<std::string> &given);

/// Names of a model's inputs, in order.
std::vector<std::string> input_names(const accel_graph_desc &graph);

struct SymbolSize {
    std::string name;
    int64_t size;
};

/// Sizes of symbolic dimensions as the input files (by input index, "" for none) have them: the shape of an array, width and height of a picture and a batch of 1 for it.
/// Throws Failure where two inputs disagree, or an array has another number of axes.
std::vector<SymbolSize> sizes_from_files(const accel_graph_desc &graph, const std::vector<std::string> &files);

}  // namespace accel::tool
