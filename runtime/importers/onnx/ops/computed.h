// SPDX-License-Identifier: MIT
// What operands hold that only a program knows, written as the operands that operations take: a shape for axes, pads of all axes for those of some.
//
// Each is a few operations on short lists. The compiler computes them as soon as it knows the operands, so that no device sees them; where it never does, it refuses the operation
// that needs the list. What contradicts itself, such as an axis that is given twice, leaves a list that does not come to be, or not together with its tensor.
#pragma once

#include "steps.h"

namespace accel::onnx::ops {

/// The sizes of a value.
ValueId shape_list(Steps &steps, ValueId x);

/// Elements of two lists one behind the other, at positions.
ValueId picked(Steps &steps, ValueId first, ValueId second, const std::vector<int64_t> &positions);

/// The shape of x with 1 inserted at axes of the result, or without some of its axes. axes: a list of I64.
ValueId shape_with(Steps &steps, ValueId x, ValueId axes);
ValueId shape_without(Steps &steps, ValueId x, ValueId axes);

/// Pads of all axes, from those of some: 0 for the others.
ValueId pads_of_all(Steps &steps, ValueId pads, ValueId axes, size_t rank);

enum class Outside { kReflect,
                     kEdge,
                     kWrap };

/// Where along an axis the elements of x come from, once it is padded. pads: all begins, then all ends.
ValueId padded_positions(Steps &steps, ValueId x, ValueId pads, size_t axis, Outside outside);

}  // namespace accel::onnx::ops
