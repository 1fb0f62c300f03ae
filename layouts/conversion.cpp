// SPDX-License-Identifier: MIT
// Turns two lists into boxes of loops, moves them, and fills what is padding.
#include <accel/layouts/conversion.h>

#include <algorithm>

#include "loops.h"

namespace accel::layouts {

namespace {

bool is_signed(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_I4 || type == ACCEL_TYPE_I2; }
bool is_unsigned(uint32_t type) { return type == ACCEL_TYPE_U8 || type == ACCEL_TYPE_U4 || type == ACCEL_TYPE_U2; }

/// A value of one sign in a byte of the other is moved by 128.
uint8_t flip_in(uint32_t tensor, uint32_t memory)
{
    return (is_signed(tensor) && memory == ACCEL_TYPE_U8) || (is_unsigned(tensor) && memory == ACCEL_TYPE_I8) ? 0x80 : 0;
}

/// Visits every box of the product of ranges, one range per axis. Depth and loops are bounded by kStepsMax: an axis without a step is not among them.
template <class Range, class Leaf>
void visit(const std::vector<AxisCut> &axes, size_t axis, int64_t from_bits, int64_t to_bits, const Loops &loops, const Range &range, const Leaf &leaf)
{
    if (axis == axes.size()) {
        Loops changed = loops;
        return leaf(from_bits, to_bits, changed);
    }
    const auto [begin, end] = range(axis);
    for (int64_t at = begin; at < end;) {
        Loops deeper = loops;
        const Box box = box_at(axes[axis], at, end, deeper);
        visit(axes, axis + 1, from_bits + box.from_bits, to_bits + box.to_bits, deeper, range, leaf);
        at += box.covered;
    }
}

}  // namespace

Conversion::Conversion(const Layout &from, const Layout &to, uint32_t tensor_type, Sizes sizes, int64_t zero)
    : from_bits_(accel_type_bits(from.type)),
      to_bits_(accel_type_bits(to.type)),
      value_bits_(accel_type_bits(tensor_type)),
      from_flip_(flip_in(tensor_type, from.type)),
      to_flip_(flip_in(tensor_type, to.type)),
      sign_extends_(is_signed(tensor_type))
{
    empty_ = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
    if (empty_) return;
    const bool claims = to.padding == ACCEL_PADDING_ZERO_BITS || to.padding == ACCEL_PADDING_REAL_ZERO;
    uint64_t elements = 1, places = 1;
    for (uint32_t axis = 0; axis < sizes.size(); ++axis) {
        AxisCut cut = cut_axis(from.steps, to.steps, axis, sizes[axis]);
        elements *= static_cast<uint64_t>(cut.size);
        places *= static_cast<uint64_t>(cut.full);
        fills_ = fills_ || (claims && cut.full > cut.size);
        if (cut.size > 1 || cut.full > 1) axes_.push_back(std::move(cut));
    }
    written_bytes_ = ((fills_ ? places : elements) * to_bits_ + 7) / 8;
    if (to.padding == ACCEL_PADDING_REAL_ZERO) pattern_ = static_cast<uint64_t>(zero) ^ to_flip_;
}

void Conversion::run(const void *from, void *to) const
{
    if (empty_) return;
    convert(static_cast<const char *>(from), static_cast<char *>(to));
    if (fills_) fill(static_cast<char *>(to));
}

void Conversion::convert(const char *from, char *to) const
{
    const Form form{from_bits_, to_bits_, value_bits_, from_flip_, to_flip_, sign_extends_};
    visit(
        axes_, 0, 0, 0, {}, [&](size_t axis) { return std::pair<int64_t, int64_t>(0, axes_[axis].size); },
        [&](int64_t from_bits, int64_t to_bits, Loops &loops) { move_box(from, from_bits, to, to_bits, loops, form); });
}

/// Places whose first index beyond the size is that of axis `first`, for each axis.
void Conversion::fill(char *to) const
{
    for (size_t first = 0; first < axes_.size(); ++first)
        visit(
            axes_, 0, 0, 0, {},
            [&](size_t axis) {
                const AxisCut &cut = axes_[axis];
                return std::pair<int64_t, int64_t>(axis == first ? cut.size : 0, axis < first ? cut.size : cut.full);
            },
            [&](int64_t, int64_t to_bits, Loops &loops) { fill_box(to, to_bits, loops, to_bits_, pattern_); });
}

}  // namespace accel::layouts
