// SPDX-License-Identifier: MIT
// What the graph library knows about an operation: one row of functions for each, which the catalog names by family.
#pragma once

#include <accel/graph/applied.h>

#include <optional>
#include <string>
#include <vector>

namespace accel::graph {

/// Shapes of a node's results; an entry is nothing where only the values tell.
using ResultShapes = std::vector<std::optional<Shape>>;

/// Why the shapes of a node contradict each other: a sentence, and the same as a module's answer.
struct Contradiction {
    std::string sentence;
    uint32_t reason = ACCEL_REASON_SIZE;  ///< SIZE or RANK, of an operand; or ATTRIBUTE
    uint32_t operand = 0;                 ///< its position
    uint32_t attribute = 0;               ///< its key, with ATTRIBUTE
    int64_t given = 0, expected = 0;      ///< both 0: no single number says it
};

/// On contradiction nothing, and *why (which may be null) tells.
using ShapeRule = std::optional<ResultShapes> (*)(const Applied &node, Contradiction *why);

/// Multiply-accumulates, UINT64_MAX where they are more than that counts.
using WorkRule = uint64_t (*)(const Applied &node);

using Bytes = std::vector<uint8_t>;

/// Called between pieces of work of a millisecond or a few; may throw to end it.
using Pulse = void (*)();

/// The value of the one result, dense and row-major, from those of the operands; nothing where it has none, or has none in these types.
using FoldRule = std::optional<Bytes> (*)(const Applied &node, const Shape &result, Pulse pulse);

struct Fold {
    FoldRule value;          ///< null: left to a device
    uint64_t elements_most;  ///< of a result that is not left to a device
    enum class Reads { kValues,
                       kShapes,
                       kFirst } reads;  ///< kFirst: the value of operand 0, and types of the others
};

struct Rules {
    ShapeRule shapes;
    Fold fold;
    WorkRule work;
};

/// What the operation of a node makes of the shapes it is given: symbols and unknown sizes stay what they are where the rule can carry them. Of an operation outside the
/// catalog, of one with an operand of unknown rank, and of one whose shape waits for the values of operands, every entry is nothing.
/// The counts of operands and results are those of the catalog (G-6).
std::optional<ResultShapes> infer_shapes(const Applied &node, Contradiction *why);

/// Is all known of the operands that a fold of the operation reads: sizes, values? False as well of an operation that does not fold.
bool operands_known(const Applied &node);

/// Would fold() look for a value? Asked before memory is. False as well while operands are no constants, or their sizes not known.
bool may_fold(const Applied &node);

/// The value of a node that may be folded: what a device would compute (docs/numerics.md), to the bit. Nothing where there is none: an index that is outside, a quotient by
/// 0, an element type without arithmetic here. Never reads beyond a constant's data_bytes, whatever the node says.
std::optional<Bytes> fold(const Applied &node, Pulse pulse);

/// Does the result have operand 0's bytes? Then nobody need copy them.
bool folds_to_operand(const Applied &node);

/// How much the node computes, for reports and for balancing: 0 for data movement, for operations outside the catalog and where a size of the result is not known.
uint64_t work_macs(const Applied &node);

}  // namespace accel::graph
