// SPDX-License-Identifier: MIT
// Putting by indices, resizing, the first ones of an axis and triangles, index by index.
#include "evaluate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace accel::cpu::test {

namespace {

double &element(Real &tensor, const Dims &index)
{
    int64_t flat = 0;
    for (size_t axis = 0; axis < index.size(); ++axis)
        flat = flat * tensor.dims[axis] + (index[axis] < 0 ? index[axis] + tensor.dims[axis] : index[axis]);
    return tensor.values[static_cast<size_t>(flat)];
}

void join(std::string_view reduction, double &there, double put)
{
    if (reduction == "add")
        there += put;
    else if (reduction == "mul")
        there *= put;
    else if (reduction == "max")
        there = std::max(there, put);
    else
        there = reduction == "min" ? std::min(there, put) : put;
}

Real put_by_indices(const graph::Applied &node, const std::vector<Real> &x)
{
    Real made = x[0];
    const bool tuples = node.operation() == ACCEL_OPERATION_SCATTER_ND;
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    each(x[2].dims, [&](const Dims &place) {
        Dims target = place;
        if (tuples) {
            const size_t lead = x[1].dims.size() - 1;
            Dims tuple(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(lead));
            tuple.push_back(0);
            target.clear();
            for (; tuple.back() < x[1].dims.back(); ++tuple.back())
                target.push_back(static_cast<int64_t>(at(x[1], tuple)));
            target.insert(target.end(), place.begin() + static_cast<std::ptrdiff_t>(lead), place.end());
        } else {
            target[axis] = static_cast<int64_t>(at(x[1], place));
        }
        join(node.string(ACCEL_ATTRIBUTE_REDUCTION), element(made, target), at(x[2], place));
    });
    return made;
}

// Nearest values of positions from the begin, rounded down, and lines between centres.
Real resized(const graph::Applied &node, const Real &x, const Dims &dims)
{
    const bool nearest = node.string(ACCEL_ATTRIBUTE_MODE) == "nearest";
    const auto source = [&](size_t axis, int64_t y) {
        const double scale = static_cast<double>(dims[axis]) / static_cast<double>(x.dims[axis]), place = static_cast<double>(y);
        return nearest ? place / scale : std::clamp((place + 0.5) / scale - 0.5, 0.0, static_cast<double>(x.dims[axis] - 1));
    };
    return map(dims, [&](const Dims &index) {
        double sum = 0;
        Dims both(dims.size(), nearest ? 1 : 2);
        each(both, [&](const Dims &side) {
            Dims from;
            double weight = 1;
            for (size_t axis = 0; axis < dims.size(); ++axis) {
                const double place = source(axis, index[axis]), below = std::floor(place);
                from.push_back(std::min(static_cast<int64_t>(below) + side[axis], x.dims[axis] - 1));
                weight *= nearest ? 1 : side[axis] ? place - below
                                                   : 1 - (place - below);
            }
            sum += weight * at(x, from);
        });
        const bool whole = node.operands[0]->type != ACCEL_TYPE_F32 && node.operands[0]->type != ACCEL_TYPE_F64 && node.operands[0]->quantization == nullptr;
        return whole ? std::nearbyint(sum) : sum;
    });
}

Real first_ones(const graph::Applied &node, const Real &x, const Dims &dims, size_t result)
{
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    const bool largest = node.integer(ACCEL_ATTRIBUTE_LARGEST, 1) != 0;
    return map(dims, [&](Dims index) {
        const int64_t wanted = index[axis];
        const auto value = [&](int64_t place) {
            index[axis] = place;
            return largest ? -at(x, index) : at(x, index);
        };
        Dims order(static_cast<size_t>(x.dims[axis]));
        std::iota(order.begin(), order.end(), int64_t{0});
        std::ranges::stable_sort(order, [&](int64_t a, int64_t b) { return value(a) < value(b); });
        const int64_t place = order[static_cast<size_t>(wanted)];
        index[axis] = place;
        return result == 0 ? at(x, index) : static_cast<double>(place);
    });
}

Real triangle(const graph::Applied &node, const Real &x)
{
    const int64_t diagonal = node.integers(ACCEL_OPERAND_TRILU_K).value_or(Dims{0})[0];
    const bool upper = node.integer(ACCEL_ATTRIBUTE_UPPER, 1) != 0;
    return map(x.dims, [&](const Dims &index) {
        const int64_t right = index.back() - index[index.size() - 2];
        return (upper ? right >= diagonal : right <= diagonal) ? at(x, index) : 0.0;
    });
}

// One axis of GRID_SAMPLE: weights of the places of x, which are all asked, one after the other.
std::vector<double> weights_along(const graph::Applied &node, int64_t size, double coordinate)
{
    const bool corners = node.integer(ACCEL_ATTRIBUTE_ALIGN_CORNERS, 0) != 0;
    const std::string_view mode = node.string(ACCEL_ATTRIBUTE_MODE), padding = node.string(ACCEL_ATTRIBUTE_PADDING_MODE);
    const double length = static_cast<double>(size), low = corners ? 0 : -0.5, high = corners ? length - 1 : length - 0.5;
    const auto inside = [&](double x) {
        if (padding == "border")
            return std::clamp(x, 0.0, length - 1);
        while (padding == "reflection" && (x < low || x > high))
            x = high <= low ? low : x < low ? 2 * low - x
                                            : 2 * high - x;
        return x;
    };
    double x = corners ? (coordinate + 1) / 2 * (length - 1) : ((coordinate + 1) * length - 1) / 2;
    x = mode == "nearest" ? std::nearbyint(x) : x;
    if (x < low || x > high)
        x = inside(x);
    std::vector<double> weights(static_cast<size_t>(size));
    for (double place = std::floor(x) - 1; place <= std::floor(x) + 2; ++place) {
        const double d = std::fabs(x - place), near = (1.25 * d - 2.25) * d * d + 1, far = -0.75 * (((d - 5) * d + 8) * d - 4);
        const double weight = mode == "cubic" ? (d <= 1 ? near : far) : mode == "nearest" ? (d < 0.25 ? 1 : 0)
                                                                                          : std::max(0.0, 1 - d);
        const double from = place >= 0 && place < length ? place : std::min(inside(place), padding == "zeros" ? inside(place) : length - 1);
        if (from >= -0.25 && from < length)
            weights[static_cast<size_t>(std::max(from, 0.0))] += weight;
    }
    return weights;
}

Real sampled(const graph::Applied &node, const std::vector<Real> &x, const Dims &dims)
{
    return map(dims, [&](const Dims &index) {
        const size_t spatial = dims.size() - 2;
        std::vector<std::vector<double>> weights;
        for (size_t axis = 0; axis < spatial; ++axis) {
            Dims place{index[0]};
            place.insert(place.end(), index.begin() + 2, index.end());
            place.push_back(static_cast<int64_t>(spatial - 1 - axis));
            weights.push_back(weights_along(node, x[0].dims[axis + 2], at(x[1], place)));
        }
        double sum = 0;
        each(Dims(x[0].dims.begin() + 2, x[0].dims.end()), [&](const Dims &place) {
            double weight = 1;
            Dims from{index[0], index[1]};
            for (size_t axis = 0; axis < spatial; ++axis)
                weight *= weights[axis][static_cast<size_t>(place[axis])], from.push_back(place[axis]);
            sum += weight == 0 ? 0 : weight * at(x[0], from);
        });
        return sum;
    });
}

// The numbers that the same bytes are in the other type.
Real reinterpreted(const graph::Applied &node)
{
    accel_tensor_desc other = *node.operands[0];
    other.type = node.results[0]->type;
    return decode(other);
}

}  // namespace

std::optional<Real> by_places(const graph::Applied &node, const std::vector<Real> &x, const Dims &dims, size_t result)
{
    switch (node.operation()) {
    case ACCEL_OPERATION_SCATTER_ELEMENTS:
    case ACCEL_OPERATION_SCATTER_ND:
        return put_by_indices(node, x);
    case ACCEL_OPERATION_RESIZE:
        return resized(node, x[0], dims);
    case ACCEL_OPERATION_TOP_K:
        return first_ones(node, x[0], dims, result);
    case ACCEL_OPERATION_TRILU:
        return triangle(node, x[0]);
    case ACCEL_OPERATION_GRID_SAMPLE:
        return sampled(node, x, dims);
    case ACCEL_OPERATION_BIT_CAST:
        return reinterpreted(node);
    default:
        return std::nullopt;
    }
}

}  // namespace accel::cpu::test
