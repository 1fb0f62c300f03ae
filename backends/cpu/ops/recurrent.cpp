// SPDX-License-Identifier: MIT
// Cells that go along a sequence: LSTM, GRU, RNN.
#include "../nodes/recurrent.h"
#include "../checker.h"
#include "../nodes/widened.h"
#include "ops.h"

#include <accel/graph/description.h>

namespace accel::cpu {
namespace {

enum Operand : size_t { kX,
                        kW,
                        kR,
                        kB,
                        kLengths,
                        kInitialH,
                        kInitialC,
                        kP };

Cell read_cell(const graph::Applied &node)
{
    Cell cell;
    cell.operation = node.operation();
    cell.recurrence = graph::read_recurrence(node, nullptr).value();
    const graph::Shape x = node.shape(kX);
    cell.steps = x[cell.recurrence.batch_first ? 1 : 0].size;
    cell.batch = x[cell.recurrence.batch_first ? 0 : 1].size;
    cell.inputs = x[2].size;
    cell.hidden = node.shape(kR)[2].size;
    cell.clip = graph::real(*node.node, ACCEL_ATTRIBUTE_CELL_CLIP).value_or(cell.clip);
    cell.input_forget = node.integer(ACCEL_ATTRIBUTE_INPUT_FORGET, 0) != 0;
    cell.linear_before_reset = node.integer(ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET, 0) != 0;
    return cell;
}

void check_recurrent(const Checker &c)
{
    if (c.outputs().empty())
        refuse(ACCEL_REASON_OPERATION);
    c.operand_types({ACCEL_TYPE_F32, ACCEL_TYPE_F64, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});
    const uint32_t type = c.input(kX).type;
    for (size_t i = 1; i < c.inputs().size(); ++i)
        if (c.has_input(i))
            c.same_type(c.operand(i), i == kLengths ? uint32_t{ACCEL_TYPE_I32} : type);
    for (const uint32_t result : c.outputs())
        c.same_type(result, type);
    const Cell cell = read_cell(c.applied());
    constexpr int64_t kGatesMost = int64_t{1} << 31;  // as a tensor's elements
    const int64_t gates = element_count({cell.rows(), cell.directions(), cell.columns()}).value_or(INT64_MAX);
    if (gates > kGatesMost)
        refuse(ACCEL_REASON_SIZE, c.operand(kX), gates, kGatesMost);
}

// In panels, where the weights are constants.
template <typename Real, typename Pack> const std::byte *packed(Builder &builder, const Cell &cell, const View &weights, int64_t elements, const Pack &pack)
{
    const std::byte *data = builder.constant_data(weights);
    if (data == nullptr)
        return nullptr;
    std::byte *made = builder.own(static_cast<uint64_t>(cell.directions() * elements) * sizeof(Real));
    pack(cell, reinterpret_cast<const Real *>(data), reinterpret_cast<Real *>(made));
    return made;
}

template <typename Real> void add_cell(Builder &builder, const Node &node, const Cell &cell)
{
    CellValues values;
    const auto given = [&](size_t position) { return widened(builder, builder.in_layout(node.inputs[position], Layout::kRowMajor)); };
    const auto place = [&](size_t position, uint32_t &value) {
        if (node.input(position) != kNone)
            value = given(position).value;
    };
    place(kX, values.x), place(kB, values.b), place(kLengths, values.lengths), place(kInitialH, values.h), place(kInitialC, values.c), place(kP, values.p);
    const View w = given(kW), r = given(kR);
    values.packed_w = packed<Real>(builder, cell, w, packed_w_elements(cell), pack_w<Real>);
    values.packed_r = packed<Real>(builder, cell, r, packed_r_elements(cell), pack_r<Real>);
    values.w = values.packed_w == nullptr ? w.value : kNoValue;
    values.r = values.packed_r == nullptr ? r.value : kNoValue;
    uint32_t *const names[] = {&values.y, &values.last_h, &values.last_c};
    std::vector<View> results, wide;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        results.push_back(builder.define(node.outputs[i], Layout::kRowMajor));
        wide.push_back(wide_result(builder, results[i]));
        *names[i] = wide[i].value;
    }
    add_recurrent<Real>(builder, cell, values);
    for (size_t i = 0; i < results.size(); ++i)
        add_rounding(builder, wide[i], results[i]);
}

void prepare_recurrent(Builder &builder, const Node &node)
{
    const Cell cell = read_cell(graph::NodeDesc(builder.graph(), node).get());
    builder.graph().tensor(node.inputs[kX]).type == ACCEL_TYPE_F64 ? add_cell<double>(builder, node, cell) : add_cell<float>(builder, node, cell);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_LSTM, 1, check_recurrent, prepare_recurrent},
    {ACCEL_OPERATION_GRU, 1, check_recurrent, prepare_recurrent},
    {ACCEL_OPERATION_RNN, 1, check_recurrent, prepare_recurrent},
};

}  // namespace

const std::span<const CpuOp> kRecurrentOps = kRows;

}  // namespace accel::cpu
