// SPDX-License-Identifier: MIT
// Goes along sequences: the order of rows and steps, and where a state is kept. What one step computes is in cells.h.
#include "recurrent.h"

#include "../team.h"
#include "cells.h"

#include <atomic>
#include <cstdio>
#include <cstring>

namespace accel::cpu {
namespace {

// Rows whose products are one piece of work.
constexpr int64_t kRowsAtOnce = 16;

// Memory of a step beside its operands.
struct CellWork {
    uint32_t gates = kNoValue;    // of each row of x, each direction: what goes into the functions
    uint32_t states = kNoValue;   // of each direction, each place in the batch: a state's record
    uint32_t biases = kNoValue;   // of each direction: both biases added, then that of the state alone
    uint32_t lengths = kNoValue;  // as they were read once
    uint32_t w = kNoValue, r = kNoValue;
};

template <typename Real> class RecurrentStep : public Step {
public:
    RecurrentStep(Cell cell, const CellValues &values, const CellWork &work, int threads_of_inputs, int threads_of_states)
        : cell_(std::move(cell)),
          values_(values),
          work_(work),
          threads_of_inputs_(threads_of_inputs),
          threads_of_states_(threads_of_states)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        Run<Real> run = begin(values);
        if (!read_lengths(values))
            return false;
        parallel_for(threads_of_inputs_, cell_.rows(), kRowsAtOnce, [&](int64_t first, int64_t last) {
            for (int64_t direction = 0; direction < cell_.directions(); ++direction)
                multiply_inputs(run, direction, first, last);
        });
        const int64_t parts = std::clamp<int64_t>(threads_of_states_ / cell_.directions(), 1, cell_.batch), tasks = parts * cell_.directions();
        run.column_threads = tasks == 1 ? threads_of_states_ : 1;
        parallel_for(threads_of_states_, tasks, 1, [&](int64_t first, int64_t last) {
            for (int64_t task = first; task < last; ++task) {
                const int64_t part = task % parts;
                go_along(run, task / parts, cell_.batch * part / parts, cell_.batch * (part + 1) / parts);
            }
        });
        return true;
    }

    void explain(Values values, std::span<char> sentence) const noexcept override
    {
        if (values_.lengths == kNoValue)
            return;
        const auto *lengths = reinterpret_cast<const int32_t *>(values[values_.lengths]);
        for (int64_t i = 0; i < cell_.batch; ++i)
            if (!fits(lengths[i])) {
                std::snprintf(sentence.data(), sentence.size(), "a sequence of the batch, number %lld, has length %ld; expected 0 to %lld", static_cast<long long>(i),
                              static_cast<long>(lengths[i]), static_cast<long long>(cell_.steps));
                return;
            }
    }

private:
    const Real *given(Values values, uint32_t value) const { return value == kNoValue ? nullptr : reinterpret_cast<const Real *>(values[value]); }
    Real *made(Values values, uint32_t value) const { return value == kNoValue ? nullptr : reinterpret_cast<Real *>(values[value]); }
    bool fits(int32_t length) const { return length >= 0 && length <= cell_.steps; }

    // Packs what is no constant, and adds the biases.
    Run<Real> begin(Values values) const
    {
        Run<Real> run{cell_};
        run.x = given(values, values_.x), run.p = given(values, values_.p);
        run.h = given(values, values_.h), run.c = given(values, values_.c);
        run.y = made(values, values_.y), run.last_h = made(values, values_.last_h), run.last_c = made(values, values_.last_c);
        run.gates = made(values, work_.gates), run.states = made(values, work_.states);
        run.lengths = work_.lengths == kNoValue ? nullptr : reinterpret_cast<int32_t *>(values[work_.lengths]);
        run.w = reinterpret_cast<const Real *>(values_.packed_w), run.r = reinterpret_cast<const Real *>(values_.packed_r);
        if (run.w == nullptr)
            pack_w(cell_, given(values, values_.w), made(values, work_.w)), run.w = made(values, work_.w);
        if (run.r == nullptr)
            pack_r(cell_, given(values, values_.r), made(values, work_.r)), run.r = made(values, work_.r);
        run.biases = made(values, work_.biases);
        for (int64_t direction = 0; direction < cell_.directions(); ++direction)
            add_biases(given(values, values_.b), direction, run.biases);
        return run;
    }

