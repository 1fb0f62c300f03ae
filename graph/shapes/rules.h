// SPDX-License-Identifier: MIT
// The shape rules of api/catalog/rules.yaml, by their names there.
#pragma once

#include <accel/graph/rules.h>

namespace accel::graph::shapes {

// same.cpp: results like an operand
std::optional<ResultShapes> same(const Applied &node, Contradiction *why);
std::optional<ResultShapes> same_along_axis(const Applied &node, Contradiction *why);
std::optional<ResultShapes> along_given_axis(const Applied &node, Contradiction *why);
std::optional<ResultShapes> per_channel(const Applied &node, Contradiction *why);
std::optional<ResultShapes> broadcast(const Applied &node, Contradiction *why);
std::optional<ResultShapes> reduce(const Applied &node, Contradiction *why);
std::optional<ResultShapes> reduce_one(const Applied &node, Contradiction *why);

// statistics.cpp: the same, with operands and attributes that go with its channels or axes
std::optional<ResultShapes> normalization(const Applied &node, Contradiction *why);
std::optional<ResultShapes> grouped_channels(const Applied &node, Contradiction *why);
std::optional<ResultShapes> same_along_axes(const Applied &node, Contradiction *why);
std::optional<ResultShapes> beside_channels(const Applied &node, Contradiction *why);
std::optional<ResultShapes> per_feature(const Applied &node, Contradiction *why);

// computed.cpp
std::optional<ResultShapes> depth_to_space(const Applied &node, Contradiction *why);
std::optional<ResultShapes> space_to_depth(const Applied &node, Contradiction *why);
std::optional<ResultShapes> with_one_scale(const Applied &node, Contradiction *why);
std::optional<ResultShapes> range(const Applied &node, Contradiction *why);

// window.cpp
std::optional<ResultShapes> convolution(const Applied &node, Contradiction *why);
std::optional<ResultShapes> integer_convolution(const Applied &node, Contradiction *why);
std::optional<ResultShapes> transposed_convolution(const Applied &node, Contradiction *why);
std::optional<ResultShapes> window(const Applied &node, Contradiction *why);
std::optional<ResultShapes> global_window(const Applied &node, Contradiction *why);

// matrix.cpp
std::optional<ResultShapes> gemm(const Applied &node, Contradiction *why);
std::optional<ResultShapes> matmul(const Applied &node, Contradiction *why);
std::optional<ResultShapes> integer_matmul(const Applied &node, Contradiction *why);

// recurrent.cpp
std::optional<ResultShapes> recurrent(const Applied &node, Contradiction *why);

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

// places.cpp
std::optional<ResultShapes> tile(const Applied &node, Contradiction *why);
std::optional<ResultShapes> as_indices(const Applied &node, Contradiction *why);
std::optional<ResultShapes> gather_nd(const Applied &node, Contradiction *why);
std::optional<ResultShapes> scatter_elements(const Applied &node, Contradiction *why);
std::optional<ResultShapes> scatter_nd(const Applied &node, Contradiction *why);
std::optional<ResultShapes> triangle(const Applied &node, Contradiction *why);
std::optional<ResultShapes> top(const Applied &node, Contradiction *why);

// resize.cpp
std::optional<ResultShapes> resize(const Applied &node, Contradiction *why);

// found.cpp: sizes that values say, and elements that are read in another way
std::optional<ResultShapes> reinterpreted(const Applied &node, Contradiction *why);
std::optional<ResultShapes> places_found(const Applied &node, Contradiction *why);
std::optional<ResultShapes> boxes_kept(const Applied &node, Contradiction *why);
std::optional<ResultShapes> sampled(const Applied &node, Contradiction *why);

// control.cpp
std::optional<ResultShapes> region(const Applied &node, Contradiction *why);

}  // namespace accel::graph::shapes
