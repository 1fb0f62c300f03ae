// SPDX-License-Identifier: MIT
// The translator of Attention: products, a softmax, and what hides keys from queries, in operations that every device may know.
#include "attention.h"

#include "ops.h"

#include <cmath>
#include <limits>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kAttended = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});
constexpr size_t kMask = 3, kPastKey = 4, kPastValue = 5, kFilled = 6;

/// Operands as [batch, heads, places, values], the past in front of keys and values.
struct Attended {
    ValueId query = kNoValue, key = kNoValue, value = kNoValue;
    bool side_by_side = false;  ///< the node has heads beside each other
};

void expect_operand_types(Node &node)
{
    for (size_t i = 0; i < 3; ++i) {
        node.expect_type(i, kAttended);
        node.expect_rank(i, 3, 4);
    }
    node.expect_same_type(0, 1);
    if (node.has_input(kMask)) {
        node.expect_type(kMask, kAttended | type_set({ACCEL_TYPE_BOOL}));
        node.expect_rank(kMask, 1, 4);
    }
    if (node.has_input(kPastKey) != node.has_input(kPastValue)) {
        node.fail_corrupt("past_key and past_value belong together, and one of them is missing");
    }
    if (node.has_input(kPastKey)) {
        node.expect_same_type(1, kPastKey);
        node.expect_same_type(2, kPastValue);
        node.expect_rank(kPastKey, 4, 4);
        node.expect_rank(kPastValue, 4, 4);
    }
    if (!node.has_input(kFilled)) {
        return;
    }
    if (node.has_input(kPastKey)) {
        node.fail_corrupt("nonpad_kv_seqlen and past_key exclude each other");
    }
    node.expect_type(kFilled, type_set({ACCEL_TYPE_I64}));
    if (!may_equal(node.input(kFilled).dims, Dims{node.input(0).dims[0]})) {
        node.fail_corrupt("nonpad_kv_seqlen is ", to_text(node.input(kFilled).dims), ", expected is one for each of ", to_text(Dims{node.input(0).dims[0]}));
    }
}

/// How many heads an operand of three axes has; one of four axes says it by itself.
ValueId with_heads(Steps &steps, size_t index, std::optional<int64_t> heads, const char *attribute)
{
    Node &node = steps.node;
    const ValueId x = node.input_id(index);
    const Dims dims = steps.dims(x);
    if (heads && (*heads < 1 || *heads > kSizeMax)) {
        node.fail_corrupt(attribute, " is ", *heads, ", allowed are 1 to ", kSizeMax);
    }
    if (dims.size() == 4) {
        if (heads && !may_equal(dims[1], fixed_dim(*heads))) {
            node.fail_corrupt(attribute, " is ", *heads, ", and '", node.input(index).name, "' of ", to_text(dims), " has others");
        }
        return x;
    }
    if (!heads) {
        node.fail_corrupt(attribute, " is missing, which operands of rank 3 need");
    }
    return heads_apart(steps, x, *heads);
}

ValueId behind_past(Steps &steps, size_t past, ValueId x)
{
    Node &node = steps.node;
    if (!node.has_input(past)) {
        return x;
    }
    const Dims before = node.input(past).dims;
    Dims dims = steps.dims(x);
    for (const size_t axis : {0, 1, 3}) {
        if (!may_equal(before[axis], dims[axis])) {
            node.fail_corrupt("'", node.input(past).name, "' of ", to_text(before), " does not go in front of ", to_text(dims));
        }
    }
    Sizes &sizes = node.graph.sizes;
    dims[2] = sizes.dim(sizes.calculate().add(sizes.size(before[2]), sizes.size(dims[2])));
    return steps.make(ACCEL_OPERATION_CONCAT, {node.input_id(past), x}, steps.type(x), std::move(dims), along(2));
}

/// What does not depend on the node's values goes together.
void expect_fitting(const Node &node, const Dims &q, const Dims &k, const Dims &v)
{
    const bool fits = may_equal(q[0], k[0]) && may_equal(q[0], v[0]) && may_equal(k[1], v[1]) && may_equal(q[3], k[3]) && may_equal(k[2], v[2]);
    if (!fits) {
        node.fail_corrupt("query, key and value of ", to_text(q), ", ", to_text(k), " and ", to_text(v), " (batch, heads, places, values) do not go together");
    }
    if (is_fixed(q[1]) && is_fixed(k[1]) && (k[1].size < 1 || q[1].size % k[1].size != 0)) {
        node.fail_corrupt(q[1].size, " heads of the query do not divide into ", k[1].size, " of the key");
    }
    if (!same(q[1], k[1]) && (!is_fixed(q[1]) || !is_fixed(k[1]))) {
        node.fail_unsupported("how many heads share keys is not known");
    }
}

