// SPDX-License-Identifier: MIT
// Operations on single elements.
#include <algorithm>
#include <cmath>
#include <limits>

#include "rows.h"

namespace accel::conformance {
namespace {

double real_result(accel_operation operation, double a, double b)
{
    return operation == ACCEL_OPERATION_ADD ? a + b : operation == ACCEL_OPERATION_SUB ? a - b
                                                  : operation == ACCEL_OPERATION_MUL   ? a * b
                                                                                       : a / b;
}

/// What is appended wraps into the type, so that the low 64 bits count.
int64_t whole_result(accel_operation operation, Whole a, Whole b)
{
    if (operation == ACCEL_OPERATION_ADD) return static_cast<int64_t>(a + b);
    if (operation == ACCEL_OPERATION_SUB) return static_cast<int64_t>(a - b);
    if (operation == ACCEL_OPERATION_MUL) return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    return b == 0 ? 0 : static_cast<int64_t>(a / b);
}

int32_t stored_result(const Question &question, int64_t a, int64_t b)
{
    const StoredType type_a = stored_type(question.x()), type_b = stored_type(*question.operand(1)), type_y = stored_type(question.results[0]);
    const auto left = static_cast<int32_t>(a), right = static_cast<int32_t>(b);
    if (question.operation == ACCEL_OPERATION_MUL) return multiply_stored(left, type_a, right, type_b, type_y, question.rounding, question.range());
    return add_stored(left, type_a, right, type_b, question.operation == ACCEL_OPERATION_ADD ? 1 : -1, type_y, question.rounding, question.range());
}

/// A value, and how far a result may be from it.
struct Near {
    double value, allowed;
};

Near relative(double value, double factor)
{
    return {value, factor * std::ldexp(1.0, -23) * std::max(std::fabs(value), static_cast<double>(std::numeric_limits<float>::min()))};
}

/// Beyond it functions have reached their ends, and an argument does not excuse more.
constexpr double kFar = 104;
double size_of(double argument) { return std::isnan(argument) ? 0 : std::min(std::fabs(argument), kFar); }

template <class Function> std::vector<Answer> each(const Question &question, const Function &function)
{
    const Tensor &x = question.x();
    Answer answer;
    answer.dims = x.dims;
    for (size_t index = 0; index < x.count(); ++index) {
        const Near near = function(x.real(index));
        answer.values.push_back(near.value);
        answer.allowed.push_back(std::isfinite(near.value) ? near.allowed : 0);
    }
    return {answer};
}

/// Values between bounds; stored ones by the bounds of their type, other whole ones are at least 0.
std::vector<Answer> bounded(const Question &question, double low, double high)
{
    const Tensor &x = question.x();
    Answer answer;
    answer.dims = x.dims;
    auto range = stored_range(x.type);
    if (question.quantised()) range = clamp_range(low, high, stored_type(x), question.rounding, range);
    for (size_t index = 0; index < x.count(); ++index) {
        if (!is_real(x.type)) {
            const bool stored = question.quantised();
            const int64_t least = stored ? range.low : 0, most = stored ? range.high : std::numeric_limits<int64_t>::max();
            append_whole(x.type, answer.bits, std::clamp(x.whole(index), least, most));
            continue;
        }
        const double value = x.real(index);
        answer.values.push_back(value < low ? low : value > high ? high
                                                                 : value);
    }
    return {answer};
}

std::vector<Answer> arithmetic(const Question &question)
{
    const Tensor &a = question.x(), &b = *question.operand(1);
    Answer answer;
    answer.dims = stretched(a.dims, b.dims);
    for_each_index(answer.dims, [&](const Dims &index) {
        const size_t from_a = stretched_position(a.dims, index), from_b = stretched_position(b.dims, index);
        if (is_real(a.type))
            answer.values.push_back(question.clamped(real_result(question.operation, a.real(from_a), b.real(from_b))));
        else if (question.quantised())
            append_whole(a.type, answer.bits, stored_result(question, a.whole(from_a), b.whole(from_b)));
        else
            append_whole(a.type, answer.bits, whole_result(question.operation, a.number(from_a), b.number(from_b)));
    });
    return {answer};
}

std::vector<Answer> relu(const Question &question) { return bounded(question, 0, std::numeric_limits<double>::infinity()); }

std::vector<Answer> clip(const Question &question)
{
    const double infinity = std::numeric_limits<double>::infinity();
    return bounded(question, question.value(ACCEL_OPERAND_CLIP_MIN, -infinity), question.value(ACCEL_OPERAND_CLIP_MAX, infinity));
}

std::vector<Answer> sigmoid(const Question &question)
{
    return each(question, [](double x) { return relative(1 / (1 + std::exp(-x)), 2 * (1 + size_of(x))); });
}

std::vector<Answer> hyperbolic_tangent(const Question &question)
{
    return each(question, [](double x) {
        // Near 0 an absolute error counts instead.
        const double value = std::tanh(x), factor = 4 * (3 + 2 * std::min(size_of(x), 10.0));
        return Near{value, factor * std::ldexp(1.0, -23) * std::max(std::fabs(value), 0.5)};
    });
}

std::vector<Answer> exponential(const Question &question)
{
    return each(question, [](double x) { return relative(std::exp(x), 3 + 2 * size_of(x)); });
}

std::vector<Answer> leaky_relu(const Question &question)
{
    const double alpha = question.real(ACCEL_ATTRIBUTE_ALPHA, static_cast<double>(0.01f));
    auto answers = each(question, [&](double x) { return Near{x < 0 ? alpha * x : x, 0}; });
    answers[0].allowed.clear();
    return answers;
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_ADD, arithmetic},
    {ACCEL_OPERATION_SUB, arithmetic},
    {ACCEL_OPERATION_MUL, arithmetic},
    {ACCEL_OPERATION_DIV, arithmetic},
    {ACCEL_OPERATION_RELU, relu},
    {ACCEL_OPERATION_CLIP, clip},
    {ACCEL_OPERATION_SIGMOID, sigmoid},
    {ACCEL_OPERATION_TANH, hyperbolic_tangent},
    {ACCEL_OPERATION_EXP, exponential},
    {ACCEL_OPERATION_LEAKY_RELU, leaky_relu},
};

}  // namespace

const std::span<const ReferenceRow> kElementRows = kRows;

}  // namespace accel::conformance
