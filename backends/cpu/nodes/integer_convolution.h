// SPDX-License-Identifier: MIT
// Quantised convolutions and products: exact 32-bit sums, then requantisation and, where it follows, a residual addition.
#pragma once

#include "integer_weights.h"
#include "requantize.h"

namespace accel::cpu {

struct IntegerConvolution {
    IntegerGeometry geometry;
    View x, y;
    View addend;  // used where the finish adds
};

// Adds the steps. Geometry says which of the two a convolution is.
void add_integer_convolution(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, const IntegerWeights &weights,
                             SumsFinish finish);
void add_integer_depthwise(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, const IntegerWeights &weights,
                           SumsFinish finish);

// The input with its padding written out, where the kernels cannot read it as it lies: channels last, as bytes or as 16-bit values less the
// zero point.
class Canvas {
public:
    // group_step, pixel_step: operands per group of channels and per pixel.
    Canvas(const IntegerGeometry &geometry, const Operands &operands, int64_t group_step, int64_t pixel_step);

    int64_t size_bytes() const;  // what kernels read past the last operand included
    int64_t pixel_bytes() const { return pixel_step_ * operand_bytes_; }
    int64_t row_bytes() const { return width_ * pixel_bytes(); }
    void fill(std::byte *canvas, const uint8_t *x, int threads) const;

private:
    void fill_row(std::byte *to, const uint8_t *from) const;
    void convert(std::byte *to, const uint8_t *from, int64_t count) const;
    void blank(std::byte *to, int64_t operands) const;

    IntegerGeometry geometry_;
    Operands operands_;
    void (*widen_)(const uint8_t *, int64_t, bool, int32_t, int16_t *);
    int64_t operand_bytes_, height_, width_, group_step_, pixel_step_;
};

// Makes a step of one of the two kinds and adds it, with a canvas where it needs one.
template <typename IntegerStep>
void add_integer_step(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, const IntegerWeights &weights, SumsFinish finish)
{
    std::vector<uint32_t> values{convolution.x.value, convolution.y.value};
    if (finish.adds())
        values.push_back(convolution.addend.value);
    auto step = std::make_unique<IntegerStep>(builder, convolution, operands, std::move(finish));
    step->pack(builder, weights);
    if (!step->direct()) {
        values.push_back(builder.scratch(static_cast<uint64_t>(step->canvas_bytes())));
        step->place_canvas(values.back());
    }
    builder.add(std::move(step), values);
}

}  // namespace accel::cpu
