// SPDX-License-Identifier: MIT
// LSTM, GRU and RNN, value by value as ONNX writes their equations.
//
// Errors go along: each value carries how far a device's may be from it, when every sum, product and function of its own errs by some units. What comes out of a
// chain of steps is allowed what the chain makes of that, and no more.
#include <algorithm>
#include <cmath>
#include <string>

#include "rows.h"

namespace accel::conformance {
namespace {

constexpr double kUnit = 0x1p-23;

/// A value, and how far a device's may be off.
struct Near {
    double value = 0, error = 0;
};

Near near(double value, double error) { return {value, std::isfinite(value) && std::isfinite(error) ? error : 0}; }
Near operator+(const Near &a, const Near &b) { return near(a.value + b.value, a.error + b.error + kUnit * std::fabs(a.value + b.value)); }
Near operator-(const Near &a, const Near &b) { return near(a.value - b.value, a.error + b.error + kUnit * std::fabs(a.value - b.value)); }
Near operator*(const Near &a, const Near &b)
{
    return near(a.value * b.value, std::fabs(a.value) * b.error + std::fabs(b.value) * a.error + a.error * b.error + kUnit * std::fabs(a.value * b.value));
}

using States = std::vector<Near>;

/// A function with the numbers that it was given.
struct Function {
    std::string name;
    double alpha, beta;

    double exactly(double x) const
    {
        if (name == "Affine") return alpha * x + beta;
        if (name == "Relu") return x < 0 ? 0 : x;
        if (name == "LeakyRelu") return x < 0 ? alpha * x : x;
        if (name == "ThresholdedRelu") return x <= alpha ? 0 : x;
        if (name == "ScaledTanh") return alpha * std::tanh(beta * x);
        if (name == "HardSigmoid") return alpha * x + beta < 0 ? 0 : alpha * x + beta > 1 ? 1
                                                                                          : alpha * x + beta;
        if (name == "Elu") return x < 0 ? alpha * std::expm1(x) : x;
        if (name == "Softsign") return x / (1 + std::fabs(x));
        if (name == "Softplus") return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
        return name == "Sigmoid" ? 1 / (1 + std::exp(-x)) : std::tanh(x);
    }
    /// By its ends, where it may jump in between.
    Near operator()(const Near &x) const
    {
        const double value = std::isnan(x.value) ? x.value : exactly(x.value);
        const double reached = std::max(std::fabs(exactly(x.value + x.error) - value), std::fabs(exactly(x.value - x.error) - value));
        return near(value, reached + 4 * kUnit * std::max(std::fabs(value), 0.5));
    }
};

class Recurrent {
public:
    explicit Recurrent(const Question &question) : question_(question),
                                                   batch_first_(question.integer(ACCEL_ATTRIBUTE_LAYOUT, 0) == 1)
    {
        const Tensor &x = question.x();
        steps_ = x.dims[batch_first_ ? 1 : 0], batch_ = x.dims[batch_first_ ? 0 : 1], inputs_ = x.dims[2];
        gates_ = question.operation == ACCEL_OPERATION_LSTM ? 4 : question.operation == ACCEL_OPERATION_GRU ? 3
                                                                                                            : 1;
        hidden_ = question.operand(2)->dims[2];
        direction_ = question.text(ACCEL_ATTRIBUTE_DIRECTION);
        directions_ = direction_ == "bidirectional" ? 2 : 1;
        name_functions();
        const Dims state = batch_first_ ? Dims{batch_, directions_, hidden_} : Dims{directions_, batch_, hidden_};
        for (size_t i = 0; i < question.results.size(); ++i) {
            Answer &answer = answers_.emplace_back();
            answer.dims = i > 0 ? state : batch_first_ ? Dims{batch_, steps_, directions_, hidden_}
                                                       : Dims{steps_, directions_, batch_, hidden_};
            answer.values.resize(element_count(answer.dims)), answer.allowed.resize(element_count(answer.dims));
        }
    }

