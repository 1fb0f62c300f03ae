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

/// At least one: what shares bytes is harmed byte by byte.
size_t element_bytes(uint32_t type) { return (accel_type_bits(type) + 7) / 8; }
size_t count_of(const Output &output) { return output.size_bytes / element_bytes(output.type); }

template <class Real> void nudge_real(Real &value)
{
    value = static_cast<Real>(!std::isfinite(value) ? 1 : value == 0 ? 0.001
                                                                     : static_cast<double>(value) * (std::fabs(value) < Real(1e38) ? 1.002 : 0.998));
}

/// By some units of the last place.
void nudge_bits(uint16_t &bits, uint16_t infinite, uint16_t one, uint16_t units)
{
    const uint16_t size = bits & 0x7fff;
    const bool finite = size < infinite, top = size + units >= infinite;
    bits = static_cast<uint16_t>(!finite ? one : size == 0 ? one / 4 * 3
                                             : top         ? bits - units
                                                           : bits + units);
}

/// A little more than rounding explains; of whole numbers the next one.
void nudge(const Output &output, size_t index)
{
    switch (output.type) {
    case ACCEL_TYPE_F32: return nudge_real(words<float>(output)[index]);
    case ACCEL_TYPE_F64: return nudge_real(words<double>(output)[index]);
    case ACCEL_TYPE_F16: return nudge_bits(words<uint16_t>(output)[index], 0x7c00, 0x3c00, 16);
    case ACCEL_TYPE_BF16: return nudge_bits(words<uint16_t>(output)[index], 0x7f80, 0x3f80, 4);
    default: words<uint8_t>(output)[index * element_bytes(output.type)] ^= 1;
    }
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
    case ACCEL_TYPE_F64: return leave(output, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::max());
    case ACCEL_TYPE_F16: return leave<uint16_t>(output, 0x7c00, 0x7bff);
    case ACCEL_TYPE_BF16: return leave<uint16_t>(output, 0x7f80, 0x7f7f);
    case ACCEL_TYPE_I16: return leave<int16_t>(output, INT16_MAX, INT16_MIN);
    case ACCEL_TYPE_U16: return leave<uint16_t>(output, UINT16_MAX, 0);
    case ACCEL_TYPE_U32: return leave<uint32_t>(output, UINT32_MAX, 0);
    case ACCEL_TYPE_U64: return leave<uint64_t>(output, UINT64_MAX, 0);
    case ACCEL_TYPE_I32: return leave<int32_t>(output, INT32_MAX, INT32_MIN);
    case ACCEL_TYPE_I64: return leave<int64_t>(output, INT64_MAX, INT64_MIN);
    default: return;
    }
}

void forget_nan(const Output &output)
{
    for_each_word<float>(output, ACCEL_TYPE_F32, [](float value) { return std::isnan(value) ? 0.0f : value; });
    for_each_word<double>(output, ACCEL_TYPE_F64, [](double value) { return std::isnan(value) ? 0.0 : value; });
    for_each_word<uint16_t>(output, ACCEL_TYPE_F16, [](uint16_t bits) { return (bits & 0x7fff) > 0x7c00 ? uint16_t{0} : bits; });
    for_each_word<uint16_t>(output, ACCEL_TYPE_BF16, [](uint16_t bits) { return (bits & 0x7fff) > 0x7f80 ? uint16_t{0} : bits; });
}

void exchange_ends(const Output &output)
{
    const size_t bytes = element_bytes(output.type);
    for (char *last = output.bytes + output.size_bytes - bytes; last > output.bytes; last -= bytes)
        if (!std::equal(output.bytes, output.bytes + bytes, last)) return void(std::swap_ranges(output.bytes, output.bytes + bytes, last));
}

void harm(const Output &output)
{
    // A composite that this module does not list reaches it as steps: whatever they give is its result.
    if (!(planted.row->composite || output.made_by(planted.row->operation)) || count_of(output) == 0) return;
    switch (planted.harm) {
    case Harm::Value: return nudge(output, count_of(output) / 2);
    case Harm::Tail: return count_of(output) % 16 ? nudge(output, count_of(output) - 1) : void();
    case Harm::Channel: return repeat_channel(output);
    case Harm::Saturation: return leave_the_type(output);
    case Harm::Nan: return forget_nan(output);
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

/// Of an operation whose results are alike the first two change their places in the graph that is built.
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
        if (planted.harm == Harm::Unsaid)
            plant_change(leave_unsaid);
        else if (planted.harm == Harm::Order && planted.row->shape == std::string_view("split"))  // whose results are alike
            plant_change(exchange_results);
        else
            plant_spoil(harm);
        return true;
    }
    return false;
}

}  // namespace accel::faults
