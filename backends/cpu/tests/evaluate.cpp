// SPDX-License-Identifier: MIT
// Slow on purpose: one loop over all indices, whatever the operation.
#include "evaluate.h"

#include <accel/graph/quantization.h>
#include <accel/graph/values.h>
#include <accel/graph/view.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace accel::cpu::test {
namespace {

double stored(const accel_tensor_desc &tensor, size_t i)
{
    const auto read = [&]<typename T>(T value) {
        std::memcpy(&value, static_cast<const char *>(tensor.data) + i * sizeof value, sizeof value);
        return static_cast<double>(value);
    };
    switch (tensor.type) {
    case ACCEL_TYPE_F32:
        return read(float{});
    case ACCEL_TYPE_I8:
        return read(int8_t{});
    case ACCEL_TYPE_I32:
        return read(int32_t{});
    case ACCEL_TYPE_I64:
        return read(int64_t{});
    case ACCEL_TYPE_F64:
        return read(double{});
    default:
        return read(uint8_t{});
    }
}

struct Slide {
    Dims kernel, strides, dilations, pads;

    Slide(const graph::Applied &node, Dims of) : kernel(std::move(of))
    {
        const auto list = [&](uint32_t key, size_t size, int64_t otherwise) {
            const auto given = node.ints(key);
            return given.empty() ? Dims(size, otherwise) : Dims(given.begin(), given.end());
        };
        strides = list(ACCEL_ATTRIBUTE_STRIDES, kernel.size(), 1);
        dilations = list(ACCEL_ATTRIBUTE_DILATIONS, kernel.size(), 1);
        pads = list(ACCEL_ATTRIBUTE_PADS, 2 * kernel.size(), 0);
    }
    // Makes of a position of the result the one of the operand that the tap is on; the first two axes stay. padded: it is within the operand and its padding.
    bool reach(const Dims &x, const Dims &tap, Dims &index, bool &padded) const
    {
        bool inside = true;
        padded = true;
        for (size_t axis = 0; axis < kernel.size(); ++axis) {
            int64_t &position = index[axis + 2];
            position = position * strides[axis] + tap[axis] * dilations[axis] - pads[axis];
            inside = inside && position >= 0 && position < x[axis + 2];
            padded = padded && position < x[axis + 2] + pads[kernel.size() + axis];
        }
        return inside;
    }
};

Real convolution(const graph::Applied &node, const std::vector<Real> &x, const Dims &dims)
{
    const int64_t groups = node.integer(ACCEL_ATTRIBUTE_GROUP, 1), inputs = x[1].dims[1], outputs = x[1].dims[0] / groups;
    const Slide slide(node, Dims(x[1].dims.begin() + 2, x[1].dims.end()));
    const Dims taps(x[1].dims.begin() + 1, x[1].dims.end());
    return map(dims, [&](const Dims &index) {
        double sum = x.size() > 2 ? x[2].values[static_cast<size_t>(index[1])] : 0;
        each(taps, [&](const Dims &tap) {
            Dims from = index, weight = tap;
            bool padded = false;
            from[1] = index[1] / outputs * inputs + tap[0];
            weight.insert(weight.begin(), index[1]);
            if (slide.reach(x[0].dims, Dims(tap.begin() + 1, tap.end()), from, padded))
                sum += at(x[0], from) * at(x[1], weight);
        });
        return sum;
    });
}

// Each value of x goes to all places that its window covers.
Real transposed_convolution(const graph::Applied &node, const std::vector<Real> &x, const Dims &dims)
{
    const int64_t groups = node.integer(ACCEL_ATTRIBUTE_GROUP, 1), inputs = x[1].dims[0] / groups, outputs = x[1].dims[1];
    const Slide slide(node, Dims(x[1].dims.begin() + 2, x[1].dims.end()));
    Real made = map(dims, [&](const Dims &index) { return x.size() > 2 ? x[2].values[static_cast<size_t>(index[1])] : 0; });
    each(x[0].dims, [&](const Dims &from) {
        each(Dims(x[1].dims.begin() + 1, x[1].dims.end()), [&](const Dims &tap) {
            Dims to = from, weight = tap;
            bool padded = false;
            weight.insert(weight.begin(), from[1]);
            to[1] = from[1] / inputs * outputs + tap[0];
            if (!slide.reach(dims, Dims(tap.begin() + 1, tap.end()), to, padded))
                return;
            size_t flat = 0;
            for (size_t axis = 0; axis < dims.size(); ++axis)
                flat = flat * static_cast<size_t>(dims[axis]) + static_cast<size_t>(to[axis]);
            made.values[flat] += at(x[0], from) * at(x[1], weight);
        });
    });
    return made;
}

Real pool(const graph::Applied &node, const Real &x, const Dims &dims)
{
    const auto named = node.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE);
    const Slide slide(node, named.empty() ? Dims(x.dims.begin() + 2, x.dims.end()) : Dims(named.begin(), named.end()));
    const bool counts = node.integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0;
    return map(dims, [&](const Dims &index) {
        double sum = 0, most = -INFINITY;
        int64_t number = 0;
        each(slide.kernel, [&](const Dims &tap) {
            Dims from = index;
            bool padded = false;
            const bool inside = slide.reach(x.dims, tap, from, padded);
            number += inside || (counts && padded);
            if (inside)
                sum += at(x, from), most = std::max(most, at(x, from));
        });
        return node.operation() == ACCEL_OPERATION_MAX_POOL ? most : sum / static_cast<double>(number);
    });
}

