// SPDX-License-Identifier: MIT
// One step of each kind of cell, for some rows of the batch.
#pragma once

#include "../team.h"
#include "curves.h"
#include "panels.h"
#include "recurrent.h"

namespace accel::cpu {

// What a row of the batch carries along, and as much again to work on.
template <typename Real> struct State {
    Real *h, *c, *other;

    static int64_t elements(int64_t hidden) { return 3 * hidden; }
};

// Where everything lies while a step runs.
template <typename Real> struct Run {
    const Cell &cell;
    const Real *x = nullptr, *w = nullptr, *r = nullptr, *p = nullptr, *h = nullptr, *c = nullptr;
    Real *y = nullptr, *last_h = nullptr, *last_c = nullptr;
    Real *gates = nullptr, *states = nullptr, *biases = nullptr;
    const int32_t *lengths = nullptr;
    int column_threads = 1;  // that share the columns of one product

    int64_t length(int64_t place) const { return lengths == nullptr ? cell.steps : lengths[place]; }
    const Real *bias(int64_t direction) const { return biases + direction * (cell.columns() + cell.hidden); }
    State<Real> state(int64_t direction, int64_t place) const
    {
        Real *first = states + (direction * cell.batch + place) * State<Real>::elements(cell.hidden);
        return {first, first + cell.hidden, first + 2 * cell.hidden};
    }
};

// One step of rows first to last (exclusive), which lie apart by gate_step.
template <typename Real> struct Turn {
    int64_t direction = 0, first = 0, last = 0, number = 0;
    Real *gates = nullptr;
    int64_t gate_step = 0;
};

// Calls body(gates, state) for each row whose sequence has not ended.
template <typename Real, typename Body> void each_row(const Run<Real> &run, const Turn<Real> &turn, const Body &body)
{
    Real *gates = turn.gates;
    for (int64_t place = turn.first; place < turn.last; ++place, gates += turn.gate_step)
        if (turn.number < run.length(place))
            body(gates, run.state(turn.direction, place));
}

template <typename Real> void add_shared(const Run<Real> &run, const RowProduct<Real> &rows)
{
    if (run.column_threads == 1)
        return add_product(rows);
    parallel_for(run.column_threads, (rows.columns + kPanelColumns - 1) / kPanelColumns, 2, [&](int64_t first, int64_t last) {
        RowProduct<Real> part = rows;
        part.panels += first * kPanelColumns * rows.depth, part.y += first * kPanelColumns;
        part.columns = std::min(last * kPanelColumns, rows.columns) - first * kPanelColumns;
        add_product(part);
    });
}

// The product of all rows' states by some columns of the weights, added to the gates.
template <typename Real> void add_states(const Run<Real> &run, const Turn<Real> &turn, int64_t columns)
{
    const int64_t hidden = run.cell.hidden;
    const State<Real> state = run.state(turn.direction, turn.first);
    add_shared(run, RowProduct<Real>{state.h, State<Real>::elements(hidden), turn.last - turn.first, hidden, columns, run.r + turn.direction * packed_r_elements(run.cell), turn.gates, turn.gate_step});
}

// A function of gates, which are bounded first.
template <typename Real> void activate(const Run<Real> &run, const Turn<Real> &turn, size_t place, Real *gates, int64_t count)
{
    if (run.cell.clip != std::numeric_limits<float>::infinity())
        CellsOf<Real>::type::bound(gates, count, -run.cell.clip, run.cell.clip);
    apply(run.cell.recurrence.activation(turn.direction, place), gates, count, gates);
}

// Gates of input, output, forgetting and cell; peepholes of the first three.
template <typename Real> void make_lstm_row(const Run<Real> &run, const Turn<Real> &turn, Real *gates, const State<Real> &state)
{
    using Cells = typename CellsOf<Real>::type;
    const int64_t n = run.cell.hidden;
    Real *input = gates, *output = gates + n, *forget = gates + 2 * n, *cell = gates + 3 * n;
    const Real *peep = run.p == nullptr ? nullptr : run.p + 3 * turn.direction * n;
    const auto look = [&](const Real *weights, Real *gate) {
        Cells::multiply(weights, state.c, n, state.other);
        Cells::add(gate, state.other, n, gate);
    };
    if (peep != nullptr) {
        look(peep, input), look(peep + 2 * n, forget);
        activate(run, turn, 0, input, n), activate(run, turn, 0, forget, n);
    } else {
        activate(run, turn, 0, input, 3 * n);
    }
    for (int64_t i = 0; run.cell.input_forget && i < n; ++i)
        forget[i] = 1 - input[i];
    activate(run, turn, 1, cell, n);
    Cells::add_products(forget, state.c, input, cell, n, state.c);
    if (peep != nullptr) {
        look(peep + n, output);
        activate(run, turn, 0, output, n);
    }
    apply(run.cell.recurrence.activation(turn.direction, 2), state.c, n, state.other);
    Cells::multiply(output, state.other, n, state.h);
}

template <typename Real> void make_lstm_turn(const Run<Real> &run, const Turn<Real> &turn)
{
    add_states(run, turn, run.cell.columns());
    each_row(run, turn, [&](Real *gates, const State<Real> &state) { make_lstm_row(run, turn, gates, state); });
}

// Gates of update, reset and hidden state. The reset state is multiplied by its weights, or their product is reset.
template <typename Real> void make_gru_turn(const Run<Real> &run, const Turn<Real> &turn)
{
    using Cells = typename CellsOf<Real>::type;
    const int64_t n = run.cell.hidden;
    const bool later = run.cell.linear_before_reset;
    const Real *bias = run.bias(turn.direction) + run.cell.columns();
    add_states(run, turn, 2 * n);
    each_row(run, turn, [&](Real *gates, const State<Real> &state) {
        activate(run, turn, 0, gates, 2 * n);
        later ? void(std::copy_n(bias, n, state.other)) : Cells::multiply(gates + n, state.h, n, state.other);
    });
    const State<Real> state = run.state(turn.direction, turn.first);
    const int64_t step = State<Real>::elements(n);
    const Real *weights = run.r + turn.direction * packed_r_elements(run.cell) + panel_elements(n, 2 * n);
    add_shared(run, RowProduct<Real>{later ? state.h : state.other, step, turn.last - turn.first, n, n, weights, later ? state.other : turn.gates + 2 * n, later ? step : turn.gate_step});
    each_row(run, turn, [&](Real *gates, const State<Real> &row) {
        Real *hidden = gates + 2 * n;
        if (later) {
            Cells::multiply(gates + n, row.other, n, row.other);
            Cells::add(hidden, row.other, n, hidden);
        }
        activate(run, turn, 1, hidden, n);
        Cells::mix(gates, hidden, row.h, n, row.h);
    });
}

template <typename Real> void make_rnn_turn(const Run<Real> &run, const Turn<Real> &turn)
{
    add_states(run, turn, run.cell.columns());
    each_row(run, turn, [&](Real *gates, const State<Real> &state) {
        activate(run, turn, 0, gates, run.cell.hidden);
        std::copy_n(gates, run.cell.hidden, state.h);
    });
}

template <typename Real> void make_turn(const Run<Real> &run, const Turn<Real> &turn)
{
    switch (run.cell.operation) {
    case ACCEL_OPERATION_LSTM:
        return make_lstm_turn(run, turn);
    case ACCEL_OPERATION_GRU:
        return make_gru_turn(run, turn);
    default:
        return make_rnn_turn(run, turn);
    }
}

}  // namespace accel::cpu
