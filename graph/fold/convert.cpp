// SPDX-License-Identifier: MIT
// What devices give (docs/numerics.md).
#include <accel/graph/quantization.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "../stored_number.h"
#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

/// From real values toward zero, saturated, NaN as 0; integers wrap.
template <class To, class From> To converted(From value)
{
    if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Limits = std::numeric_limits<To>;
        const double whole = std::trunc(static_cast<double>(value));
        if (std::isnan(whole)) return 0;
        if (whole <= static_cast<double>(Limits::min())) return Limits::min();
        return whole >= static_cast<double>(Limits::max()) ? Limits::max() : static_cast<To>(whole);
    } else {
        return static_cast<To>(value);
    }
}

/// To nearest, halves to even, in the bits of a real of 16 bits: how many of its digits are written, and its least exponent. No NaN.
uint16_t narrow_bits(double value, int fraction_bits, int least)
{
    const int sign = std::signbit(value) ? 0x8000 : 0, infinity = (2 - 2 * least + 1) << fraction_bits;
    const double size = std::fabs(value);
    if (std::isinf(size)) return static_cast<uint16_t>(sign | infinity);
    if (size == 0) return static_cast<uint16_t>(sign);
    const int exponent = std::max(std::ilogb(size), least);
    // Beside the first digit, which the exponent stands for: where rounding fills all digits it is the next one.
    const auto digits = static_cast<int>(std::nearbyint(std::ldexp(size, fraction_bits - exponent)));
    return static_cast<uint16_t>(sign | std::min(((exponent - least) << fraction_bits) + digits, infinity));
}

/// A real of 16 bits from what a double holds; nothing of a NaN, whose bits are a device's.
std::optional<Bytes> narrowed(const accel_tensor_desc &from, uint32_t to, Pulse pulse)
{
    std::optional<Bytes> out;
    const bool half = to == ACCEL_TYPE_F16, narrow = from.type == ACCEL_TYPE_F16 || from.type == ACCEL_TYPE_BF16;
    const uint32_t read_as = narrow ? uint32_t{ACCEL_TYPE_U16} : from.type == ACCEL_TYPE_BOOL ? uint32_t{ACCEL_TYPE_U8}
                                                                                              : from.type;
    bool numbers = true;
    with_type(read_as, [&](auto sample) {
        using From = decltype(sample);
        const size_t count = from.data_bytes / sizeof(From);
        Bytes &bytes = out.emplace(count * sizeof(uint16_t));
        for (size_t i = 0; i < count && numbers; ++i) {
            pulse_at(i, pulse);
            const double value = narrow ? stored_scale(from.type, from.data, i) : static_cast<double>(load<From>(bytes_of(from), i));
            numbers = !std::isnan(value);
            if (numbers) store(bytes, i, half ? narrow_bits(value, 10, -14) : narrow_bits(value, 7, -126));
        }
    });
    return numbers ? out : std::nullopt;
}

/// What is not 0, a NaN among it.
std::optional<Bytes> truths(const accel_tensor_desc &from, Pulse pulse)
{
    std::optional<Bytes> out;
    with_type(from.type, [&](auto sample) {
        using From = decltype(sample);
        Bytes &bytes = out.emplace(from.data_bytes / sizeof(From));
        for (size_t i = 0; i < bytes.size(); ++i) {
            pulse_at(i, pulse);
            bytes[i] = load<From>(bytes_of(from), i) != From{} ? 1 : 0;
        }
    });
    return out;
}

/// Numbers of a tensor's quantisation, and whose they are; there are none of scales that F32 does not have.
struct Scaling {
    explicit Scaling(const accel_tensor_desc &tensor) : Scaling(*tensor.quantization, sizes_of(tensor)) {}
    Scaling(const accel_quantization &desc, const std::vector<int64_t> &sizes) : index(desc, sizes),
                                                                                 scales(float_scales(desc)),
                                                                                 zero_points(graph::zero_points(desc)) {}

