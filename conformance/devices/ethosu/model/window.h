// SPDX-License-Identifier: MIT
//
// The input of a kernel operation as the kernel sees it: upscaled and padded, zero point subtracted.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"

namespace accel::devices::ethosu {

/// Height and width include the padding, whose elements are 0.
template <typename Element>
struct PaddedInput {
    uint32_t height = 0;
    uint32_t width = 0;
    uint32_t depth = 0;
    std::vector<Element> elements;

    const Element *at(uint32_t y, uint32_t x) const { return elements.data() + (size_t{y} * width + x) * depth; }
};

template <typename Element>
PaddedInput<Element> pad_and_upscale(const Volume &volume, const InputWindow &window, const Padding &padding,
                                     Upscale upscale, const WorkGuard &guard)
{
    PaddedInput<Element> padded;
    padded.height = window.height + padding.top + padding.bottom;
    padded.width = window.width + padding.left + padding.right;
    padded.depth = volume.extent.depth;
    guard.claim_elements(padded.height, padded.width, padded.depth);
    padded.elements.resize(size_t{padded.height} * padded.width * padded.depth);
    const uint32_t factor = upscale == Upscale::None ? 1 : 2;
    const uint32_t step = upscale == Upscale::Zeros ? 2 : 1;
    for (uint32_t y = 0; y < window.height; y += step) {
        for (uint32_t x = 0; x < window.width; x += step) {
            const int32_t *from = volume.row(y / factor) + size_t{x / factor} * padded.depth;
            Element *to = padded.elements.data() +
                          (size_t{y + padding.top} * padded.width + x + padding.left) * padded.depth;
            for (uint32_t c = 0; c < padded.depth; ++c) to[c] = static_cast<Element>(from[c]);
        }
    }
    return padded;
}

}  // namespace accel::devices::ethosu
