// SPDX-License-Identifier: MIT
// Whether the catalog has an operation of such operands, before it is added to a graph.
#pragma once

#include "common/graph.h"

namespace accel::tflite {

/// UNSUPPORTED where the types of its operands, or their sizes and those of its results, are not what the catalog says of it: so an operator that a file abuses becomes a custom node.
void expect_admitted(importer::Graph &graph, const importer::Operation &operation);

}  // namespace accel::tflite
