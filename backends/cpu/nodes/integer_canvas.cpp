// SPDX-License-Identifier: MIT
// The padded copy of an image from which integer convolutions read words.
#include "integer_convolution.h"

#include "../team.h"

#include <algorithm>
#include <cstring>

namespace accel::cpu {
namespace {

constexpr int64_t kPartBytes = 1 << 15;  // moved by one thread, at least

}  // namespace

Canvas::Canvas(const IntegerGeometry &g, const Operands &operands, int64_t group_step, int64_t pixel_step)
    : geometry_(g),
      operands_(operands),
      widen_(integer_kernels().widen),
      operand_bytes_(operands.kernels->operand_bytes),
      height_(std::max(g.reach_y(), g.top + g.height)),
      width_(std::max(g.reach_x(), g.left + g.width)),
      group_step_(group_step),
      pixel_step_(pixel_step)
{
}

int64_t Canvas::size_bytes() const { return height_ * row_bytes() + kWordBytes; }

void Canvas::fill(std::byte *canvas, const uint8_t *x, int threads) const
{
    const IntegerGeometry &g = geometry_;
    parallel_for(threads, height_, std::max<int64_t>(1, kPartBytes / row_bytes()), [&](int64_t first, int64_t last) {
        for (int64_t row = first; row < last; ++row) {
            std::byte *to = canvas + row * row_bytes();
            if (row < g.top || row >= g.top + g.height) {
                blank(to, width_ * pixel_step_);
                continue;
            }
            const int64_t right = g.left + g.width;
            blank(to, g.left * pixel_step_);
            fill_row(to + g.left * pixel_bytes(), x + (row - g.top) * g.width * g.channels);
            blank(to + right * pixel_bytes(), (width_ - right) * pixel_step_);
        }
    });
}

void Canvas::fill_row(std::byte *to, const uint8_t *from) const
{
    const IntegerGeometry &g = geometry_;
    if (pixel_step_ == g.channels)
        return convert(to, from, g.width * g.channels);
    blank(to, g.width * pixel_step_);
    const int64_t runs = group_step_ == pixel_step_ ? 1 : g.groups, length = g.channels / runs;
    for (int64_t pixel = 0; pixel < g.width; ++pixel)
        for (int64_t run = 0; run < runs; ++run)
            convert(to + pixel * pixel_bytes() + run * group_step_ * operand_bytes_, from + pixel * g.channels + run * length, length);
}

void Canvas::convert(std::byte *to, const uint8_t *from, int64_t count) const
{
    if (operand_bytes_ == 1)
        std::memcpy(to, from, static_cast<size_t>(count));
    else
        widen_(from, count, operands_.is_signed, operands_.zero_point, reinterpret_cast<int16_t *>(to));
}

void Canvas::blank(std::byte *to, int64_t operands) const
{
    std::memset(to, operand_bytes_ == 1 ? operands_.zero_byte() : 0, static_cast<size_t>(operands * operand_bytes_));
}

}  // namespace accel::cpu
