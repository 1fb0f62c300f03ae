// SPDX-License-Identifier: MIT
// Single operations, and constants for them.
#include "steps.h"

#include "ops.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {

ValueId Steps::make(accel_operation operation, std::vector<ValueId> operands, uint32_t type, Dims dims, AttributeList attributes)
{
    const ValueId made = node.define_hidden(type, std::move(dims));
    node.emit(operation, std::move(operands), {made}, std::move(attributes));
    return made;
}

ValueId Steps::make(accel_operation operation, ValueId x) { return make(operation, {x}, type(x), Dims(dims(x))); }

ValueId Steps::make(accel_operation operation, ValueId a, ValueId b) { return make(operation, {a, b}, type(a), broadcast_shape(node, dims(a), dims(b))); }

ValueId Steps::compare(accel_operation operation, ValueId a, ValueId b) { return make(operation, {a, b}, ACCEL_TYPE_BOOL, broadcast_shape(node, dims(a), dims(b))); }

ValueId Steps::where(ValueId condition, ValueId x, ValueId y)
{
    return make(ACCEL_OPERATION_WHERE, {condition, x, y}, type(x), broadcast_shape(node, dims(condition), broadcast_shape(node, dims(x), dims(y))));
}

ValueId Steps::convert(ValueId x, uint32_t as_type)
{
    if (type(x) == as_type) {
        return x;
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, as_type);
    return make(ACCEL_OPERATION_CAST, {x}, as_type, Dims(dims(x)), std::move(attributes));
}

ValueId Steps::permute(ValueId x, const std::vector<int64_t> &order)
{
    if (std::is_sorted(order.begin(), order.end())) {
        return x;
    }
    Dims moved;
    for (const int64_t axis : order) {
        moved.push_back(dims(x)[static_cast<size_t>(axis)]);
    }
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_PERM, order);
    return make(ACCEL_OPERATION_TRANSPOSE, {x}, type(x), std::move(moved), std::move(attributes));
}

ValueId Steps::greatest(ValueId x, size_t axis)
{
    Dims one = dims(x);
    one[axis] = fixed_dim(1);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1);
    return make(ACCEL_OPERATION_REDUCE_MAX, {x, node.define_list({static_cast<int64_t>(axis)})}, type(x), std::move(one), std::move(attributes));
}

void Steps::give(size_t index, ValueId x, uint32_t as_type)
{
    if (!node.has_output(index)) {
        return;
    }
    const ValueId y = node.define_output(index, as_type, Dims(dims(x)));
    if (type(x) == as_type) {
        node.emit(ACCEL_OPERATION_IDENTITY, {x}, {y});
        return;
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, as_type);
    node.emit(ACCEL_OPERATION_CAST, {x}, {y}, std::move(attributes));
}

ValueId Steps::both(accel_operation operation, ValueId a, ValueId b)
{
    const bool compares = operation == ACCEL_OPERATION_EQUAL || operation == ACCEL_OPERATION_LESS || operation == ACCEL_OPERATION_GREATER;
    return compares ? compare(operation, a, b) : make(operation, a, b);
}

ValueId Steps::shaped(ValueId x, Dims wanted) { return same(dims(x), wanted) ? x : define_view(node, x, std::move(wanted)); }

ValueId Steps::part(ValueId x, size_t axis, int64_t first, int64_t count, int64_t step)
{
    Dims out = dims(x);
    out[axis] = fixed_dim(count);
    const int64_t end = count == 0 ? first : first + (count - 1) * step + 1;
    const std::vector<ValueId> operands{x, node.define_list({first}), node.define_list({end}), node.define_list({static_cast<int64_t>(axis)}), node.define_list({step})};
    return make(ACCEL_OPERATION_SLICE, operands, type(x), std::move(out));
}

ValueId Steps::joined(const std::vector<ValueId> &parts, size_t axis)
{
    Dims out = dims(parts.front());
    Sizes &sizes = node.graph.sizes;
    for (size_t i = 1; i < parts.size(); ++i) {
        out[axis] = sizes.dim(sizes.calculate().add(sizes.size(out[axis]), sizes.size(dims(parts[i])[axis])));
    }
    return make(ACCEL_OPERATION_CONCAT, parts, type(parts.front()), std::move(out), along(static_cast<int64_t>(axis)));
}

