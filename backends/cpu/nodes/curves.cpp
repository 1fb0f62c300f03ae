// SPDX-License-Identifier: MIT
// Of binary32 the usual ones run on the kernels, all others are plain loops. A NaN stays one.
#include "curves.h"

#include "../kernels/floats.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace accel::cpu {
namespace {

using graph::Activation;
using graph::Curve;

template <typename Real, typename Function> void each(const Real *x, int64_t count, Real *y, const Function &function)
{
    for (int64_t i = 0; i < count; ++i)
        y[i] = function(x[i]);
}

template <typename Real> Real sigmoid_of(Real x)
{
    const Real e = std::exp(-std::abs(x));
    return (x < 0 ? e : Real{1}) / (e + 1);
}

// log(1 + exp(x)), which does not overflow.
template <typename Real> Real softplus_of(Real x) { return (x > 0 ? x : Real{0}) + std::log1p(std::exp(-std::abs(x))) + (x != x ? x : Real{0}); }

template <typename Real> void apply_any(const Activation &activation, const Real *x, int64_t count, Real *y)
{
    const auto alpha = static_cast<Real>(activation.alpha), beta = static_cast<Real>(activation.beta);
    switch (activation.curve) {
    case Curve::kAffine:
        return each(x, count, y, [=](Real value) { return alpha * value + beta; });
    case Curve::kElu:
        return each(x, count, y, [=](Real value) { return value < 0 ? alpha * std::expm1(value) : value; });
    case Curve::kHardSigmoid:
        return each(x, count, y, [=](Real value) {
            const Real line = alpha * value + beta;
            return line < 0 ? Real{0} : line > 1 ? Real{1}
                                                 : line;
        });
    case Curve::kLeakyRelu:
        return each(x, count, y, [=](Real value) { return value < 0 ? alpha * value : value; });
    case Curve::kRelu:
        return each(x, count, y, [](Real value) { return value < 0 ? Real{0} : value; });
    case Curve::kScaledTanh:
        return each(x, count, y, [=](Real value) { return alpha * std::tanh(beta * value); });
    case Curve::kSigmoid:
        return each(x, count, y, sigmoid_of<Real>);
    case Curve::kSoftplus:
        return each(x, count, y, softplus_of<Real>);
    case Curve::kSoftsign:
        return each(x, count, y, [](Real value) { return value / (1 + std::abs(value)); });
    case Curve::kTanh:
        return each(x, count, y, [](Real value) { return std::tanh(value); });
    case Curve::kThresholdedRelu:
        return each(x, count, y, [=](Real value) { return value <= alpha ? Real{0} : value; });
    }
}

}  // namespace

void apply(const Activation &activation, const double *x, int64_t count, double *y) { apply_any(activation, x, count, y); }

void apply(const Activation &activation, const float *x, int64_t count, float *y)
{
    const FloatKernels &kernels = float_kernels();
    switch (activation.curve) {
    case Curve::kSigmoid:
        return kernels.sigmoid(x, count, y);
    case Curve::kTanh:
        return kernels.tanh(x, count, y);
    case Curve::kRelu:
        return kernels.bound(x, count, 0.0f, std::numeric_limits<float>::infinity(), y);
    case Curve::kLeakyRelu:
        return kernels.leaky(x, count, activation.alpha, y);
    default:
        return apply_any(activation, x, count, y);
    }
}

}  // namespace accel::cpu
