// SPDX-License-Identifier: MIT
// Scores of ai.onnx.ml's classifiers as labels and probabilities, and its linear models.
#include "scores.h"

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kFeatureTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64});

/// Rows that may be those of the node's second result.
ValueId transformed(Steps &steps, ValueId scores)
{
    const std::string how = steps.node.string("post_transform").value_or("NONE");
    if (how == "NONE") {
        return scores;
    }
    if (how == "LOGISTIC") {
        return steps.each(ACCEL_OPERATION_SIGMOID, scores);
    }
    if (how == "SOFTMAX") {
        return steps.each(ACCEL_OPERATION_SOFTMAX, scores, along(1));
    }
    steps.node.fail_unsupported("post_transform ", how);
}

/// Places among the labels as the node's first result.
void give_labels(Steps &steps, ValueId places, const Labels &labels)
{
    Node &node = steps.node;
    if (labels.numbers.empty()) {
        if (node.is_output_read(0)) {
            node.fail_unsupported("labels that are texts");
        }
        return;
    }
    if (!node.has_output(0)) {
        return;
    }
    const ValueId table = numbers(node, ACCEL_TYPE_I64, labels.numbers, {fixed_dim(labels.count)});
    steps.give(steps.make(ACCEL_OPERATION_GATHER, {table, places}, ACCEL_TYPE_I64, Dims(steps.dims(places)), along(0)));
}

/// x times the rows of coefficients, one for each of count, plus intercepts.
ValueId linear(Steps &steps, int64_t count)
{
    Node &node = steps.node;
    const ValueId x = rows_of(steps);
    const std::vector<float> coefficients = node.reals("coefficients").value_or(std::vector<float>());
    const int64_t width = known_size(node, steps.dims(x), 1);
    if (coefficients.size() != static_cast<uint64_t>(width) * static_cast<uint64_t>(count)) {
        node.fail_corrupt(coefficients.size(), " coefficients, expected are ", count, " for each of ", width, " features");
    }
    const ValueId w = steps.permute(numbers(node, ACCEL_TYPE_F32, coefficients, {fixed_dim(count), fixed_dim(width)}), {1, 0});
    return with_base(steps, steps.make(ACCEL_OPERATION_MATMUL, {x, w}, ACCEL_TYPE_F32, Dims{steps.dims(x)[0], fixed_dim(count)}), "intercepts", count);
}

}  // namespace

Labels read_labels(Node &node)
{
    Labels labels;
    // Older operators call the same list otherwise.
    for (const char *name : {"classlabels_int64s", "classlabels_ints"}) {
        const auto given = node.integers(name);
        if (given && !given->empty()) {
            labels.numbers = *given;
            labels.count = static_cast<int64_t>(given->size());
        }
    }
    const auto texts = node.strings("classlabels_strings");
    if (texts && !texts->empty()) {
        labels.count = static_cast<int64_t>(texts->size());
        labels.numbers.clear();
    }
    if (labels.count < 2 || labels.count > kSmallElementsMax) {
        node.fail_unsupported(labels.count, " classes");
    }
    return labels;
}

ValueId rows_of(Steps &steps)
{
    Node &node = steps.node;
    node.expect_type(0, kFeatureTypes);
    node.expect_rank(0, 1, 2);
    const ValueId x = steps.convert(node.input_id(0), ACCEL_TYPE_F32);
    return steps.dims(x).size() == 2 ? x : define_view(node, x, {fixed_dim(1), steps.dims(x)[0]});
}

ValueId with_base(Steps &steps, ValueId scores, const char *attribute, int64_t count)
{
    const std::vector<float> base = steps.node.reals(attribute).value_or(std::vector<float>());
    if (base.empty()) {
        return scores;
    }
    if (base.size() != static_cast<size_t>(count)) {
        steps.node.fail_unsupported(attribute, " has ", base.size(), " numbers for ", count, " scores");
    }
    return steps.both(ACCEL_OPERATION_ADD, scores, numbers(steps.node, ACCEL_TYPE_F32, base, {fixed_dim(count)}));
}

void give_classes(Steps &steps, ValueId scores, const Labels &labels)
{
    AttributeList extreme = along(1);
    extreme.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 0);
    give_labels(steps, steps.make(ACCEL_OPERATION_ARG_MAX, {scores}, ACCEL_TYPE_I64, Dims{steps.dims(scores)[0]}, std::move(extreme)), labels);
    const ValueId made = transformed(steps, scores);
    if (steps.node.has_output(1)) {
        steps.give(made, 1);
    }
}

void give_two_classes(Steps &steps, ValueId score, const Labels &labels, bool is_share)
{
    Node &node = steps.node;
    const std::string how = node.string("post_transform").value_or("NONE");
    if (how != "NONE" && (how != "LOGISTIC" || is_share)) {
        node.fail_unsupported("post_transform ", how, " of one score for two classes");
    }
    const ValueId second = steps.compare(ACCEL_OPERATION_GREATER, score, node.define_real(is_share ? 0.5f : 0.0f));
    give_labels(steps, define_view(node, steps.convert(second, ACCEL_TYPE_I64), Dims{steps.dims(score)[0]}), labels);
    const ValueId first = is_share ? steps.both(ACCEL_OPERATION_SUB, node.define_real(1), score) : steps.each(ACCEL_OPERATION_NEG, score);
    const ValueId made = transformed(steps, steps.joined({first, score}, 1));
    if (node.has_output(1)) {
        steps.give(made, 1);
    }
}

