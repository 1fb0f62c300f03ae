// SPDX-License-Identifier: MIT
// Any one operation in binary64, by its definition: what every row of the table is compared with.
// Shares no code with what is tested.
#pragma once

#include "harness.h"

#include <accel/graph/applied.h>

namespace accel::cpu::test {

struct Real {
    Dims dims;
    std::vector<double> values;
};

template <typename Body> void each(const Dims &dims, const Body &body)
{
    Dims index(dims.size(), 0);
    for (int64_t left = count(dims); left > 0; --left) {
        body(index);
        for (size_t axis = dims.size(); axis-- > 0;) {
            if (++index[axis] < dims[axis])
                break;
            index[axis] = 0;
        }
    }
}

// Stretched where an axis has size 1 or is not there.
double at(const Real &tensor, const Dims &index);

template <typename Value> Real map(const Dims &dims, const Value &value)
{
    Real made{dims, {}};
    each(dims, [&](const Dims &index) { made.values.push_back(value(index)); });
    return made;
}

// The real values that a tensor with data stands for.
Real decode(const accel_tensor_desc &tensor);

// What the first result, or the result of SPLIT at that position, stands for; all operands have data, the results the right shapes.
Real evaluate(const graph::Applied &node, size_t result = 0);

// A result of LSTM, GRU or RNN with the functions that they are known for.
Real cells(const graph::Applied &node, size_t result, const Dims &dims);

// The same of operations that reduce axes, or go along one.
Real along_axes(const graph::Applied &node, const Real &x, const Dims &dims);

// LAYER_NORMALIZATION and RMS_NORMALIZATION, and the statistics that are results of the first.
Real rows(const graph::Applied &node, const std::vector<Real> &x, size_t result);

// DEPTH_TO_SPACE and SPACE_TO_DEPTH.
Real blocks(const graph::Applied &node, const Real &x, const Dims &dims);

// The same of what scatters, of RESIZE, both results of TOP_K, and TRILU; nothing of others.
std::optional<Real> by_places(const graph::Applied &node, const std::vector<Real> &x, const Dims &dims, size_t result);

}  // namespace accel::cpu::test
