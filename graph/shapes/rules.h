// SPDX-License-Identifier: MIT
// The shape rules of api/catalog/rules.yaml, by their names there.
#pragma once

#include <accel/graph/rules.h>

namespace accel::graph::shapes {

// same.cpp: results like an operand
std::optional<ResultShapes> same(const Applied &node, Contradiction *why);
std::optional<ResultShapes> same_along_axis(const Applied &node, Contradiction *why);
std::optional<ResultShapes> per_channel(const Applied &node, Contradiction *why);
std::optional<ResultShapes> broadcast(const Applied &node, Contradiction *why);
std::optional<ResultShapes> reduce(const Applied &node, Contradiction *why);

// window.cpp
std::optional<ResultShapes> convolution(const Applied &node, Contradiction *why);
std::optional<ResultShapes> window(const Applied &node, Contradiction *why);
std::optional<ResultShapes> global_window(const Applied &node, Contradiction *why);

// matrix.cpp
std::optional<ResultShapes> gemm(const Applied &node, Contradiction *why);
std::optional<ResultShapes> matmul(const Applied &node, Contradiction *why);

// given.cpp: shapes that values say
std::optional<ResultShapes> reshape(const Applied &node, Contradiction *why);
std::optional<ResultShapes> expand(const Applied &node, Contradiction *why);
std::optional<ResultShapes> sizes(const Applied &node, Contradiction *why);
std::optional<ResultShapes> scalar(const Applied &node, Contradiction *why);

// movement.cpp
std::optional<ResultShapes> permute(const Applied &node, Contradiction *why);
std::optional<ResultShapes> concat(const Applied &node, Contradiction *why);
std::optional<ResultShapes> slice(const Applied &node, Contradiction *why);
std::optional<ResultShapes> pad(const Applied &node, Contradiction *why);
std::optional<ResultShapes> split(const Applied &node, Contradiction *why);
std::optional<ResultShapes> gather(const Applied &node, Contradiction *why);

}  // namespace accel::graph::shapes
