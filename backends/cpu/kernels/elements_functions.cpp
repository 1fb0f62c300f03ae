// SPDX-License-Identifier: MIT
// Functions of one real element from the library of the compiler, 16-bit reals through binary32.
#include "element_loops.h"

#include <cmath>

namespace accel::cpu {
namespace {

#define ACCEL_CPU_FUNCTION(Name, expression)                                                  \
    struct Name {                                                                             \
        template <typename W> static W of(W x, const ElementFactors &) { return expression; } \
    };

ACCEL_CPU_FUNCTION(Exponential, std::exp(x))
ACCEL_CPU_FUNCTION(Logarithm, std::log(x))
ACCEL_CPU_FUNCTION(ErrorFunction, std::erf(x))
ACCEL_CPU_FUNCTION(Sine, std::sin(x))
ACCEL_CPU_FUNCTION(Cosine, std::cos(x))
ACCEL_CPU_FUNCTION(Tangent, std::tan(x))
ACCEL_CPU_FUNCTION(ArcSine, std::asin(x))
ACCEL_CPU_FUNCTION(ArcCosine, std::acos(x))
ACCEL_CPU_FUNCTION(ArcTangent, std::atan(x))
ACCEL_CPU_FUNCTION(HyperbolicSine, std::sinh(x))
ACCEL_CPU_FUNCTION(HyperbolicCosine, std::cosh(x))
ACCEL_CPU_FUNCTION(HyperbolicTangent, std::tanh(x))
ACCEL_CPU_FUNCTION(AreaSine, std::asinh(x))
ACCEL_CPU_FUNCTION(AreaCosine, std::acosh(x))
ACCEL_CPU_FUNCTION(AreaTangent, std::atanh(x))
// From e^-|x|, so that nothing overflows and small results keep their precision.
struct Logistic {
    template <typename W> static W of(W x, const ElementFactors &)
    {
        const W e = std::exp(-std::fabs(x));
        return (x < W{} ? e : W{1}) / (W{1} + e);
    }
};

constexpr ElementRow kRows[] = {
    {ACCEL_OPERATION_EXP, 1, unary<Exponential>(Reals{})},
    {ACCEL_OPERATION_SIGMOID, 1, unary<Logistic>(Reals{})},
    {ACCEL_OPERATION_TANH, 1, unary<HyperbolicTangent>(Reals{})},
    {ACCEL_OPERATION_LOG, 1, unary<Logarithm>(Reals{})},
    {ACCEL_OPERATION_ERF, 1, unary<ErrorFunction>(Reals{})},
    {ACCEL_OPERATION_SIN, 1, unary<Sine>(Reals{})},
    {ACCEL_OPERATION_COS, 1, unary<Cosine>(Reals{})},
    {ACCEL_OPERATION_TAN, 1, unary<Tangent>(Reals{})},
    {ACCEL_OPERATION_ASIN, 1, unary<ArcSine>(Reals{})},
    {ACCEL_OPERATION_ACOS, 1, unary<ArcCosine>(Reals{})},
    {ACCEL_OPERATION_ATAN, 1, unary<ArcTangent>(Reals{})},
    {ACCEL_OPERATION_SINH, 1, unary<HyperbolicSine>(Reals{})},
    {ACCEL_OPERATION_COSH, 1, unary<HyperbolicCosine>(Reals{})},
    {ACCEL_OPERATION_ASINH, 1, unary<AreaSine>(Reals{})},
    {ACCEL_OPERATION_ACOSH, 1, unary<AreaCosine>(Reals{})},
    {ACCEL_OPERATION_ATANH, 1, unary<AreaTangent>(Reals{})},
};

}  // namespace

std::span<const ElementRow> function_rows() { return kRows; }

}  // namespace accel::cpu
