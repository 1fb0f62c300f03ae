// SPDX-License-Identifier: MIT
// Shape rules of operations that move elements.
#include <accel/graph/cuts.h>

#include <algorithm>
#include <numeric>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

std::optional<ResultShapes> permute(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    Ints rising(x.size());
    std::iota(rising.begin(), rising.end(), 0);
    const Ints perm = ints_or(node, ACCEL_ATTRIBUTE_PERM, Ints(rising.rbegin(), rising.rend()));
    Ints sorted = perm;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != rising) {
        const auto [odd, axis] = std::ranges::mismatch(sorted, rising);
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_PERM, "perm is no permutation of the axes; " + node.shown(0), odd == sorted.end() ? 0 : *odd, axis == rising.end() ? 0 : *axis));
    }
    Shape out;
    for (const int64_t axis : perm) out.push_back(x[static_cast<size_t>(axis)]);
    return one(std::move(out));
}

std::optional<ResultShapes> concat(const Applied &node, Contradiction *why)
{
    const auto along = axis(node, std::nullopt, why);
    if (!along) return std::nullopt;
    Shape out = node.shape(0);
    for (size_t i = 1; i < node.operands.size(); ++i) {
        const Shape next = node.shape(i);
        for (size_t k = 0; k < out.size() || k < next.size(); ++k) {
            if (next.size() != out.size() || (k != *along && !shapes_agree(node.symbols, Shape{out[k]}, Shape{next[k]})))
                return refuse(why, of_operand(i, node.shown(0) + " and " + node.shown(i) + ", expected equal sizes except along axis " + std::to_string(*along)));
            if (k != *along && !out[k].fixed() && next[k].fixed()) out[k] = next[k];
        }
        if (out[*along].fixed() && next[*along].fixed())
            out[*along].size = std::min(out[*along].size + next[*along].size, kMaxExtent);
        else
            out[*along] = kUnknownDim;
    }
    return one(std::move(out));
}

std::optional<ResultShapes> slice(const Applied &node, Contradiction *why)
{
    std::string sentence;
    const auto taken = cuts(node, &sentence);
    if (!taken) return refuse(why, of_operand(ACCEL_OPERAND_SLICE_STARTS, sentence + "; " + node.shown(0)));
    Shape out = node.shape(0);
    for (const Cut &cut : *taken) out[static_cast<size_t>(cut.axis)] = cut.count < 0 ? kUnknownDim : Dim{cut.count};
    return one(std::move(out));
}

std::optional<ResultShapes> pad(const Applied &node, Contradiction *why)
{
    Shape out = node.shape(0);
    const auto pads = bounded_values(node, ACCEL_OPERAND_PAD_PADS, 2 * out.size(), "pads", why);
    if (!pads) return std::nullopt;
    for (size_t axis = 0; axis < out.size(); ++axis) {
        const int64_t added = (*pads)[axis] + (*pads)[axis + out.size()];
        if (added == 0) continue;
        if (out[axis].fixed())
            out[axis].size += added;
        else
            out[axis] = kUnknownDim;
    }
    return one(std::move(out));
}

namespace {

/// Do the results have these sizes along an axis, as they are declared?
bool declares(const Applied &node, size_t axis, const Ints &sizes)
{
    for (size_t i = 0; i < node.results.size(); ++i) {
        if (!node.results[i]) return false;
        const Shape declared = Applied::shape_of(*node.results[i]);
        if (axis >= declared.size() || !(declared[axis] == Dim{sizes[i]})) return false;
    }
    return true;
}

/// Where no sizes are given: equal parts; or, where the results are declared so, the last one smaller.
bool even_parts(const Applied &node, size_t axis, int64_t size, Ints *parts, Contradiction *why)
{
    const auto count = static_cast<int64_t>(node.results.size());
    const int64_t part = size / count + (size % count != 0);
    parts->assign(node.results.size(), part);
    parts->back() = size - part * (count - 1);
    if (size % count == 0 || (parts->back() >= 0 && declares(node, axis, *parts))) return true;
    refuse(why, of_operand(0, node.shown(0) + ", which does not divide into " + std::to_string(count) + " equal parts", size, part * count));
    return false;
}

}  // namespace

std::optional<ResultShapes> split(const Applied &node, Contradiction *why)
{
    const auto along = axis(node, 0, why);
    if (!along) return std::nullopt;
    const Shape whole = node.shape(0);
    const size_t count = node.results.size();
    ResultShapes parts(count, whole);
    if (!node.operand(ACCEL_OPERAND_SPLIT_SPLIT)) {
        Ints sizes;
        const Dim size = whole[*along];
        if (size.fixed() && !even_parts(node, *along, size.size, &sizes, why)) return std::nullopt;
        for (size_t i = 0; i < count; ++i) (*parts[i])[*along] = size.fixed() ? Dim{sizes[i]} : kUnknownDim;
        return parts;
    }
    const auto sizes = bounded_values(node, ACCEL_OPERAND_SPLIT_SPLIT, count, "split", why);
    if (!sizes) return std::nullopt;
    int64_t sum = 0;
    for (size_t i = 0; i < count; ++i) {
        (*parts[i])[*along] = Dim{(*sizes)[i]};
        sum = std::min(sum + (*sizes)[i], kMaxExtent);
    }
    if (whole[*along].fixed() && sum != whole[*along].size)
        return refuse(why, of_operand(ACCEL_OPERAND_SPLIT_SPLIT, "split adds up to " + std::to_string(sum) + "; " + node.shown(0), sum, whole[*along].size));
    return parts;
}

std::optional<ResultShapes> gather(const Applied &node, Contradiction *why)
{
    const auto along = axis(node, 0, why);
    if (!along) return std::nullopt;
    const Shape x = node.shape(0), indices = node.shape(1);
    const auto at = static_cast<std::ptrdiff_t>(*along);
    Shape out(x.begin(), x.begin() + at);
    out.insert(out.end(), indices.begin(), indices.end());
    out.insert(out.end(), x.begin() + at + 1, x.end());
    if (out.size() > kMaxRank) return refuse(why, of_rank(0, "the result would have rank " + std::to_string(out.size()) + ", at most " + std::to_string(kMaxRank), out.size(), kMaxRank));
    return one(std::move(out));
}

}  // namespace accel::graph::shapes
