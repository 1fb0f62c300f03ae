// SPDX-License-Identifier: MIT
// Lists of steps for a tensor of 1 x 6 x 3 x 5, which the cases about layouts have.
#pragma once

#include <accel/accel.h>

#include <vector>

namespace accel::conformance {

inline constexpr int64_t kChannels = 6, kHeight = 3, kWidth = 5, kElements = kChannels * kHeight * kWidth;
inline constexpr uint64_t kDenseBytes = kElements * 4, kBlockedBytes = 8 * kHeight * kWidth * 4;

/// A list that keeps its steps.
struct List {
    explicit List(std::vector<accel_layout_step> given, uint64_t size_bytes, uint32_t padding = ACCEL_PADDING_ANY) : steps(std::move(given))
    {
        layout.struct_size = sizeof layout;
        layout.kind = ACCEL_LAYOUT_KIND_STEPS;
        layout.type = ACCEL_TYPE_F32;
        layout.padding = padding;
        layout.steps = steps.data();
        layout.step_count = static_cast<uint32_t>(steps.size());
        layout.size_bytes = size_bytes;
    }
    List(const List &other) : List(other.steps, other.layout.size_bytes, other.layout.padding) {}
    List &operator=(const List &) = delete;
    std::vector<accel_layout_step> steps;
    accel_layout layout{};
};

inline List dense() { return List({{1, 0, kChannels, 32 * kHeight * kWidth}, {2, 0, kHeight, 32 * kWidth}, {3, 0, kWidth, 32}}, kDenseBytes); }
inline List channels_last() { return List({{2, 0, kHeight, 32 * kWidth * kChannels}, {3, 0, kWidth, 32 * kChannels}, {1, 0, kChannels, 32}}, kDenseBytes); }
/// As the witness has it.
inline List blocked() { return List({{1, 0, 2, 32 * kHeight * kWidth * 4}, {2, 0, kHeight, 32 * kWidth * 4}, {3, 0, kWidth, 32 * 4}, {1, 0, 4, 32}}, kBlockedBytes); }
/// Blocks of two in rows with gaps.
inline List gappy() { return List({{2, 0, kHeight, 32 * 40}, {1, 0, 3, 32 * 12}, {3, 0, kWidth, 32 * 2}, {1, 0, 2, 32}}, 3 * 40 * 4); }

/// Where the header says that an element is.
inline int64_t offset_bytes(const accel_layout &layout, int64_t c, int64_t h, int64_t w)
{
    int64_t rest[] = {0, c, h, w}, bits = 0;
    for (uint32_t step = layout.step_count; step-- > 0;) {
        const accel_layout_step &at = layout.steps[step];
        bits += rest[at.axis] % at.extent * at.stride_bits;
        rest[at.axis] /= at.extent;
    }
    return bits / 8;
}

template <class Visit> void for_each_element(const Visit &visit)
{
    for (int64_t c = 0; c < kChannels; ++c)
        for (int64_t h = 0; h < kHeight; ++h)
            for (int64_t w = 0; w < kWidth; ++w) visit(c, h, w);
}

inline float value(int64_t c, int64_t h, int64_t w) { return static_cast<float>(c * 100 + h * 10 + w); }

}  // namespace accel::conformance
