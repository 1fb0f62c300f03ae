// SPDX-License-Identifier: MIT
// Recurrent operations in binary64, a state at a time: the usual functions, all directions, layouts and lengths.
#include "evaluate.h"

#include <cmath>
#include <string>

namespace accel::cpu::test {
namespace {

using Values = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Cells {
    uint32_t operation;
    int64_t steps, batch, directions, hidden, gates;
    bool batch_first, reverse, coupled, linear;
    std::vector<Real> x;  // operands, empty where absent

    explicit Cells(const graph::Applied &node) : operation(node.operation())
    {
        for (size_t i = 0; i < 8; ++i)
            x.push_back(node.operand(i) ? decode(*node.operands[i]) : Real{});
        batch_first = node.integer(ACCEL_ATTRIBUTE_LAYOUT, 0) == 1;
        reverse = node.string(ACCEL_ATTRIBUTE_DIRECTION) == "reverse";
        coupled = node.integer(ACCEL_ATTRIBUTE_INPUT_FORGET, 0) != 0;
        linear = node.integer(ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET, 0) != 0;
        steps = x[0].dims[batch_first ? 1 : 0], batch = x[0].dims[batch_first ? 0 : 1];
        directions = x[1].dims[0], hidden = x[2].dims[2], gates = x[1].dims[1] / hidden;
    }

    int64_t length(int64_t row) const { return x[4].values.empty() ? steps : static_cast<int64_t>(x[4].values[static_cast<size_t>(row)]); }
    double initial(size_t operand, int64_t direction, int64_t row, int64_t unit) const
    {
        return x[operand].values.empty() ? 0 : at(x[operand], batch_first ? Dims{row, direction, unit} : Dims{direction, row, unit});
    }
    // Of a line of both weights with both biases; which: 1 of the input alone, 2 of the state alone, 3 of both.
    double sum(int64_t direction, int64_t line, int64_t row, int64_t step, const Values &h, unsigned which = 3) const
    {
        double made = 0;
        for (int64_t k = 0; which & 1 && k < x[0].dims[2]; ++k)
            made += at(x[1], {direction, line, k}) * at(x[0], batch_first ? Dims{row, step, k} : Dims{step, row, k});
        for (int64_t k = 0; which & 2 && k < hidden; ++k)
            made += at(x[2], {direction, line, k}) * h[static_cast<size_t>(k)];
        if (!x[3].values.empty())
            made += (which & 1 ? at(x[3], {direction, line}) : 0) + (which & 2 ? at(x[3], {direction, gates * hidden + line}) : 0);
        return made;
    }
    double peep(int64_t direction, int64_t gate, int64_t unit, double c) const { return x[7].values.empty() ? 0 : c * at(x[7], {direction, gate * hidden + unit}); }

    void turn(int64_t direction, int64_t row, int64_t step, Values &h, Values &c) const
    {
        Values next = h, reset = h;
        const auto line = [&](int64_t gate, int64_t unit, const Values &by, unsigned which = 3) { return sum(direction, gate * hidden + unit, row, step, by, which); };
        for (int64_t unit = 0; operation == ACCEL_OPERATION_GRU && unit < hidden; ++unit)
            reset[static_cast<size_t>(unit)] *= sigmoid(line(1, unit, h));
        for (int64_t unit = 0; unit < hidden; ++unit) {
            const auto i = static_cast<size_t>(unit);
            if (operation == ACCEL_OPERATION_LSTM) {
                const double input = sigmoid(line(0, unit, h) + peep(direction, 0, unit, c[i]));
                const double forget = coupled ? 1 - input : sigmoid(line(2, unit, h) + peep(direction, 2, unit, c[i]));
                c[i] = forget * c[i] + input * std::tanh(line(3, unit, h));
                next[i] = sigmoid(line(1, unit, h) + peep(direction, 1, unit, c[i])) * std::tanh(c[i]);
            } else if (operation == ACCEL_OPERATION_GRU) {
                const double update = sigmoid(line(0, unit, h));
                const double state = linear ? sigmoid(line(1, unit, h)) * line(2, unit, h, 2) : line(2, unit, reset, 2);
                next[i] = (1 - update) * std::tanh(line(2, unit, h, 1) + state) + update * h[i];
            } else {
                next[i] = std::tanh(line(0, unit, h));
            }
        }
        h = next;
    }
};

}  // namespace

Real cells(const graph::Applied &node, size_t result, const Dims &dims)
{
    const Cells cells(node);
    Real made{dims, Values(static_cast<size_t>(count(dims)))};
    const auto tell = [&](Dims index, const Values &values) {
        size_t flat = 0;
        for (size_t axis = 0; axis < dims.size(); ++axis)
            flat = flat * static_cast<size_t>(dims[axis]) + static_cast<size_t>(index[axis]);
        std::copy(values.begin(), values.end(), made.values.begin() + static_cast<std::ptrdiff_t>(flat));
    };
    for (int64_t direction = 0; direction < cells.directions; ++direction)
        for (int64_t row = 0; row < cells.batch; ++row) {
            Values h, c;
            for (int64_t unit = 0; unit < cells.hidden; ++unit)
                h.push_back(cells.initial(5, direction, row, unit)), c.push_back(cells.initial(6, direction, row, unit));
            for (int64_t turn = 0; turn < cells.length(row); ++turn) {
                const int64_t step = cells.reverse || direction == 1 ? cells.length(row) - 1 - turn : turn;
                cells.turn(direction, row, step, h, c);
                if (result == 0)
                    tell(cells.batch_first ? Dims{row, step, direction, 0} : Dims{step, direction, row, 0}, h);
            }
            if (result > 0)
                tell(cells.batch_first ? Dims{row, direction, 0} : Dims{direction, row, 0}, result == 1 ? h : c);
        }
    return made;
}

}  // namespace accel::cpu::test