    // Where the state's product is reset, its bias has to be, too.
    void add_biases(const Real *both, int64_t direction, Real *biases) const
    {
        const int64_t columns = cell_.columns(), hidden = cell_.hidden;
        Real *sums = biases + direction * (columns + hidden), *last = sums + columns;
        std::fill_n(sums, columns + hidden, Real{0});
        if (both == nullptr)
            return;
        const Real *of_inputs = both + 2 * direction * columns, *of_state = of_inputs + columns;
        const int64_t added = cell_.linear_before_reset ? columns - hidden : columns;
        CellsOf<Real>::type::add(of_inputs, of_state, added, sums);
        std::copy_n(of_inputs + added, columns - added, sums + added);
        std::copy_n(of_state + added, columns - added, last);
    }

    bool read_lengths(Values values) const
    {
        if (values_.lengths == kNoValue)
            return true;
        auto *kept = reinterpret_cast<int32_t *>(values[work_.lengths]);
        std::memcpy(kept, values[values_.lengths], static_cast<size_t>(cell_.batch) * sizeof(int32_t));
        return std::all_of(kept, kept + cell_.batch, [this](int32_t length) { return fits(length); });
    }

    // The gates of rows of x, in their order; of sequences with lengths that are read from their ends, in the order of the steps.
    void multiply_inputs(const Run<Real> &run, int64_t direction, int64_t first, int64_t last) const
    {
        const int64_t columns = cell_.columns(), step = cell_.directions() * columns;
        Real *gates = run.gates + first * step + direction * columns;
        for (int64_t row = first; row < last; ++row)
            std::copy_n(run.bias(direction), columns, gates + (row - first) * step);
        RowProduct<Real> product{run.x + first * cell_.inputs, cell_.inputs, last - first, cell_.inputs, columns, run.w + direction * packed_w_elements(cell_), gates, step};
        if (run.lengths == nullptr || !cell_.recurrence.is_reverse(direction))
            return add_product(product);
        product.count = 1;
        for (int64_t row = first; row < last; ++row, product.y += step) {
            const int64_t place = cell_.recurrence.batch_first ? row / cell_.steps : row % cell_.batch, turn = cell_.recurrence.batch_first ? row % cell_.steps : row / cell_.batch;
            if (turn >= run.lengths[place])
                continue;
            product.x = run.x + cell_.row(run.lengths[place] - 1 - turn, place) * cell_.inputs;
            add_product(product);
        }
    }

    // The sequences of some places of the batch in one direction.
    void go_along(const Run<Real> &run, int64_t direction, int64_t first, int64_t last) const
    {
        const bool reverse = cell_.recurrence.is_reverse(direction);
        const int64_t hidden = cell_.hidden, columns = cell_.columns(), step = cell_.directions() * columns;
        int64_t turns = 0;
        for (int64_t place = first; place < last; ++place) {
            State<Real> state = run.state(direction, place);
            const int64_t from = cell_.state(direction, place);
            run.h != nullptr ? std::copy_n(run.h + from, hidden, state.h) : std::fill_n(state.h, hidden, Real{0});
            run.c != nullptr ? std::copy_n(run.c + from, hidden, state.c) : std::fill_n(state.c, hidden, Real{0});
            turns = std::max(turns, run.length(place));
        }
        for (int64_t turn = 0; turn < turns; ++turn) {
            const int64_t row = cell_.row(reverse && run.lengths == nullptr ? cell_.steps - 1 - turn : turn, first);
            make_turn(run, Turn<Real>{direction, first, last, turn, run.gates + row * step + direction * columns, cell_.row_step() * step});
            for (int64_t place = first; place < last; ++place)
                if (turn < run.length(place))
                    std::copy_n(run.state(direction, place).h, hidden, run.y + cell_.output(reverse ? run.length(place) - 1 - turn : turn, direction, place));
        }
        for (int64_t place = first; place < last; ++place)
            end(run, direction, place);
    }