Real transposed(const Real &x)
{
    return map({x.dims[1], x.dims[0]}, [&](const Dims &index) { return at(x, {index[1], index[0]}); });
}

Real product(Real a, Real b)
{
    if (a.dims.size() == 1)
        a.dims.insert(a.dims.begin(), 1);
    if (b.dims.size() == 1)
        b.dims.push_back(1);
    Dims dims(std::max(a.dims.size(), b.dims.size()), 1);
    for (const Real *each : {&a, &b})
        for (size_t axis = 0; axis + 2 < each->dims.size(); ++axis)
            if (int64_t &size = dims[dims.size() - each->dims.size() + axis]; size == 1)
                size = each->dims[axis];
    const size_t row = dims.size() - 2, column = row + 1;
    const int64_t depth = a.dims.back();
    dims[row] = a.dims[a.dims.size() - 2];
    dims[column] = b.dims.back();
    return map(dims, [&](const Dims &index) {
        double sum = 0;
        for (int64_t k = 0; k < depth; ++k) {
            Dims left = index, right = index;
            left[column] = right[row] = k;
            sum += at(a, left) * at(b, right);
        }
        return sum;
    });
}

// Without zero points, of which there is one, or one for each index of the axis in front of so many.
Real less(const Real &x, Real zero, size_t behind)
{
    if (zero.values.empty())
        return x;
    zero.dims = zero.values.size() == 1 ? Dims{} : zero.dims;
    zero.dims.insert(zero.dims.end(), zero.dims.empty() ? 0 : behind, 1);
    return map(x.dims, [&](const Dims &index) { return at(x, index) - at(zero, index); });
}

Real of_bytes(const graph::Applied &node, std::vector<Real> x, const Dims &dims)
{
    x.resize(4);
    if (node.operation() == ACCEL_OPERATION_MATMUL_INTEGER)
        return product(less(x[0], std::move(x[2]), 1), less(x[1], std::move(x[3]), 0));
    return convolution(node, {less(x[0], std::move(x[2]), 0), less(x[1], std::move(x[3]), x[1].dims.size() - 1)}, dims);
}

Real gemm(const graph::Applied &node, const std::vector<Real> &x)
{
    Real made = product(node.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) ? transposed(x[0]) : x[0], node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) ? transposed(x[1]) : x[1]);
    const auto alpha = static_cast<double>(graph::real(*node.node, ACCEL_ATTRIBUTE_ALPHA).value_or(1)), beta = static_cast<double>(graph::real(*node.node, ACCEL_ATTRIBUTE_BETA).value_or(1));
    return map(made.dims, [&](const Dims &index) { return alpha * at(made, index) + (x.size() > 2 ? beta * at(x[2], index) : 0); });
}

