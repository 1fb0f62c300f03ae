// SPDX-License-Identifier: MIT
// Which of oneDNN's implementations may do more than their own operation in one pass.
//
// A step that does several things at once is used only with implementations that were compared, fused beside unfused
// (tests/fusion_test.cpp): some of oneDNN's read an addend at the wrong place. One that is not known by name does its operation alone, and
// what follows are steps of its own.
#pragma once

#include <span>
#include <string_view>

namespace accel::cpu {

enum class Kernel { kConvolution,
                    kProduct };

// A set of what an implementation does besides.
enum Fusions : unsigned { kNoFusion = 0,
                          kBias = 1,
                          kResidual = 2,
                          kClamp = 4 };

// What an implementation of that name was shown to do right besides.
struct Shown {
    Kernel kernel;
    std::string_view implementation;
    unsigned fusions;
};

// Every name that is known.
std::span<const Shown> shown();

// How a plan asks what an implementation may do besides.
using Trust = unsigned (*)(Kernel kernel, std::string_view implementation);

// As listed; of a name that is not known, nothing.
unsigned shown_right(Kernel kernel, std::string_view implementation);

}  // namespace accel::cpu