Attended read_attended(Steps &steps)
{
    Node &node = steps.node;
    const auto query_heads = node.integer("q_num_heads"), key_heads = node.integer("kv_num_heads");
    const size_t rank = node.input(0).dims.size();
    if (node.input(1).dims.size() != rank || node.input(2).dims.size() != rank) {
        node.fail_corrupt("query, key and value differ in their number of axes");
    }
    const ValueId key = with_heads(steps, 1, key_heads, "kv_num_heads"), value = with_heads(steps, 2, key_heads, "kv_num_heads");
    Attended made{with_heads(steps, 0, query_heads, "q_num_heads"), behind_past(steps, kPastKey, key), behind_past(steps, kPastValue, value), rank == 3};
    expect_fitting(node, steps.dims(made.query), steps.dims(made.key), steps.dims(made.value));
    return made;
}

/// Rows of all heads that share keys as those of one head, or back: [batch, heads, places, any].
ValueId in_heads(Steps &steps, ValueId x, const accel_dim &heads, const accel_dim &places)
{
    const Dims dims = steps.dims(x);
    return same(dims[1], heads) ? x : define_view(steps.node, x, {dims[0], heads, places, dims[3]});
}

ValueId product(Steps &steps, ValueId a, ValueId b) { return steps.make(ACCEL_OPERATION_MATMUL, {a, b}, ACCEL_TYPE_F32, matmul_shape(steps.node, steps.dims(a), steps.dims(b))); }

/// a times b, which has a's heads or fewer.
ValueId product_by_heads(Steps &steps, ValueId a, ValueId b)
{
    const Dims dims = steps.dims(a);
    Sizes &sizes = steps.node.graph.sizes;
    const accel_dim shared = steps.dims(b)[1];
    accel_dim rows = dims[2];
    if (!same(dims[1], shared)) {
        rows = sizes.dim(sizes.calculate().mul(sizes.size(rows), sizes.number(dims[1].size / shared.size)));
    }
    return in_heads(steps, product(steps, in_heads(steps, a, shared, rows), b), dims[1], dims[2]);
}

float scale_of(Node &node, const accel_dim &head_size)
{
    const auto given = node.real("scale");
    if (given && !(*given >= 0)) {
        node.fail_corrupt("scale is ", *given, ", expected is at least 0");
    }
    if (!given && (!is_fixed(head_size) || head_size.size < 1)) {
        node.fail_unsupported("without scale, the size of a head has to be known");
    }
    return given ? *given : static_cast<float>(1 / std::sqrt(static_cast<double>(head_size.size)));
}

/// softcap * tanh(x / softcap)
ValueId capped(Steps &steps, ValueId x)
{
    Node &node = steps.node;
    const float cap = node.real("softcap", 0);
    if (!(cap >= 0)) {
        node.fail_unsupported("softcap is ", cap, "; at least 0");
    }
    if (cap == 0) {
        return x;
    }
    const ValueId factor = one_value(node, ACCEL_TYPE_F32, cap);
    return steps.make(ACCEL_OPERATION_MUL, steps.make(ACCEL_OPERATION_TANH, steps.make(ACCEL_OPERATION_DIV, x, factor)), factor);
}

ValueId softmax_in(Steps &steps, ValueId x, uint32_t type)
{
    if (type != ACCEL_TYPE_F64) {
        return steps.make(ACCEL_OPERATION_SOFTMAX, {x}, ACCEL_TYPE_F32, Dims(steps.dims(x)), along(3));
    }
    const ValueId wide = steps.convert(x, type);
    const ValueId power = steps.make(ACCEL_OPERATION_EXP, steps.make(ACCEL_OPERATION_SUB, wide, steps.greatest(wide, 3)));
    return steps.convert(steps.make(ACCEL_OPERATION_DIV, power, sum_of(steps, power, {3}, true)), ACCEL_TYPE_F32);
}

/// The softmax of what is computed in: at least as wide as softmax_precision says.
uint32_t precision_of(Node &node)
{
    const auto given = node.integer("softmax_precision");
    const uint32_t type = given ? accel_type_of(static_cast<DataType>(*given)) : uint32_t{ACCEL_TYPE_F32};
    if (type != ACCEL_TYPE_F64 && (type >= 32 || (kAttended >> type & 1) == 0)) {
        node.fail_unsupported("softmax_precision is ", *given, "; only that of float, float16, bfloat16 or double");
    }
    return type == ACCEL_TYPE_F64 ? type : static_cast<uint32_t>(ACCEL_TYPE_F32);
}

