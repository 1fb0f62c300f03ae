// SPDX-License-Identifier: MIT
// Reductions, places of extremes, running sums and rows, from the lists of values that each element of a result is of; blocks.
#include "evaluate.h"

#include <accel/graph/values.h>
#include <accel/graph/view.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace accel::cpu::test {

double at(const Real &tensor, const Dims &index)
{
    int64_t flat = 0;
    const size_t lead = index.size() - tensor.dims.size();
    for (size_t axis = 0; axis < tensor.dims.size(); ++axis)
        flat = flat * tensor.dims[axis] + (tensor.dims[axis] == 1 ? 0 : index[lead + axis]);
    return tensor.values[static_cast<size_t>(flat)];
}

namespace {

// The values of x that each element of a result is made of.
std::vector<std::vector<double>> groups_of(const Real &x, const std::vector<bool> &reduced)
{
    Dims kept = x.dims;
    for (size_t axis = 0; axis < kept.size(); ++axis)
        kept[axis] = reduced[axis] ? 1 : kept[axis];
    std::vector<std::vector<double>> groups(static_cast<size_t>(count(kept)));
    each(x.dims, [&](const Dims &index) {
        int64_t flat = 0;
        for (size_t axis = 0; axis < index.size(); ++axis)
            flat = flat * kept[axis] + (reduced[axis] ? 0 : index[axis]);
        groups[static_cast<size_t>(flat)].push_back(at(x, index));
    });
    return groups;
}

// Of values that wrap as unsigned ones do.
double product(const std::vector<double> &values, uint32_t type)
{
    if (type != ACCEL_TYPE_I32 && type != ACCEL_TYPE_I64)
        return std::accumulate(values.begin(), values.end(), 1.0, std::multiplies<>());
    uint64_t made = 1;
    for (const double value : values)
        made *= static_cast<uint64_t>(static_cast<int64_t>(value));
    return type == ACCEL_TYPE_I32 ? static_cast<double>(static_cast<int32_t>(made)) : static_cast<double>(static_cast<int64_t>(made));
}

double folded(uint32_t operation, const std::vector<double> &values, uint32_t type)
{
    const double sum = std::accumulate(values.begin(), values.end(), 0.0), mean = sum / static_cast<double>(values.size());
    switch (operation) {
    case ACCEL_OPERATION_REDUCE_SUM:
        return sum;
    case ACCEL_OPERATION_REDUCE_PROD:
        return product(values, type);
    case ACCEL_OPERATION_REDUCE_MAX:
        return *std::ranges::max_element(values);
    case ACCEL_OPERATION_REDUCE_MIN:
        return *std::ranges::min_element(values);
    default:
        return type == ACCEL_TYPE_I32 || type == ACCEL_TYPE_I64 ? std::trunc(mean) : mean;
    }
}

Real reduced(const graph::Applied &node, const Real &x, const Dims &dims)
{
    const auto axes = *graph::ascending_axes(node.integers(ACCEL_OPERAND_REDUCE_MEAN_AXES).value_or(Dims{}), x.dims.size(), nullptr);
    std::vector<bool> named(x.dims.size(), axes.empty());
    for (const int64_t axis : axes)
        named[static_cast<size_t>(axis)] = true;
    Real made{dims, {}};
    for (const auto &values : groups_of(x, named))
        made.values.push_back(folded(node.operation(), values, node.operands[0]->type));
    return made;
}

Real place_of_extreme(const graph::Applied &node, const Real &x, const Dims &dims)
{
    std::vector<bool> along(x.dims.size(), false);
    along[static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0))] = true;
    Real made{dims, {}};
    for (auto values : groups_of(x, along)) {
        if (node.operation() == ACCEL_OPERATION_ARG_MIN)
            for (double &value : values)
                value = -value;
        const double most = *std::ranges::max_element(values);
        const bool last = node.integer(ACCEL_ATTRIBUTE_SELECT_LAST, 0) != 0;
        const auto first = std::ranges::find(values, most);
        const auto back = std::find(values.rbegin(), values.rend(), most).base() - 1;
        made.values.push_back(static_cast<double>((last ? back : first) - values.begin()));
    }
    return made;
}

