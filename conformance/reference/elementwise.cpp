// SPDX-License-Identifier: MIT
// Answers of operations that are functions of single elements (functions.h), whatever their number of operands and their types.
#include <algorithm>
#include <cmath>

#include "functions.h"
#include "rows.h"

namespace accel::conformance {
namespace {

template <class Row> const Row &row_of(std::span<const Row> rows, accel_operation operation)
{
    return *std::find_if(rows.begin(), rows.end(), [&](const Row &row) { return row.operation == operation; });
}

/// Appends a real result: of its type, or a truth.
void append(const Question &question, Answer &answer, Exact value)
{
    if (is_real(question.results[0].type))
        answer.values.push_back(static_cast<double>(value));
    else
        append_whole(question.results[0].type, answer.bits, value != 0);
}

void allow(const Question &question, Answer &answer, double units)
{
    if (is_real(question.results[0].type)) answer.allowed.push_back(std::isfinite(answer.values.back()) ? std::ldexp(units, -23) : 0);
}

/// Toward zero, at most the ends of the type; NaN is 0.
Whole whole_of(accel_type type, Exact value)
{
    if (std::isnan(value)) return 0;
    const int bits = static_cast<int>(bytes_of(type)) * 8 - 1;
    const Exact high = std::ldexp(Exact{1}, bits) - 1, low = -std::ldexp(Exact{1}, bits);
    return static_cast<Whole>(std::clamp(std::trunc(value), low, high));
}

Dims dims_of(const Question &question)
{
    Dims dims = question.x().dims;
    for (const Tensor *operand : question.operands) dims = stretched(dims, operand->dims);
    return dims;
}

}  // namespace

std::vector<Answer> unary(const Question &question)
{
    const UnaryRow &row = row_of(unary_functions(), question.operation);
    const Tensor &x = question.x();
    Answer answer;
    answer.dims = x.dims;
    for (size_t index = 0; index < x.count(); ++index) {
        if (!is_real(x.type)) {
            append_whole(question.results[0].type, answer.bits, static_cast<int64_t>(row.whole(x.number(index), x.type)));
            continue;
        }
        const Exact argument = x.real(index), value = row.real(argument, question);
        append(question, answer, value);
        if (row.allowed) allow(question, answer, row.allowed(argument, value));
    }
    return {answer};
}

/// Of more than two operands, the function of the result so far and the next one.
std::vector<Answer> binary(const Question &question)
{
    const BinaryRow &row = row_of(binary_functions(), question.operation);
    const accel_type type = question.x().type, result = question.results[0].type;
    Answer answer;
    answer.dims = dims_of(question);
    for_each_index(answer.dims, [&](const Dims &index) {
        const auto at = [&](const Tensor &operand) { return stretched_position(operand.dims, index); };
        const Tensor &first = question.x();
        if (is_real(type)) {
            Exact value = first.real(at(first)), left = value, right = value;
            for (size_t position = 1; position < question.operands.size(); ++position) {
                const Tensor &next = *question.operands[position];
                left = value, right = next.real(at(next));
                value = row.real(left, right, question);
            }
            append(question, answer, value);
            if (row.allowed) allow(question, answer, row.allowed(left, right, value));
            return;
        }
        Whole value = first.number(at(first));
        for (size_t position = 1; position < question.operands.size(); ++position) {
            const Tensor &next = *question.operands[position];
            // A real exponent of whole numbers.
            value = is_real(next.type) ? whole_of(type, row.real(static_cast<Exact>(value), next.real(at(next)), question)) : row.whole(value, next.number(at(next)), question);
        }
        append_whole(result, answer.bits, static_cast<int64_t>(value));
    });
    return {answer};
}

namespace {

/// SUM and MEAN: as long as one rounding for each operand, in units of what the operands' magnitudes add up to.
std::vector<Answer> sum(const Question &question)
{
    Answer answer;
    answer.dims = dims_of(question);
    const auto count = static_cast<double>(question.operands.size());
    const Exact divisor = question.operation == ACCEL_OPERATION_MEAN ? static_cast<Exact>(count) : 1;
    for_each_index(answer.dims, [&](const Dims &index) {
        Exact total = 0, mass = 0;
        for (const Tensor *operand : question.operands) {
            const Exact term = operand->real(stretched_position(operand->dims, index));
            total += term;
            mass += std::fabs(term);
        }
        append(question, answer, total / divisor);
        allow(question, answer, question.operands.size() == 1 ? 0 : count * static_cast<double>(mass / divisor));
    });
    return {answer};
}

std::vector<Answer> where(const Question &question)
{
    Answer answer;
    answer.dims = dims_of(question);
    for_each_index(answer.dims, [&](const Dims &index) {
        const Tensor &condition = question.x(), &chosen = *question.operand(condition.whole(stretched_position(condition.dims, index)) ? 1 : 2);
        const size_t bytes = bytes_of(chosen.type);
        const auto from = chosen.bytes.begin() + static_cast<std::ptrdiff_t>(stretched_position(chosen.dims, index) * bytes);
        answer.bits.insert(answer.bits.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_SUM, sum},
    {ACCEL_OPERATION_MEAN, sum},
    {ACCEL_OPERATION_WHERE, where},
};

}  // namespace

const std::span<const ReferenceRow> kJoinedRows = kRows;

}  // namespace accel::conformance
