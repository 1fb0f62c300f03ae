// SPDX-License-Identifier: MIT
// Nodes of the operators of com.microsoft on stored values and of transformers, and of ai.onnx.ml's classifiers and regressors.
#include "opset_forms.h"

namespace accel::onnx::test {
namespace {

const std::vector<DimText> kImage = {1, 2, 5, 6}, kSequence = {1, 3, 4};

std::string halves(std::string_view name, const std::vector<int64_t> &dims)
{
    int64_t count = 1;
    for (const int64_t size : dims) {
        count *= size;
    }
    return floats_tensor(name, dims, std::vector<float>(static_cast<size_t>(count), 0.5f));
}

std::vector<Operator> stored()
{
    const Tensors given = {scalar_tensor("s", 0.5f), bytes_tensor("z", {}, {0}), bytes_tensor("m", {3, 2}, {1, 2, 3, 4, 5, 6}), raw_tensor("q", kBool, {1}, std::string(1, 1)), halves("b", {12}), bytes_tensor("p", {4, 12}, std::vector<int8_t>(48, 1))};
    const Names each{"x", "s", "z", "s", "z"};
    return {
        {"QuantizeLinear", always({{"x", "s", "z"}, {}, given}), 1, {2, 3}},
        {"DequantizeLinear", always({{"x", "s", "z"}, {}, given}), 1, {2, 3}, kInt8},
        {"QLinearSigmoid", always({each, {}, given}), 1, {2, 3}, kInt8},
        {"QLinearLeakyRelu", always({each, {attr_real("alpha", 0.5f)}, given}), 1, {2, 3}, kInt8},
        {"QLinearSoftmax", always({each, {attr_int("axis", -1), attr_int("opset", 13)}, given}), 1, {2, 3}, kInt8},
        {"QLinearAveragePool", always({each, {attr_ints("kernel_shape", {2, 2})}, given}), 1, kImage, kInt8},
        {"QLinearGlobalAveragePool", always({each, {attr_int("channels_last", 0)}, given}), 1, kImage, kInt8},
        {"QLinearMul", always({{"x", "s", "z", "x", "s", "z", "s", "z"}, {}, given}), 1, {2, 3}, kInt8},
        {"QLinearWhere", always({{"q", "x", "s", "z", "x", "s", "z", "s", "z"}, {}, given}), 1, {2, 3}, kInt8},
        {"QLinearConcat", always({{"s", "z", "x", "s", "z", "x", "s", "z"}, {attr_int("axis", 1)}, given}), 1, {2, 3}, kInt8},
        {"QGemm", always({{"x", "s", "z", "m", "s", "z"}, {}, given}), 1, {2, 3}, kInt8},
        {"MatMulIntegerToFloat", always({{"x", "m", "s", "s", "z"}, {}, given}), 1, {2, 3}, kInt8},
        {"DynamicQuantizeMatMul", always({{"x", "m", "s", "z"}, {}, given}), 1, {2, 3}},
        {"QAttention", always({{"x", "p", "b", "s", "s", "", "z", "z"}, {attr_int("num_heads", 2)}, given}), 1, kSequence, kInt8},
    };
}

std::vector<Operator> transformers()
{
    const Tensors tables = {halves("w", {5, 4}), halves("c", {4})};
    const std::vector<Attr> packed{attr_int("K", 16), attr_int("N", 2), attr_int("bits", 4), attr_int("block_size", 16)};
    return {
        {"Attention", always({{"x", "w", "b"}, {attr_int("num_heads", 2)}, {halves("w", {4, 12}), halves("b", {12})}}), 1, kSequence},
        {"FusedGemm", always({{"x", "w"}, {attr_string("activation", "Relu"), attr_int("transB", 1)}, {halves("w", {2, 3})}}), 1, {2, 3}},
        {"MultiHeadAttention", always({{"x", "x", "x"}, {attr_int("num_heads", 2)}}), 1, kSequence},
        {"EmbedLayerNormalization", always({{"x", "", "w", "w", "", "c", "c"}, {attr_real("epsilon", 0.5f)}, tables}), 1, {2, 3}, kInt32},
        {"MatMulNBits", always({{"x", "w", "s"}, packed, {raw_tensor("w", kUint8, {2, 1, 8}, std::string(16, '\x21')), halves("s", {2})}}), 1, {3, 16}},
    };
}

/// One tree: x[1] <= 0.5 leads to the leaf 1, else to the leaf 2.
Attributes tree(const std::string &prefix)
{
    return {attr_ints("nodes_treeids", {0, 0, 0}), attr_ints("nodes_nodeids", {0, 1, 2}), attr_ints("nodes_featureids", {1, 0, 0}), attr_reals("nodes_values", {0.5f, 0, 0}),
            attr_strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF"}), attr_ints("nodes_truenodeids", {1, 0, 0}), attr_ints("nodes_falsenodeids", {2, 0, 0}),
            attr_ints(prefix + "_treeids", {0, 0}), attr_ints(prefix + "_nodeids", {1, 2}), attr_ints(prefix + "_ids", {0, 1}), attr_reals(prefix + "_weights", {1, 2})};
}

Attributes with(Attributes attributes, const Attributes &more)
{
    attributes.insert(attributes.end(), more.begin(), more.end());
    return attributes;
}

std::vector<Operator> classifiers()
{
    const Attributes labels{attr_ints("classlabels_int64s", {3, 7})}, linear{attr_reals("coefficients", {1, 2, 3, 4, 5, 6}), attr_reals("intercepts", {1, 2})};
    return {
        {"TreeEnsembleClassifier", always({{"x"}, with(tree("class"), labels), {}, 2}), 1},
        {"TreeEnsembleRegressor", always({{"x"}, with(tree("target"), {attr_int("n_targets", 2)}), {}}), 1},
        {"LinearClassifier", always({{"x"}, with(linear, {attr_ints("classlabels_ints", {3, 7}), attr_string("post_transform", "SOFTMAX")}), {}, 2}), 1},
        {"LinearRegressor", always({{"x"}, with(linear, {attr_int("targets", 2)}), {}}), 1},
        {"Normalizer", always({{"x"}, {attr_string("norm", "L2")}}), 1},
        {"ZipMap", always({{"x"}, {attr_ints("classlabels_int64s", {3, 7, 9})}}), 1},
        {"LabelEncoder", always({{"x"}, {attr_ints("keys_int64s", {1, 2}), attr_reals("values_floats", {3, 4})}}), 1, {2, 3}, kInt64},
    };
}

}  // namespace

std::vector<Operator> operators_of_other_domains()
{
    std::vector<Operator> made{{"SimplifiedLayerNormalization", always({{"x", "c"}, {attr_real("epsilon", 0.5f)}, {halves("c", {3})}}), 1, {2, 3}, kFloat, {{1, attr_int("stash_type", 1)}}}};
    for (const auto &[domain, rows] : {std::pair<std::string, std::vector<Operator>>{"com.microsoft", stored()}, {"com.microsoft", transformers()}, {"ai.onnx.ml", classifiers()}}) {
        for (Operator each : rows) {
            each.domain = domain;
            made.push_back(std::move(each));
        }
    }
    return made;
}

}  // namespace accel::onnx::test
