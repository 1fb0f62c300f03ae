// SPDX-License-Identifier: MIT
#include "failure.h"
#include "graph.h"

namespace accel::onnx {
namespace {

/// Operations whose stored values are copies or a choice of the input's: both sides carry one quantisation.
bool keeps_quantization(accel_operation operation) {
    switch (operation) {
        case ACCEL_OPERATION_MAX_POOL:
        case ACCEL_OPERATION_RESHAPE:
        case ACCEL_OPERATION_TRANSPOSE:
        case ACCEL_OPERATION_CONCAT:
        case ACCEL_OPERATION_SLICE:
        case ACCEL_OPERATION_PAD:
        case ACCEL_OPERATION_SPLIT:
        case ACCEL_OPERATION_IDENTITY: return true;
        default: return false;
    }
}

std::vector<ValueId> sides(const Operation& operation) {
    std::vector<ValueId> values = operation.inputs;
    values.insert(values.end(), operation.outputs.begin(), operation.outputs.end());
    if (operation.operation == ACCEL_OPERATION_GATHER) {
        values.erase(values.begin() + 1);  // the indices
    }
    return values;
}

/// Gives what is known of one side of an operation to the others. Says whose quantisation is new.
std::vector<ValueId> settle(Graph& graph, const Operation& operation) {
    if (!keeps_quantization(operation.operation) && operation.operation != ACCEL_OPERATION_GATHER) {
        return {};
    }
    const std::vector<ValueId> values = sides(operation);
    const Quantization* known = nullptr;
    for (const ValueId id : values) {
        const auto& quantization = graph.value(id).quantization;
        if (!quantization) {
            continue;
        }
        if (quantization->per_axis()) {
            unsupported("node '", operation.name, "' moves values that are quantised per axis");
        }
        if (known != nullptr && *known != *quantization) {
            unsupported("node '", operation.name, "' joins tensors of different quantisation without converting them");
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

/// The operations that make or read each value.
std::vector<std::vector<uint32_t>> operations_of(const Graph& graph) {
    std::vector<std::vector<uint32_t>> of(graph.value_count());
    for (uint32_t i = 0; i < graph.operations.size(); ++i) {
        for (const auto* ids : {&graph.operations[i].inputs, &graph.operations[i].outputs}) {
            for (const ValueId id : *ids) {
                if (id != kNoValue) {
                    of[id].push_back(i);
                }
            }
        }
    }
    return of;
}

/// ONNX pads stored values with a stored value, the catalog names the real one.
void settle_pad_value(const Graph& graph, Operation& operation) {
    const auto& quantization = graph.value(operation.outputs[0]).quantization;
    if (operation.operation != ACCEL_OPERATION_PAD || !quantization) {
        return;
    }
    for (AttributeList::Entry& entry : operation.attributes.entries) {
        if (entry.key == ACCEL_ATTRIBUTE_VALUE) {
            const float zero_point = quantization->zero_points.empty() ? 0.0f : static_cast<float>(quantization->zero_points[0]);
            entry.floats[0] = (entry.floats[0] - zero_point) * quantization->scales[0];
        }
    }
}

}  // namespace

void settle_quantization(Graph& graph, const Pace& pace) {
    const std::vector<std::vector<uint32_t>> of = operations_of(graph);
    // Each value gains a quantisation once, so its neighbours are looked at once more.
    std::vector<uint32_t> open;
    for (auto i = static_cast<uint32_t>(graph.operations.size()); i-- > 0;) {
        open.push_back(i);
    }
    while (!open.empty()) {
        pace();
        const uint32_t at = open.back();
        open.pop_back();
        for (const ValueId id : settle(graph, graph.operations[at])) {
            open.insert(open.end(), of[id].begin(), of[id].end());
        }
    }
    for (Operation& operation : graph.operations) {
        settle_pad_value(graph, operation);
    }
}

}  // namespace accel::onnx
