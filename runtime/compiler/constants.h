// SPDX-License-Identifier: MIT
// Constants of graphs: read whatever their alignment, made by passes, aligned for modules.
#pragma once

#include <cstring>
#include <vector>

#include "../graph.h"

namespace accel::runtime {

/// Elements of a constant; the caller knows that its type is Value.
template <class Value> std::vector<Value> values_of(const Tensor &tensor)
{
    std::vector<Value> values(tensor.data_bytes / sizeof(Value));
    if (!values.empty()) std::memcpy(values.data(), tensor.data, values.size() * sizeof(Value));
    return values;
}

/// Give a tensor a value that it owns; what was granted for it is given back with it.
void own_data(Tensor &tensor, std::vector<uint8_t> bytes, Charge charge = {});
template <class Value> void own_values(Tensor &tensor, const std::vector<Value> &values, Charge charge = {})
{
    std::vector<uint8_t> bytes(values.size() * sizeof(Value));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    own_data(tensor, std::move(bytes), std::move(charge));
}

/// Copy constants whose place in the model's file is not aligned for their type: modules read them as arrays.
void align_constants(Graph &graph);

}  // namespace accel::runtime