/// The softmax of the scores; a query that sees nothing has zeros.
ValueId probabilities(Steps &steps, ValueId scores, const Seen &seen)
{
    Node &node = steps.node;
    const ValueId made = softmax_in(steps, scores, precision_of(node));
    if (!seen.may_be_nothing) {
        return made;
    }
    const ValueId zero = one_value(node, ACCEL_TYPE_F32, 0), hidden = one_value(node, ACCEL_TYPE_F32, -std::numeric_limits<double>::infinity());
    if (seen.added == kNoValue) {
        return steps.where(steps.greatest(seen.allowed, steps.dims(seen.allowed).size() - 1), made, zero);
    }
    const ValueId bias = seen.allowed == kNoValue ? seen.added : steps.where(seen.allowed, seen.added, hidden);
    return steps.where(steps.compare(ACCEL_OPERATION_EQUAL, steps.greatest(bias, steps.dims(bias).size() - 1), hidden), zero, made);
}

Sight read_sight(Node &node, const Attended &attended)
{
    Sight sight{attended.query, attended.key, node.optional_input_id(kPastKey), node.optional_input_id(kMask), node.optional_input_id(kFilled)};
    sight.is_causal = node.integer("is_causal", 0) != 0;
    if (node.opset >= 25) {
        sight.left = node.integer("left_window_size", -1);
        sight.right = node.integer("right_window_size", -1);
    }
    for (const int64_t side : {sight.left, sight.right}) {
        if (side < -1 || side > kSizeMax) {
            node.fail_corrupt("a window of ", side, " places; allowed are -1 to ", kSizeMax);
        }
    }
    return sight;
}

/// The scores as the fourth result has them, at each of the places that its mode may name.
ValueId attend(Steps &steps, const Attended &attended, uint32_t type)
{
    Node &node = steps.node;
    const int64_t shown = node.integer("qk_matmul_output_mode", 0);
    if (shown < 0 || shown > 3) {
        node.fail_corrupt("qk_matmul_output_mode is ", shown, ", allowed are 0 to 3");
    }
    const ValueId factor = one_value(node, ACCEL_TYPE_F32, scale_of(node, steps.dims(attended.query)[3]));
    const ValueId query = steps.make(ACCEL_OPERATION_MUL, steps.convert(attended.query, ACCEL_TYPE_F32), factor);
    const ValueId product = product_by_heads(steps, query, steps.permute(steps.convert(attended.key, ACCEL_TYPE_F32), {0, 1, 3, 2}));
    const ValueId bounded = capped(steps, product);
    const Seen seen = seen_keys(steps, read_sight(node, attended));
    ValueId scores = seen.added == kNoValue ? bounded : steps.make(ACCEL_OPERATION_ADD, bounded, seen.added);
    if (seen.allowed != kNoValue) {
        scores = steps.where(seen.allowed, scores, one_value(node, ACCEL_TYPE_F32, -std::numeric_limits<double>::infinity()));
    }
    if (!may_equal(steps.dims(scores), steps.dims(product))) {
        node.fail_corrupt("attn_mask does not spread to the scores of ", to_text(steps.dims(product)));
    }
    const ValueId made = probabilities(steps, scores, seen);
    const ValueId stages[] = {product, bounded, scores, made};
    steps.give(3, stages[shown], type);
    return product_by_heads(steps, made, steps.convert(attended.value, ACCEL_TYPE_F32));
}

}  // namespace

ValueId heads_apart(Steps &steps, ValueId x, int64_t heads)
{
    const Dims dims = steps.dims(x);
    if (is_fixed(dims[2]) && dims[2].size % heads != 0) {
        steps.node.fail_corrupt("an operand of ", to_text(dims), " does not divide into ", heads, " heads");
    }
    Sizes &sizes = steps.node.graph.sizes;
    const ValueId parted = define_view(steps.node, x, {dims[0], dims[1], fixed_dim(heads), sizes.dim(sizes.calculate().floor_div(sizes.size(dims[2]), sizes.number(heads)))});
    return steps.permute(parted, {0, 2, 1, 3});
}

ValueId heads_beside(Steps &steps, ValueId x)
{
    const ValueId moved = steps.permute(x, {0, 2, 1, 3});
    const Dims dims = steps.dims(moved);
    Sizes &sizes = steps.node.graph.sizes;
    return define_view(steps.node, moved, {dims[0], dims[1], sizes.dim(sizes.product(std::span(dims).subspan(2)))});
}

void attention(Node &node)
{
    node.expect_operands(3, node.opset < 24 ? 6 : 7, 1, 4);
    expect_operand_types(node);
    Steps steps{node};
    const uint32_t type = node.input(0).type;
    const Attended attended = read_attended(steps);
    steps.give(1, attended.key, type);
    steps.give(2, attended.value, node.input(2).type);
    const ValueId made = attend(steps, attended, type);
    if (!attended.side_by_side) {
        steps.give(0, made, type);
        return;
    }
    steps.give(0, heads_beside(steps, made), type);
}

}  // namespace accel::onnx::ops
