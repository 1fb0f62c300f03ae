// SPDX-License-Identifier: MIT
// Open sizes of a model while it is read.
#pragma once

#include "dims.h"
#include "memory.h"

#include <accel/graph/builder.h>

#include <string_view>
#include <unordered_map>
#include <vector>

namespace accel::importer {

/// A size while nodes are translated: a row of the graph's expressions.
using Size = uint32_t;
/// A size that nobody can say before the free ones are known.
constexpr Size kOpenSize = ACCEL_EXPRESSION_NONE;

/// The sizes of a graph that are open: symbols by name, and what is calculated from them. Two dimensions that are calculated alike are one symbol.
class Sizes {
public:
    explicit Sizes(ModelMemory &memory) : memory_(memory) {}

    /// One that the application gives.
    uint32_t symbol(std::string_view name);
    uint32_t unnamed_symbol(std::string_view tensor, size_t axis);
    /// One inside of a body, which may be another each time. Whatever it is called in the file, it is none of those that are given.
    uint32_t turning_symbol(std::string_view name);
    /// A dimension that follows from others in a way that no expression says.
    accel_dim open_dim(std::string_view tensor, size_t axis);

    Size size(const accel_dim &dim);
    Size number(int64_t value) { return builder_.constant(value); }
    /// Any size that is calculated.
    graph::Builder &calculate() { return builder_; }
    const graph::Builder &calculate() const { return builder_; }
    Size product(std::span<const accel_dim> dims);
    /// An open size as open_dim(), which Node::define_output gives a symbol of its own.
    accel_dim dim(Size size);
    /// What two dimensions that meet in a broadcast make, neither of them 1 and not both numbers.
    accel_dim broadcast(const accel_dim &a, const accel_dim &b);
    /// Whatever the free sizes are, this one is at least 1 in a graph that can be built.
    void mark_positive(Size size);
    bool is_positive(Size size) const;
    /// The smallest number that a dimension can be.
    int64_t least(const accel_dim &dim);
    /// Can it not be below 0, whatever the free sizes are?
    bool is_natural(Size size) const;

    const std::vector<accel_symbol> &symbols() const { return symbols_; }
    graph::Rows expressions() const { return builder_.rows(); }

private:
    uint32_t add(std::string name, uint32_t kind, Size expression, int64_t least, int64_t most);

    ModelMemory &memory_;
    graph::Builder builder_;
    std::vector<accel_symbol> symbols_;
    std::unordered_map<std::string_view, uint32_t> by_name_;
    std::unordered_map<Size, uint32_t> by_size_;
    std::vector<bool> positive_;  ///< by size
};

}  // namespace accel::importer
