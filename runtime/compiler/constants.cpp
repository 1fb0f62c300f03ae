// SPDX-License-Identifier: MIT
// Gives constants to their graph, shares equal ones, and aligns them.
#include "constants.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/catalog.h"
#include "base/progress.h"

namespace accel::runtime {

namespace {

/// A constant without elements still needs an address: data == NULL means "no constant".
const uint8_t kNothing[8] = {};

}  // namespace

void own_data(Tensor &tensor, std::vector<uint8_t> bytes, graph::Grant charge)
{
    struct Owned {
        std::vector<uint8_t> bytes;
        graph::Grant charge;
    };
    const auto owned = std::make_shared<const Owned>(Owned{std::move(bytes), std::move(charge)});
    tensor.data = owned->bytes.empty() ? kNothing : owned->bytes.data();
    tensor.data_bytes = owned->bytes.size();
    tensor.owned = {owned, &owned->bytes};
}

uint16_t sixteen_bits(uint32_t type, double value)
{
    // Units of the last place of a normal number have one bit more than the fraction is long, which lifts the exponent's field from 0 to 1.
    const int fraction_bits = type == ACCEL_TYPE_F16 ? 10 : 7, smallest = type == ACCEL_TYPE_F16 ? -14 : -126, largest = type == ACCEL_TYPE_F16 ? 15 : 127;
    const int sign = std::signbit(value) ? 0x8000 : 0, infinite = (largest - smallest + 2) << fraction_bits;
    if (std::isnan(value)) return static_cast<uint16_t>(infinite | 1 << (fraction_bits - 1));
    if (std::isinf(value) || std::fabs(value) >= std::ldexp(1.0, largest + 1)) return static_cast<uint16_t>(sign | infinite);
    const int exponent = value == 0 ? smallest : std::max(std::ilogb(value), smallest);
    const int units = static_cast<int>(std::nearbyint(std::ldexp(std::fabs(value), fraction_bits - exponent)));
    return static_cast<uint16_t>(sign | (((exponent - smallest) << fraction_bits) + units));
}

void ConstantPool::share(Graph &graph)
{
    for (Tensor &tensor : graph.tensors) {
        if (!tensor.owned || tensor.owned->empty()) continue;
        pace_piece();
        const uint64_t hash = std::hash<std::string_view>()({reinterpret_cast<const char *>(tensor.owned->data()), tensor.owned->size()});
        const auto [first, last] = made_.equal_range(hash);
        const auto same = std::find_if(first, last, [&](const auto &known) { return *known.second == *tensor.owned; });
        if (same == last) {
            made_.emplace(hash, tensor.owned);
            continue;
        }
        tensor.data = same->second->data() + (static_cast<const uint8_t *>(tensor.data) - tensor.owned->data());
        tensor.owned = same->second;
    }
}

void align_constants(Graph &graph)
{
    for (Tensor &tensor : graph.tensors) {
        const uint32_t granule = type_size_bytes(tensor.type);
        if (!tensor.constant() || granule < 2 || reinterpret_cast<uintptr_t>(tensor.data) % granule == 0) continue;
        const auto charge = graph.grant(tensor.data_bytes, "an aligned copy of tensor '" + tensor.name + "'");
        pace_piece();
        const auto *start = static_cast<const uint8_t *>(tensor.data);
        own_data(tensor, std::vector<uint8_t>(start, start + tensor.data_bytes), std::move(charge));
    }
}

}  // namespace accel::runtime
