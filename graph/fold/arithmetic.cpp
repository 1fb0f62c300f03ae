// SPDX-License-Identifier: MIT
// Folds that compute element by element: one row for each operation, a function of one or two numbers.
//
// A function answers what every device answers (docs/numerics.md): whole numbers wrap, real ones are rounded once. It answers nothing where devices need not agree (a quotient
// by 0, zeros of both signs to choose from) or in a type that is none of its; then the node is left to a device. So functions that devices approximate have no row.
#include <accel/graph/catalog.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

/// What attributes say to a function: that a remainder has the sign of the dividend, that bits go to the right.
struct Manner {
    bool of_dividend = false, right = false;
};

/// Operands of every width meet in 64 bits, where nothing is undefined; the type keeps the low ones.
template <std::integral Value> uint64_t wide(Value value) { return static_cast<uint64_t>(value); }

/// No divisor of whole numbers: 0, and -1, whose quotients may leave the type.
template <std::integral Value> bool divides(Value a, Value b) { return b != 0 && !(std::is_signed_v<Value> && b == static_cast<Value>(-1) && a == std::numeric_limits<Value>::min()); }

struct Sum {
    template <std::floating_point Value> static std::optional<Value> of(Value a, Value b, Manner) { return a + b; }
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return static_cast<Value>(wide(a) + wide(b)); }
};
struct Difference {
    template <std::floating_point Value> static std::optional<Value> of(Value a, Value b, Manner) { return a - b; }
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return static_cast<Value>(wide(a) - wide(b)); }
};
struct Product {
    template <std::floating_point Value> static std::optional<Value> of(Value a, Value b, Manner) { return a * b; }
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return static_cast<Value>(wide(a) * wide(b)); }
};
struct Quotient {
    template <std::floating_point Value> static std::optional<Value> of(Value a, Value b, Manner) { return a / b; }
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return divides(a, b) ? std::optional(static_cast<Value>(a / b)) : std::nullopt; }
};
struct Remainder {
    template <std::floating_point Value> static std::optional<Value> of(Value a, Value b, Manner manner) { return manner.of_dividend ? std::optional(std::fmod(a, b)) : std::nullopt; }
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner manner)
    {
        if (!divides(a, b)) return std::nullopt;
        const auto rest = static_cast<Value>(a % b);
        return !manner.of_dividend && rest != 0 && (rest < 0) != (b < 0) ? static_cast<Value>(rest + b) : rest;
    }
};
/// Of a negative exponent the inverse, toward zero; there is none of 0.
struct Power {
    template <std::signed_integral Value> static std::optional<Value> of(Value base, Value exponent, Manner)
    {
        if (exponent < 0 && base == 0) return std::nullopt;
        if (exponent < 0) return static_cast<Value>(base == 1 || (base == -1 && exponent % 2 == 0) ? 1 : base == -1 ? -1
                                                                                                                    : 0);
        uint64_t made = 1, square = wide(base);
        for (uint64_t rest = wide(exponent); rest != 0; rest >>= 1, square *= square)
            if (rest & 1) made *= square;
        return static_cast<Value>(made);
    }
};

/// The better of two. A NaN is kept; which zero is better devices need not agree about.
template <class Better> struct Best {
    template <class Value> static std::optional<Value> of(Value a, Value b, Manner)
    {
        if constexpr (std::is_floating_point_v<Value>) {
            if (std::isnan(a)) return a;
            if (a == b && std::signbit(a) != std::signbit(b)) return std::nullopt;
        }
        return Better{}(a, b) ? a : b;
    }
};

struct BothBits {
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return static_cast<Value>(a & b); }
};
struct AnyBits {
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return static_cast<Value>(a | b); }
};
struct OtherBits {
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner) { return static_cast<Value>(a ^ b); }
};
/// What is shifted out is gone; a distance that is below 0, or as long as the number, is a device's affair.
struct Shifted {
    template <std::integral Value> static std::optional<Value> of(Value a, Value b, Manner manner)
    {
        if (wide(b) >= 8 * sizeof(Value)) return std::nullopt;
        return manner.right ? static_cast<Value>(a >> b) : static_cast<Value>(wide(a) << b);
    }
};

struct Negated {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return -x; }
    template <std::integral Value> static std::optional<Value> of(Value x) { return static_cast<Value>(0 - wide(x)); }
};
struct Magnitude {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return std::fabs(x); }
    template <std::integral Value> static std::optional<Value> of(Value x) { return x < 0 ? static_cast<Value>(0 - wide(x)) : x; }
};
/// A NaN has none but itself.
struct SignOf {
    template <class Value> static std::optional<Value> of(Value x) { return x != x ? x : static_cast<Value>((x > 0) - (x < 0)); }
};
struct Down {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return std::floor(x); }
};
struct Up {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return std::ceil(x); }
};
/// Halves to even, in the rounding mode that a process starts with.
struct Nearest {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return std::nearbyint(x); }
};
struct Root {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return std::sqrt(x); }
};
struct Inverse {
    template <std::floating_point Value> static std::optional<Value> of(Value x) { return Value{1} / x; }
};
struct Inverted {
    template <std::integral Value> static std::optional<Value> of(Value x) { return static_cast<Value>(~x); }
};

