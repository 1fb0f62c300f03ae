// SPDX-License-Identifier: MIT
// One-dimensional window arithmetic, shared by convolution and pooling: what an
// output range reads, how much padding it needs. Call once per axis.
#pragma once

#include <cstdint>
#include <optional>

namespace accel::tile {

struct Window {
    int64_t kernel = 1;  // taps
    int64_t stride = 1;
    int64_t dilation = 1;

    int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

struct Padding {
    int64_t before = 0;
    int64_t after = 0;

    bool operator==(const Padding &) const = default;
};

// Half-open.
struct Interval {
    int64_t begin = 0;
    int64_t end = 0;

    int64_t length() const { return end - begin; }
    bool operator==(const Interval &) const = default;
};

// The part of an input that some outputs read, and the padding they need there.
struct Halo {
    Interval input;
    Padding padding;

    bool operator==(const Halo &) const = default;
};

// floor((input + padding - extent) / stride) + 1; nothing when the window does
// not fit or a parameter makes no sense.
std::optional<int64_t> output_length(int64_t input_length, Window window, Padding padding);

// Padding for ceil(input / stride) outputs; the odd element goes after.
Padding same_padding(int64_t input_length, Window window);

// The padding that `output_length` outputs touch: what is needed of `padding`
// when the last window ends inside the input.
Padding touched_padding(int64_t input_length, int64_t output_length, Window window, int64_t before);

// What the outputs in `output` read of an input, clipped to it.
Halo halo(int64_t input_length, Interval output, Window window, int64_t before);

}  // namespace accel::tile