double unary(const graph::Applied &node, double x)
{
    switch (node.operation()) {
    case ACCEL_OPERATION_RELU:
        return std::max(x, 0.0);
    case ACCEL_OPERATION_CLIP:
        return std::min(std::max(x, static_cast<double>(node.real(ACCEL_OPERAND_CLIP_MIN).value_or(-INFINITY))), static_cast<double>(node.real(ACCEL_OPERAND_CLIP_MAX).value_or(INFINITY)));
    case ACCEL_OPERATION_SIGMOID:
        return 1 / (1 + std::exp(-x));
    case ACCEL_OPERATION_TANH:
        return std::tanh(x);
    case ACCEL_OPERATION_EXP:
        return std::exp(x);
    case ACCEL_OPERATION_ERF:
        return std::erf(x);
    case ACCEL_OPERATION_LOG:
        return std::log(x);
    case ACCEL_OPERATION_SIN:
        return std::sin(x);
    case ACCEL_OPERATION_COS:
        return std::cos(x);
    case ACCEL_OPERATION_SQRT:
        return std::sqrt(x);
    case ACCEL_OPERATION_FLOOR:
        return std::floor(x);
    case ACCEL_OPERATION_CEIL:
        return std::ceil(x);
    case ACCEL_OPERATION_ROUND:
        return std::nearbyint(x);
    case ACCEL_OPERATION_LEAKY_RELU:
        return x < 0 ? x * static_cast<double>(graph::real(*node.node, ACCEL_ATTRIBUTE_ALPHA).value_or(0.01f)) : x;
    default:
        return x;  // conversions
    }
}

// Of reals toward 0 and into the range, of integers modulo it.
double converted(double x, uint32_t from, uint32_t to)
{
    if (to == ACCEL_TYPE_BOOL)
        return x != 0;
    if (to != ACCEL_TYPE_U8)
        return to == ACCEL_TYPE_F32 ? x : std::trunc(x);
    return from == ACCEL_TYPE_F32 ? std::clamp(std::trunc(x), 0.0, 255.0) : x - 256 * std::floor(x / 256);
}

double binary(uint32_t operation, double a, double b)
{
    return operation == ACCEL_OPERATION_ADD ? a + b : operation == ACCEL_OPERATION_SUB ? a - b
                                                  : operation == ACCEL_OPERATION_MUL   ? a * b
                                                                                       : a / b;
}

Real softmax(const Real &x, size_t axis)
{
    return map(x.dims, [&](const Dims &index) {
        double sum = 0;
        Dims other = index;
        for (other[axis] = 0; other[axis] < x.dims[axis]; ++other[axis])
            sum += std::exp(at(x, other));
        return std::exp(at(x, index)) / sum;
    });
}

Real normalised(const graph::Applied &node, const std::vector<Real> &x)
{
    const auto epsilon = static_cast<double>(graph::real(*node.node, ACCEL_ATTRIBUTE_EPSILON).value_or(1e-5f));
    return map(x[0].dims, [&](const Dims &index) {
        const auto c = static_cast<size_t>(index[1]);
        return (at(x[0], index) - x[3].values[c]) / std::sqrt(x[4].values[c] + epsilon) * x[1].values[c] + x[2].values[c];
    });
}

Real padded(const graph::Applied &node, const Real &x, const Dims &dims)
{
    const Dims pads = *node.integers(ACCEL_OPERAND_PAD_PADS);
    return map(dims, [&](Dims index) {
        bool inside = true;
        for (size_t axis = 0; axis < index.size(); ++axis) {
            index[axis] -= pads[axis];
            inside = inside && index[axis] >= 0 && index[axis] < x.dims[axis];
        }
        return inside ? at(x, index) : static_cast<double>(node.real(ACCEL_OPERAND_PAD_VALUE).value_or(0));
    });
}

Real part(const graph::Applied &node, const Real &x, size_t result)
{
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    int64_t before = 0;
    for (size_t i = 0; i < result; ++i)
        before += node.results[i]->dims[axis].size;
    return map(*graph::fixed_dims(*node.results[result]), [&](Dims index) {
        index[axis] += before;
        return at(x, index);
    });
}

}  // namespace

