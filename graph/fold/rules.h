// SPDX-License-Identifier: MIT
// The folds of api/catalog/rules.yaml, by their names there.
//
// They find what graph::fold has seen to: operands that are there, constants as long as their shapes say (of sizes and count only shapes, of a cast to another's type only operand 0), of the types that the catalog
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

// places.cpp
std::optional<Bytes> tile(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> gather_elements(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> gather_nd(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> triangle(const Applied &node, const Shape &result, Pulse pulse);

// arithmetic.cpp
std::optional<Bytes> arithmetic(const Applied &node, const Shape &result, Pulse pulse);

// reduce.cpp
std::optional<Bytes> reduce(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> running(const Applied &node, const Shape &result, Pulse pulse);

// sizes.cpp
std::optional<Bytes> sizes(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> count(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> range(const Applied &node, const Shape &result, Pulse pulse);

// found.cpp
std::optional<Bytes> places_found(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> boxes_kept(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> reinterpret(const Applied &node, const Shape &result, Pulse pulse);

// truth.cpp
std::optional<Bytes> compare(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> logic(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> choose(const Applied &node, const Shape &result, Pulse pulse);

// convert.cpp
std::optional<Bytes> convert(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> convert_like(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> quantize(const Applied &node, const Shape &result, Pulse pulse);
std::optional<Bytes> dequantize(const Applied &node, const Shape &result, Pulse pulse);

}  // namespace accel::graph::folds
