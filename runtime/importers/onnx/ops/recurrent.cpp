// SPDX-License-Identifier: MIT
// Translators of cells that go along a sequence: LSTM, GRU, RNN.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <accel/graph/recurrent.h>

#include <algorithm>

namespace accel::onnx::ops {
namespace {

/// Sizes that operands and results share.
struct Cell {
    int64_t gates = 1;
    int64_t directions = 1;
    int64_t hidden = 0;
    bool batch_first = false;
    accel_dim steps{}, batch{}, values{};

    Dims state() const
    {
        Dims dims{fixed_dim(directions), batch, fixed_dim(hidden)};
        if (batch_first) {
            std::swap(dims[0], dims[1]);
        }
        return dims;
    }
    Dims every_state() const
    {
        return batch_first ? Dims{batch, steps, fixed_dim(directions), fixed_dim(hidden)} : Dims{steps, fixed_dim(directions), batch, fixed_dim(hidden)};
    }
};

/// The cell of the catalog that a node is, and its weights as that has them.
struct Kind {
    const OperatorSchema &schema;
    int64_t opset;
    ValueId w, r;
    bool made;  ///< the weights are not the node's operands as they are
};

int64_t gates_of(const Kind &kind)
{
    switch (kind.schema.operation) {
    case ACCEL_OPERATION_LSTM: return 4;
    case ACCEL_OPERATION_GRU: return 3;
    default: return 1;
    }
}

Cell read_cell(Node &node, const Kind &kind, AttributeList &attributes)
{
    Cell cell;
    cell.gates = gates_of(kind);
    const std::string direction = node.string("direction").value_or("forward");
    if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
        node.fail_corrupt("direction is '", direction, "', expected is forward, reverse or bidirectional");
    }
    cell.directions = direction == "bidirectional" ? 2 : 1;
    const int64_t layout = node.integer("layout", 0);
    if (layout != 0 && layout != 1) {
        node.fail_corrupt("layout is ", layout, ", expected is 0 or 1");
    }
    cell.batch_first = layout == 1;
    for (size_t i = 0; i < 3; ++i) {
        node.expect_rank(i, 3, 3);
    }
    const Dims &x = node.input(0).dims;
    cell.steps = x[cell.batch_first ? 1 : 0];
    cell.batch = x[cell.batch_first ? 0 : 1];
    cell.values = x[2];
    const accel_dim &states = node.graph.value(kind.r).dims[2];
    const auto told = node.integer("hidden_size");
    if (!told && !is_fixed(states)) {
        node.fail_unsupported("neither hidden_size nor the weights of the state say how many values that has");
    }
    cell.hidden = told ? *told : states.size;
    if (cell.hidden < 1 || cell.hidden > kSizeMax / 8) {
        node.fail_corrupt("hidden_size is ", cell.hidden, ", allowed are 1 to ", kSizeMax / 8);
    }
    attributes.integer(ACCEL_ATTRIBUTE_HIDDEN_SIZE, cell.hidden).text(ACCEL_ATTRIBUTE_DIRECTION, direction).integer(ACCEL_ATTRIBUTE_LAYOUT, layout);
    return cell;
}

void expect_dims(const Node &node, ValueId value, const Dims &expected, const char *what)
{
    if (value != kNoValue && !may_equal(node.graph.value(value).dims, expected)) {
        node.fail_corrupt(what, " is ", to_text(node.graph.value(value).dims), ", expected is ", to_text(expected));
    }
}

void expect_operand_dims(const Node &node, size_t index, const Dims &expected, const char *what) { expect_dims(node, node.optional_input_id(index), expected, what); }

void check_operands(const Node &node, const Kind &kind, const Cell &cell)
{
    const OperatorSchema &schema = kind.schema;
    for (size_t i = 0; i < std::min(node.input_count(), schema.inputs.size()); ++i) {
        if (!node.has_input(i) || (kind.made && (i == 1 || i == 2))) {
            continue;
        }
        node.expect_type(i, schema.input(i, kind.opset)->types);
        if (schema.input(i, kind.opset)->like == 0) {
            node.expect_same_type(0, i);
        }
    }
    const accel_dim directions = fixed_dim(cell.directions), rows = fixed_dim(cell.gates * cell.hidden);
    expect_dims(node, kind.w, {directions, rows, cell.values}, "w");
    expect_dims(node, kind.r, {directions, rows, fixed_dim(cell.hidden)}, "r");
    expect_operand_dims(node, 3, {directions, fixed_dim(2 * cell.gates * cell.hidden)}, "b");
    expect_operand_dims(node, 4, {cell.batch}, "sequence_lens");
    expect_operand_dims(node, 5, cell.state(), "initial_h");
    expect_operand_dims(node, 6, cell.state(), "initial_c");
    expect_operand_dims(node, 7, {directions, fixed_dim(3 * cell.hidden)}, "p");
}

/// Names as ONNX writes them; some exporters write small letters.
void read_functions(Node &node, const Cell &cell, AttributeList &attributes)
{
    const auto names = node.strings("activations");
    const auto alphas = node.reals("activation_alpha"), betas = node.reals("activation_beta");
    const size_t wanted = static_cast<size_t>(cell.directions * (cell.gates == 4 ? 3 : cell.gates == 3 ? 2
                                                                                                       : 1));
    size_t alphas_taken = 0, betas_taken = 0;
    if (names && !names->empty()) {
        if (names->size() != wanted) {
            node.fail_corrupt("activations has ", names->size(), " names, expected are ", wanted);
        }
        std::vector<std::string> written;
        for (const std::string &name : *names) {
            const graph::CurveRow *row = graph::find_curve_like(name);
            if (row == nullptr) {
                node.fail_unsupported("activation '", name, "'");
            }
            written.emplace_back(row->name);
            alphas_taken += row->takes_alpha;
            betas_taken += row->takes_beta;
            if ((row->takes_alpha && !row->alpha && (!alphas || alphas->size() < alphas_taken)) || (row->takes_beta && !row->beta && (!betas || betas->size() < betas_taken))) {
                node.fail_unsupported("activation '", name, "' without its activation_alpha or activation_beta, which have no default");
            }
        }
        attributes.texts(ACCEL_ATTRIBUTE_ACTIVATIONS, std::move(written));
    }
    // Numbers that no function takes mean nothing.
    const auto add = [&](accel_attribute_key key, std::optional<std::vector<float>> numbers, size_t taken) {
        if (numbers && taken > 0 && !numbers->empty()) {
            numbers->resize(std::min(numbers->size(), taken));
            attributes.reals(key, std::move(*numbers));
        }
    };
    add(ACCEL_ATTRIBUTE_ACTIVATION_ALPHA, alphas, alphas_taken);
    add(ACCEL_ATTRIBUTE_ACTIVATION_BETA, betas, betas_taken);
}

/// Up to the last one that is named: what lies between has no name, and nothing reads it.
std::vector<ValueId> define_results(Node &node, const Cell &cell)
{
    size_t count = node.output_count();
    while (count > 0 && !node.has_output(count - 1)) {
        --count;
    }
    std::vector<ValueId> results;
    for (size_t i = 0; i < count; ++i) {
        results.push_back(node.define_output(i, node.input(0).type, i == 0 ? cell.every_state() : cell.state()));
    }
    return results;
}

void emit_cell(Node &node, const Kind &kind)
{
    AttributeList attributes;
    const Cell cell = read_cell(node, kind, attributes);
    check_operands(node, kind, cell);
    read_functions(node, cell, attributes);
    if (const auto clip = node.real("clip")) {
        if (!(*clip >= 0)) {
            node.fail_corrupt("clip is ", *clip, ", expected is at least 0");
        }
        attributes.real(ACCEL_ATTRIBUTE_CELL_CLIP, *clip);
    }
    if (kind.schema.attribute("input_forget", kind.opset) != nullptr) {
        attributes.integer(ACCEL_ATTRIBUTE_INPUT_FORGET, node.integer("input_forget", 0) != 0);
    }
    if (kind.schema.operation == ACCEL_OPERATION_GRU) {
        attributes.integer(ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET, node.integer("linear_before_reset", 0) != 0);
    }
    if (kind.opset < 7) {
        node.ignore_attribute("output_sequence");  // the names of the outputs say it
    }
    std::vector<ValueId> operands{node.input_id(0), kind.w, kind.r};
    for (size_t i = 3; i < std::min(node.input_count(), kind.schema.inputs.size()); ++i) {
        operands.push_back(node.optional_input_id(i));
    }
    while (operands.back() == kNoValue) {
        operands.pop_back();
    }
    std::vector<ValueId> results = define_results(node, cell);
    if (!results.empty()) {
        node.emit(kind.schema.operation, std::move(operands), std::move(results), std::move(attributes));
    }
}

/// Weights that are stored with the gates along the last axis, as LSTM has them.
ValueId stored_weights(Steps &steps, size_t index, size_t scale)
{
    steps.node.expect_rank(index, 3, 3);
    return steps.permute(dequantized(steps.node, index, scale, scale + 1), {0, 2, 1});
}

}  // namespace

void recurrent(Node &node)
{
    const OperatorSchema &schema = node.schema();
    node.expect_operands(3, schema.inputs.size(), 0, schema.outputs.size());
    emit_cell(node, {schema, node.opset, node.input_id(1), node.input_id(2), false});
}

// What ONNX Runtime quantises on the way, the operands of its products, stays as it is.
void dynamic_quantize_lstm(Node &node)
{
    constexpr int64_t kLikeOpset = 14;
    node.expect_operands(3, 12, 0, 3);
    Steps steps{node};
    const ValueId w = stored_weights(steps, 1, 8), r = stored_weights(steps, 2, 10);
    emit_cell(node, {*find_schema("", "LSTM"), kLikeOpset, w, r, true});
}

}  // namespace accel::onnx::ops
