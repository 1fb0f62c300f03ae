// SPDX-License-Identifier: MIT
// The formulas by which multiply-accumulates are counted.
#include "work.h"

namespace accel::graph::work {

namespace {

/// Saturates: a report, not an address.
uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

uint64_t results(const Applied &node) { return element_count(Applied::shape_of(*node.results[0])).value_or(0); }

/// The product of sizes; what is not known counts as 1.
uint64_t area(const Shape &shape, size_t first_axis)
{
    uint64_t area = 1;
    for (size_t axis = first_axis; axis < shape.size(); ++axis) area = times(area, shape[axis].fixed() ? static_cast<uint64_t>(shape[axis].size) : 1);
    return area;
}

uint64_t size_at(const Shape &shape, size_t axis) { return axis < shape.size() && shape[axis].fixed() ? static_cast<uint64_t>(shape[axis].size) : 1; }

}  // namespace

uint64_t none(const Applied &) { return 0; }

uint64_t elementwise(const Applied &node) { return results(node); }

/// A pool without a kernel goes over the whole of its operand.
uint64_t pool(const Applied &node)
{
    const auto kernel = node.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE);
    return times(results(node), kernel.empty() ? area(node.shape(0), 2) : area(Shape(kernel.begin(), kernel.end()), 0));
}

uint64_t conv(const Applied &node) { return times(results(node), area(node.shape(1), 1)); }

uint64_t transposed_conv(const Applied &node) { return times(element_count(node.shape(0)).value_or(0), area(node.shape(1), 1)); }

uint64_t gemm(const Applied &node) { return times(results(node), size_at(node.shape(0), node.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) ? 0 : 1)); }

uint64_t matmul(const Applied &node) { return times(results(node), size_at(node.shape(0), node.operand(0)->rank - 1)); }

uint64_t recurrent(const Applied &node)
{
    const Shape x = node.shape(0);
    if (results(node) == 0) return 0;  // a size is open
    const uint64_t from_x = area(node.shape(1), 0), from_state = area(node.shape(2), 0);
    return times(times(size_at(x, 0), size_at(x, 1)), from_x > UINT64_MAX - from_state ? UINT64_MAX : from_x + from_state);
}

}  // namespace accel::graph::work
