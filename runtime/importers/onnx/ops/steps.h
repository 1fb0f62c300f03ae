// SPDX-License-Identifier: MIT
// What translators write operators with that become several operations.
#pragma once

#include "onnx/node.h"

namespace accel::onnx::ops {

/// Operations whose results only the importer knows.
struct Steps {
    Node &node;

    ValueId make(accel_operation operation, std::vector<ValueId> operands, uint32_t type, Dims dims, AttributeList attributes = {});
    /// Of one operand, or of two that are stretched to each other, in the first one's type.
    ValueId make(accel_operation operation, ValueId x);
    ValueId make(accel_operation operation, ValueId a, ValueId b);
    /// The same of two that are compared.
    ValueId compare(accel_operation operation, ValueId a, ValueId b);
    ValueId where(ValueId condition, ValueId x, ValueId y);
    /// As another type; the value itself where it is of that type.
    ValueId convert(ValueId x, uint32_t as_type);
    /// Itself where the order is that already.
    ValueId permute(ValueId x, const std::vector<int64_t> &order);
    /// Along an axis, which goes to the size 1.
    ValueId greatest(ValueId x, size_t axis);
    /// The value is the node's result, in this type; nothing where the node has no such result.
    void give(size_t index, ValueId x, uint32_t as_type);
    const Dims &dims(ValueId value) const { return node.graph.value(value).dims; }
    uint32_t type(ValueId value) const { return node.graph.value(value).type; }

    /// Of one value, whose dims and type it keeps.
    ValueId each(accel_operation operation, ValueId x, AttributeList attributes = {}) { return make(operation, {x}, type(x), dims(x), std::move(attributes)); }
    /// Of two that are stretched to each other; a comparison makes truths.
    ValueId both(accel_operation operation, ValueId a, ValueId b);
    /// Itself where it has these dims.
    ValueId shaped(ValueId x, Dims wanted);
    /// So many places along an axis, from a first one on, each so far from the one before.
    ValueId part(ValueId x, size_t axis, int64_t first, int64_t count, int64_t step = 1);
    ValueId joined(const std::vector<ValueId> &parts, size_t axis);
    /// Repeated along axes until it has these dims, all of them numbers.
    ValueId spread(ValueId x, const Dims &wanted);
    /// It is the node's result.
    void give(ValueId made, size_t output = 0);
};

/// A constant of one element, of F32, F64, I32 or I64.
ValueId one_value(Node &node, uint32_t type, double value);

/// The numbers from 0 on, as many as a value has places along an axis, along an axis of which so many axes are behind.
ValueId counted(Steps &steps, ValueId value, size_t axis, size_t behind);
/// One I64: how many places a value has along an axis.
ValueId size_of_axis(Steps &steps, ValueId value, size_t axis);
/// Constant numbers with those dims, which are fixed.
template <typename T> ValueId numbers(Node &node, uint32_t type, const std::vector<T> &values, Dims dims)
{
    node.charge(values.size() * sizeof(T));
    Value constant;
    constant.type = type;
    constant.dims = std::move(dims);
    constant.data = node.graph.memory.copy(values);
    constant.data_bytes = values.size() * sizeof(T);
    return node.graph.add(std::move(constant));
}

/// The numbers from 0 on, along an axis of which so many axes are behind.
ValueId counted(Node &node, int64_t count, size_t behind);

/// 16-bit reals are computed in F32, so that a result is rounded once; other types in themselves.
inline uint32_t computed_in(uint32_t type) { return type == ACCEL_TYPE_F16 || type == ACCEL_TYPE_BF16 ? uint32_t{ACCEL_TYPE_F32} : type; }

/// The size of one of a value's dimensions, which has to be known here.
int64_t known_size(const Node &node, const Dims &dims, size_t axis);

/// AXIS alone.
AttributeList along(int64_t axis);

/// Values of these axes added up.
ValueId sum_of(Steps &steps, ValueId values, const std::vector<int64_t> &axes, bool keepdims);

}  // namespace accel::onnx::ops
