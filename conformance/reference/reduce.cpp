// SPDX-License-Identifier: MIT
// Sums, products and extremes along axes, where an extreme is, and sums and products up to a place.
#include <algorithm>
#include <cmath>
#include <limits>

#include "along.h"
#include "rows.h"

namespace accel::conformance {
namespace {

/// Of real values a value and its mass, of whole ones what wraps.
struct Total {
    double value, mass;
    uint64_t whole;
};

/// roundings: of each sum.
void give(const Question &question, Answer &answer, const Total &total, size_t roundings)
{
    const accel_type type = question.x().type;
    if (!is_real(type)) return append_whole(type, answer.bits, static_cast<int64_t>(total.whole));
    answer.values.push_back(total.value);
    if (type == ACCEL_TYPE_F32)
        answer.mass.push_back(total.mass);
    else
        answer.allowed.push_back(allowed_sum(type, total.value, total.mass, static_cast<double>(roundings)));
}

template <class Make> std::vector<Answer> each_group(const Question &question, const Make &make)
{
    const Groups groups = groups_along(question, named_axes(question, ACCEL_OPERAND_REDUCE_SUM_AXES));
    Answer answer;
    answer.dims = groups.dims;
    for (const auto &members : groups.members) {
        answer.terms = std::max(answer.terms, static_cast<int64_t>(members.size()));
        give(question, answer, make(members), members.size() + 2);
    }
    return {std::move(answer)};
}

/// Sums of a function of each element: its terms are not below 0.
template <class Real> std::vector<Answer> sum_of_sizes(const Question &question, const Real &real)
{
    const Tensor &x = question.x();
    auto answers = each_group(question, [&](const std::vector<size_t> &members) {
        Total total{};
        for (const size_t at : members)
            if (is_real(x.type))
                total.value += real(x.real(at));
            else
                total.whole += static_cast<uint64_t>(real(x.number(at)));
        total.mass = total.value;
        return total;
    });
    answers[0].one_more = true;  // each term is rounded, too
    return answers;
}

/// How far a logarithm may be off, in units of binary32: of a sum of so many terms, whose relative error is one of the logarithm; and where others were taken off, they count.
double allowed_logarithm(double value, double size, size_t terms)
{
    return std::isfinite(value) ? std::ldexp(8 + 2 * static_cast<double>(terms) + 4 * std::max(std::fabs(value), size), -23) : 0;
}

/// Whether no order of the terms' roundings gives a sum of another sign; mass: of the finite terms.
bool is_sign_certain(accel_type type, long double sum, long double mass, size_t terms)
{
    return mass == 0 || !std::isfinite(sum) || std::fabs(sum) > mass * std::ldexp(static_cast<long double>(terms), 1 - real_format(type).digits);
}

/// Whether no partial sum of finite terms of this mass leaves the type.
bool stays_finite(accel_type type, long double mass) { return mass < std::ldexp(1.0L, real_format(type).largest); }

/// A real product as mantissa and exponent, which no order of factors makes overflow.
class RealProduct {
public:
    explicit RealProduct(accel_type type) : type_(type) {}

    void take(double factor)
    {
        special_ *= std::isfinite(factor) && factor != 0 ? std::copysign(1.0, factor) : factor;
        if (!std::isfinite(factor) || factor == 0) return;
        int exponent = 0;
        mantissa_ *= std::frexp(std::fabs(factor), &exponent);
        (exponent > 0 ? up_ : down_) += exponent;
        mantissa_ = std::frexp(mantissa_, &exponent);
        (exponent > 0 ? up_ : down_) += exponent;
    }