ValueId Steps::spread(ValueId x, const Dims &wanted)
{
    std::vector<int64_t> sizes;
    for (size_t axis = 0; axis < wanted.size(); ++axis) {
        sizes.push_back(known_size(node, wanted, axis));
    }
    return make(ACCEL_OPERATION_EXPAND, {x, node.define_list(sizes)}, type(x), wanted);
}

void Steps::give(ValueId made, size_t output)
{
    const uint32_t made_type = type(made);
    Dims made_dims = dims(made);
    node.emit(ACCEL_OPERATION_IDENTITY, {made}, {node.define_output(output, made_type, std::move(made_dims))});
}

ValueId counted(Node &node, int64_t count, size_t behind)
{
    std::vector<int64_t> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), 0);
    Dims dims(behind + 1, fixed_dim(1));
    dims[0] = fixed_dim(count);
    return numbers(node, ACCEL_TYPE_I64, values, std::move(dims));
}

int64_t known_size(const Node &node, const Dims &dims, size_t axis)
{
    if (!is_fixed(dims[axis])) {
        node.fail_unsupported("the size of axis ", axis, " of ", to_text(dims), " is only known by name");
    }
    return dims[axis].size;
}

ValueId one_value(Node &node, uint32_t type, double value)
{
    Value constant;
    constant.type = type;
    const auto hold = [&](auto number) {
        constant.data = node.graph.memory.copy(std::vector<decltype(number)>{number});
        constant.data_bytes = sizeof number;
    };
    switch (type) {
    case ACCEL_TYPE_I32: hold(static_cast<int32_t>(value)); break;
    case ACCEL_TYPE_I64: hold(static_cast<int64_t>(value)); break;
    case ACCEL_TYPE_F64: hold(value); break;
    default: hold(static_cast<float>(value)); break;
    }
    return node.graph.add(std::move(constant));
}

namespace {

/// From 0 on, in the first of so many axes.
ValueId numbers(Node &node, int64_t count, size_t behind)
{
    std::vector<int64_t> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), 0);
    node.charge(values.size() * sizeof(int64_t));
    Value value;
    value.type = ACCEL_TYPE_I64;
    value.dims.assign(behind + 1, fixed_dim(1));
    value.dims[0] = fixed_dim(count);
    value.data = node.graph.memory.copy(values);
    value.data_bytes = values.size() * sizeof(int64_t);
    return node.graph.add(std::move(value));
}

}  // namespace

ValueId counted(Steps &steps, ValueId value, size_t axis, size_t behind)
{
    const accel_dim size = steps.dims(value)[axis];
    if (is_fixed(size)) {
        return numbers(steps.node, size.size, behind);
    }
    const ValueId count = define_view(steps.node, size_of_axis(steps, value, axis), {});
    const ValueId made = steps.make(ACCEL_OPERATION_RANGE, {one_value(steps.node, ACCEL_TYPE_I64, 0), count, one_value(steps.node, ACCEL_TYPE_I64, 1)}, ACCEL_TYPE_I64, {size});
    Dims dims(behind + 1, fixed_dim(1));
    dims[0] = size;
    return define_view(steps.node, made, std::move(dims));
}

ValueId size_of_axis(Steps &steps, ValueId value, size_t axis)
{
    Node &node = steps.node;
    const accel_dim size = steps.dims(value)[axis];
    if (is_fixed(size)) {
        return node.define_list({size.size});
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_START, static_cast<int64_t>(axis)).integer(ACCEL_ATTRIBUTE_END, static_cast<int64_t>(axis) + 1);
    return steps.make(ACCEL_OPERATION_SHAPE, {value}, ACCEL_TYPE_I64, {fixed_dim(1)}, std::move(attributes));
}

AttributeList along(int64_t axis)
{
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    return attributes;
}

ValueId sum_of(Steps &steps, ValueId values, const std::vector<int64_t> &axes, bool keepdims)
{
    Dims dims;
    for (size_t axis = 0; axis < steps.dims(values).size(); ++axis) {
        const bool summed = std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) != axes.end();
        if (!summed || keepdims) {
            dims.push_back(summed ? fixed_dim(1) : steps.dims(values)[axis]);
        }
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, keepdims ? 1 : 0);
    return steps.make(ACCEL_OPERATION_REDUCE_SUM, {values, steps.node.define_list(axes)}, steps.type(values), std::move(dims), std::move(attributes));
}

}  // namespace accel::onnx::ops
