// SPDX-License-Identifier: MIT
// Compares, counts and prints dims.
#include "dims.h"

#include <algorithm>

namespace accel::importer {

bool same(const Dims &a, const Dims &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const accel_dim &x, const accel_dim &y) { return same(x, y); });
}

Dims fixed_dims(std::span<const int64_t> sizes)
{
    Dims dims;
    dims.reserve(sizes.size());
    for (const int64_t size : sizes) {
        dims.push_back(fixed_dim(size));
    }
    return dims;
}

bool all_fixed(std::span<const accel_dim> dims)
{
    return std::all_of(dims.begin(), dims.end(), [](const accel_dim &dim) { return is_fixed(dim); });
}

std::optional<int64_t> element_count(std::span<const accel_dim> dims)
{
    int64_t count = 1;
    bool empty = false;
    for (const accel_dim &dim : dims) {
        if (!is_fixed(dim) || dim.size < 0) {
            return std::nullopt;
        }
        empty = empty || dim.size == 0;
        if (dim.size > 0 && (__builtin_mul_overflow(count, dim.size, &count) || count > kElementsMax)) {
            return std::nullopt;
        }
    }
    return empty ? 0 : count;
}

std::string to_text(const Dims &dims)
{
    std::string out;
    for (const accel_dim &dim : dims) {
        out += out.empty() ? "" : "x";
        out += is_fixed(dim) ? std::to_string(dim.size) : "?";
    }
    return out.empty() ? "scalar" : out;
}

bool may_equal(const accel_dim &a, const accel_dim &b)
{
    return !is_fixed(a) || !is_fixed(b) || a.size == b.size;
}

bool may_equal(const Dims &a, const Dims &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const accel_dim &x, const accel_dim &y) { return may_equal(x, y); });
}

}  // namespace accel::importer