    /// What partial products make where they may leave binary32 depends on their order: a mass beyond it says that nothing is asked of it.
    Total end() const
    {
        const int kMost = -real_format(type_).smallest - 2;
        if (up_ > kMost || down_ < -kMost) return {0, std::numeric_limits<double>::infinity(), 0};
        const double value = special_ * std::ldexp(mantissa_, up_ + down_);
        return {value, std::isfinite(value) ? std::fabs(value) : 0, 0};
    }

private:
    accel_type type_;
    double special_ = 1, mantissa_ = 1;
    int up_ = 0, down_ = 0;
};

bool is_better(bool greatest, double x, double best) { return greatest ? x > best : x < best; }
bool is_better(bool greatest, Whole x, Whole best) { return greatest ? x > best : x < best; }

/// The place of the greatest value, or the least, among members; a NaN is more than any number. Of equal ones the first, or the last.
size_t extreme(const Tensor &x, const std::vector<size_t> &members, bool greatest, bool last)
{
    size_t best = 0;
    for (size_t place = 1; place < members.size(); ++place) {
        const size_t here = members[place], there = members[best];
        bool better = false, equal = false;
        if (is_real(x.type) && (std::isnan(x.real(here)) || std::isnan(x.real(there)))) {
            better = !std::isnan(x.real(there));
            equal = std::isnan(x.real(here)) && std::isnan(x.real(there));
        } else if (is_real(x.type)) {
            better = is_better(greatest, x.real(here), x.real(there)), equal = x.real(here) == x.real(there);
        } else {
            better = is_better(greatest, x.number(here), x.number(there)), equal = x.number(here) == x.number(there);
        }
        if (better || (equal && last)) best = place;
    }
    return best;
}

Total sum_of(const Tensor &x, const std::vector<size_t> &members)
{
    Total total{};
    for (const size_t at : members)
        if (is_real(x.type))
            total.value += x.real(at), total.mass += std::fabs(x.real(at));
        else
            total.whole += static_cast<uint64_t>(x.whole(at));
    return total;
}

Total product_of(const Tensor &x, const std::vector<size_t> &members)
{
    RealProduct product(x.type);
    uint64_t whole = 1;
    for (const size_t at : members)
        if (is_real(x.type))
            product.take(x.real(at));
        else
            whole *= static_cast<uint64_t>(x.whole(at));
    Total total = is_real(x.type) ? product.end() : Total{};
    total.whole = whole;
    return total;
}

std::vector<Answer> reduce_sum(const Question &question)
{
    return each_group(question, [&](const std::vector<size_t> &members) { return sum_of(question.x(), members); });
}

std::vector<Answer> reduce_sum_square(const Question &question)
{
    return sum_of_sizes(question, [](auto x) { return x * x; });
}

std::vector<Answer> reduce_l1(const Question &question)
{
    return sum_of_sizes(question, [](auto x) { return x < 0 ? -x : x; });
}

std::vector<Answer> reduce_l2(const Question &question)
{
    auto answers = reduce_sum_square(question);
    Answer &answer = answers[0];
    // The root halves the sum's relative error.
    const auto roundings = static_cast<double>(answer.terms + 4);
    answer.mass.clear(), answer.allowed.clear();
    for (double &value : answer.values) {
        value = std::sqrt(value);
        answer.allowed.push_back(std::isfinite(value) ? roundings * std::ldexp(value, -23) + static_cast<double>(std::numeric_limits<float>::min()) : 0);
    }
    return answers;
}

std::vector<Answer> reduce_log_sum(const Question &question)
{
    const Tensor &x = question.x();
    const Groups groups = groups_along(question, named_axes(question, ACCEL_OPERAND_REDUCE_LOG_SUM_AXES));
    Answer answer;
    answer.dims = groups.dims;
    for (const auto &members : groups.members) {
        long double sum = 0, mass = 0;
        for (const size_t at : members) sum += x.real(at), mass += std::isfinite(x.real(at)) ? std::fabs(x.real(at)) : 0;
        answer.values.push_back(static_cast<double>(std::log(sum)));
        // Terms of either sign may cancel, which no bound of the result holds.
        const double lost = sum > 0 && std::isfinite(sum) ? static_cast<double>(mass / sum) : 1;
        const bool asked = is_sign_certain(x.type, sum, mass, members.size()) && stays_finite(x.type, mass);
        answer.allowed.push_back(asked ? allowed_logarithm(answer.values.back(), 1, members.size()) * std::max(lost, 1.0) : std::numeric_limits<double>::infinity());
    }
    return {answer};
}

std::vector<Answer> reduce_log_sum_exp(const Question &question)
{
    const Tensor &x = question.x();
    const Groups groups = groups_along(question, named_axes(question, ACCEL_OPERAND_REDUCE_LOG_SUM_EXP_AXES));
    Answer answer;
    answer.dims = groups.dims;
    for (const auto &members : groups.members) {
        const double peak = x.real(members[extreme(x, members, true, false)]);
        const long double taken = std::isinf(peak) ? 0 : static_cast<long double>(peak);
        long double sum = 0;
        for (const size_t at : members) sum += std::exp(static_cast<long double>(x.real(at)) - taken);
        answer.values.push_back(static_cast<double>(std::log(sum) + taken));
        answer.allowed.push_back(allowed_logarithm(answer.values.back(), std::fabs(static_cast<double>(taken)), members.size()));
    }
    return {answer};
}

std::vector<Answer> reduce_product(const Question &question)
{
    return each_group(question, [&](const std::vector<size_t> &members) { return product_of(question.x(), members); });
}

std::vector<Answer> reduce_extreme(const Question &question)
{
    const Tensor &x = question.x();
    const bool greatest = question.operation != ACCEL_OPERATION_REDUCE_MIN;
    auto answers = each_group(question, [&](const std::vector<size_t> &members) {
        const size_t at = members[extreme(x, members, greatest, false)];
        if (is_real(x.type)) return Total{x.real(at), 0, 0};
        return Total{0, 0, static_cast<uint64_t>(x.whole(at))};
    });
    answers[0].mass.clear(), answers[0].allowed.clear();
    return answers;
}

std::vector<Answer> global_max_pool(const Question &question)
{
    std::vector<bool> reduced(question.x().dims.size(), true);
    reduced[0] = reduced[1] = false;
    const Groups groups = groups_along(question, reduced);
    Answer answer;
    answer.dims = groups.dims;
    for (const auto &members : groups.members) answer.values.push_back(question.x().real(members[extreme(question.x(), members, true, false)]));
    return {answer};
}

std::vector<Answer> arg_extreme(const Question &question)
{
    const Tensor &x = question.x();
    std::vector<bool> reduced(x.dims.size(), false);
    reduced[question.axis(ACCEL_ATTRIBUTE_AXIS, 0)] = true;
    const Groups groups = groups_along(question, reduced);
    const bool greatest = question.operation == ACCEL_OPERATION_ARG_MAX, last = question.integer(ACCEL_ATTRIBUTE_SELECT_LAST, 0) != 0;
    Answer answer;
    answer.dims = groups.dims;
    for (const auto &members : groups.members) append_whole(ACCEL_TYPE_I64, answer.bits, static_cast<int64_t>(extreme(x, members, greatest, last)));
    return {answer};
}

/// The axis that a value operand names, and the members of the sum or product at an index: those up to it, or from it on.
template <class Make> std::vector<Answer> each_place(const Question &question, const Make &make)
{
    const Tensor &x = question.x();
    const int64_t given = question.values(ACCEL_OPERAND_CUM_SUM_AXIS)->at(0), rank = static_cast<int64_t>(x.dims.size());
    const auto axis = static_cast<size_t>(given < 0 ? given + rank : given);
    const bool exclusive = question.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, 0) != 0, reverse = question.integer(ACCEL_ATTRIBUTE_REVERSE, 0) != 0;
    Answer answer;
    answer.dims = x.dims;
    answer.terms = x.dims[axis];
    for_each_index(x.dims, [&](Dims index) {
        std::vector<size_t> members;
        const int64_t own = index[axis], first = reverse ? own + exclusive : 0, end = reverse ? x.dims[axis] : own + !exclusive;
        for (index[axis] = first; index[axis] < end; ++index[axis]) members.push_back(position_of(x.dims, index));
        give(question, answer, make(x, members), static_cast<size_t>(answer.terms) + 1);
    });
    return {answer};
}

std::vector<Answer> cumulative_sum(const Question &question) { return each_place(question, sum_of); }

std::vector<Answer> cumulative_product(const Question &question) { return each_place(question, product_of); }

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_REDUCE_SUM, reduce_sum},
    {ACCEL_OPERATION_REDUCE_MAX, reduce_extreme},
    {ACCEL_OPERATION_REDUCE_MIN, reduce_extreme},
    {ACCEL_OPERATION_REDUCE_PROD, reduce_product},
    {ACCEL_OPERATION_REDUCE_SUM_SQUARE, reduce_sum_square},
    {ACCEL_OPERATION_REDUCE_L1, reduce_l1},
    {ACCEL_OPERATION_REDUCE_L2, reduce_l2},
    {ACCEL_OPERATION_REDUCE_LOG_SUM, reduce_log_sum},
    {ACCEL_OPERATION_REDUCE_LOG_SUM_EXP, reduce_log_sum_exp},
    {ACCEL_OPERATION_GLOBAL_MAX_POOL, global_max_pool},
    {ACCEL_OPERATION_ARG_MAX, arg_extreme},
    {ACCEL_OPERATION_ARG_MIN, arg_extreme},
    {ACCEL_OPERATION_CUM_SUM, cumulative_sum},
    {ACCEL_OPERATION_CUM_PROD, cumulative_product},
};

}  // namespace

const std::span<const ReferenceRow> kReduceRows = kRows;

}  // namespace accel::conformance
