// SPDX-License-Identifier: MIT
// Translators of com.microsoft's attentions and embeddings: what ONNX Runtime's optimiser makes of transformers, as the products, sums and softmaxes that it found.
#include "attention.h"
#include "ops.h"
#include "stored.h"

#include <array>
#include <cmath>
#include <limits>

namespace accel::onnx::ops {
namespace {

/// Queries, keys and values, each [batch, heads, places, values]; which operands of the node say what is seen, by position, none: the count of inputs.
struct Heads {
    ValueId query = kNoValue, key = kNoValue, value = kNoValue, past = kNoValue;
    size_t mask = SIZE_MAX, bias = SIZE_MAX;
};

int64_t head_count(Node &node)
{
    const int64_t heads = node.integer("num_heads", 0);
    if (heads < 1 || heads > kSizeMax) {
        node.fail_corrupt("num_heads is ", heads, ", allowed are 1 to ", kSizeMax);
    }
    return heads;
}

/// What hides keys that a mask of whole numbers has 0 for, or that are behind a number of keys for each batch: it is added to the scores.
ValueId hidden_keys(Steps &steps, size_t mask, const Dims &scores)
{
    Node &node = steps.node;
    node.expect_type(mask, type_set({ACCEL_TYPE_I32}));
    const Dims given = node.input(mask).dims;
    const accel_dim one = fixed_dim(1);
    ValueId seen = kNoValue;
    if (given.size() == 1) {
        if (!may_equal(given[0], scores[0])) {
            node.fail_unsupported("a mask of ", to_text(given), ", which has more than one number for each batch");
        }
        const ValueId keys = steps.convert(counted(node, known_size(node, scores, 3), 0), ACCEL_TYPE_I32);
        seen = steps.compare(ACCEL_OPERATION_LESS, keys, define_view(node, node.input_id(mask), {given[0], one, one, one}));
    } else if (given.size() == 2 || given.size() == 3) {
        Dims spread{given[0], one, given.size() == 3 ? given[1] : one, given.back()};
        seen = steps.compare(ACCEL_OPERATION_GREATER, define_view(node, node.input_id(mask), std::move(spread)), one_value(node, ACCEL_TYPE_I32, 0));
    } else {
        node.fail_unsupported("a mask of ", to_text(given));
    }
    return steps.where(seen, node.define_real(0), node.define_real(node.real("mask_filter_value", -10000)));
}

/// Scores of all pairs, what hides some of them, their softmax times the values.
ValueId attended(Steps &steps, const Heads &heads)
{
    Node &node = steps.node;
    const Dims query = steps.dims(heads.query);
    float scale = node.real("scale", 0);
    if (scale == 0) {
        scale = static_cast<float>(1 / std::sqrt(static_cast<double>(known_size(node, query, 3))));
    }
    const ValueId turned = steps.permute(heads.key, {0, 1, 3, 2});
    ValueId scores = steps.make(ACCEL_OPERATION_MATMUL, {heads.query, turned}, ACCEL_TYPE_F32, matmul_shape(node, query, steps.dims(turned)));
    scores = steps.both(ACCEL_OPERATION_MUL, scores, node.define_real(scale));
    const Dims all = steps.dims(scores);
    if (node.has_input(heads.bias)) {
        node.expect_type(heads.bias, kRealTypes);
        scores = steps.both(ACCEL_OPERATION_ADD, scores, node.input_id(heads.bias));
    }
    if (node.has_input(heads.mask)) {
        scores = steps.both(ACCEL_OPERATION_ADD, scores, hidden_keys(steps, heads.mask, all));
    }
    if (!may_equal(steps.dims(scores), all)) {
        node.fail_corrupt("a mask or bias does not spread to the scores of ", to_text(all));
    }
    if (node.integer("unidirectional", 0) != 0) {
        Sight sight;
        sight.queries = heads.query;
        sight.keys = heads.key;
        sight.past = heads.past;
        sight.is_causal = true;
        scores = steps.where(seen_keys(steps, sight).allowed, scores, one_value(node, ACCEL_TYPE_F32, std::numeric_limits<float>::lowest()));
    }
    const ValueId shares = steps.make(ACCEL_OPERATION_SOFTMAX, {scores}, ACCEL_TYPE_F32, Dims(steps.dims(scores)), along(3));
    return heads_beside(steps, steps.make(ACCEL_OPERATION_MATMUL, {shares, heads.value}, ACCEL_TYPE_F32, matmul_shape(node, steps.dims(shares), steps.dims(heads.value))));
}

/// One half of a past of [2, batch, heads, places, values].
ValueId half_of(Steps &steps, size_t past, int64_t half)
{
    const ValueId part = steps.part(steps.node.input_id(past), 0, half, 1);
    const Dims dims = steps.dims(part);
    return define_view(steps.node, part, Dims(dims.begin() + 1, dims.end()));
}

/// Keys and values behind those of the past, and both as the node's second result.
void remember(Steps &steps, size_t past, Heads &heads)
{
    Node &node = steps.node;
    if (node.has_input(past)) {
        node.expect_rank(past, 5, 5);
        node.expect_type(past, kRealTypes);
        heads.past = half_of(steps, past, 0);
        heads.key = steps.joined({heads.past, heads.key}, 2);
        heads.value = steps.joined({half_of(steps, past, 1), heads.value}, 2);
    }
    if (!node.has_output(1)) {
        return;
    }
    const auto half = [&](ValueId x) {
        Dims dims = steps.dims(x);
        dims.insert(dims.begin(), fixed_dim(1));
        return define_view(node, x, std::move(dims));
    };
    steps.give(steps.joined({half(heads.key), half(heads.value)}, 0), 1);
}

/// The attention of a sequence with itself: queries, keys and values beside each other.
void attend_self(Steps &steps, ValueId projected, size_t mask, size_t past, size_t bias)
{
    Node &node = steps.node;
    if (node.integer("do_rotary", 0) != 0 || node.integer("past_present_share_buffer", 0) != 0) {
        node.fail_unsupported("do_rotary or past_present_share_buffer");
    }
    node.ignore_attribute("rotary_embedding_dim");
    const int64_t heads = head_count(node), width = known_size(node, steps.dims(projected), 2);
    const auto given = node.integers("qkv_hidden_sizes");
    const std::vector<int64_t> widths = given && !given->empty() ? *given : std::vector<int64_t>(3, width / 3);
    if (widths.size() != 3 || widths[0] < 1 || widths[1] != widths[0] || widths[2] < 1 || widths[2] > kSizeMax || widths[0] > kSizeMax || 2 * widths[0] + widths[2] != width) {
        node.fail_corrupt("a product of ", width, " values has no queries, keys and values of these sizes");
    }
    const auto part = [&](int64_t first, int64_t count) { return heads_apart(steps, steps.part(projected, 2, first, count), heads); };
    Heads made;
    made.query = part(0, widths[0]);
    made.key = part(widths[0], widths[1]);
    made.value = part(2 * widths[0], widths[2]);
    made.mask = mask;
    made.bias = bias;
    remember(steps, past, made);
    steps.give(attended(steps, made));
}

/// An operand of [batch, places, values] plus its part of a bias, or one that has heads already.
ValueId with_bias(Steps &steps, size_t index, int64_t heads, ValueId bias)
{
    Node &node = steps.node;
    node.expect_type(index, kRealTypes);
    node.expect_rank(index, 3, 4);
    const ValueId x = node.input_id(index);
    if (steps.dims(x).size() == 4) {
        return x;
    }
    return heads_apart(steps, bias == kNoValue ? x : steps.both(ACCEL_OPERATION_ADD, x, bias), heads);
}

ValueId row_of(Steps &steps, size_t table, size_t indices)
{
    Node &node = steps.node;
    node.expect_type(table, kRealTypes);
    node.expect_rank(table, 2, 2);
    node.expect_type(indices, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    Dims dims = node.input(indices).dims;
    dims.push_back(node.input(table).dims[1]);
    return steps.make(ACCEL_OPERATION_GATHER, {node.input_id(table), node.input_id(indices)}, ACCEL_TYPE_F32, std::move(dims), along(0));
}

}  // namespace

// Input, weights, bias, mask, past, what is added to the scores.
void microsoft_attention(Node &node)
{
    node.expect_operands(2, 6, 1, 2);
    node.expect_type(0, kRealTypes);
    node.expect_rank(0, 3, 3);
    node.expect_same_type(0, 1);
    Steps steps{node};
    ValueId projected = steps.make(ACCEL_OPERATION_MATMUL, {node.input_id(0), node.input_id(1)}, ACCEL_TYPE_F32, matmul_shape(node, node.input(0).dims, node.input(1).dims));
    if (node.has_input(2)) {
        node.expect_same_type(0, 2);
        projected = steps.both(ACCEL_OPERATION_ADD, projected, node.input_id(2));
    }
    attend_self(steps, projected, 3, 4, 5);
}

// Input, weights, bias, the scales of both, mask, their zero points, past.
void quantised_attention(Node &node)
{
    node.expect_operands(5, 9, 1, 2);
    expect_stored_operand(node, 0, 6);
    expect_stored_operand(node, 1, 7);
    node.expect_rank(0, 3, 3);
    for (const size_t real : {2, 3, 4}) {
        node.expect_type(real, kRealTypes);
    }
    Steps steps{node};
    Dims dims = matmul_shape(node, node.input(0).dims, node.input(1).dims);
    const ValueId whole = steps.make(ACCEL_OPERATION_MATMUL_INTEGER, {node.input_id(0), node.input_id(1), node.optional_input_id(6), node.optional_input_id(7)}, ACCEL_TYPE_I32, std::move(dims));
    const ValueId scale = steps.both(ACCEL_OPERATION_MUL, node.input_id(4), node.input_id(3));
    const ValueId product = steps.both(ACCEL_OPERATION_MUL, steps.convert(whole, ACCEL_TYPE_F32), scale);
    attend_self(steps, steps.both(ACCEL_OPERATION_ADD, product, node.input_id(2)), 5, 8, SIZE_MAX);
}

// Query, key, value, bias, which keys are padding, what is added to the scores, past keys, past values.
void multi_head_attention(Node &node)
{
    node.expect_operands(3, 8, 1, 3);
    const int64_t heads = head_count(node);
    Steps steps{node};
    std::array<ValueId, 3> biases{kNoValue, kNoValue, kNoValue};
    if (node.has_input(3)) {
        node.expect_type(3, kRealTypes);
        node.expect_rank(3, 1, 1);
        node.expect_rank(0, 3, 3);
        const int64_t width = known_size(node, node.input(0).dims, 2), all = known_size(node, node.input(3).dims, 0);
        if (all <= 2 * width) {
            node.fail_corrupt("a bias of ", all, " values for queries and keys of ", width);
        }
        biases = {steps.part(node.input_id(3), 0, 0, width), steps.part(node.input_id(3), 0, width, width), steps.part(node.input_id(3), 0, 2 * width, all - 2 * width)};
    }
    Heads made;
    made.query = with_bias(steps, 0, heads, biases[0]);
    made.key = with_bias(steps, 1, heads, biases[1]);
    made.value = with_bias(steps, 2, heads, biases[2]);
    made.mask = 4;
    made.bias = 5;
    if (node.has_input(6) != node.has_input(7)) {
        node.fail_corrupt("past keys and values belong together, and one of them is missing");
    }
    if (node.has_input(6)) {
        for (const size_t past : {6, 7}) {
            node.expect_type(past, kRealTypes);
            node.expect_rank(past, 4, 4);
        }
        made.past = node.input_id(6);
        made.key = steps.joined({node.input_id(6), made.key}, 2);
        made.value = steps.joined({node.input_id(7), made.value}, 2);
    }
    steps.give(1, made.key, ACCEL_TYPE_F32);
    steps.give(2, made.value, ACCEL_TYPE_F32);
    steps.give(attended(steps, made));
}

// Words, segments, their tables of rows: of words, places, segments; scale, bias, mask, places.
void embed_layer_normalization(Node &node)
{
    node.expect_operands(1, 9, 1, 3);
    node.expect_rank(0, 2, 2);
    node.expect_type(3, kRealTypes);
    node.expect_rank(3, 2, 2);
    Steps steps{node};
    const Dims ids = node.input(0).dims;
    ValueId sum = row_of(steps, 2, 0);
    if (node.has_input(8)) {
        sum = steps.both(ACCEL_OPERATION_ADD, sum, row_of(steps, 3, 8));
    } else {
        const ValueId places = counted(steps, node.input_id(0), 1, 0);
        Dims dims{ids[1], node.input(3).dims[1]};
        sum = steps.both(ACCEL_OPERATION_ADD, sum, steps.make(ACCEL_OPERATION_GATHER, {node.input_id(3), places}, ACCEL_TYPE_F32, std::move(dims), along(0)));
    }
    if (node.has_input(1)) {
        sum = steps.both(ACCEL_OPERATION_ADD, sum, row_of(steps, 4, 1));
    }
    if (node.is_output_read(1)) {
        if (node.integer("mask_index_type", 1) != 1 || !node.has_input(7)) {
            node.fail_unsupported("a mask_index without a mask, or of another mask_index_type than 1");
        }
        steps.give(sum_of(steps, node.input_id(7), {1}, false), 1);
    } else {
        node.ignore_attribute("mask_index_type");
    }
    if (node.has_output(2)) {
        steps.give(sum, 2);
    }
    AttributeList attributes = along(2);
    attributes.real(ACCEL_ATTRIBUTE_EPSILON, node.real("epsilon", 1e-12f));
    const Dims dims = steps.dims(sum);
    node.emit(ACCEL_OPERATION_LAYER_NORMALIZATION, {sum, node.input_id(5), node.input_id(6)}, {node.define_output(0, ACCEL_TYPE_F32, dims)}, std::move(attributes));
}

}  // namespace accel::onnx::ops
