// SPDX-License-Identifier: MIT
// Dimensions of tensors while a model is read, and their limits.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::importer {

using Dims = std::vector<accel_dim>;

/// Limits of the graph rules (docs/contract.md, G-3): a tensor has at most rank 8 and 2^40 bytes. One dimension is bound more tightly, so that
/// products of two stay inside 64 bits.
constexpr size_t kRankMax = 8;
constexpr int64_t kSizeMax = INT32_MAX;
constexpr int64_t kElementsMax = int64_t{1} << 36;  // of 16 bytes each, the widest type

inline accel_dim fixed_dim(int64_t size) { return {size, ACCEL_SYMBOL_NONE, 0}; }
inline accel_dim symbol_dim(uint32_t symbol) { return {-1, symbol, 0}; }
/// A dimension that nobody can say; Node::define_output gives it a symbol.
constexpr uint32_t kOpenSymbol = UINT32_MAX - 1;
inline accel_dim open_dim() { return symbol_dim(kOpenSymbol); }
inline bool is_open(const accel_dim &dim) { return dim.symbol == kOpenSymbol; }
inline bool is_fixed(const accel_dim &dim) { return dim.symbol == ACCEL_SYMBOL_NONE; }
/// Are both the same size, whatever it is?
inline bool same(const accel_dim &a, const accel_dim &b) { return !is_open(a) && a.symbol == b.symbol && a.size == b.size; }
inline bool is_one(const accel_dim &dim) { return is_fixed(dim) && dim.size == 1; }

bool same(const Dims &a, const Dims &b);
Dims fixed_dims(std::span<const int64_t> sizes);
bool all_fixed(std::span<const accel_dim> dims);
/// Number of elements if every dimension is fixed; nothing as well when the dimensions other than 0 multiply beyond kElementsMax.
std::optional<int64_t> element_count(std::span<const accel_dim> dims);
/// "1x3x?x224"
std::string to_text(const Dims &dims);

/// Can both be the same size? What is not a number may be any.
bool may_equal(const accel_dim &a, const accel_dim &b);
bool may_equal(const Dims &a, const Dims &b);

}  // namespace accel::importer
