// SPDX-License-Identifier: MIT
// Hands quantisation on through operations that keep it, until nothing is new.
#include "common/failure.h"
#include "common/graph.h"
#include "custom.h"

#include <cstring>
#include <numeric>
#include <span>

namespace accel::onnx {
namespace {

/// Operations whose stored values are copies or a choice of the input's: both sides carry one quantisation.
bool keeps_quantization(accel_operation operation)
{
    switch (operation) {
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_TRANSPOSE:
    case ACCEL_OPERATION_CONCAT:
    case ACCEL_OPERATION_SLICE:
    case ACCEL_OPERATION_PAD:
    case ACCEL_OPERATION_SPLIT:
    case ACCEL_OPERATION_IDENTITY:
    case ACCEL_OPERATION_TILE:
    case ACCEL_OPERATION_TRILU: return true;
    default: return false;
    }
}

bool is_scatter(accel_operation operation) { return operation == ACCEL_OPERATION_SCATTER_ELEMENTS || operation == ACCEL_OPERATION_SCATTER_ND; }

/// What an attribute says; "" where it is absent.
std::string_view text_of(const Operation &operation, accel_attribute_key key)
{
    for (const AttributeList::Entry &entry : operation.attributes.entries) {
        if (entry.key == key) {
            return entry.strings.empty() ? std::string_view() : std::string_view(entry.strings.front());
        }
    }
    return {};
}

/// Elements are taken, or put in place of others, where indices or scales say.
bool is_placed(const Operation &operation)
{
    switch (operation.operation) {
    case ACCEL_OPERATION_GATHER:
    case ACCEL_OPERATION_GATHER_ELEMENTS:
    case ACCEL_OPERATION_GATHER_ND: return true;
    default: break;
    }
    if (operation.operation == ACCEL_OPERATION_RESIZE) {
        return text_of(operation, ACCEL_ATTRIBUTE_MODE) == "nearest" && text_of(operation, ACCEL_ATTRIBUTE_COORDINATES) != "tf_crop_and_resize";
    }
    return is_scatter(operation.operation) && text_of(operation, ACCEL_ATTRIBUTE_REDUCTION).empty();
}

std::vector<ValueId> sides(const Operation &operation)
{
    // Behind the first operand only CONCAT and what scatters have more than indices, shapes and bounds.
    const bool joins = operation.operation == ACCEL_OPERATION_CONCAT;
    std::vector<ValueId> values(operation.inputs.begin(), joins ? operation.inputs.end() : operation.inputs.begin() + 1);
    if (is_scatter(operation.operation)) {
        values.push_back(operation.inputs[2]);
    }
    values.insert(values.end(), operation.outputs.begin(), operation.outputs.end());
    return values;
}

/// Gives what is known of one side of an operation to the others. Says whose quantisation is new.
std::vector<ValueId> settle(Graph &graph, Operation &operation)
{
    if (!keeps_quantization(operation.operation) && !is_placed(operation)) {
        return {};
    }
    const std::vector<ValueId> values = sides(operation);
    const Quantization *known = nullptr;
    for (const ValueId id : values) {
        const auto &quantization = graph.value(id).quantization;
        if (!quantization) {
            continue;
        }
        if (quantization->per_axis()) {
            make_custom(operation, "it moves values that are quantised per axis");
            return {};
        }
        if (known != nullptr && *known != *quantization) {
            make_custom(operation, "it joins tensors of different quantisation without converting them");
            return {};
        }
        known = &*quantization;
    }
    std::vector<ValueId> changed;
    for (const ValueId id : values) {
        if (known != nullptr && !graph.value(id).quantization) {
            graph.value(id).quantization = *known;
            changed.push_back(id);
        }
    }
    return changed;
}

/// The operations that make or read each value, in one array for all.
class OperationsOf {
public:
    explicit OperationsOf(const Graph &graph) : end_(graph.value_count() + 1)
    {
        each(graph, [this](ValueId id, uint32_t) { ++end_[id + 1]; });
        std::partial_sum(end_.begin(), end_.end(), end_.begin());
        all_.resize(end_.back());
        std::vector<uint32_t> next(end_.begin(), end_.end() - 1);
        each(graph, [&](ValueId id, uint32_t operation) { all_[next[id]++] = operation; });
    }
    std::span<const uint32_t> operator[](ValueId id) const { return std::span(all_).subspan(end_[id], end_[id + 1] - end_[id]); }

private:
    template <typename Body>
    static void each(const Graph &graph, Body &&body)
    {
        for (uint32_t i = 0; i < graph.operations.size(); ++i) {
            for (const auto *ids : {&graph.operations[i].inputs, &graph.operations[i].outputs}) {
                for (const ValueId id : *ids) {
                    if (id != kNoValue) {
                        body(id, i);
                    }
                }
            }
        }
    }

    std::vector<uint32_t> end_;  ///< in all_, of the value before each
    std::vector<uint32_t> all_;
};

bool any_quantised(const Graph &graph)
{
    for (ValueId id = 0; id < graph.value_count(); ++id) {
        if (graph.value(id).quantization) {
            return true;
        }
    }
    return false;
}

/// ONNX pads stored values with a stored value, the catalog names the real one.
void settle_pad_value(Graph &graph, Operation &operation)
{
    const auto &quantization = graph.value(operation.outputs[0]).quantization;
    if (operation.operation != ACCEL_OPERATION_PAD || !quantization || operation.inputs.size() <= ACCEL_OPERAND_PAD_VALUE) {
        return;
    }
    ValueId &operand = operation.inputs[ACCEL_OPERAND_PAD_VALUE];
    float stored = 0;
    std::memcpy(&stored, graph.value(operand).data, sizeof stored);
    const float zero_point = quantization->zero_points.empty() ? 0.0f : static_cast<float>(quantization->zero_points[0]);
    operand = graph.add_real((stored - zero_point) * quantization->scales[0]);
}

}  // namespace

void settle_quantization(Graph &graph, const Pace &pace)
{
    if (!any_quantised(graph)) {
        return;
    }
    const OperationsOf of(graph);
    // Each value gains a quantisation once, so its neighbours are looked at once more; one of thousands of operands once for all that it gave its own to.
    std::vector<uint32_t> open;
    std::vector<bool> is_open(graph.operations.size(), true);
    for (auto i = static_cast<uint32_t>(graph.operations.size()); i-- > 0;) {
        open.push_back(i);
    }
    while (!open.empty()) {
        pace();
        const uint32_t at = open.back();
        open.pop_back();
        is_open[at] = false;
        for (const ValueId id : settle(graph, graph.operations[at])) {
            for (const uint32_t neighbour : of[id]) {
                if (!is_open[neighbour]) {
                    is_open[neighbour] = true;
                    open.push_back(neighbour);
                }
            }
        }
    }
    for (Operation &operation : graph.operations) {
        settle_pad_value(graph, operation);
    }
}

}  // namespace accel::onnx
