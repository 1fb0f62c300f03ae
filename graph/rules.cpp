// SPDX-License-Identifier: MIT
#include <accel/graph/rules.h>

#include <accel/graph/catalog.h>

namespace accel::graph {

std::optional<ResultShapes> infer_shapes(const Applied &node, std::string *why)
{
    const OperationRow *row = find_operation(node.operation());
    if (!row || node.unknown_shape() != 0) return ResultShapes(node.results.size());
    return row->rules.shapes(node, why);
}

uint64_t work_macs(const Applied &node)
{
    const OperationRow *row = find_operation(node.operation());
    return row && !node.results.empty() && node.results[0] ? row->rules.work(node) : 0;
}

}  // namespace accel::graph
