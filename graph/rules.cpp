// SPDX-License-Identifier: MIT
// Calls the rule of shapes, folding or work that the catalog names for a node.
#include <accel/graph/rules.h>

#include <accel/graph/catalog.h>

#include <algorithm>

#include "fold/rules.h"

namespace accel::graph {

namespace {

/// A rule may look at the sizes of every operand.
bool ranked(const Applied &node)
{
    return std::all_of(node.operands.begin(), node.operands.end(), [](const accel_tensor_desc *operand) { return !operand || operand->rank <= kMaxRank; });
}

/// A constant that is as long as its shape says, or a tensor that has no elements to know.
bool whole(const accel_tensor_desc &tensor)
{
    const auto count = element_count(Applied::shape_of(tensor));
    if (count == 0) return true;
    return tensor.data && count && packed_size_bytes(tensor.type, *count) == tensor.data_bytes;
}

bool known(const accel_tensor_desc &operand, size_t position, Fold::Reads reads)
{
    if (reads == Fold::Reads::kShapes) return element_count(Applied::shape_of(operand)).has_value();
    return (reads == Fold::Reads::kFirst && position != 0) || whole(operand);
}

}  // namespace

std::optional<ResultShapes> infer_shapes(const Applied &node, Contradiction *why)
{
    const OperationRow *row = find_operation(node.operation());
    if (!row || !ranked(node) || node.unknown_shape() != 0) return ResultShapes(node.results.size());
    return row->rules.shapes(node, why);
}

bool operands_known(const Applied &node)
{
    const OperationRow *row = find_operation(node.operation());
    if (!row || !row->rules.fold.value || !ranked(node)) return false;
    for (size_t i = 0; i < node.operands.size(); ++i) {
        const accel_tensor_desc *operand = node.operands[i];
        if (operand ? !known(*operand, i, row->rules.fold.reads) : i < row->input_count_min) return false;
    }
    return true;
}

bool may_fold(const Applied &node)
{
    if (!operands_known(node) || node.results.size() != 1 || !node.results[0] || node.results[0]->rank > kMaxRank) return false;
    const auto count = element_count(Applied::shape_of(*node.results[0]));
    return count && *count <= find_operation(node.operation())->rules.fold.elements_most;
}

std::optional<Bytes> fold(const Applied &node, Pulse pulse)
{
    if (!may_fold(node)) return std::nullopt;
    const auto shapes = infer_shapes(node, nullptr);
    if (!shapes || !shapes->front() || *shapes->front() != Applied::shape_of(*node.results[0])) return std::nullopt;
    auto value = find_operation(node.operation())->rules.fold.value(node, *shapes->front(), pulse);
    // A result that is declared with a type that the operation does not make has no value.
    if (value && packed_size_bytes(node.results[0]->type, element_count(*shapes->front()).value_or(0)) != value->size()) return std::nullopt;
    return value;
}

bool folds_to_operand(const Applied &node)
{
    const OperationRow *row = find_operation(node.operation());
    return row && row->rules.fold.value == folds::alias;
}

uint64_t work_macs(const Applied &node)
{
    const OperationRow *row = find_operation(node.operation());
    return row && ranked(node) && !node.results.empty() && node.results[0] && node.results[0]->rank <= kMaxRank ? row->rules.work(node) : 0;
}

}  // namespace accel::graph
