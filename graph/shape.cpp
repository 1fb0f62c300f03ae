// SPDX-License-Identifier: MIT
// Compares, counts, broadcasts and prints shapes.
#include <accel/graph/broadcast.h>
#include <accel/graph/shape.h>

#include <algorithm>

namespace accel::graph {

namespace {

bool dims_agree(Symbols symbols, const Dim &a, const Dim &b)
{
    const auto unknown = [](const Dim &dim) { return dim.size < 0 && dim.symbol == ACCEL_SYMBOL_NONE; };
    if (unknown(a) || unknown(b)) return true;
    if (a.symbol == b.symbol) return a.symbol != ACCEL_SYMBOL_NONE || a.size == b.size;
    // Of two symbols it is seen when they have sizes.
    const auto least = [&](const Dim &dim) { return dim.fixed() ? dim.size : symbols[dim.symbol].min_size; };
    const auto most = [&](const Dim &dim) { return dim.fixed() ? dim.size : symbols[dim.symbol].max_size; };
    return least(a) <= most(b) && least(b) <= most(a);
}

}  // namespace

std::optional<uint64_t> element_count(const Shape &shape)
{
    uint64_t count = 1;
    for (const Dim &dim : shape) {
        if (!dim.fixed() || __builtin_mul_overflow(count, static_cast<uint64_t>(dim.size), &count) || count > kMaxTensorBytes) return std::nullopt;
    }
    return count;
}

std::vector<int64_t> sizes_of(const Shape &shape)
{
    std::vector<int64_t> sizes;
    sizes.reserve(shape.size());
    for (const Dim &dim : shape) sizes.push_back(dim.fixed() ? dim.size : -1);
    return sizes;
}

std::vector<int64_t> row_major_strides(const Shape &shape)
{
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis].size;
    return strides;
}

bool shapes_agree(Symbols symbols, const Shape &a, const Shape &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [symbols](const Dim &x, const Dim &y) { return dims_agree(symbols, x, y); });
}

std::optional<Shape> broadcast(const Shape &a, const Shape &b)
{
    const auto is_one = [](const Dim &dim) { return dim == Dim{1}; };
    return broadcast(a, b, is_one, [](const Dim &x, const Dim &y) -> std::optional<Dim> {
        if (x == y) return x;
        if (x.fixed() && y.fixed()) return std::nullopt;
        // An open size beside a number is that number, or 1.
        return x.fixed() ? x : y.fixed() ? y
                                         : kUnknownDim;
    });
}

std::string text(Symbols symbols, const Shape &shape)
{
    std::string out = "[";
    for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (axis) out += ",";
        const Dim &dim = shape[axis];
        if (dim.symbol < symbols.size())
            out += symbols[dim.symbol].name;
        else
            out += dim.size < 0 ? "?" : std::to_string(dim.size);
    }
    return out + "]";
}

}  // namespace accel::graph