Real decode(const accel_tensor_desc &tensor)
{
    Real made{*graph::fixed_dims(tensor), {}};
    const graph::Quantization scales = tensor.quantization ? graph::quantization(tensor) : graph::Quantization{};
    int64_t step = 1;
    for (size_t axis = scales.axis + 1; axis < made.dims.size(); ++axis)
        step *= made.dims[axis];
    for (size_t i = 0; i < static_cast<size_t>(count(made.dims)); ++i) {
        made.values.push_back(stored(tensor, i));
        if (scales.scales.empty())
            continue;
        const size_t which = scales.per_tensor() ? 0 : i / static_cast<size_t>(step) % scales.scales.size();
        made.values.back() = (made.values.back() - scales.zero_points[which]) * static_cast<double>(scales.scales[which]);
    }
    return made;
}

namespace {

std::vector<Real> operands_of(const graph::Applied &node)
{
    std::vector<Real> x;
    for (size_t i = 0; i < node.operands.size(); ++i)
        if (!accel_is_value_operand(node.operation(), static_cast<unsigned>(i)))
            x.push_back(node.operands[i] ? decode(*node.operands[i]) : Real{});
    // A bias of words is in units of the sums.
    if (x.size() == 3 && node.operands[2]->type == ACCEL_TYPE_I32 && node.operands[0]->quantization)
        for (double &value : x[2].values)
            value *= static_cast<double>(graph::quantization(*node.operands[0]).scales[0]) * static_cast<double>(graph::quantization(*node.operands[1]).scales[0]);
    return x;
}

}  // namespace

Real evaluate(const graph::Applied &node, size_t result)
{
    if (node.operation() == ACCEL_OPERATION_LSTM || node.operation() == ACCEL_OPERATION_GRU || node.operation() == ACCEL_OPERATION_RNN)
        return cells(node, result, *graph::fixed_dims(*node.results[result]));
    std::vector<Real> x = operands_of(node);
    const Dims dims = *graph::fixed_dims(*node.results[result]);
    if (auto placed = by_places(node, x, dims, result))
        return *std::move(placed);
    switch (node.operation()) {
    case ACCEL_OPERATION_CONV:
        return convolution(node, x, dims);
    case ACCEL_OPERATION_CONV_TRANSPOSE:
        return transposed_convolution(node, x, dims);
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL:
        return node.operation() == ACCEL_OPERATION_GEMM ? gemm(node, x) : product(x[0], x[1]);
    case ACCEL_OPERATION_MATMUL_INTEGER:
    case ACCEL_OPERATION_CONV_INTEGER:
        return of_bytes(node, std::move(x), dims);
    case ACCEL_OPERATION_LAYER_NORMALIZATION:
    case ACCEL_OPERATION_RMS_NORMALIZATION:
        return rows(node, x, result);
    case ACCEL_OPERATION_DEPTH_TO_SPACE:
    case ACCEL_OPERATION_SPACE_TO_DEPTH:
        return blocks(node, x[0], dims);
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return pool(node, x[0], dims);
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV:
        return map(dims, [&](const Dims &index) { return binary(node.operation(), at(x[0], index), at(x[1], index)); });
    case ACCEL_OPERATION_SOFTMAX:
        return softmax(x[0], static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0)));
    case ACCEL_OPERATION_BATCH_NORMALIZATION:
        return normalised(node, x);
    case ACCEL_OPERATION_REDUCE_SUM:
    case ACCEL_OPERATION_REDUCE_PROD:
    case ACCEL_OPERATION_REDUCE_MAX:
    case ACCEL_OPERATION_REDUCE_MIN:
    case ACCEL_OPERATION_REDUCE_MEAN:
    case ACCEL_OPERATION_ARG_MAX:
    case ACCEL_OPERATION_ARG_MIN:
    case ACCEL_OPERATION_CUM_SUM:
    case ACCEL_OPERATION_CUM_PROD:
        return along_axes(node, x[0], dims);
    case ACCEL_OPERATION_CAST:
        return map(dims, [&](const Dims &index) { return converted(at(x[0], index), node.operands[0]->type, node.results[0]->type); });
    case ACCEL_OPERATION_PAD:
        return padded(node, x[0], dims);
    case ACCEL_OPERATION_SPLIT:
        return part(node, x[0], result);
    default:
        if (x[0].dims != dims)
            throw std::logic_error("an operation that has no definition here");
        return map(dims, [&](const Dims &index) { return unary(node, at(x[0], index)); });
    }
}

}  // namespace accel::cpu::test
