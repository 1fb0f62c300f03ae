// SPDX-License-Identifier: MIT
// Makes inputs into constants, and checks each value against its input.
#include "known_values.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "base/catalog.h"
#include "base/check.h"
#include "constants.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

class Taker {
public:
    Taker(Graph &graph, std::vector<KnownSize> *sizes) : graph_(graph),
                                                         sizes_(sizes)
    {
        for (const uint32_t input : graph.inputs) inputs_.emplace(graph.tensors[input].name, input);
    }

    accel_status take(const accel_known_value &known)
    {
        if (!known.input) return fail_null("known[].input");
        if (known.reserved) return fail(kBad, "A-3", nullptr, "known value '%s': reserved is not 0", known.input);
        const auto found = inputs_.find(known.input);
        if (found == inputs_.end()) return fail(kBad, "P-17", nullptr, "known value '%s': the model has no input of that name", known.input);
        Tensor &tensor = graph_.tensors[found->second];
        if (tensor.constant()) return refuse(known, "it is given twice");
        if (!tensor.known() || !type_has_ports(tensor.type)) return refuse(known, "its type or its rank is none that has a form in memory");
        if (!known.data) return take_default(known, tensor);
        ACCEL_TRY(take_dims(known, tensor));
        return take_data(known, tensor);
    }

    void finish()
    {
        std::erase_if(graph_.inputs, [this](uint32_t input) { return graph_.tensors[input].constant(); });
    }

private:
    accel_status refuse(const accel_known_value &known, const std::string &why) const { return fail(kBad, "P-17", nullptr, "known value '%s': %s", known.input, why.c_str()); }

    accel_status take_dims(const accel_known_value &known, Tensor &tensor)
    {
        const bool open = std::any_of(tensor.shape.begin(), tensor.shape.end(), [](const Dim &dim) { return !dim.fixed(); });
        if (!known.dims && (open || known.rank)) return refuse(known, open ? "dims is NULL, and the model leaves sizes of it open" : "dims is NULL, and rank is not 0");
        if (!known.dims) return ACCEL_STATUS_OK;
        Shape given;
        for (uint32_t axis = 0; axis < known.rank && axis <= kMaxRank; ++axis) given.push_back(Dim{known.dims[axis]});
        bool fits = given.size() == tensor.shape.size();
        for (size_t axis = 0; fits && axis < given.size(); ++axis) fits = given[axis].size >= 0 && (!tensor.shape[axis].fixed() || tensor.shape[axis] == given[axis]);
        if (!fits) return refuse(known, "its shape is " + text(graph_, given) + ", the model's " + text(graph_, tensor.shape));
        for (size_t axis = 0; axis < given.size(); ++axis) {
            if (!tensor.shape[axis].fixed()) sizes_->push_back({tensor.shape[axis].symbol, given[axis].size, tensor.name});
        }
        tensor.shape = given;
        return ACCEL_STATUS_OK;
    }

    /// What the model gives stays where the model has it.
    accel_status take_default(const accel_known_value &known, Tensor &tensor) const
    {
        if (!tensor.default_data) return refuse(known, "data is NULL, and the model gives the input no default");
        if (known.data_bytes || known.dims || known.rank) return refuse(known, "data is NULL, and data_bytes, dims or rank is not 0");
        tensor.data = std::exchange(tensor.default_data, nullptr);
        tensor.data_bytes = tensor.default_bytes;
        return ACCEL_STATUS_OK;
    }

    accel_status take_data(const accel_known_value &known, Tensor &tensor)
    {
        const auto bytes = size_bytes(tensor);
        if (!bytes || *bytes != known.data_bytes)
            return refuse(known, "it has " + std::to_string(known.data_bytes) + " bytes, its shape and type need " + (bytes ? std::to_string(*bytes) : "more than 2^40"));
        const auto charge = graph_.grant(*bytes, "known value '" + tensor.name + "'");
        const auto *start = static_cast<const uint8_t *>(known.data);
        own_data(tensor, std::vector<uint8_t>(start, start + known.data_bytes), std::move(charge));
        tensor.default_data = nullptr;
        return ACCEL_STATUS_OK;
    }

    Graph &graph_;
    std::vector<KnownSize> *sizes_;
    std::unordered_map<std::string, uint32_t> inputs_;
};

}  // namespace

accel_status take_known_values(Graph &graph, const KnownValues &known, std::vector<KnownSize> *sizes)
{
    if (known.count == 0) return ACCEL_STATUS_OK;
    if (!known.values) return fail_null("desc.known");
    if (known.element_size < kFirstSize<accel_known_value> || known.element_size > kStructSizeMax || known.element_size % 8)
        return fail_element_size(known.element_size, sizeof(accel_known_value), "desc.known_size");
    Taker taker(graph, sizes);
    for (uint32_t i = 0; i < known.count; ++i) {
        const char *element = reinterpret_cast<const char *>(known.values) + size_t{known.element_size} * i;
        accel_known_value value{};
        std::memcpy(&value, element, std::min<size_t>(known.element_size, sizeof value));
        if (known.element_size > sizeof value && !is_zero(element + sizeof value, known.element_size - sizeof value)) return fail_struct_tail(known.element_size, sizeof value, "desc.known[]");
        ACCEL_TRY(taker.take(value));
    }
    taker.finish();
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
