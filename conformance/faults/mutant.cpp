// SPDX-License-Identifier: MIT
// What each mutant does to graphs and results.
#include "mutant.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number.h"

namespace accel::faults {
namespace {

Mutant planted;

template <class Word> Word *words(const Output &output) { return reinterpret_cast<Word *>(output.bytes); }

size_t element_bytes(uint32_t type) { return type == ACCEL_TYPE_I64 ? 8 : type == ACCEL_TYPE_F32 || type == ACCEL_TYPE_I32 ? 4 : 1; }
size_t count_of(const Output &output) { return output.size_bytes / element_bytes(output.type); }

/// A little more than rounding explains; of whole numbers the next one.
void nudge(const Output &output, size_t index)
{
    if (output.type == ACCEL_TYPE_F32) {
        float &value = words<float>(output)[index];
        value = !std::isfinite(value) ? 1.0f : value == 0 ? 0.001f : value * (std::fabs(value) < 1e38f ? 1.002f : 0.998f);
    } else if (output.type == ACCEL_TYPE_BOOL) words<uint8_t>(output)[index] ^= 1;
    else if (output.type == ACCEL_TYPE_I64) words<uint64_t>(output)[index] ^= 1;
    else if (output.type == ACCEL_TYPE_I32) words<uint32_t>(output)[index] ^= 1;
    else words<uint8_t>(output)[index] ^= 1;
}

void repeat_channel(const Output &output)
{
    if (output.dims.size() < 2 || output.dims[1] < 2) return;
    size_t channel = element_bytes(output.type);
    for (size_t axis = 2; axis < output.dims.size(); ++axis) channel *= static_cast<size_t>(output.dims[axis]);
    for (int64_t image = 0; image < output.dims[0]; ++image) {
        char *first = output.bytes + static_cast<size_t>(image * output.dims[1]) * channel;
        std::copy_n(first, channel, first + channel);
    }
}

template <class Word> void leave(const Output &output, Word from, Word to)
{
    std::replace(words<Word>(output), words<Word>(output) + count_of(output), from, to);
}

void leave_the_type(const Output &output)
{
    switch (output.type) {
    case ACCEL_TYPE_F32: return leave(output, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::max());
    case ACCEL_TYPE_I8: return leave<int8_t>(output, INT8_MAX, INT8_MIN);
    case ACCEL_TYPE_U8: return leave<uint8_t>(output, UINT8_MAX, 0);
    case ACCEL_TYPE_I32: return leave<int32_t>(output, INT32_MAX, INT32_MIN);
    case ACCEL_TYPE_I64: return leave<int64_t>(output, INT64_MAX, INT64_MIN);
    default: return;
    }
}

void exchange_ends(const Output &output)
{
    const size_t bytes = element_bytes(output.type);
    if (count_of(output) > 1) std::swap_ranges(output.bytes, output.bytes + bytes, output.bytes + output.size_bytes - bytes);
}

void harm(const Output &output)
{
    if (!output.made_by(planted.row->operation) || count_of(output) == 0) return;
    switch (planted.harm) {
    case Harm::Value: return nudge(output, count_of(output) / 2);
    case Harm::Tail: return count_of(output) % 16 ? nudge(output, count_of(output) - 1) : void();
    case Harm::Channel: return repeat_channel(output);
    case Harm::Saturation: return leave_the_type(output);
    case Harm::Nan: return for_each_word<float>(output, ACCEL_TYPE_F32, [](float value) { return std::isnan(value) ? 0.0f : value; });
    default: return exchange_ends(output);
    }
}

void leave_unsaid(Other &graph)
{
    for (auto &node : graph.nodes) {
        if (node.operation != static_cast<uint32_t>(planted.row->operation)) continue;
        auto &attributes = graph.own_attributes(node);
        std::erase_if(attributes, [](const accel_attribute &attribute) { return attribute.key == planted.key; });
        node.attribute_count = static_cast<uint32_t>(attributes.size());
    }
}

/// Of an operation with several results the first two change their places in the graph that is built.
void exchange_results(Other &graph)
{
    for (auto &node : graph.nodes) {
        if (node.operation != static_cast<uint32_t>(planted.row->operation) || node.output_count < 2) continue;
        auto &results = graph.own_results(node);
        const auto &a = graph.tensors[results[0]], &b = graph.tensors[results[1]];
        if (std::equal(a.dims, a.dims + a.rank, b.dims, b.dims + b.rank, [](const accel_dim &one, const accel_dim &other) { return one.size == other.size; })) std::swap(results[0], results[1]);
    }
}

}  // namespace

bool plant_mutant(const char *name)
{
    for (const auto &mutant : all_mutants()) {
        if (mutant.name != name) continue;
        planted = mutant;
        if (planted.harm == Harm::Unsaid) plant_change(leave_unsaid);
        else if (planted.harm == Harm::Order && planted.row->several_results) plant_change(exchange_results);
        else plant_spoil(harm);
        return true;
    }
    return false;
}

}  // namespace accel::faults
