// SPDX-License-Identifier: MIT
// Files with the values that tensors of a model are expected to have.
#pragma once

#include "common.h"

namespace accel::tool {

struct ExpectedFile {
    uint32_t tensor;  ///< of the graph
    std::string path;
};

/// path: a .npy file, for a graph with one output; or a folder, in which files are named as `accel run --output` does: ANYTHING.NAME.npy, or NAME.npy. A name may be that of any tensor that a node makes.
/// In the order of the nodes. Throws Failure where none fits or several fit one tensor; others of the folder are left out with a note.
std::vector<ExpectedFile> expected_files(const accel_graph_desc &graph, const std::string &path);

}  // namespace accel::tool
