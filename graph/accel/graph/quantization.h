// SPDX-License-Identifier: MIT
// What the stored values of a tensor stand for: accel_quantization, checked, owned and given again.
#pragma once

#include <accel/tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::graph {

/// The description as far as its maker's struct has it; what the maker did not know is 0.
accel_quantization read_struct(const accel_quantization &desc);

/// What of a description is against the rules (G-4) for a tensor of that type and these sizes (-1: open), as a part of a sentence; "" if it keeps them. Reads as many scales
/// and zero points as it announces, once their number is right, at any byte. Everything below needs a description that keeps them.
std::string broken_rule(const accel_quantization &desc, uint32_t type, std::span<const int64_t> sizes);

/// Owned. Integer arithmetic computes with scales in F32 and zero points in 32 bits, one for all or one per index of an axis: those lie in the open.
struct Quantization {
    /// Everything else: blocks, several axes, scales of another type. As it was given, aligned.
    struct Form {
        uint32_t kind = 0, scale_type = 0, zero_point_type = 0;
        std::vector<int64_t> block_dims;
        uint64_t count = 0;
        std::vector<uint64_t> scales, zero_points;  ///< bytes, in whole words, zeros behind the last
        bool operator==(const Form &) const = default;
    };

    std::vector<float> scales;
    std::vector<int32_t> zero_points;  ///< as many as scales
    uint32_t axis = 0;                 ///< with several scales
    std::shared_ptr<const Form> form;  ///< null: the members above say it; else they are empty

    bool plain() const { return !form; }
    bool per_tensor() const { return scales.size() == 1; }
    bool operator==(const Quantization &other) const;
};

/// The owned form: plain where the scales are F32 and lie along one axis at most.
Quantization copy(const accel_quantization &desc, std::span<const int64_t> sizes);

/// For whoever computes with the plain form: scales of any type, if F32 has exactly these numbers and they lie along one axis at most. Nothing for a kind, type or blocks
/// that it does not take; the struct may be a newer one, so this is asked before broken_rule or without.
std::optional<Quantization> plain_form(const accel_quantization &desc, std::span<const int64_t> sizes);

/// A description of an owned quantisation of a tensor of that rank. It points into the quantisation, which must neither change nor go, and into itself.
class QuantizationDesc {
public:
    QuantizationDesc(const Quantization &quantization, uint32_t rank);
    QuantizationDesc(const QuantizationDesc &) = delete;
    QuantizationDesc &operator=(const QuantizationDesc &) = delete;
    const accel_quantization &get() const { return desc_; }

private:
    accel_quantization desc_{};
    std::vector<int64_t> block_dims_;
};

/// Bytes of the scales and of the zero points.
uint64_t scale_bytes(const accel_quantization &desc);
uint64_t zero_point_bytes(const accel_quantization &desc);

/// Scales as F32; nothing if one is no F32, or of a type that is not known here.
std::optional<std::vector<float>> float_scales(const accel_quantization &desc);
std::vector<int32_t> zero_points(const accel_quantization &desc);

/// Which scale is whose.
class ScaleIndex {
public:
    ScaleIndex(const accel_quantization &desc, std::span<const int64_t> sizes);
    /// Of the element at a position in row-major order.
    size_t of(uint64_t element) const
    {
        size_t index = 0;
        for (const Axis &axis : axes_) index += element / axis.stride % axis.size / axis.block * axis.step;
        return index;
    }

private:
    struct Axis {
        uint64_t stride, size, block;  ///< in elements; indices; indices that share a scale
        size_t step;                   ///< between scales
    };
    std::vector<Axis> axes_;  ///< those with several blocks
};

}  // namespace accel::graph