Real cumulated(const graph::Applied &node, const Real &x)
{
    const auto axis = static_cast<size_t>(graph::ascending_axes(*node.integers(ACCEL_OPERAND_CUM_SUM_AXIS), x.dims.size(), nullptr)->front());
    const bool exclusive = node.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, 0) != 0, reverse = node.integer(ACCEL_ATTRIBUTE_REVERSE, 0) != 0, product = node.operation() == ACCEL_OPERATION_CUM_PROD;
    return map(x.dims, [&](const Dims &index) {
        double total = product ? 1 : 0;
        Dims other = index;
        for (other[axis] = 0; other[axis] < x.dims[axis]; ++other[axis]) {
            const bool counts = reverse ? other[axis] > index[axis] : other[axis] < index[axis];
            if (counts || (!exclusive && other[axis] == index[axis]))
                total = product ? total * at(x, other) : total + at(x, other);
        }
        return total;
    });
}

}  // namespace

Real rows(const graph::Applied &node, const std::vector<Real> &x, size_t result)
{
    std::vector<bool> along(x[0].dims.size(), false);
    for (auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(along.size()) - 1)); axis < along.size(); ++axis)
        along[axis] = true;
    const bool centred = node.operation() == ACCEL_OPERATION_LAYER_NORMALIZATION;
    const auto epsilon = static_cast<double>(graph::real(*node.node, ACCEL_ATTRIBUTE_EPSILON).value_or(1e-5f));
    Real mean{x[0].dims, {}}, inverse;
    for (size_t axis = 0; axis < along.size(); ++axis)
        mean.dims[axis] = along[axis] ? 1 : mean.dims[axis];
    inverse.dims = mean.dims;
    for (const auto &values : groups_of(x[0], along)) {
        const auto size = static_cast<double>(values.size());
        const double middle = centred ? std::accumulate(values.begin(), values.end(), 0.0) / size : 0;
        const double spread = std::accumulate(values.begin(), values.end(), 0.0, [&](double sum, double value) { return sum + (value - middle) * (value - middle); });
        mean.values.push_back(middle);
        inverse.values.push_back(1 / std::sqrt(spread / size + epsilon));
    }
    if (result > 0)
        return result == 1 ? mean : inverse;
    return map(x[0].dims, [&](const Dims &index) { return (at(x[0], index) - at(mean, index)) * at(inverse, index) * at(x[1], index) + (x.size() > 2 ? at(x[2], index) : 0); });
}

Real blocks(const graph::Applied &node, const Real &x, const Dims &dims)
{
    const int64_t side = node.integer(ACCEL_ATTRIBUTE_BLOCK_SIZE, 1);
    const bool to_space = node.operation() == ACCEL_OPERATION_DEPTH_TO_SPACE, depth_first = node.string(ACCEL_ATTRIBUTE_MODE) == "CRD";
    const Dims &space = to_space ? dims : x.dims, &depth = to_space ? x.dims : dims;
    Real made{dims, std::vector<double>(x.values.size())};
    each(space, [&](const Dims &index) {
        const int64_t place = index[2] % side * side + index[3] % side;
        const Dims other{index[0], depth_first ? index[1] * side * side + place : place * space[1] + index[1], index[2] / side, index[3] / side};
        const auto flat = [](const Dims &of, const Dims &where) { return static_cast<size_t>(((where[0] * of[1] + where[1]) * of[2] + where[2]) * of[3] + where[3]); };
        to_space ? void(made.values[flat(space, index)] = x.values[flat(depth, other)]) : void(made.values[flat(depth, other)] = x.values[flat(space, index)]);
    });
    return made;
}

Real along_axes(const graph::Applied &node, const Real &x, const Dims &dims)
{
    switch (node.operation()) {
    case ACCEL_OPERATION_ARG_MAX:
    case ACCEL_OPERATION_ARG_MIN:
        return place_of_extreme(node, x, dims);
    case ACCEL_OPERATION_CUM_SUM:
    case ACCEL_OPERATION_CUM_PROD:
        return cumulated(node, x);
    default:
        return reduced(node, x, dims);
    }
}

}  // namespace accel::cpu::test
