// SPDX-License-Identifier: MIT
// One node with the tensors that it names: what the rules of operations look at.
#pragma once

#include <accel/graph.h>
#include <accel/graph/shape.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace accel::graph {

/// In the words of the ABI, which every form of a graph has. Owns nothing.
///
/// Numbers of tensors and symbols are within their tables, attributes are of the kinds that the catalog has for their keys (A-24, G-1, G-6). Whoever makes one has
/// seen to that; the rest, such as counts of values, is what the rules check.
struct Applied {
    const accel_node_desc *node = nullptr;
    uint32_t attribute_size = sizeof(accel_attribute);
    std::span<const accel_tensor_desc *const> operands, results;  ///< as the node names them; null for an absent one
    Symbols symbols;

    uint32_t operation() const { return node->operation; }
    /// Null when absent.
    const accel_tensor_desc *operand(size_t position) const { return position < operands.size() ? operands[position] : nullptr; }
    /// Of an operand that is there and has a rank.
    Shape shape(size_t position) const { return shape_of(*operands[position]); }
    static Shape shape_of(const accel_tensor_desc &tensor);

    /// Null when the node does not have it.
    const accel_attribute *find(uint32_t key) const;
    /// The values of an integer attribute; empty when absent, and where it holds something else.
    std::span<const int64_t> ints(uint32_t key) const;
    /// The first of them, or what it means when absent.
    int64_t integer(uint32_t key, int64_t otherwise) const;
    /// The first string; "" when absent.
    std::string_view string(uint32_t key) const;

    /// What a value operand holds; nothing when it is absent or not known.
    std::optional<std::vector<int64_t>> integers(size_t position) const;
    std::optional<float> real(size_t position) const;
    /// Position of a value operand that is there, shapes the result and is not known; 0 without one.
    size_t unknown_shape() const;

    /// "'name'" or "number 7" for an unnamed one.
    std::string name(size_t position) const;
    /// "operand 'x' has shape [1,3]"
    std::string shown(size_t position) const;
};

}  // namespace accel::graph
