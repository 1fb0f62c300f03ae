// SPDX-License-Identifier: MIT
// From exact sums to stored values, by the three rounding rules of api/catalog/semantics.md.
#pragma once

#include "../graph.h"
#include "../kernels/integer.h"

#include "quant/quant.h"

#include <optional>
#include <utility>

namespace accel::cpu {

struct StoredRange {
    int32_t low, high;

    int32_t clamp(int64_t value) const { return static_cast<int32_t>(value < low ? low : value > high ? high
                                                                                                      : value); }
};

// What the type can store, narrowed by the clamp's real bounds.
StoredRange stored_range(const Tensor &tensor, Clamp clamp, uint32_t rounding);

float scale_of(const Tensor &tensor);
int32_t zero_point_of(const Tensor &tensor);

// Sums of one multiplier per channel, or of one for all.
class Requantizer {
public:
    // multipliers: one per channel, or one for all of them.
    Requantizer(const Tensor &result, Clamp clamp, uint32_t rounding, const std::vector<double> &multipliers, int64_t channels);

    // The tile's first channel is channel first.
    void store(const SumsTile &tile, int64_t first) const;

    // One sum of one channel; the sum may need more than 32 bits.
    int32_t one(int64_t sum, size_t channel) const;

    HalfEven half_even(int64_t first) const;
    // Only where fixed_scale answers for every multiplier.
    FixedPoint fixed_point(int64_t first) const;
    uint32_t rounding() const { return rounding_; }
    const IntegerKernels &kernels() const { return *kernels_; }

private:
    uint32_t rounding_;
    bool is_signed_, narrow_ = true;
    int32_t zero_point_;
    StoredRange range_;
    const IntegerKernels *kernels_;
    std::vector<float> reals_;  // padded to whole vectors, as the next two
    std::vector<int32_t> scales_, rights_;
    bool in_vectors_ = true;  // also by the integer rules
    std::vector<quant::Multiplier> multipliers_;
};

// What happens to sums on their way to memory: requantisation, and a residual addition in the same pass where one follows.
class SumsFinish {
public:
    // The sums are the results, as they are.
    SumsFinish() = default;
    explicit SumsFinish(Requantizer requantizer) : requantizer_(std::move(requantizer)) {}
    // HALF_EVEN only.
    SumsFinish(Requantizer requantizer, const Addition &addition) : requantizer_(std::move(requantizer)),
                                                                    addition_(addition) {}
    // TFLITE and NATURAL only, where fixed_scale answers for every multiplier.
    SumsFinish(Requantizer requantizer, const FixedAddition &addition) : requantizer_(std::move(requantizer)),
                                                                         fixed_addition_(addition) {}

    // Of an element of the result.
    int64_t result_bytes() const { return static_cast<int64_t>(requantizer_ ? sizeof(uint8_t) : sizeof(int32_t)); }
    bool adds() const { return addition_ || fixed_addition_; }
    const Addition *addition() const { return addition_ ? &*addition_ : nullptr; }
    // The rule by which kernels can finish in registers; nothing where they cannot.
    std::optional<HalfEven> in_registers(int64_t first) const
    {
        if (!requantizer_)
            return std::nullopt;
        const HalfEven rule = requantizer_->half_even(first);
        const bool can = addition_ ? addition_->inverse != 0 : rule.narrow;
        return can && requantizer_->rounding() == ACCEL_ROUNDING_HALF_EVEN ? std::optional(rule) : std::nullopt;
    }
    void store(const SumsTile &tile, int64_t first) const
    {
        if (!requantizer_)
            return store_sums(tile);
        if (addition_)
            return requantizer_->kernels().finish_added(tile, requantizer_->half_even(first), *addition_);
        if (fixed_addition_)
            return requantizer_->kernels().finish_fixed_added(tile, requantizer_->fixed_point(first), *fixed_addition_);
        requantizer_->store(tile, first);
    }

private:
    static void store_sums(const SumsTile &tile);

    std::optional<Requantizer> requantizer_;
    std::optional<Addition> addition_;
    std::optional<FixedAddition> fixed_addition_;
};

// sum * multiplier by the integer rules, TFLITE or NATURAL.
int32_t scale_integer(int64_t sum, quant::Multiplier multiplier, uint32_t rounding);

// A multiplier as the kernels take it; nothing where it is 1 or more, or none at all.
std::optional<FixedScale> fixed_scale(double real);

}  // namespace accel::cpu