    // Behind the end of a sequence results are 0.
    void end(const Run<Real> &run, int64_t direction, int64_t place) const
    {
        for (int64_t step = run.length(place); step < cell_.steps; ++step)
            std::fill_n(run.y + cell_.output(step, direction, place), cell_.hidden, Real{0});
        const State<Real> state = run.state(direction, place);
        if (run.last_h != nullptr)
            std::copy_n(state.h, cell_.hidden, run.last_h + cell_.state(direction, place));
        if (run.last_c != nullptr)
            std::copy_n(state.c, cell_.hidden, run.last_c + cell_.state(direction, place));
    }

    Cell cell_;
    CellValues values_;
    CellWork work_;
    int threads_of_inputs_, threads_of_states_;
};

}  // namespace

int64_t packed_w_elements(const Cell &cell) { return panel_elements(cell.inputs, cell.columns()); }

int64_t packed_r_elements(const Cell &cell)
{
    if (cell.operation != ACCEL_OPERATION_GRU)
        return panel_elements(cell.hidden, cell.columns());
    return panel_elements(cell.hidden, 2 * cell.hidden) + panel_elements(cell.hidden, cell.hidden);
}

template <typename Real> void pack_w(const Cell &cell, const Real *w, Real *packed)
{
    for (int64_t direction = 0; direction < cell.directions(); ++direction, w += cell.columns() * cell.inputs, packed += packed_w_elements(cell))
        pack_panels(w, cell.inputs, cell.columns(), packed);
}

// Of a GRU the last gate stands by itself: its product comes later.
template <typename Real> void pack_r(const Cell &cell, const Real *r, Real *packed)
{
    const int64_t hidden = cell.hidden, first = cell.operation == ACCEL_OPERATION_GRU ? 2 * hidden : cell.columns();
    for (int64_t direction = 0; direction < cell.directions(); ++direction, r += cell.columns() * hidden, packed += packed_r_elements(cell)) {
        pack_panels(r, hidden, first, packed);
        pack_panels(r + first * hidden, hidden, cell.columns() - first, packed + panel_elements(hidden, first));
    }
}

template <typename Real> void add_recurrent(Builder &builder, const Cell &cell, const CellValues &values)
{
    const auto scratch = [&](int64_t elements) { return builder.scratch(static_cast<uint64_t>(elements) * sizeof(Real)); };
    const int64_t directions = cell.directions();
    CellWork work;
    work.gates = scratch(cell.rows() * directions * cell.columns());
    work.states = scratch(directions * cell.batch * State<Real>::elements(cell.hidden));
    work.biases = scratch(directions * (cell.columns() + cell.hidden));
    if (values.lengths != kNoValue)
        work.lengths = builder.scratch(static_cast<uint64_t>(cell.batch) * sizeof(int32_t));
    if (values.packed_w == nullptr)
        work.w = scratch(directions * packed_w_elements(cell));
    if (values.packed_r == nullptr)
        work.r = scratch(directions * packed_r_elements(cell));
    const bool single = cell.batch * directions == 1;
    const int64_t of_inputs = cell.rows() * directions * cell.columns() * cell.inputs, of_turn = cell.batch * directions * cell.columns() * cell.hidden;
    const int threads_of_inputs = builder.threads_for(of_inputs), threads_of_states = builder.threads_for(single ? of_turn : of_turn * cell.steps);
    std::vector<uint32_t> used;
    for (const uint32_t value : {values.x, values.w, values.r, values.b, values.lengths, values.h, values.c, values.p, values.y, values.last_h, values.last_c, work.gates,
                                 work.states, work.biases, work.lengths, work.w, work.r})
        if (value != kNoValue)
            used.push_back(value);
    builder.add(std::make_unique<RecurrentStep<Real>>(cell, values, work, threads_of_inputs, threads_of_states), used);
}

template void pack_w(const Cell &, const float *, float *);
template void pack_w(const Cell &, const double *, double *);
template void pack_r(const Cell &, const float *, float *);
template void pack_r(const Cell &, const double *, double *);
template void add_recurrent<float>(Builder &, const Cell &, const CellValues &);
template void add_recurrent<double>(Builder &, const Cell &, const CellValues &);

}  // namespace accel::cpu
