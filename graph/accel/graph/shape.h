// SPDX-License-Identifier: MIT
// Sizes of tensors, some of them still open.
#pragma once

#include <accel/tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::graph {

inline constexpr uint32_t kMaxRank = 8;
inline constexpr uint64_t kMaxTensorBytes = uint64_t{1} << 40;

/// One size: a number, a symbol, or one that cannot be told (kUnknownDim). An array of these is one of accel_dim.
struct Dim : accel_dim {
    constexpr Dim(int64_t size_ = 0, uint32_t symbol_ = ACCEL_SYMBOL_NONE) : accel_dim{size_, symbol_, 0} {}
    constexpr explicit Dim(const accel_dim &dim) : Dim(dim.size, dim.symbol) {}
    constexpr bool fixed() const { return symbol == ACCEL_SYMBOL_NONE && size >= 0; }
    constexpr bool operator==(const Dim &other) const { return size == other.size && symbol == other.symbol; }
};
using Shape = std::vector<Dim>;

/// A size that follows from a symbol in a way that nobody wrote down.
inline constexpr Dim kUnknownDim{-1};

struct Symbol {
    std::string name;
    int64_t min_size = 0;
    int64_t max_size = 0;
    uint32_t kind = ACCEL_SYMBOL_KIND_FREE;
    uint32_t expression = ACCEL_EXPRESSION_NONE;
    int64_t multiple = 1;
};
using Symbols = std::span<const Symbol>;

/// Number of elements, nothing when a dimension is not fixed or the count would pass kMaxTensorBytes.
std::optional<uint64_t> element_count(const Shape &shape);

/// -1 for one that is open.
std::vector<int64_t> sizes_of(const Shape &shape);

/// Elements from one index to the next along each axis, dense and row-major. Every size is fixed.
std::vector<int64_t> row_major_strides(const Shape &shape);

/// Can both shapes describe the same tensor? Unknown dimensions agree with everything, symbols with what lies in their range.
bool shapes_agree(Symbols symbols, const Shape &a, const Shape &b);

/// Numpy's broadcasting of two shapes; nothing where two numbers do not go together.
std::optional<Shape> broadcast(const Shape &a, const Shape &b);

/// "[1,3,h,224]"
std::string text(Symbols symbols, const Shape &shape);

}  // namespace accel::graph
