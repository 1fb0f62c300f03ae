// SPDX-License-Identifier: MIT
// The translator of LinearAttention: the operations of each step, one after the other, as a state is carried from step to step.
#include "ops.h"
#include "steps.h"

#include <cmath>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kAttended = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});
constexpr int64_t kStepsMax = 1024;
constexpr size_t kState = 3, kDecay = 4, kBeta = 5;

/// Sizes and forms of a node.
struct Rule {
    accel_dim batch{};
    int64_t steps = 0, heads = 0, shared = 0;  ///< shared: queries of one head of keys
    int64_t keys = 0, values = 0;              ///< of a head
    bool decays = false, corrects = false;
    float scale = 0;
};

/// The values of an operand's last axis, for each of so many heads.
int64_t part_of(const Node &node, size_t index, int64_t heads)
{
    const Dims &dims = node.input(index).dims;
    if (!is_fixed(dims[2])) {
        node.fail_unsupported("'", node.input(index).name, "' of ", to_text(dims), " has heads of a size that is only known by name");
    }
    if (dims[2].size % heads != 0) {
        node.fail_corrupt("'", node.input(index).name, "' of ", to_text(dims), " does not divide into ", heads, " heads");
    }
    return dims[2].size / heads;
}

void read_form(Node &node, Rule &rule)
{
    const std::string name = node.string("update_rule").value_or("gated_delta");
    if (name != "linear" && name != "gated" && name != "delta" && name != "gated_delta") {
        node.fail_corrupt("update_rule is '", name, "', expected is linear, gated, delta or gated_delta");
    }
    rule.decays = name.starts_with("gated");
    rule.corrects = name.ends_with("delta");
    for (const auto &[index, needed, what] : {std::tuple{kDecay, rule.decays, "decay"}, {kBeta, rule.corrects, "beta"}}) {
        if (needed && !node.has_input(index)) {
            node.fail_corrupt(what, " is missing, which the update_rule '", name, "' needs");
        }
    }
    node.ignore_attribute("chunk_size");  // how it may be computed, not what
}

void check_operands(Node &node)
{
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (!node.has_input(i)) {
            continue;
        }
        node.expect_type(i, kAttended);
        const size_t rank = i == kState ? 4 : 3;
        node.expect_rank(i, rank, rank);
        const Dims &first = node.input(0).dims, &dims = node.input(i).dims;
        if (!may_equal(first[0], dims[0]) || (i != kState && !may_equal(first[1], dims[1]))) {
            node.fail_corrupt("'", node.input(i).name, "' of ", to_text(dims), " has another batch or other steps than the query's ", to_text(first));
        }
    }
}

Rule read_rule(Node &node)
{
    check_operands(node);
    Rule rule;
    read_form(node, rule);
    const int64_t query_heads = node.integer("q_num_heads", 0);
    rule.heads = node.integer("kv_num_heads", 0);
    if (rule.heads < 1 || query_heads < rule.heads || query_heads % rule.heads != 0) {
        node.fail_corrupt("q_num_heads is ", query_heads, " and kv_num_heads ", rule.heads, ", expected are numbers above 0 of which the second divides the first");
    }
    rule.shared = query_heads / rule.heads;
    const Dims &x = node.input(0).dims;
    if (!is_fixed(x[1]) || x[1].size < 1 || x[1].size > kStepsMax) {
        node.fail_unsupported("steps of ", to_text(x), "; each is written by itself, 1 to ", kStepsMax, " of a number that is known");
    }
    rule.batch = x[0];
    rule.steps = x[1].size;
    rule.keys = part_of(node, 0, query_heads);
    rule.values = part_of(node, 2, rule.heads);
    const Dims state{rule.batch, fixed_dim(rule.heads), fixed_dim(rule.keys), fixed_dim(rule.values)};
    if (part_of(node, 1, rule.heads) != rule.keys || (node.has_input(kState) && !may_equal(node.input(kState).dims, state))) {
        node.fail_corrupt("keys of ", to_text(node.input(1).dims), " or the state do not go with ", to_text(state));
    }
    const float scale = node.real("scale", 0);
    rule.scale = scale != 0 ? scale : static_cast<float>(1 / std::sqrt(static_cast<double>(rule.keys)));
    return rule;
}

/// An operand's values of each step, each as these dims.
std::vector<ValueId> by_steps(Steps &steps, const Rule &rule, ValueId x, const Dims &dims)
{
    Node &node = steps.node;
    Dims part = steps.dims(x);
    part[1] = fixed_dim(1);
    std::vector<ValueId> parts;
    for (int64_t i = 0; i < rule.steps; ++i) {
        node.pace();
        parts.push_back(node.define_hidden(steps.type(x), Dims(part)));
    }
    if (rule.steps == 1) {
        return {define_view(node, x, Dims(dims))};
    }
    node.emit(ACCEL_OPERATION_SPLIT, {x, node.define_list(std::vector<int64_t>(parts.size(), 1))}, parts, along(1));
    for (ValueId &each : parts) {
        each = define_view(node, each, Dims(dims));
    }
    return parts;
}

