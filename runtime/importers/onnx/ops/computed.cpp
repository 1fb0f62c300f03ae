// SPDX-License-Identifier: MIT
// Arithmetic on lists of integers, as operations.
#include "computed.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {

namespace {

/// Operations on I64, or on what they are compared with.
struct Integers {
    Steps &steps;

    ValueId number(int64_t value) { return one_value(steps.node, ACCEL_TYPE_I64, static_cast<double>(value)); }
    ValueId list(const std::vector<int64_t> &values) { return steps.node.define_list(values); }
    ValueId rising(size_t count)
    {
        std::vector<int64_t> values(count);
        std::iota(values.begin(), values.end(), 0);
        return list(values);
    }
    size_t count(ValueId values) const { return static_cast<size_t>(steps.dims(values)[0].size); }

    /// Of operands of which b stretches to a.
    ValueId of(accel_operation operation, ValueId a, ValueId b) { return steps.make(operation, {a, b}, ACCEL_TYPE_I64, steps.dims(a)); }
    ValueId column(ValueId values)
    {
        const auto rows = static_cast<int64_t>(count(values));
        return steps.make(ACCEL_OPERATION_RESHAPE, {values, list({rows, 1})}, ACCEL_TYPE_I64, {fixed_dim(rows), fixed_dim(1)});
    }
    /// 1 where the element of a column is that of a row.
    ValueId same(ValueId column, ValueId row)
    {
        const Dims table{steps.dims(column)[0], steps.dims(row)[0]};
        AttributeList to;
        to.integer(ACCEL_ATTRIBUTE_TO, ACCEL_TYPE_I64);
        return steps.make(ACCEL_OPERATION_CAST, {steps.make(ACCEL_OPERATION_EQUAL, {column, row}, ACCEL_TYPE_BOOL, table)}, ACCEL_TYPE_I64, table, std::move(to));
    }
    /// 1 for each axis of so many that is named, from the begin or from the end.
    ValueId named(ValueId axes, size_t rank)
    {
        const ValueId size = number(static_cast<int64_t>(rank));
        const ValueId below = steps.make(ACCEL_OPERATION_LESS, {axes, number(0)}, ACCEL_TYPE_BOOL, steps.dims(axes));
        const ValueId counted = steps.make(ACCEL_OPERATION_WHERE, {below, of(ACCEL_OPERATION_ADD, axes, size), axes}, ACCEL_TYPE_I64, steps.dims(axes));
        AttributeList attributes;
        attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 0);
        return steps.make(ACCEL_OPERATION_REDUCE_MAX, {same(column(counted), rising(rank)), list({0})}, ACCEL_TYPE_I64, {fixed_dim(static_cast<int64_t>(rank))}, std::move(attributes));
    }
    /// Of each place the sum up to it.
    ValueId running(ValueId values)
    {
        AttributeList attributes;
        attributes.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, 0).integer(ACCEL_ATTRIBUTE_REVERSE, 0);
        return steps.make(ACCEL_OPERATION_CUM_SUM, {values, list({0})}, ACCEL_TYPE_I64, steps.dims(values), std::move(attributes));
    }
    /// 1 where a list has 0, and 0 where it has 1.
    ValueId others(ValueId flags)
    {
        const ValueId ones = list(std::vector<int64_t>(count(flags), 1));
        return of(ACCEL_OPERATION_SUB, ones, flags);
    }
    ValueId element(ValueId values, size_t position) { return steps.make(ACCEL_OPERATION_GATHER, {values, number(static_cast<int64_t>(position))}, ACCEL_TYPE_I64, {}, along(0)); }
};

}  // namespace

ValueId shape_list(Steps &steps, ValueId x)
{
    const auto rank = static_cast<int64_t>(steps.dims(x).size());
    return steps.make(ACCEL_OPERATION_SHAPE, {x}, ACCEL_TYPE_I64, {fixed_dim(rank)});
}

ValueId picked(Steps &steps, ValueId first, ValueId second, const std::vector<int64_t> &positions)
{
    const uint32_t type = steps.type(first);
    const Dims both{fixed_dim(steps.dims(first)[0].size + steps.dims(second)[0].size)};
    const ValueId joined = steps.make(ACCEL_OPERATION_CONCAT, {first, second}, type, both, along(0));
    return steps.make(ACCEL_OPERATION_GATHER, {joined, steps.node.define_list(positions)}, type, {fixed_dim(static_cast<int64_t>(positions.size()))}, along(0));
}