    static std::vector<int64_t> sizes_of(const accel_tensor_desc &tensor)
    {
        std::vector<int64_t> sizes;
        for (uint32_t axis = 0; axis < tensor.rank; ++axis) sizes.push_back(tensor.dims[axis].size);
        return sizes;
    }

    const ScaleIndex index;
    const std::optional<std::vector<float>> scales;
    const std::vector<int32_t> zero_points;
};

}  // namespace

std::optional<Bytes> convert(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    if (from.type == node.results[0]->type) return alias(node, result, pulse);
    if (node.results[0]->type == ACCEL_TYPE_BOOL) return truths(from, pulse);
    if (node.results[0]->type == ACCEL_TYPE_F16 || node.results[0]->type == ACCEL_TYPE_BF16) return narrowed(from, node.results[0]->type, pulse);
    std::optional<Bytes> out;
    if (from.type == ACCEL_TYPE_F16 || from.type == ACCEL_TYPE_BF16) {
        with_type(node.results[0]->type, [&](auto to_value) {
            using To = decltype(to_value);
            Bytes &bytes = out.emplace(from.data_bytes / 2 * sizeof(To));
            for (size_t i = 0; i < from.data_bytes / 2; ++i) {
                pulse_at(i, pulse);
                store(bytes, i, converted<To>(stored_scale(from.type, from.data, i)));
            }
        });
        return out;
    }
    // Truths are 0 and 1.
    with_type(from.type == ACCEL_TYPE_BOOL ? uint32_t{ACCEL_TYPE_U8} : from.type, [&](auto from_value) {
        using From = decltype(from_value);
        with_type(node.results[0]->type, [&](auto to_value) {
            using To = decltype(to_value);
            const size_t count = from.data_bytes / sizeof(From);
            Bytes &bytes = out.emplace(count * sizeof(To));
            for (size_t i = 0; i < count; ++i) {
                pulse_at(i, pulse);
                store(bytes, i, converted<To>(load<From>(bytes_of(from), i)));
            }
        });
    });
    return out;
}

std::optional<Bytes> convert_like(const Applied &node, const Shape &result, Pulse pulse) { return convert(node, result, pulse); }

std::optional<Bytes> dequantize(const Applied &node, const Shape &, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    if (!from.quantization) return std::nullopt;
    const Scaling scaling(from);
    if (!scaling.scales) return std::nullopt;
    std::optional<Bytes> out;
    with_type(from.type, [&](auto sample) {
        using Stored = decltype(sample);
        const size_t count = from.data_bytes / sizeof(Stored);
        Bytes &bytes = out.emplace(count * sizeof(float));
        for (size_t i = 0; i < count; ++i) {
            pulse_at(i, pulse);
            const size_t c = scaling.index.of(i);
            store(bytes, i, static_cast<float>(static_cast<int64_t>(load<Stored>(bytes_of(from), i)) - scaling.zero_points[c]) * (*scaling.scales)[c]);
        }
    });
    return out;
}

/// QuantizeLinear: halves to even, in the rounding mode that a process starts with.
std::optional<Bytes> quantize(const Applied &node, const Shape &, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0), &to = *node.results[0];
    if (!to.quantization || from.type != ACCEL_TYPE_F32 || (to.type != ACCEL_TYPE_I8 && to.type != ACCEL_TYPE_U8)) return std::nullopt;
    const Scaling scaling(to);
    if (!scaling.scales) return std::nullopt;
    const float low = to.type == ACCEL_TYPE_I8 ? -128.0f : 0.0f;
    Bytes bytes(from.data_bytes / sizeof(float));
    for (size_t i = 0; i < bytes.size(); ++i) {
        pulse_at(i, pulse);
        const size_t c = scaling.index.of(i);
        const float scaled = std::nearbyint(load<float>(bytes_of(from), i) / (*scaling.scales)[c]) + static_cast<float>(scaling.zero_points[c]);
        if (std::isnan(scaled)) return std::nullopt;
        bytes[i] = static_cast<uint8_t>(static_cast<int>(std::clamp(scaled, low, low + 255.0f)));
    }
    return bytes;
}

}  // namespace accel::graph::folds
