// SPDX-License-Identifier: MIT
// Lists of steps that own their memory: made, judged, compared, printed.
#pragma once

#include <accel/layout.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::layouts {

using Sizes = std::span<const int64_t>;  ///< of a tensor, one per axis, in the model's order
using Steps = std::vector<accel_layout_step>;

inline constexpr uint32_t kStepsMax = 32;
/// The most that a layout may reach; distances in bits then stay far from where 64 bits end.
inline constexpr uint64_t kSizeBytesMax = uint64_t{1} << 56;

/// An accel_layout of kind STEPS that owns its list.
struct Layout {
    uint32_t type = 0;  ///< enum accel_type of an element in memory
    uint32_t padding = ACCEL_PADDING_ANY;
    uint32_t sizing = ACCEL_LAYOUT_SIZING_MAXIMUM;
    Steps steps;
    uint64_t size_bytes = 0;

    /// Borrows from this.
    accel_layout view() const;
};

/// Takes what broken_rule has let pass.
Layout copy_of(const accel_layout &layout);

/// Row-major, without gaps, packed where elements are parts of bytes. Nothing for a type without a size, a size below 0, or more than kSizeBytesMax.
std::optional<Layout> dense(uint32_t type, Sizes sizes);
/// One step per axis, as far apart as said, and as large as the steps reach; nothing where that is more than kSizeBytesMax.
std::optional<Layout> strided(uint32_t type, Sizes sizes, std::span<const int64_t> strides_bytes);
/// The axes in this order, outermost first, without gaps; but of `blocked` (an axis) the last `block` values are side by side at the very end: NHCWB16, NC1HWC2.
/// Elements of whole bytes. Nothing where it does not fit.
std::optional<Layout> blocked(uint32_t type, Sizes sizes, std::span<const uint32_t> order, uint32_t blocked_axis, int64_t block);

/// May an element of a tensor of type `tensor` lie in memory as one of type `memory`?
bool form_admitted(uint32_t tensor, uint32_t memory);
/// Rule L-1: what is wrong with a layout for a tensor of this type and these sizes, as the end of a sentence that begins with the layout's name; "" where nothing is.
/// Nothing of the layout is trusted but that `steps` has step_count entries.
std::string broken_rule(const accel_layout &layout, uint32_t tensor_type, Sizes sizes);
/// Memory that the steps reach, in bytes, padding included, size_bytes left out; nothing where it is more than kSizeBytesMax or they meet.
std::optional<uint64_t> reach_bytes(std::span<const accel_layout_step> steps, uint32_t type);

// What follows takes layouts that keep rule L-1.

/// Without steps of extent 1, and without two of an axis that could be one; by axis, or, where sizes are PACKED, in their own order.
Steps canonical(const Layout &layout);
/// Where canonical forms are the same, all else too.
bool equal(const Layout &a, const Layout &b);
/// Does every element of a tensor of these sizes lie at the same place in the same form? Padding, and memory behind it, may differ.
bool same_places(const Layout &a, const Layout &b, Sizes sizes);
/// Are there places without an element?
bool has_padding(const Layout &layout, Sizes sizes);
/// Can whoever reads `to` read what `from` was written as, padding included?
bool agree(const Layout &from, const Layout &to, Sizes sizes);
/// Distance of an element from the first bit of the memory.
int64_t offset_bits(const Layout &layout, std::span<const int64_t> index);
/// The layout of a tensor of other sizes than those that it was planned for, as its sizing says; nothing where it cannot be, or is too large.
std::optional<Layout> resized(const Layout &layout, Sizes sizes);

/// "1:4@50176 2:56@896 3:56@16 1:16@1": axis, extent and distance in bytes ("4b": in bits) of each step, and behind them padding that means something. "one element"
/// without steps.
std::string text(const Layout &layout);

}  // namespace accel::layouts
