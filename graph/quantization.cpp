// SPDX-License-Identifier: MIT
// Checks, copies and reads quantisation, in blocks or along an axis.
#include <accel/graph/quantization.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "stored_number.h"

namespace accel::graph {

namespace {

uint64_t packed_bytes(uint32_t type, uint64_t count) { return (count * accel_type_bits(type) + 7) / 8; }

/// Blocks along one axis; -1: open.
int64_t blocks(int64_t size, int64_t block)
{
    if (block == 0) return 1;
    return size < 0 ? -1 : size / block + (size % block != 0);
}

std::string at_axis(const char *what, size_t axis, int64_t value) { return std::string(what) + " " + std::to_string(value) + " along axis " + std::to_string(axis); }

/// Of all axes; a sentence if there is no number.
std::string count_scales(const accel_quantization &desc, std::span<const int64_t> sizes, uint64_t *out)
{
    uint64_t count = 1;
    for (uint32_t axis = 0; axis < desc.rank; ++axis) {
        if (desc.block_dims[axis] < 0) return at_axis("it has blocks of", axis, desc.block_dims[axis]) + ", expected at least 0";
        const int64_t along = blocks(sizes[axis], desc.block_dims[axis]);
        if (along < 0) return at_axis("it has blocks of", axis, desc.block_dims[axis]) + ", whose size is open, expected 0";
        if (__builtin_mul_overflow(count, static_cast<uint64_t>(along), &count)) return "it has more blocks than 64 bits count";
    }
    *out = count;
    return {};
}

std::string check_types(const accel_quantization &desc, uint32_t type)
{
    if (!is_scale_type(desc.scale_type)) return "its scales have type " + std::to_string(desc.scale_type) + ", expected F32, F16, BF16, F64 or F8E8M0";
    const std::optional<IntegerRange> range = integer_range(type);
    if (!range && !is_small_float(type)) return "it is on type " + std::to_string(type) + ", expected an integer of at most 32 bits and at most 16 without sign, or a float of at most 8 bits";
    if (desc.zero_point_type == 0) return desc.zero_points ? "its zero points have type 0 and are not NULL" : "";
    if (!range) return "its zero points have type " + std::to_string(desc.zero_point_type) + ", expected 0: floats have none";
    if (desc.zero_point_type != type && desc.zero_point_type != ACCEL_TYPE_I32)
        return "its zero points have type " + std::to_string(desc.zero_point_type) + ", expected the tensor's, " + std::to_string(type) + ", or I32, or 0";
    return desc.zero_points ? "" : "its zero points are NULL, expected 0 as their type then";
}

std::string check_numbers(const accel_quantization &desc, uint32_t type)
{
    for (uint64_t i = 0; i < desc.count; ++i) {
        const double scale = stored_scale(desc.scale_type, desc.scales, i);
        if (!std::isfinite(scale) || scale <= 0) return "scale " + std::to_string(i) + " is " + std::to_string(scale) + ", expected finite and above 0";
    }
    const std::optional<IntegerRange> range = integer_range(type);
    for (uint64_t i = 0; range && desc.zero_point_type != 0 && i < desc.count; ++i) {
        const int32_t zero = stored_integer(desc.zero_point_type, desc.zero_points, i);
        if (zero < range->low || zero > range->high)
            return "zero point " + std::to_string(zero) + " is outside of its type, expected " + std::to_string(range->low) + " to " + std::to_string(range->high);
    }
    return {};
}

/// The axis along which every index has a scale, where all other axes have one; rank where all have one; nothing for blocks and several axes.
std::optional<uint32_t> only_axis(const accel_quantization &desc, std::span<const int64_t> sizes)
{
    std::optional<uint32_t> found;
    for (uint32_t axis = 0; axis < desc.rank; ++axis) {
        if (blocks(sizes[axis], desc.block_dims[axis]) == 1) continue;
        if (found || desc.block_dims[axis] != 1) return std::nullopt;
        found = axis;
    }
    return found.value_or(desc.rank);
}

Quantization plain(const accel_quantization &desc, std::vector<float> scales, uint32_t axis)
{
    return {std::move(scales), zero_points(desc), axis == desc.rank ? 0 : axis, nullptr};
}

std::vector<uint64_t> words(const void *bytes, uint64_t byte_count)
{
    std::vector<uint64_t> out((byte_count + 7) / 8);
    if (byte_count) std::memcpy(out.data(), bytes, byte_count);
    return out;
}

}  // namespace

accel_quantization read_struct(const accel_quantization &desc)
{
    accel_quantization read{};
    std::memcpy(&read, &desc, std::min(desc.struct_size, sizeof read));
    return read;
}

std::string broken_rule(const accel_quantization &desc, uint32_t type, std::span<const int64_t> sizes)
{
    if (desc.kind != ACCEL_QUANTIZATION_KIND_AFFINE) return "its kind is " + std::to_string(desc.kind) + ", expected one of enum accel_quantization_kind";
    if (std::string why = check_types(desc, type); !why.empty()) return why;
    if (desc.rank != 0 && desc.rank != sizes.size()) return "it has blocks for rank " + std::to_string(desc.rank) + ", expected " + std::to_string(sizes.size()) + ", or 0 for one scale";
    if (desc.rank != 0 && !desc.block_dims) return "its block_dims are NULL";
    uint64_t count = 0;
    if (std::string why = count_scales(desc, sizes, &count); !why.empty()) return why;
    if (desc.count != count) return "it has " + std::to_string(desc.count) + " scales, expected one for each of its " + std::to_string(count) + " blocks";
    if (count == 0) return "it has no scales";
    if (!desc.scales) return "its scales are NULL";
    return check_numbers(desc, type);
}

bool Quantization::operator==(const Quantization &other) const
{
    if (!form != !other.form) return false;
    return form ? form == other.form || *form == *other.form : scales == other.scales && zero_points == other.zero_points && axis == other.axis;
}

Quantization copy(const accel_quantization &desc, std::span<const int64_t> sizes)
{
    if (const auto axis = only_axis(desc, sizes); axis && desc.scale_type == ACCEL_TYPE_F32) return plain(desc, *float_scales(desc), *axis);
    auto form = std::make_shared<Quantization::Form>();
    form->kind = desc.kind;
    form->scale_type = desc.scale_type;
    form->zero_point_type = desc.zero_point_type;
    form->block_dims.assign(desc.block_dims, desc.block_dims + desc.rank);
    form->count = desc.count;
    form->scales = words(desc.scales, scale_bytes(desc));
    form->zero_points = words(desc.zero_points, zero_point_bytes(desc));
    return {{}, {}, 0, std::move(form)};
}

std::optional<Quantization> plain_form(const accel_quantization &given, std::span<const int64_t> sizes)
{
    const accel_quantization desc = read_struct(given);
    const bool known = desc.kind == ACCEL_QUANTIZATION_KIND_AFFINE && is_scale_type(desc.scale_type) && (desc.rank == 0 || desc.rank == sizes.size()) && desc.count != 0 &&
                       (desc.zero_point_type == 0 || integer_range(desc.zero_point_type));
    const auto axis = known ? only_axis(desc, sizes) : std::nullopt;
    if (!axis || desc.count != (*axis == desc.rank ? 1 : static_cast<uint64_t>(sizes[*axis]))) return std::nullopt;
    auto scales = float_scales(desc);
    if (!scales) return std::nullopt;
    return plain(desc, std::move(*scales), *axis);
}

QuantizationDesc::QuantizationDesc(const Quantization &quantization, uint32_t rank)
{
    desc_.struct_size = sizeof desc_;
    if (const Quantization::Form *form = quantization.form.get()) {
        desc_ = {sizeof desc_, form->kind, form->scale_type, form->zero_point_type, static_cast<uint32_t>(form->block_dims.size()), form->block_dims.data(), form->scales.data(),
                 form->zero_point_type == 0 ? nullptr : form->zero_points.data(), form->count};
        return;
    }
    if (quantization.scales.size() > 1 && quantization.axis < rank) {
        block_dims_.assign(rank, 0);
        block_dims_[quantization.axis] = 1;
    }
    desc_ = {sizeof desc_, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I32, static_cast<uint32_t>(block_dims_.size()), block_dims_.data(), quantization.scales.data(),
             quantization.zero_points.data(), quantization.scales.size()};
}

uint64_t scale_bytes(const accel_quantization &desc) { return packed_bytes(desc.scale_type, desc.count); }

uint64_t zero_point_bytes(const accel_quantization &desc) { return desc.zero_point_type == 0 ? 0 : packed_bytes(desc.zero_point_type, desc.count); }

std::optional<std::vector<float>> float_scales(const accel_quantization &desc)
{
    if (!is_scale_type(desc.scale_type)) return std::nullopt;
    std::vector<float> scales(desc.count);
    for (uint64_t i = 0; i < desc.count; ++i) {
        const double scale = stored_scale(desc.scale_type, desc.scales, i);
        scales[i] = static_cast<float>(scale);
        if (static_cast<double>(scales[i]) != scale && !std::isnan(scale)) return std::nullopt;
    }
    return scales;
}

std::vector<int32_t> zero_points(const accel_quantization &desc)
{
    std::vector<int32_t> out(desc.count);
    for (uint64_t i = 0; desc.zero_point_type != 0 && i < desc.count; ++i) out[i] = stored_integer(desc.zero_point_type, desc.zero_points, i);
    return out;
}

ScaleIndex::ScaleIndex(const accel_quantization &desc, std::span<const int64_t> sizes)
{
    uint64_t stride = 1;
    size_t step = 1;
    for (size_t axis = sizes.size(); axis-- > 0;) {
        const auto size = static_cast<uint64_t>(sizes[axis]);
        const int64_t along = axis < desc.rank ? blocks(sizes[axis], desc.block_dims[axis]) : 1;
        if (along > 1) {
            axes_.push_back({stride, size, static_cast<uint64_t>(desc.block_dims[axis]), step});
            step *= static_cast<size_t>(along);
        }
        stride *= size;
    }
}

}  // namespace accel::graph