    std::vector<Answer> answers()
    {
        for (int64_t direction = 0; direction < directions_; ++direction)
            for (int64_t row = 0; row < batch_; ++row) go_along(direction, row);
        return answers_;
    }

private:
    void name_functions()
    {
        const std::vector<std::string> usual = gates_ == 4 ? std::vector<std::string>{"Sigmoid", "Tanh", "Tanh"} : gates_ == 3 ? std::vector<std::string>{"Sigmoid", "Tanh"}
                                                                                                                               : std::vector<std::string>{"Tanh"};
        std::vector<std::string> names = question_.text_list(ACCEL_ATTRIBUTE_ACTIVATIONS);
        for (int64_t direction = 0; direction < directions_ && !question_.text_lists.count(ACCEL_ATTRIBUTE_ACTIVATIONS); ++direction) names.insert(names.end(), usual.begin(), usual.end());
        const auto alphas = question_.real_list(ACCEL_ATTRIBUTE_ACTIVATION_ALPHA), betas = question_.real_list(ACCEL_ATTRIBUTE_ACTIVATION_BETA);
        size_t alpha = 0, beta = 0;
        const auto next = [](const std::vector<float> &list, size_t &place, float otherwise) { return static_cast<double>(place < list.size() ? list[place++] : otherwise); };
        for (const std::string &name : names) {
            Function function{name, 0, 0};
            const bool both = name == "Affine" || name == "ScaledTanh" || name == "HardSigmoid";
            if (both || name == "LeakyRelu" || name == "ThresholdedRelu" || name == "Elu") function.alpha = next(alphas, alpha, name == "LeakyRelu" ? 0.01f : both ? 0.2f
                                                                                                                                                                   : 1.0f);
            if (both) function.beta = next(betas, beta, 0.5f);
            functions_.push_back(std::move(function));
        }
        per_direction_ = usual.size();
    }

    Near of(const Near &x, int64_t direction, size_t function) const { return functions_.at(static_cast<size_t>(direction) * per_direction_ + function)(x); }
    Near clipped(Near x) const
    {
        const double most = question_.real(ACCEL_ATTRIBUTE_CELL_CLIP, std::numeric_limits<double>::infinity());
        x.value = x.value > most ? most : x.value < -most ? -most
                                                          : x.value;
        return x;
    }
    Near gate(const Near &sum, int64_t direction, size_t function) const { return of(clipped(sum), direction, function); }

    /// An element of an operand, which is exact.
    double element(size_t operand, const Dims &index) const
    {
        const Tensor &tensor = *question_.operand(operand);
        return tensor.real(position_of(tensor.dims, index));
    }
    /// Of a state that may be absent.
    double initial(size_t operand, int64_t direction, int64_t row, int64_t unit) const
    {
        return question_.operand(operand) ? element(operand, batch_first_ ? Dims{row, direction, unit} : Dims{direction, row, unit}) : 0;
    }
    /// Of the biases, whose second half is the state's.
    Near bias(int64_t direction, int64_t line, bool of_state) const
    {
        return {question_.operand(3) ? element(3, {direction, (of_state ? gates_ * hidden_ : 0) + line}) : 0, 0};
    }
    Near peep(int64_t direction, int64_t gate, int64_t unit, const Near &cell) const
    {
        return question_.operand(7) ? Near{element(7, {direction, gate * hidden_ + unit}), 0} * cell : Near{};
    }

    /// Line of the weights by as many values.
    Near product(size_t operand, int64_t direction, int64_t line, const States &by) const
    {
        double value = 0, mass = 0, error = 0;
        for (size_t k = 0; k < by.size(); ++k) {
            const double weight = element(operand, {direction, line, static_cast<int64_t>(k)});
            value += weight * by[k].value, mass += std::fabs(weight * by[k].value), error += std::fabs(weight) * by[k].error;
        }
        return near(value, error + kUnit * static_cast<double>(by.size() + 2) * mass);
    }
    /// What comes from the inputs and from the state, with both biases.
    Near sum(int64_t direction, int64_t line, const States &x, const States &h) const
    {
        return product(1, direction, line, x) + product(2, direction, line, h) + bias(direction, line, false) + bias(direction, line, true);
    }

