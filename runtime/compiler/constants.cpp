// SPDX-License-Identifier: MIT
#include "constants.h"

#include "../catalog.h"

namespace accel::runtime {

namespace {

/// A constant without elements still needs an address: data == NULL means "no constant".
const uint8_t kNothing[8] = {};

}  // namespace

void own_data(Tensor &tensor, std::vector<uint8_t> bytes)
{
    auto owned = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
    tensor.data = owned->empty() ? kNothing : owned->data();
    tensor.data_bytes = owned->size();
    tensor.owned = std::move(owned);
}

void align_constants(Graph &graph)
{
    for (Tensor &tensor : graph.tensors) {
        const uint32_t granule = type_size_bytes(tensor.type);
        if (!tensor.constant() || granule < 2 || reinterpret_cast<uintptr_t>(tensor.data) % granule == 0) continue;
        const auto *start = static_cast<const uint8_t *>(tensor.data);
        own_data(tensor, std::vector<uint8_t>(start, start + tensor.data_bytes));
    }
}

}  // namespace accel::runtime
