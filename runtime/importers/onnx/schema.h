// SPDX-License-Identifier: MIT
// How ONNX's operators are read, opset by opset: what an attribute or an input becomes. The rows are generated from the catalog and the schemas of ONNX.
#pragma once

#include "proto.h"
#include "types.h"

#include <accel/accel.h>

#include <limits>
#include <span>
#include <string_view>

namespace accel::onnx {

/// What becomes of an attribute, an input or an output.
enum class Use : uint8_t {
    kTensor,     ///< an operand or a result of the operation
    kAttribute,  ///< the operation's attribute of the row's key, or the value operand that it became
    kResolved,   ///< goes into something else: pads, a quantisation, a constant, an element type
    kIgnored,    ///< means nothing here
    kRefused,    ///< refused, unless it has the value that changes nothing
};

enum class Option : uint8_t { kSingle,
                              kOptional,
                              kVariadic };

/// What becomes of the operator.
enum class Form : uint8_t {
    kOperation,  ///< one operation of the catalog
    kRewrite,    ///< other operations, see its record
    kValue,      ///< a constant
};

/// How the result's sizes follow from the operands', where the record alone says how the operator is read.
enum class Family : uint8_t {
    kOther,       ///< the operator has a translator of its own
    kSame,        ///< those of operand 0
    kBroadcast,   ///< all operands stretched to each other
    kPerChannel,  ///< those of operand 0; the others have one value per channel
};

struct OpsetRange {
    int first;
    int last;
    bool holds(int64_t opset) const { return opset >= first && opset <= last; }
};

inline constexpr double kNoFallback = std::numeric_limits<double>::quiet_NaN();

struct AttributeSchema {
    std::string_view name;
    AttributeType type;
    Use use;
    accel_attribute_key key;
    int operand;  ///< that it became, by its position among the catalog's operands, and key is CUSTOM; -1: it is an attribute in every opset
    bool required;
    double fallback;  ///< the number that an absent one stands for, or kNoFallback
    OpsetRange opsets;
};

struct OperandSchema {
    std::string_view name;  ///< of the catalog's operand; ONNX's where there is none
    uint32_t position;
    Option option;
    Use use;
    int operand;    ///< position among the catalog's operands or results, or -1
    TypeSet types;  ///< that the catalog admits
    int like;       ///< position among the catalog's operands of the first one that always has the same type, or -1
    OpsetRange opsets;
};

struct OperatorSchema {
    std::string_view domain;  ///< empty for ai.onnx
    std::string_view name;
    Form form;
    accel_operation operation;
    Family family;
    std::span<const OpsetRange> opsets;  ///< in which it can be read
    std::span<const AttributeSchema> attributes;
    std::span<const OperandSchema> inputs;
    std::span<const OperandSchema> outputs;

    bool readable_at(int64_t opset) const;
    /// Null: no such attribute in this opset.
    const AttributeSchema *attribute(std::string_view attribute, int64_t opset) const;
    /// The row of an input position; a variadic row serves all positions from its own on. Null: no such input in this opset.
    const OperandSchema *input(size_t position, int64_t opset) const;
    /// ONNX's position of the input that is this operand of the catalog's in this opset; -1: it is none.
    int input_of(int operand, int64_t opset) const;
};

/// Null: the catalog has no record of this operator.
const OperatorSchema *find_schema(std::string_view domain, std::string_view name);
std::span<const OperatorSchema> schemas();
/// The newest opset of ai.onnx that the rows know.
int newest_opset();

}  // namespace accel::onnx
