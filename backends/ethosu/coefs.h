// SPDX-License-Identifier: MIT
// Weights and scales in the order in which the Ethos-U65-256 reads them.
#pragma once

#include "quant/quant.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace accel::ethosu {

// A view of 8-bit weights with their strides in elements, so that any source
// layout (OHWI, OIHW, ...) is read in place. Depthwise weights have in = 1.
struct WeightView {
    const uint8_t *data = nullptr;
    bool is_signed = true;
    int64_t out = 0;
    int64_t height = 1;
    int64_t width = 1;
    int64_t in = 0;
    int64_t stride_out = 0;
    int64_t stride_y = 0;
    int64_t stride_x = 0;
    int64_t stride_in = 0;
    std::vector<int32_t> zero_points;  // none: 0; one; or one per output channel

    int16_t at(int64_t o, int64_t y, int64_t x, int64_t i) const;
    int32_t zero_point(int64_t o) const;
};

struct WeightOrder {
    int64_t block_depth = 0;  // of the chosen block
    bool depthwise = false;
    bool part_kernel = false;
    int64_t dilation_y = 1;
    int64_t dilation_x = 1;
};

// Zero points removed; positions outside the weights are 0.
std::vector<int16_t> order_weights(const WeightView &weights, const WeightOrder &order);

// The largest sum of magnitudes over one output channel.
int64_t largest_weight_sum(const WeightView &weights);

struct ScaleRecord {
    int64_t bias = 0;  // 40 bits
    quant::Multiplier multiplier;
};

// Ten bytes per output channel, padded to 16.
std::vector<uint8_t> pack_scales(std::span<const ScaleRecord> records);

}  // namespace accel::ethosu
