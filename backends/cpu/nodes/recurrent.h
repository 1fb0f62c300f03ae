// SPDX-License-Identifier: MIT
// LSTM, GRU and RNN as one step.
//
// The products of all inputs are made at once; then each direction and each part of the batch goes along the sequence by itself, and a helper can take it.
// Of a single row the columns of a product are shared instead, where they are many. Weights lie in panels: made once of constants, at each run of others.
#pragma once

#include "../builder.h"

#include <accel/graph/recurrent.h>

namespace accel::cpu {

inline constexpr uint32_t kNoValue = UINT32_MAX;

struct Cell {
    uint32_t operation = 0;
    graph::Recurrence recurrence;
    int64_t steps = 0, batch = 0, inputs = 0, hidden = 0;
    float clip = std::numeric_limits<float>::infinity();
    bool input_forget = false, linear_before_reset = false;

    int64_t directions() const { return recurrence.directions; }
    int64_t columns() const { return recurrence.gates * hidden; }
    int64_t rows() const { return steps * batch; }
    // Where the row of a step and a place in the batch lies among those of x.
    int64_t row(int64_t step, int64_t place) const { return recurrence.batch_first ? place * steps + step : step * batch + place; }
    int64_t row_step() const { return recurrence.batch_first ? steps : 1; }
    int64_t state(int64_t direction, int64_t place) const { return (recurrence.batch_first ? place * directions() + direction : direction * batch + place) * hidden; }
    int64_t output(int64_t step, int64_t direction, int64_t place) const
    {
        return (recurrence.batch_first ? (place * steps + step) * directions() + direction : (step * directions() + direction) * batch + place) * hidden;
    }
};

// Values of a plan; kNoValue: absent. Weights are packed (pack_weights) where they are constants.
struct CellValues {
    uint32_t x = kNoValue, w = kNoValue, r = kNoValue, b = kNoValue, lengths = kNoValue, h = kNoValue, c = kNoValue, p = kNoValue;
    uint32_t y = kNoValue, last_h = kNoValue, last_c = kNoValue;
    const std::byte *packed_w = nullptr, *packed_r = nullptr;
};

// Elements of one direction's packed weights, of the inputs and of the state.
int64_t packed_w_elements(const Cell &cell);
int64_t packed_r_elements(const Cell &cell);

// Of all directions, from rows as ONNX has them.
template <typename Real> void pack_w(const Cell &cell, const Real *w, Real *packed);
template <typename Real> void pack_r(const Cell &cell, const Real *r, Real *packed);

// Adds the step. Real is float or double.
template <typename Real> void add_recurrent(Builder &builder, const Cell &cell, const CellValues &values);

}  // namespace accel::cpu
