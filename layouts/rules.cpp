// SPDX-License-Identifier: MIT
// What rule L-1 asks of a list of steps, and which part of it is broken.
#include <accel/layouts/layout.h>

#include <algorithm>

namespace accel::layouts {

namespace {

std::string number(int64_t value) { return std::to_string(value); }

bool signed_integer(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_I4 || type == ACCEL_TYPE_I2; }
bool unsigned_integer(uint32_t type) { return type == ACCEL_TYPE_U8 || type == ACCEL_TYPE_U4 || type == ACCEL_TYPE_U2; }

std::string broken_head(const accel_layout &layout, uint32_t tensor_type)
{
    if (layout.kind != ACCEL_LAYOUT_KIND_STEPS) return "is of kind " + number(layout.kind) + ", which is not known here; 1 (STEPS) is";
    if (layout.step_count > kStepsMax) return "has " + number(layout.step_count) + " steps; " + number(kStepsMax) + " are the most";
    if (layout.step_count && !layout.steps) return "has " + number(layout.step_count) + " steps at NULL";
    if (!form_admitted(tensor_type, layout.type))
        return "has type " + number(layout.type) + " in memory, in which a tensor of type " + number(tensor_type) + " cannot lie";
    if (layout.padding > ACCEL_PADDING_KEPT) return "has padding " + number(layout.padding) + "; 0 to 3 exist";
    if (layout.sizing > ACCEL_LAYOUT_SIZING_PACKED) return "has sizing " + number(layout.sizing) + "; 0 and 1 exist";
    if (layout.reserved) return "has reserved " + number(layout.reserved) + ", expected 0";
    return "";
}

std::string broken_step(const accel_layout_step &step, size_t rank, bool whole_bytes)
{
    if (step.axis >= rank) return "names axis " + number(step.axis) + " of a tensor of rank " + number(static_cast<int64_t>(rank));
    if (step.reserved) return "has reserved " + number(step.reserved) + ", expected 0";
    if (step.extent < 1) return "has extent " + number(step.extent) + "; 1 is the least";
    if (step.extent > 1 && step.stride_bits < 1) return "has a distance of " + number(step.stride_bits) + " bits; 1 is the least";
    if (step.extent > 1 && whole_bytes && step.stride_bits % 8 != 0)
        return "has a distance of " + number(step.stride_bits) + " bits, which is no number of bytes, as elements of whole bytes need";
    return "";
}

/// Do the extents of the axis reach its size? Their product saturates.
bool reaches(std::span<const accel_layout_step> steps, uint32_t axis, int64_t size)
{
    int64_t places = 1;
    for (const accel_layout_step &step : steps)
        if (step.axis == axis && __builtin_mul_overflow(places, step.extent, &places)) return true;
    return places >= size;
}

}  // namespace

bool form_admitted(uint32_t tensor, uint32_t memory)
{
    if (tensor == ACCEL_TYPE_STRING || accel_type_bits(tensor) == 0) return false;
    if (memory == tensor) return true;
    if (memory != ACCEL_TYPE_I8 && memory != ACCEL_TYPE_U8) return false;
    return signed_integer(tensor) || unsigned_integer(tensor) || (tensor == ACCEL_TYPE_F4E2M1 && memory == ACCEL_TYPE_U8);
}

std::string broken_rule(const accel_layout &layout, uint32_t tensor_type, Sizes sizes)
{
    if (std::string wrong = broken_head(layout, tensor_type); !wrong.empty()) return wrong;
    const std::span steps(layout.steps, layout.step_count);
    const bool whole_bytes = accel_type_bits(layout.type) % 8 == 0;
    for (size_t i = 0; i < steps.size(); ++i)
        if (const std::string wrong = broken_step(steps[i], sizes.size(), whole_bytes); !wrong.empty()) return "has a step, number " + std::to_string(i) + ", that " + wrong;
    if (layout.size_bytes > kSizeBytesMax) return "has a size of " + std::to_string(layout.size_bytes) + " bytes, which is more than 2^56";
    if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) return "";
    for (uint32_t axis = 0; axis < sizes.size(); ++axis)
        if (!reaches(steps, axis, sizes[axis]))
            return "has places for fewer than the " + number(sizes[axis]) + " values of axis " + number(axis);
    const std::optional<uint64_t> reach = reach_bytes(steps, layout.type);
    if (!reach) return "puts elements at places that meet, or further than 2^56 bytes";
    if (*reach > layout.size_bytes) return "reaches " + std::to_string(*reach) + " bytes, and has a size of " + std::to_string(layout.size_bytes);
    return "";
}

}  // namespace accel::layouts
