// SPDX-License-Identifier: MIT
// Constants of graphs: read whatever their alignment, made by passes, aligned for modules.
#pragma once

#include <cstring>
#include <memory>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace accel::runtime {

/// Elements of a constant; the caller knows that its type is Value.
template <class Value> std::vector<Value> values_of(const Tensor &tensor)
{
    std::vector<Value> values(tensor.data_bytes / sizeof(Value));
    if (!values.empty()) std::memcpy(values.data(), tensor.data, values.size() * sizeof(Value));
    return values;
}

/// Give a tensor a value that it owns; what was granted for it is given back with it.
void own_data(Tensor &tensor, std::vector<uint8_t> bytes, graph::Grant charge = {});
template <class Value> void own_values(Tensor &tensor, const std::vector<Value> &values, graph::Grant charge = {})
{
    std::vector<uint8_t> bytes(values.size() * sizeof(Value));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    own_data(tensor, std::move(bytes), std::move(charge));
}

/// The bits of the nearest number of F16 or BF16, halves to even; infinite beyond its largest.
uint16_t sixteen_bits(uint32_t type, double value);

/// What passes made of the entry points of one model, held once: of constants with equal bytes one is kept.
class ConstantPool {
public:
    void share(Graph &graph);

private:
    std::unordered_multimap<uint64_t, std::shared_ptr<const std::vector<uint8_t>>> made_;  ///< by a hash of the bytes
};

/// Copy constants whose place in the model's file is not aligned for their type: modules read them as arrays.
void align_constants(Graph &graph);

}  // namespace accel::runtime
