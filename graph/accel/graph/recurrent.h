// SPDX-License-Identifier: MIT
// What the attributes of LSTM, GRU and RNN say, which the shape rule and those who execute share.
#pragma once

#include <accel/graph/rules.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace accel::graph {

/// The functions that ONNX has for gates and states.
enum class Curve { kAffine,
                   kElu,
                   kHardSigmoid,
                   kLeakyRelu,
                   kRelu,
                   kScaledTanh,
                   kSigmoid,
                   kSoftplus,
                   kSoftsign,
                   kTanh,
                   kThresholdedRelu };

struct CurveRow {
    std::string_view name;  ///< as ONNX writes it
    Curve curve;
    bool takes_alpha, takes_beta;
    std::optional<float> alpha, beta;  ///< where none is given; nothing: one has to be
};
/// Null: there is no such function.
const CurveRow *find_curve(std::string_view name);
/// The same, in letters of either case.
const CurveRow *find_curve_like(std::string_view name);

struct Activation {
    Curve curve = Curve::kTanh;
    float alpha = 0, beta = 0;
};

struct Recurrence {
    int64_t gates = 1;                    ///< blocks of rows in the weights
    int64_t directions = 1;               ///< 2: forward, then reverse
    bool reverse = false;                 ///< the one direction is
    bool batch_first = false;             ///< axes of x, of the states and of y
    size_t per_direction = 1;             ///< functions
    std::vector<Activation> activations;  ///< of one direction, then of the other

    bool is_reverse(int64_t direction) const { return reverse || direction == 1; }
    const Activation &activation(int64_t direction, size_t place) const { return activations[static_cast<size_t>(direction) * per_direction + place]; }
};

/// Of a LSTM, GRU or RNN. Nothing where an attribute is none of ONNX's values, and *why (which may be null) tells.
/// ACTIVATION_ALPHA and ACTIVATION_BETA are handed out in the order of the functions to those that take one.
std::optional<Recurrence> read_recurrence(const Applied &node, Contradiction *why);

}  // namespace accel::graph
