// SPDX-License-Identifier: MIT
// Looks up how an operator is read at an opset.
#include "schema.h"

#include <algorithm>

namespace accel::onnx {
namespace {

#include "schema_tables.inc"

}  // namespace

bool OperatorSchema::readable_at(int64_t opset) const
{
    return std::any_of(opsets.begin(), opsets.end(), [opset](const OpsetRange &range) { return range.holds(opset); });
}

const AttributeSchema *OperatorSchema::attribute(std::string_view attribute, int64_t opset) const
{
    for (const AttributeSchema &row : attributes) {
        if (row.name == attribute && row.opsets.holds(opset)) {
            return &row;
        }
    }
    return nullptr;
}

const OperandSchema *OperatorSchema::input(size_t position, int64_t opset) const
{
    for (const OperandSchema &row : inputs) {
        const bool here = row.option == Option::kVariadic ? position >= row.position : position == row.position;
        if (here && row.opsets.holds(opset)) {
            return &row;
        }
    }
    return nullptr;
}

int OperatorSchema::input_of(int operand, int64_t opset) const
{
    for (const OperandSchema &row : inputs) {
        if (row.use == Use::kTensor && row.operand == operand && row.opsets.holds(opset)) {
            return static_cast<int>(row.position);
        }
    }
    return -1;
}

const OperatorSchema *find_schema(std::string_view domain, std::string_view name)
{
    for (const OperatorSchema &row : kOperators) {
        if (row.domain == domain && row.name == name) {
            return &row;
        }
    }
    return nullptr;
}

std::span<const OperatorSchema> schemas() { return kOperators; }

int newest_opset() { return kOpsetNewest; }

}  // namespace accel::onnx