void linear_regressor(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const int64_t count = node.integer("targets", 1);
    if (count < 1 || count > kSmallElementsMax) {
        node.fail_unsupported("targets is ", count);
    }
    Steps steps{node};
    steps.give(transformed(steps, linear(steps, count)));
}

void linear_classifier(Node &node)
{
    node.expect_operands(1, 1, 0, 2);
    node.ignore_attribute("multi_class");  // how it was trained
    Steps steps{node};
    const Labels labels = read_labels(node);
    give_classes(steps, linear(steps, labels.count), labels);
}

/// Each row by its greatest value, the sum of its magnitudes or their root of squares; a row for which that is 0 stays.
void normalizer(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const std::string norm = node.string("norm").value_or("MAX");
    Steps steps{node};
    const ValueId x = rows_of(steps);
    const size_t last = steps.dims(x).size() - 1;
    ValueId size = kNoValue;
    if (norm == "MAX") {
        size = steps.greatest(x, last);
    } else if (norm == "L1") {
        size = sum_of(steps, steps.each(ACCEL_OPERATION_ABS, x), {static_cast<int64_t>(last)}, true);
    } else if (norm == "L2") {
        size = steps.each(ACCEL_OPERATION_SQRT, sum_of(steps, steps.both(ACCEL_OPERATION_MUL, x, x), {static_cast<int64_t>(last)}, true));
    } else {
        node.fail_corrupt("norm is '", norm, "', expected is MAX, L1 or L2");
    }
    const ValueId nothing = steps.compare(ACCEL_OPERATION_EQUAL, size, node.define_real(0));
    const ValueId made = steps.both(ACCEL_OPERATION_DIV, x, steps.where(nothing, node.define_real(1), size));
    steps.give(steps.shaped(made, Dims(node.input(0).dims)));
}

/// A map of each class to its score is for applications: here it stays the tensor that it was.
void zip_map(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kRealTypes);
    node.ignore_attribute("classlabels_int64s");
    node.ignore_attribute("classlabels_strings");
    Steps steps{node};
    steps.give(node.input_id(0));
}

/// Numbers by numbers: where a key is, its value, else the default.
void label_encoder(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const bool by_real = node.input(0).type == ACCEL_TYPE_F32;
    node.expect_type(0, type_set({ACCEL_TYPE_F32, ACCEL_TYPE_I64}));
    Steps steps{node};
    const auto find = [&](const char *integers, const char *reals, uint32_t &type, int64_t &count) {
        if (const auto found = node.integers(integers); found && !found->empty()) {
            type = ACCEL_TYPE_I64;
            count = static_cast<int64_t>(found->size());
            return numbers(node, type, *found, {fixed_dim(count)});
        }
        const auto found = node.reals(reals);
        if (!found || found->empty()) {
            node.fail_unsupported("keys or values that are texts");
        }
        type = ACCEL_TYPE_F32;
        count = static_cast<int64_t>(found->size());
        return numbers(node, type, *found, {fixed_dim(count)});
    };
    uint32_t key_type = 0, value_type = 0;
    int64_t key_count = 0, value_count = 0;
    const ValueId keys = find("keys_int64s", "keys_floats", key_type, key_count), values = find("values_int64s", "values_floats", value_type, value_count);
    if ((key_type == ACCEL_TYPE_F32) != by_real || key_count != value_count || key_count > kSmallElementsMax) {
        node.fail_unsupported(key_count, " keys of ", name_of(key_type), " for ", value_count, " values");
    }
    node.ignore_attribute("default_string");
    const double otherwise = value_type == ACCEL_TYPE_I64 ? static_cast<double>(node.integer("default_int64", -1)) : static_cast<double>(node.real("default_float", -0.0f));
    Dims beside = node.input(0).dims;
    beside.push_back(fixed_dim(1));
    const ValueId found = steps.convert(steps.compare(ACCEL_OPERATION_EQUAL, steps.shaped(node.input_id(0), beside), keys), ACCEL_TYPE_I32);
    const auto axis = node.input(0).dims.size();
    AttributeList extreme = along(static_cast<int64_t>(axis));
    extreme.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 0);
    const Dims dims = node.input(0).dims;
    const ValueId place = steps.make(ACCEL_OPERATION_ARG_MAX, {found}, ACCEL_TYPE_I64, dims, std::move(extreme));
    const ValueId any = steps.shaped(steps.convert(steps.greatest(found, axis), ACCEL_TYPE_BOOL), dims);
    const ValueId chosen = steps.make(ACCEL_OPERATION_GATHER, {values, place}, value_type, dims, along(0));
    steps.give(steps.where(any, chosen, one_value(node, value_type, otherwise)));
}

}  // namespace accel::onnx::ops
