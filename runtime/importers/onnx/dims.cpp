// SPDX-License-Identifier: MIT
#include "dims.h"

#include <algorithm>

namespace accel::onnx {

bool same(const Dims& a, const Dims& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const accel_dim& x, const accel_dim& y) { return same(x, y); });
}

Dims fixed_dims(std::span<const int64_t> sizes) {
    Dims dims;
    dims.reserve(sizes.size());
    for (const int64_t size : sizes) {
        dims.push_back(fixed_dim(size));
    }
    return dims;
}

bool all_fixed(std::span<const accel_dim> dims) {
    return std::all_of(dims.begin(), dims.end(), [](const accel_dim& dim) { return is_fixed(dim); });
}

std::optional<int64_t> element_count(std::span<const accel_dim> dims) {
    int64_t count = 1;
    bool empty = false;
    for (const accel_dim& dim : dims) {
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

std::string to_text(const Dims& dims) {
    std::string out;
    for (const accel_dim& dim : dims) {
        out += out.empty() ? "" : "x";
        out += is_fixed(dim) ? std::to_string(dim.size) : "?";
    }
    return out.empty() ? "scalar" : out;
}

bool DimProduct::multiply(const accel_dim& dim) {
    if (!is_fixed(dim)) {
        symbols.insert(std::lower_bound(symbols.begin(), symbols.end(), dim.symbol), dim.symbol);
        return true;
    }
    return !__builtin_mul_overflow(number, dim.size, &number) && number <= kElementsMax;
}

std::optional<accel_dim> DimProduct::as_dim() const {
    if (symbols.empty() && number <= kSizeMax) {
        return fixed_dim(number);
    }
    if (symbols.size() == 1 && number == 1) {
        return symbol_dim(symbols.front());
    }
    return std::nullopt;
}

std::optional<accel_dim> DimProduct::divide(const DimProduct& other) const {
    if (other.number == 0 || number % other.number != 0 || !std::includes(symbols.begin(), symbols.end(), other.symbols.begin(), other.symbols.end())) {
        return std::nullopt;
    }
    DimProduct quotient{number / other.number, {}};
    std::set_difference(symbols.begin(), symbols.end(), other.symbols.begin(), other.symbols.end(), std::back_inserter(quotient.symbols));
    return quotient.as_dim();
}

std::optional<DimProduct> product(std::span<const accel_dim> dims) {
    DimProduct result;
    for (const accel_dim& dim : dims) {
        if (!result.multiply(dim)) {
            return std::nullopt;
        }
    }
    return result;
}

namespace {

Broadcast broadcast_one(const accel_dim& a, const accel_dim& b, accel_dim& out) {
    if (same(a, b) || is_one(b)) {
        out = a;
        return Broadcast::kOk;
    }
    if (is_one(a)) {
        out = b;
        return Broadcast::kOk;
    }
    if (is_fixed(a) && is_fixed(b)) {
        return Broadcast::kMismatch;
    }
    if (!is_fixed(a) && !is_fixed(b)) {
        return Broadcast::kUnknown;
    }
    // A symbol beside a size above 1 can only be that size or 1: the result has the size either way.
    out = is_fixed(a) ? a : b;
    return Broadcast::kOk;
}

}  // namespace

Broadcast broadcast(const Dims& a, const Dims& b, Dims& out) {
    const size_t rank = std::max(a.size(), b.size());
    out.assign(rank, fixed_dim(1));
    for (size_t i = 0; i < rank; ++i) {
        const accel_dim left = i + a.size() < rank ? fixed_dim(1) : a[i + a.size() - rank];
        const accel_dim right = i + b.size() < rank ? fixed_dim(1) : b[i + b.size() - rank];
        const Broadcast result = broadcast_one(left, right, out[i]);
        if (result != Broadcast::kOk) {
            return result;
        }
    }
    return Broadcast::kOk;
}

}  // namespace accel::onnx