/// All operands by steps; none of those that the rule does not use.
struct Sequences {
    std::vector<ValueId> queries, keys, columns, values, decays, rates;
};

Sequences read_sequences(Steps &steps, const Rule &rule)
{
    Node &node = steps.node;
    const auto one = fixed_dim(1), heads = fixed_dim(rule.heads), keys = fixed_dim(rule.keys), values = fixed_dim(rule.values);
    const auto wide = [&](size_t index) { return steps.convert(node.input_id(index), ACCEL_TYPE_F32); };
    Sequences made;
    const ValueId query = steps.make(ACCEL_OPERATION_MUL, wide(0), one_value(node, ACCEL_TYPE_F32, rule.scale));
    made.queries = by_steps(steps, rule, query, {rule.batch, heads, fixed_dim(rule.shared), keys});
    made.columns = by_steps(steps, rule, wide(1), {rule.batch, heads, keys, one});
    made.values = by_steps(steps, rule, wide(2), {rule.batch, heads, one, values});
    if (rule.decays) {
        const int64_t each = part_of(node, kDecay, rule.heads);
        if (each != 1 && each != rule.keys) {
            node.fail_corrupt("decay of ", to_text(node.input(kDecay).dims), ", expected is one for each head, or for each key of it");
        }
        made.decays = by_steps(steps, rule, steps.make(ACCEL_OPERATION_EXP, wide(kDecay)), {rule.batch, heads, fixed_dim(each), one});
    }
    if (rule.corrects) {
        made.keys = by_steps(steps, rule, wide(1), {rule.batch, heads, one, keys});
        const accel_dim rates = node.input(kBeta).dims[2];
        if (!is_fixed(rates) || (rates.size != 1 && rates.size != rule.heads)) {
            node.fail_corrupt("beta of ", to_text(node.input(kBeta).dims), ", expected is one for each head, or one");
        }
        made.rates = by_steps(steps, rule, wide(kBeta), {rule.batch, rates, one, one});
    }
    return made;
}

ValueId product(Steps &steps, ValueId a, ValueId b) { return steps.make(ACCEL_OPERATION_MATMUL, {a, b}, ACCEL_TYPE_F32, matmul_shape(steps.node, steps.dims(a), steps.dims(b))); }

/// The state behind a step; none before the first is all zeros.
ValueId updated(Steps &steps, const Rule &rule, const Sequences &all, size_t step, ValueId state)
{
    if (state != kNoValue && rule.decays) {
        state = steps.make(ACCEL_OPERATION_MUL, state, all.decays[step]);
    }
    ValueId value = all.values[step];
    if (rule.corrects) {
        const ValueId left = state == kNoValue ? value : steps.make(ACCEL_OPERATION_SUB, value, product(steps, all.keys[step], state));
        value = steps.make(ACCEL_OPERATION_MUL, left, all.rates[step]);
    }
    const ValueId added = steps.make(ACCEL_OPERATION_MUL, all.columns[step], value);
    return state == kNoValue ? added : steps.make(ACCEL_OPERATION_ADD, state, added);
}

}  // namespace

void linear_attention(Node &node)
{
    node.expect_operands(3, 6, 1, 2);
    const Rule rule = read_rule(node);
    Steps steps{node};
    const Sequences all = read_sequences(steps, rule);
    ValueId state = node.has_input(kState) ? steps.convert(node.input_id(kState), ACCEL_TYPE_F32) : kNoValue;
    std::vector<ValueId> rows;
    for (size_t step = 0; step < all.queries.size(); ++step) {
        node.pace();
        state = updated(steps, rule, all, step, state);
        rows.push_back(define_view(node, product(steps, all.queries[step], state), {rule.batch, fixed_dim(1), fixed_dim(rule.heads * rule.shared * rule.values)}));
    }
    Dims dims = steps.dims(rows[0]);
    dims[1] = fixed_dim(rule.steps);
    const ValueId made = rows.size() == 1 ? rows[0] : steps.make(ACCEL_OPERATION_CONCAT, rows, ACCEL_TYPE_F32, std::move(dims), along(1));
    steps.give(0, made, node.input(0).type);
    steps.give(1, state, node.has_input(kState) ? node.input(kState).type : node.input(0).type);
}

}  // namespace accel::onnx::ops
