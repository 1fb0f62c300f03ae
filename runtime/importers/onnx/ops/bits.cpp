// SPDX-License-Identifier: MIT
// Translators of what is said in bits: the same ones in another type, and those of numbers that a type does not have.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <algorithm>
#include <iterator>

namespace accel::onnx::ops {
namespace {

AttributeList as_type(uint32_t type)
{
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, type);
    return attributes;
}

/// What rounds to no number of an 8-bit float, by its size, and the bits that stand for it.
struct Overflow {
    uint32_t type;
    double first;     ///< half way between the largest number and the one that would come behind it
    bool with_first;  ///< halves go there
    uint8_t positive, negative;
};
constexpr Overflow kOverflows[] = {
    {ACCEL_TYPE_F8E4M3FN, 464, false, 0x7f, 0xff},
    {ACCEL_TYPE_F8E4M3FNUZ, 248, true, 0x80, 0x80},
    {ACCEL_TYPE_F8E5M2, 61440, true, 0x7c, 0xfc},
    {ACCEL_TYPE_F8E5M2FNUZ, 61440, true, 0x80, 0x80},
};

}  // namespace

void bit_cast(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, node.types_of(0));
    const auto to = node.integer("to");
    const uint32_t type = to ? accel_type_of(static_cast<DataType>(*to)) : 0;
    const uint32_t from = node.input(0).type;
    if (!to) {
        node.fail_corrupt("attribute 'to' is missing");
    }
    if (type == 0 || type == ACCEL_TYPE_BOOL || (node.types_of(0) >> type & 1) == 0) {
        node.fail_unsupported("to ", name_of(static_cast<DataType>(*to)));
    }
    if (accel_type_bits(type) != accel_type_bits(from)) {
        node.fail_corrupt("from elements of ", accel_type_bits(from), " bits to some of ", accel_type_bits(type));
    }
    node.emit(ACCEL_OPERATION_BIT_CAST, {node.input_id(0)}, {node.define_output(0, type, node.input(0).dims)}, as_type(type));
}

void unsaturated_cast(Node &node, uint32_t type)
{
    const Overflow *overflow = std::find_if(std::begin(kOverflows), std::end(kOverflows), [type](const Overflow &row) { return row.type == type; });
    Steps steps{node};
    const uint32_t given = node.input(0).type, wide = given == ACCEL_TYPE_F64 ? uint32_t{ACCEL_TYPE_F64} : uint32_t{ACCEL_TYPE_F32};
    const ValueId x = steps.convert(node.input_id(0), wide);
    const accel_operation above = overflow->with_first ? ACCEL_OPERATION_GREATER_OR_EQUAL : ACCEL_OPERATION_GREATER, below = overflow->with_first ? ACCEL_OPERATION_LESS_OR_EQUAL : ACCEL_OPERATION_LESS;
    const auto code = [&](uint8_t bits) { return numbers<uint8_t>(node, ACCEL_TYPE_U8, {bits}, {}); };
    const ValueId narrow = steps.make(ACCEL_OPERATION_CAST, {node.input_id(0)}, type, Dims(steps.dims(x)), as_type(type));
    ValueId bits = steps.make(ACCEL_OPERATION_BIT_CAST, {narrow}, ACCEL_TYPE_U8, Dims(steps.dims(x)), as_type(ACCEL_TYPE_U8));
    bits = steps.where(steps.compare(above, x, one_value(node, wide, overflow->first)), code(overflow->positive), bits);
    bits = steps.where(steps.compare(below, x, one_value(node, wide, -overflow->first)), code(overflow->negative), bits);
    node.emit(ACCEL_OPERATION_BIT_CAST, {bits}, {node.define_output(0, type, Dims(steps.dims(bits)))}, as_type(type));
}

}  // namespace accel::onnx::ops