/// The elements of left, each with that of right in its place.
template <class Function> std::optional<Bytes> joined(uint32_t type, Bytes left, const Bytes &right, Manner manner, Pulse pulse)
{
    bool made = true;
    const bool typed = with_type(type, [&]<class Value>(Value) {
        if constexpr (requires { Function::of(Value{}, Value{}, manner); }) {
            for (size_t i = 0; made && i < left.size() / sizeof(Value); ++i) {
                pulse_at(i, pulse);
                const auto value = Function::of(load<Value>(left.data(), i), load<Value>(right.data(), i), manner);
                made = value.has_value();
                if (made) store(left, i, *value);
            }
        } else {
            made = false;
        }
    });
    return typed && made ? std::optional(std::move(left)) : std::nullopt;
}

template <class Function> std::optional<Bytes> mapped(uint32_t type, Bytes bytes, Pulse pulse)
{
    bool made = true;
    const bool typed = with_type(type, [&]<class Value>(Value) {
        if constexpr (requires { Function::of(Value{}); }) {
            for (size_t i = 0; i < bytes.size() / sizeof(Value); ++i) {
                pulse_at(i, pulse);
                store(bytes, i, *Function::of(load<Value>(bytes.data(), i)));
            }
        } else {
            made = false;
        }
    });
    return typed && made ? std::optional(std::move(bytes)) : std::nullopt;
}

struct Row {
    uint32_t operation;
    std::optional<Bytes> (*one)(uint32_t type, Bytes bytes, Pulse pulse);  ///< null: of two, or one after the other
    std::optional<Bytes> (*two)(uint32_t type, Bytes left, const Bytes &right, Manner manner, Pulse pulse);
};

constexpr Row kRows[] = {
    {ACCEL_OPERATION_ADD, nullptr, joined<Sum>},
    {ACCEL_OPERATION_SUB, nullptr, joined<Difference>},
    {ACCEL_OPERATION_MUL, nullptr, joined<Product>},
    {ACCEL_OPERATION_DIV, nullptr, joined<Quotient>},
    {ACCEL_OPERATION_MOD, nullptr, joined<Remainder>},
    {ACCEL_OPERATION_POW, nullptr, joined<Power>},
    {ACCEL_OPERATION_MAX, nullptr, joined<Best<std::greater<>>>},
    {ACCEL_OPERATION_MIN, nullptr, joined<Best<std::less<>>>},
    {ACCEL_OPERATION_BITWISE_AND, nullptr, joined<BothBits>},
    {ACCEL_OPERATION_BITWISE_OR, nullptr, joined<AnyBits>},
    {ACCEL_OPERATION_BITWISE_XOR, nullptr, joined<OtherBits>},
    {ACCEL_OPERATION_BIT_SHIFT, nullptr, joined<Shifted>},
    {ACCEL_OPERATION_NEG, mapped<Negated>, nullptr},
    {ACCEL_OPERATION_ABS, mapped<Magnitude>, nullptr},
    {ACCEL_OPERATION_SIGN, mapped<SignOf>, nullptr},
    {ACCEL_OPERATION_FLOOR, mapped<Down>, nullptr},
    {ACCEL_OPERATION_CEIL, mapped<Up>, nullptr},
    {ACCEL_OPERATION_ROUND, mapped<Nearest>, nullptr},
    {ACCEL_OPERATION_SQRT, mapped<Root>, nullptr},
    {ACCEL_OPERATION_RECIPROCAL, mapped<Inverse>, nullptr},
    {ACCEL_OPERATION_BITWISE_NOT, mapped<Inverted>, nullptr},
};

/// Numbers of one type that stand for themselves, with nothing fused to the operation.
bool is_plain(const Applied &node)
{
    const uint32_t type = node.operand(0)->type;
    const bool alike = std::ranges::all_of(node.operands, [&](const accel_tensor_desc *operand) { return operand->type == type && !operand->quantization; });
    return alike && !node.results[0]->quantization && !node.find(ACCEL_ATTRIBUTE_CLAMP_MIN) && !node.find(ACCEL_ATTRIBUTE_CLAMP_MAX);
}

}  // namespace

std::optional<Bytes> arithmetic(const Applied &node, const Shape &result, Pulse pulse)
{
    const Row *row = std::ranges::find(kRows, node.operation(), &Row::operation);
    if (row == std::end(kRows) || !is_plain(node)) return std::nullopt;
    const uint32_t type = node.operand(0)->type;
    auto made = spread(*node.operand(0), result, pulse);
    if (row->one) return made ? row->one(type, *std::move(made), pulse) : std::nullopt;
    const Manner manner{node.integer(ACCEL_ATTRIBUTE_FMOD, 0) != 0, node.string(ACCEL_ATTRIBUTE_DIRECTION) == "RIGHT"};
    for (size_t i = 1; made && i < node.operands.size(); ++i) {
        const auto next = spread(*node.operand(i), result, pulse);
        made = next ? row->two(type, *std::move(made), *next, manner, pulse) : std::nullopt;
    }
    return made;
}

}  // namespace accel::graph::folds