// Each axis that is not inserted is the next one of x. Where one is given twice there are more of them than x has, and so a place outside of its shape, which nobody gathers.
ValueId shape_with(Steps &steps, ValueId x, ValueId axes)
{
    Integers integers{steps};
    const size_t rank = steps.dims(x).size() + integers.count(axes);
    if (steps.dims(x).empty()) {
        return integers.list(std::vector<int64_t>(rank, 1));
    }
    const ValueId inserted = integers.named(axes, rank), kept = integers.others(inserted);
    const ValueId place = integers.of(ACCEL_OPERATION_SUB, integers.running(kept), integers.number(1));
    const ValueId sizes = steps.make(ACCEL_OPERATION_GATHER, {shape_list(steps, x), place}, ACCEL_TYPE_I64, steps.dims(place), along(0));
    return integers.of(ACCEL_OPERATION_ADD, integers.of(ACCEL_OPERATION_MUL, sizes, kept), inserted);
}

// Row i of the table has 1 in the column of the axis that becomes axis i.
ValueId shape_without(Steps &steps, ValueId x, ValueId axes)
{
    Integers integers{steps};
    const size_t rank = steps.dims(x).size();
    const ValueId kept = integers.others(integers.named(axes, rank));
    const ValueId place = integers.of(ACCEL_OPERATION_SUB, integers.running(kept), integers.number(1));
    const ValueId table = integers.of(ACCEL_OPERATION_MUL, integers.same(integers.column(integers.rising(rank - integers.count(axes))), place), kept);
    return sum_of(steps, integers.of(ACCEL_OPERATION_MUL, table, shape_list(steps, x)), {1}, false);
}

// Row i of the table has 1 in the column of the axis that the begin and the end of number i are of.
ValueId pads_of_all(Steps &steps, ValueId pads, ValueId axes, size_t rank)
{
    Integers integers{steps};
    const ValueId size = integers.number(static_cast<int64_t>(rank));
    const ValueId from_begin = integers.of(ACCEL_OPERATION_MOD, integers.of(ACCEL_OPERATION_ADD, axes, size), size);
    const ValueId table = integers.same(integers.column(from_begin), integers.rising(rank));
    std::vector<ValueId> halves;
    const auto count = static_cast<int64_t>(integers.count(axes));
    for (const int64_t half : {0, 1}) {
        halves.push_back(sum_of(steps, integers.of(ACCEL_OPERATION_MUL, table, integers.column(steps.part(pads, 0, half * count, count))), {0}, false));
    }
    return steps.joined(halves, 0);
}

// From -begin up to size + end, brought back into the axis. An axis of 1 has no other element to reflect.
ValueId padded_positions(Steps &steps, ValueId x, ValueId pads, size_t axis, Outside outside)
{
    Integers integers{steps};
    const ValueId size = integers.element(shape_list(steps, x), axis), last = integers.of(ACCEL_OPERATION_SUB, size, integers.number(1));
    const ValueId begin = steps.make(ACCEL_OPERATION_NEG, {integers.element(pads, axis)}, ACCEL_TYPE_I64, {});
    const ValueId end = integers.of(ACCEL_OPERATION_ADD, size, integers.element(pads, steps.dims(x).size() + axis));
    const ValueId positions = steps.make(ACCEL_OPERATION_RANGE, {begin, end, integers.number(1)}, ACCEL_TYPE_I64, {open_dim()});
    switch (outside) {
    case Outside::kEdge: return integers.of(ACCEL_OPERATION_MIN, integers.of(ACCEL_OPERATION_MAX, positions, integers.number(0)), last);
    case Outside::kWrap: return integers.of(ACCEL_OPERATION_MOD, positions, size);
    default: break;
    }
    const ValueId period = integers.of(ACCEL_OPERATION_MAX, integers.of(ACCEL_OPERATION_MUL, last, integers.number(2)), integers.number(1));
    const ValueId there = integers.of(ACCEL_OPERATION_MOD, positions, period);
    const ValueId back = steps.make(ACCEL_OPERATION_SUB, {period, there}, ACCEL_TYPE_I64, steps.dims(there));
    // With one element the period is 1, and back from 0 leads out: the lesser stays 0.
    return integers.of(ACCEL_OPERATION_MIN, there, back);
}

}  // namespace accel::onnx::ops
