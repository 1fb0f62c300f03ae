// SPDX-License-Identifier: MIT
// One bound for each operation that has one.
#include "steadiness.h"

#include <algorithm>
#include <cmath>

#include "operations/rows.h"

namespace accel::conformance {
namespace {

double magnitude(const Tensor &tensor)
{
    double most = 0;
    for (size_t index = 0; index < tensor.count(); ++index) most = std::max(most, std::abs(tensor.real(index)));
    return most;
}

enum class Kind { Rough,
                  Chooses,  ///< or moves, or has a slope of 1 at most
                  Adds,
                  Multiplies };

Kind kind_of(accel_operation operation)
{
    switch (operation) {
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
    case ACCEL_OPERATION_ABS:
    case ACCEL_OPERATION_NEG:
    case ACCEL_OPERATION_MAX:
    case ACCEL_OPERATION_MIN:
    case ACCEL_OPERATION_SIGMOID:
    case ACCEL_OPERATION_TANH:
    case ACCEL_OPERATION_SIN:
    case ACCEL_OPERATION_COS:
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_MAX_POOL:
    case ACCEL_OPERATION_REDUCE_MAX:
    case ACCEL_OPERATION_REDUCE_MIN:
    case ACCEL_OPERATION_REDUCE_MEAN:
    case ACCEL_OPERATION_MEAN:
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_TRANSPOSE:
    case ACCEL_OPERATION_CONCAT:
    case ACCEL_OPERATION_SLICE:
    case ACCEL_OPERATION_SPLIT:
    case ACCEL_OPERATION_PAD:
    case ACCEL_OPERATION_EXPAND:
    case ACCEL_OPERATION_TILE:
    case ACCEL_OPERATION_GATHER:
    case ACCEL_OPERATION_IDENTITY: return Kind::Chooses;
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_SUM: return Kind::Adds;
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_CONV:
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL: return Kind::Multiplies;
    default: return Kind::Rough;
    }
}

using Distances = std::vector<std::optional<double>>;

/// What the operands bring along; nothing where one of them has no bound.
std::optional<double> brought(const Network::Member &member, const std::deque<Network::Value> &values, const Distances &distances, Kind kind)
{
    double sum = 0, most = 0, product = 0;
    std::vector<std::pair<double, double>> factors;
    for (const size_t operand : member.operands) {
        if (operand == Network::kNone || !is_real(values[operand].tensor.type)) continue;
        if (!distances[operand]) return std::nullopt;
        sum += *distances[operand];
        most = std::max(most, *distances[operand]);
        factors.emplace_back(*distances[operand], magnitude(values[operand].tensor));
    }
    if (kind != Kind::Multiplies || factors.size() < 2) return kind == Kind::Chooses ? most : sum;
    const auto &[a_distance, a] = factors[0];
    const auto &[b_distance, b] = factors[1];
    const double terms = static_cast<double>(std::max<int64_t>(member.answers[0].terms, 1)), scale = member.question.real(ACCEL_ATTRIBUTE_ALPHA, 1);
    product = terms * std::abs(scale) * (a_distance * b + b_distance * a + a_distance * b_distance);
    if (factors.size() > 2) product += std::abs(member.question.real(ACCEL_ATTRIBUTE_BETA, 1)) * factors[2].first;
    // A sum of many terms is rounded at each.
    return product + terms * ulp_of(values[member.results[0]].tensor.type, terms * std::abs(scale) * a * b);
}

/// The largest magnitude that takes part.
double largest(const Network::Member &member, const std::deque<Network::Value> &values)
{
    double most = magnitude(values[member.results[0]].tensor);
    for (const size_t operand : member.operands)
        if (operand != Network::kNone && is_real(values[operand].tensor.type)) most = std::max(most, magnitude(values[operand].tensor));
    return most;
}

}  // namespace

Distances distances_of(const Network &network)
{
    const auto &values = network.values();
    Distances distances(values.size(), 0.0);
    for (const Network::Member &member : network.members()) {
        const Kind kind = kind_of(member.question.operation);
        const bool fixed = std::all_of(member.operands.begin(), member.operands.end(), [&](size_t operand) { return operand == Network::kNone || (distances[operand] && *distances[operand] == 0); });
        for (size_t index = 0; index < member.results.size(); ++index) {
            const Tensor &result = values[member.results[index]].tensor;
            std::optional<double> &distance = distances[member.results[index]];
            if (fixed && !member.answers[index].bits.empty()) continue;
            distance = is_real(result.type) && kind != Kind::Rough ? brought(member, values, distances, kind) : std::nullopt;
            if (distance) *distance += static_cast<double>(std::max<int64_t>(member.answers[index].terms, 1)) * ulp_of(result.type, std::max(largest(member, values), *distance));
        }
    }
    return distances;
}

std::string apart(const Tensor &like, const std::vector<char> &one, const std::vector<char> &other, double distance)
{
    if (one.size() != other.size()) return "their sizes differ";
    if (distance == 0 || !is_real(like.type)) return one == other ? "" : "their bits differ";
    for (size_t index = 0; index < like.count(); ++index) {
        const double a = real_at(like.type, one, index), b = real_at(like.type, other, index);
        if (!(std::abs(a - b) <= distance)) return "element " + std::to_string(index) + " is " + std::to_string(b) + " and " + std::to_string(a) + ", more than " + std::to_string(distance) + " apart";
    }
    return "";
}

}  // namespace accel::conformance
