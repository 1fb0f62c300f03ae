// SPDX-License-Identifier: MIT
// What the catalog says of each operation.
#pragma once

#include <accel/catalog.h>

#include <cstdint>
#include <span>

namespace accel::conformance {

/// How exact a result must be (api/catalog/rules.yaml).
enum class NumericClass { Exact,
                          Ulp,
                          Dot,
                          Approx,
                          Quant };

enum class Option { Required,
                    Optional,
                    Variadic };

struct TypeRow {
    accel_type type;
    const char *name;  ///< "F32"
};

struct OperandRow {
    const char *name;
    uint32_t key;    ///< of a value operand; 0: a tensor
    uint32_t types;  ///< bits per number, in any signature
    Option option;
};

struct AttributeRow {
    accel_attribute_key key;
    const char *name;
    bool required;
};

struct OperationRow {
    accel_operation operation;
    const char *name;
    uint32_t types, roundings;  ///< bits per number, of the first operand; roundings of the stored bytes
    const char *real_rule;      ///< for F32; whole numbers and moved values have rules of their own
    bool composite;             ///< made of steps where a device does not take it as such
    bool resolved;              ///< the compiler puts constants or other operations in its place: no module sees it
    const char *shape;          ///< the shape rule, which chooses the form that draws operands
    NumericClass numeric_class;
    bool clamps;  ///< an activation may be fused
    bool several_results;
    uint32_t plain_types;      ///< of the first operand where it is not quantised
    uint32_t quantised_types;  ///< where it is
    uint32_t result_types;     ///< of the first result, where they are not the first operand's; else 0
    bool moves;                ///< stored integers keep their bits and what they stand for
    int result_like;           ///< position of the first operand that has the first result's type, or -1
    std::span<const OperandRow> operands;
    std::span<const AttributeRow> attributes;  ///< without the clamps

    /// Whether an operand has element types of its own, which a node may choose apart from the first one's.
    bool types_apart(size_t position) const { return position < operands.size() && operands[position].key == 0 && operands[position].types != operands[0].types; }
    bool variadic() const { return operands[0].option == Option::Variadic; }

    bool has(accel_attribute_key key) const
    {
        for (const auto &attribute : attributes)
            if (attribute.key == key) return true;
        return false;
    }
};

#include "rows.inc"

}  // namespace accel::conformance
