// SPDX-License-Identifier: MIT
// One NPU operation, complete: everything that emission turns into words.
#pragma once

#include "layout/layout.h"
#include "quant/quant.h"
#include "registers.h"

#include <cstdint>

namespace accel::ethosu {

// Memory an address is relative to. Ports get their region when a run is bound.
enum class Space : uint8_t { kConstants,
                             kScratch,
                             kPort };

struct Place {
    Space space = Space::kScratch;
    uint32_t port = 0;  // with kPort
    uint64_t offset_bytes = 0;
};

struct FeatureMap {
    Place place;
    layout::Extent extent;
    layout::Strides strides;
    int32_t zero_point = 0;
    bool is_signed = true;
};

struct Kernel {
    int64_t height = 1;
    int64_t width = 1;
    int64_t stride_y = 1;
    int64_t stride_x = 1;
    int64_t dilation_y = 1;
    int64_t dilation_x = 1;
    int64_t pad_top = 0;
    int64_t pad_left = 0;
    int64_t pad_bottom = 0;
    int64_t pad_right = 0;

    int64_t elements() const { return height * width; }
    int64_t dilated_height() const { return (height - 1) * dilation_y + 1; }
    int64_t dilated_width() const { return (width - 1) * dilation_x + 1; }
};

struct Block {
    int64_t height = 0;
    int64_t width = 0;
    int64_t depth = 0;
    // SHRAM banks
    uint32_t ifm_end = 0;
    uint32_t ifm2_start = 0;
    uint32_t accumulator_start = 0;

    bool operator==(const Block &) const = default;
};

struct ByteRange {
    uint64_t offset_bytes = 0;
    uint64_t length_bytes = 0;
};

enum class OpKind : uint8_t { kConv,
                              kDepthwise,
                              kMaxPool,
                              kAveragePool,
                              kAdd,
                              kSubtract,
                              kMultiply };

// Which operand of a sum or difference is brought to the other's scale.
enum class ScaledOperand : uint8_t { kNone = 0,
                                     kFirst = 1,
                                     kSecond = 2 };

struct Op {
    OpKind kind = OpKind::kConv;
    FeatureMap ifm;
    FeatureMap ifm2;  // elementwise
    FeatureMap ofm;
    Kernel kernel;  // all but elementwise
    bool part_kernel = false;

    ByteRange weights;  // kConv, kDepthwise; in the constants
    ByteRange scales;

    quant::Multiplier ofm_scale{1, 0};  // pools, elementwise
    quant::Multiplier operand_scale;    // kAdd, kSubtract
    ScaledOperand scaled_operand = ScaledOperand::kNone;
    bool reversed = false;  // ifm2 is the first operand

    Rounding rounding = Rounding::kDouble;
    quant::Range clamp = quant::kInt8Range;  // applied after the zero point
    Block block;
};

constexpr bool has_weights(OpKind kind) { return kind == OpKind::kConv || kind == OpKind::kDepthwise; }

constexpr bool is_elementwise(OpKind kind) { return kind == OpKind::kAdd || kind == OpKind::kSubtract || kind == OpKind::kMultiply; }

constexpr bool has_kernel(OpKind kind) { return !is_elementwise(kind); }

}  // namespace accel::ethosu
