// SPDX-License-Identifier: MIT
// Shape rules of products of matrices.
#include "attributes.h"
#include "rules.h"

#include <utility>

namespace accel::graph::shapes {

std::optional<ResultShapes> gemm(const Applied &node, Contradiction *why)
{
    Shape a = node.shape(0), b = node.shape(1);
    if (a.size() != 2 || b.size() != 2) return refuse(why, of_rank(a.size() != 2 ? 0 : 1, node.shown(0) + " and " + node.shown(1) + ", expected matrices", a.size() != 2 ? a.size() : b.size(), 2));
    if (node.integer(ACCEL_ATTRIBUTE_TRANS_A, 0)) std::swap(a[0], a[1]);
    if (node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0)) std::swap(b[0], b[1]);
    if (!shapes_agree(node.symbols, Shape{a[1]}, Shape{b[0]})) return refuse(why, of_operand(1, node.shown(0) + " and " + node.shown(1) + ", whose inner sizes differ", b[0].size, a[1].size));
    const Shape out{a[0], b[1]};
    if (node.operand(2)) {
        const auto sum = graph::broadcast(out, node.shape(2));
        if (!sum || sum->size() != 2 || !shapes_agree(node.symbols, *sum, out))
            return refuse(why, of_operand(2, node.shown(2) + ", which does not stretch to " + text(node.symbols, out)));
    }
    return one(out);
}

std::optional<ResultShapes> matmul(const Applied &node, Contradiction *why)
{
    Shape a = node.shape(0), b = node.shape(1);
    if (a.empty() || b.empty()) return refuse(why, of_rank(a.empty() ? 0 : 1, node.shown(0) + " and " + node.shown(1) + ", expected rank 1 at least", 0, 1));
    const bool row = a.size() == 1, column = b.size() == 1;
    if (row) a.insert(a.begin(), Dim{1});
    if (column) b.push_back(Dim{1});
    if (!shapes_agree(node.symbols, Shape{a.back()}, Shape{b[b.size() - 2]}))
        return refuse(why, of_operand(1, node.shown(0) + " and " + node.shown(1) + ", whose inner sizes differ", b[b.size() - 2].size, a.back().size));
    auto out = graph::broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
    if (!out) return refuse(why, of_operand(1, node.shown(0) + " and " + node.shown(1) + ", whose outer sizes do not go together"));
    if (!row) out->push_back(a[a.size() - 2]);
    if (!column) out->push_back(b.back());
    return one(std::move(out));
}

namespace {

/// A zero point that has one value, one for each index of an axis of its operand, or the operand's own sizes but for 1 along the axis that is summed over.
bool fits_zero_point(const Applied &node, size_t position, size_t of, size_t summed, size_t kept)
{
    const Shape zero = node.shape(position);
    Shape whole = node.shape(of);
    if (is_one_value(zero)) return true;
    if (whole.size() < 2) return false;
    if (zero.size() == 1) return shapes_agree(node.symbols, zero, Shape{whole[whole.size() - kept]});
    whole[whole.size() - summed] = Dim{1};
    return shapes_agree(node.symbols, zero, whole);
}

}  // namespace

std::optional<ResultShapes> integer_matmul(const Applied &node, Contradiction *why)
{
    auto shapes = matmul(node, why);
    if (!shapes) return std::nullopt;
    if (node.operand(2) && !fits_zero_point(node, 2, 0, 1, 2)) return refuse(why, of_operand(2, node.shown(2) + ", expected one value, or one for each row; " + node.shown(0)));
    if (node.operand(3) && !fits_zero_point(node, 3, 1, 2, 1)) return refuse(why, of_operand(3, node.shown(3) + ", expected one value, or one for each column; " + node.shown(1)));
    return shapes;
}

}  // namespace accel::graph::shapes
