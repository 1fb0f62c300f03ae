// SPDX-License-Identifier: MIT
// The folds of api/catalog/rules.yaml, by their names there.
//
// They find what graph::fold has seen to: operands that are there, constants as long as their shapes say (of sizes and count only shapes), of the types that the catalog
// admits; the shape of the result is what infer_shapes makes of them.
#pragma once

#include <accel/graph/rules.h>

namespace accel::graph::folds {

/// The result has the bytes of operand 0: whoever holds them need not copy.
std::optional<Bytes> alias(const Applied &node, const Shape &result, Pulse pulse);

// move.cpp
std::optional<Bytes> permute(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> slice(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> stretch(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> concat(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> gather(const Applied &node, const Shape &result, Pulse pulse);

// compute.cpp
std::optional<Bytes> add(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> subtract(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> multiply(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> divide(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> sizes(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> count(const Applied &node, const Shape &result, Pulse pulse);

// convert.cpp
std::optional<Bytes> convert(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> quantize(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> dequantize(const Applied &node, const Shape &result, Pulse pulse);

}  // namespace accel::graph::folds