    void lstm(int64_t direction, const States &x, States &h, States &c) const
    {
        const bool coupled = question_.integer(ACCEL_ATTRIBUTE_INPUT_FORGET, 0) != 0;
        const States before = h;
        for (int64_t unit = 0; unit < hidden_; ++unit) {
            const auto at = static_cast<size_t>(unit);
            const auto line = [&](int64_t block) { return sum(direction, block * hidden_ + unit, x, before); };
            const Near input = gate(line(0) + peep(direction, 0, unit, c[at]), direction, 0);
            const Near forget = coupled ? Near{1, 0} - input : gate(line(2) + peep(direction, 2, unit, c[at]), direction, 0);
            c[at] = forget * c[at] + input * gate(line(3), direction, 1);
            const Near output = gate(line(1) + peep(direction, 1, unit, c[at]), direction, 0);
            h[at] = output * of(c[at], direction, 2);
        }
    }

    void gru(int64_t direction, const States &x, States &h) const
    {
        const bool linear = question_.integer(ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET, 0) != 0;
        States update, reset, passed;
        for (int64_t unit = 0; unit < hidden_; ++unit) {
            update.push_back(gate(sum(direction, unit, x, h), direction, 0));
            reset.push_back(gate(sum(direction, hidden_ + unit, x, h), direction, 0));
            passed.push_back(reset.back() * h[static_cast<size_t>(unit)]);
        }
        const States before = h;
        for (int64_t unit = 0; unit < hidden_; ++unit) {
            const auto at = static_cast<size_t>(unit);
            const int64_t line = 2 * hidden_ + unit;
            const Near state = linear ? reset[at] * (product(2, direction, line, before) + bias(direction, line, true)) : product(2, direction, line, passed) + bias(direction, line, true);
            const Near made = gate(product(1, direction, line, x) + bias(direction, line, false) + state, direction, 1);
            h[at] = (Near{1, 0} - update[at]) * made + update[at] * before[at];
        }
    }

    void rnn(int64_t direction, const States &x, States &h) const
    {
        States next;
        for (int64_t unit = 0; unit < hidden_; ++unit) next.push_back(gate(sum(direction, unit, x, h), direction, 0));
        h = next;
    }

    void tell(size_t result, const Dims &index, const States &states)
    {
        if (result >= answers_.size()) return;
        Dims place = index;
        for (const Near &state : states) {
            const size_t at = position_of(answers_[result].dims, place);
            answers_[result].values[at] = state.value, answers_[result].allowed[at] = state.error;
            ++place.back();
        }
    }

    /// Steps behind the length of a sequence are not made, and their results are 0.
    void go_along(int64_t direction, int64_t row)
    {
        const bool backwards = direction == 1 || direction_ == "reverse";
        const int64_t length = question_.operand(4) ? question_.operand(4)->whole(static_cast<size_t>(row)) : steps_;
        States h, c;
        for (int64_t unit = 0; unit < hidden_; ++unit) h.push_back({initial(5, direction, row, unit), 0}), c.push_back({gates_ == 4 ? initial(6, direction, row, unit) : 0, 0});
        for (int64_t turn = 0; turn < length; ++turn) {
            const int64_t step = backwards ? length - 1 - turn : turn;
            States x;
            for (int64_t k = 0; k < inputs_; ++k) x.push_back({element(0, batch_first_ ? Dims{row, step, k} : Dims{step, row, k}), 0});
            gates_ == 4 ? lstm(direction, x, h, c) : gates_ == 3 ? gru(direction, x, h)
                                                                 : rnn(direction, x, h);
            tell(0, batch_first_ ? Dims{row, step, direction, 0} : Dims{step, direction, row, 0}, h);
        }
        const Dims last = batch_first_ ? Dims{row, direction, 0} : Dims{direction, row, 0};
        tell(1, last, h);
        if (gates_ == 4) tell(2, last, c);
    }

    const Question &question_;
    const bool batch_first_;
    int64_t steps_, batch_, inputs_, hidden_, gates_, directions_;
    std::string direction_;
    std::vector<Function> functions_;
    size_t per_direction_ = 1;
    std::vector<Answer> answers_;
};

std::vector<Answer> recurrent(const Question &question) { return Recurrent(question).answers(); }

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_LSTM, recurrent},
    {ACCEL_OPERATION_GRU, recurrent},
    {ACCEL_OPERATION_RNN, recurrent},
};

}  // namespace

const std::span<const ReferenceRow> kRecurrentRows = kRows;

}  // namespace accel::conformance
