// SPDX-License-Identifier: MIT
// Expressions of decompositions: tokens in postfix order. Sizes come from models, so whatever they are, the answer is a value or a refusal.
#pragma once

#include "composites.h"

namespace accel::runtime {

enum class Code : uint8_t {
    kInteger,
    kReal,
    kText,
    kType,
    kAttribute,
    kAttributeList,
    kOperandValue,
    kAdd,
    kSub,
    kMul,
    kDiv,
    kFloorDiv,
    kMod,
    kNegate,
    kList,
    kRank,
    kDim,
    kShape,
    kTypeOf,
    kGiven,
    kRange,
    kRepeat,
    kReverse,
    kPart,
    kCount,
    kProduct,
    kRemove,
    kInsert,
    kFind,
    kCeilDiv,
    kMax,
    kMin,
    kSqrt,
    kEqual,
    kAll,
    kNot
};

struct Token {
    Code code;
    int64_t number;  ///< value, key, type, operand, or length of a list
    double real;
    const char *text;
};

/// Nothing, and why, where the tokens do not give a value.
std::optional<Datum> evaluate(std::span<const Token> tokens, const NodeFacts &facts, std::string *why);

}  // namespace accel::runtime
