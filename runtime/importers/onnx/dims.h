// SPDX-License-Identifier: MIT
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::onnx {

using Dims = std::vector<accel_dim>;

/// Limits of the graph rules (docs/contract.md, G-3): a tensor has at most rank 8 and 2^40 bytes. One dimension is bound more tightly, so that
/// products of two stay inside 64 bits.
constexpr size_t kRankMax = 8;
constexpr int64_t kSizeMax = INT32_MAX;
constexpr int64_t kElementsMax = int64_t{1} << 37;

inline accel_dim fixed_dim(int64_t size) { return {size, ACCEL_SYMBOL_NONE, 0}; }
inline accel_dim symbol_dim(uint32_t symbol) { return {-1, symbol, 0}; }
inline bool is_fixed(const accel_dim& dim) { return dim.symbol == ACCEL_SYMBOL_NONE; }
inline bool same(const accel_dim& a, const accel_dim& b) { return a.symbol == b.symbol && a.size == b.size; }
inline bool is_one(const accel_dim& dim) { return is_fixed(dim) && dim.size == 1; }

bool same(const Dims& a, const Dims& b);
Dims fixed_dims(std::span<const int64_t> sizes);
bool all_fixed(std::span<const accel_dim> dims);
/// Number of elements if every dimension is fixed; nothing as well when the dimensions other than 0 multiply beyond kElementsMax.
std::optional<int64_t> element_count(std::span<const accel_dim> dims);
/// "1x3x?x224"
std::string to_text(const Dims& dims);

/// A product of dimensions: a number times symbols.
struct DimProduct {
    int64_t number = 1;
    std::vector<uint32_t> symbols;

    /// false: beyond kElementsMax.
    bool multiply(const accel_dim& dim);
    /// The product as one dimension, if it is one.
    std::optional<accel_dim> as_dim() const;
    /// this / other as one dimension; nothing if it does not divide or is no dimension.
    std::optional<accel_dim> divide(const DimProduct& other) const;
};

std::optional<DimProduct> product(std::span<const accel_dim> dims);

enum class Broadcast { kOk, kMismatch, kUnknown };
/// Numpy-style broadcast of two shapes. kUnknown: two different symbols meet, and nothing says which size results.
Broadcast broadcast(const Dims& a, const Dims& b, Dims& out);

}  // namespace accel::onnx
