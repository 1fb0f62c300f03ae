// SPDX-License-Identifier: MIT
// Operators of com.microsoft and ai.onnx.ml, and nodes in 16 bits: what they become, and what is refused. What they compute is seen beside ONNX Runtime (conformance/peers/domains_test.py).
#include "test_require.h"

#include <algorithm>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;
using Operations = std::vector<uint32_t>;

namespace {

Imported of(const char *domain, const char *name, int32_t type, const std::vector<DimText> &x, std::vector<std::string> operands, std::vector<Attr> attributes, const std::vector<std::string> &constants, std::vector<std::string> outputs = {"y"}, int64_t opset = 17)
{
    ModelText text;
    text.opset = opset;
    text.more_opsets = {{"com.microsoft", 1}, {"ai.onnx.ml", 3}};
    text.inputs = {value_info("x", type, x)};
    text.initializers = constants;
    for (const std::string &output : outputs) {
        if (!output.empty()) {
            text.outputs.push_back(named(output));
        }
    }
    text.nodes = {node({name, std::move(operands), std::move(outputs), std::move(attributes), "n", domain})};
    return Imported(model(text));
}

const std::vector<std::string> kStored{scalar_tensor("s", 0.5f), bytes_tensor("z", {}, {3}), bytes_tensor("m", {3, 2}, {1, 2, 3, 4, 5, 6})};

std::vector<Attr> forest(std::vector<Attr> more, const Ints &if_true = {1, 0, 0}, const char *mode = "BRANCH_LEQ")
{
    std::vector<Attr> made{attr_ints("nodes_treeids", {0, 0, 0}), attr_ints("nodes_nodeids", {0, 1, 2}), attr_ints("nodes_featureids", {1, 0, 0}), attr_reals("nodes_values", {0.5f, 0, 0}), attr_strings("nodes_modes", {mode, "LEAF", "LEAF"}),
                           attr_ints("nodes_truenodeids", if_true), attr_ints("nodes_falsenodeids", {2, 0, 0}), attr_ints("class_treeids", {0, 0}), attr_ints("class_nodeids", {1, 2}), attr_ints("class_ids", {0, 1}), attr_reals("class_weights", {1, 2})};
    made.insert(made.end(), more.begin(), more.end());
    return made;
}

Imported classified(std::vector<Attr> attributes, std::vector<std::string> outputs = {"y", "p"}) { return of("ai.onnx.ml", "TreeEnsembleClassifier", kFloat, {"N", 3}, {"x"}, std::move(attributes), {}, std::move(outputs)); }

}  // namespace

TEST_CASE("stored operators are real ones between DEQUANTIZE and QUANTIZE", "[domains]")
{
    const Imported sigmoid = of("com.microsoft", "QLinearSigmoid", kInt8, {2, 3}, {"x", "s", "z", "s", "z"}, {}, kStored);
    require_good(sigmoid);
    CHECK(sigmoid.operations() == Operations{ACCEL_OPERATION_DEQUANTIZE, ACCEL_OPERATION_SIGMOID, ACCEL_OPERATION_QUANTIZE});
    CHECK(Imported::zero_point(sigmoid.output()) == 3);
    require_refused(of("com.microsoft", "QLinearGlobalAveragePool", kInt8, {1, 4, 4, 2}, {"x", "s", "z", "s", "z"}, {attr_int("channels_last", 1)}, kStored), ACCEL_STATUS_UNSUPPORTED, "channels_last");
    require_refused(of("com.microsoft", "QLinearConcat", kInt8, {2, 3}, {"s", "z", "x", "s"}, {attr_int("axis", 1)}, kStored), ACCEL_STATUS_CORRUPT, "three for each operand");
    require_refused(of("com.microsoft", "QLinearSoftmax", kInt8, {2, 3, 4}, {"x", "s", "z", "s", "z"}, {attr_int("axis", 1), attr_int("opset", 11)}, kStored), ACCEL_STATUS_UNSUPPORTED, "rows of several axes");
}

TEST_CASE("a product without a scale of its result is real", "[domains]")
{
    const Imported real = of("com.microsoft", "QGemm", kInt8, {2, 3}, {"x", "s", "z", "m", "s", "z"}, {}, kStored);
    require_good(real);
    CHECK(real.output().type == ACCEL_TYPE_F32);
    const Imported stored = of("com.microsoft", "QGemm", kInt8, {2, 3}, {"x", "s", "z", "m", "s", "z", "", "s", "z"}, {}, kStored);
    require_good(stored);
    CHECK(stored.output().type == ACCEL_TYPE_I8);
}

TEST_CASE("weights of few bits have as many as their blocks say", "[domains]")
{
    const std::vector<Attr> packed{attr_int("K", 16), attr_int("N", 2), attr_int("bits", 4), attr_int("block_size", 16)};
    const std::vector<std::string> constants{raw_tensor("w", kUint8, {2, 1, 8}, std::string(16, '\x21')), floats_tensor("s", {2}, {1, 2}), raw_tensor("v", kUint8, {2, 1, 7}, std::string(14, '\x21'))};
    require_good(of("com.microsoft", "MatMulNBits", kFloat, {"N", 16}, {"x", "w", "s"}, packed, constants));
    require_refused(of("com.microsoft", "MatMulNBits", kFloat, {"N", 16}, {"x", "v", "s"}, packed, constants), ACCEL_STATUS_CORRUPT, "14 bytes");
    require_refused(of("com.microsoft", "MatMulNBits", kFloat, {"N", 16}, {"x", "w", "s", "", "w"}, packed, constants), ACCEL_STATUS_UNSUPPORTED, "g_idx");
}

TEST_CASE("attention has heads that divide what is projected", "[domains]")
{
    const std::vector<std::string> constants{ones("w", {4, 12}), ones("b", {12}), ones("v", {4, 11})};
    const Imported open = of("com.microsoft", "Attention", kFloat, {"B", "S", 4}, {"x", "w", "b"}, {attr_int("num_heads", 2)}, constants);
    require_good(open);
    CHECK(open.shown(open.output()) == "B x S x 4");
    require_refused(of("com.microsoft", "Attention", kFloat, {"B", "S", 4}, {"x", "w", "b"}, {attr_int("num_heads", 3)}, constants), ACCEL_STATUS_CORRUPT, "3 heads");
    require_refused(of("com.microsoft", "Attention", kFloat, {"B", "S", 4}, {"x", "w", "b"}, {}, constants), ACCEL_STATUS_CORRUPT, "num_heads is 0");
    require_refused(of("com.microsoft", "Attention", kFloat, {"B", "S", 4}, {"x", "v"}, {attr_int("num_heads", 2)}, constants), ACCEL_STATUS_CORRUPT, "no queries, keys and values");
    require_refused(of("com.microsoft", "Attention", kFloat, {"B", "S", 4}, {"x", "w", "b"}, {attr_int("num_heads", 2), attr_int("do_rotary", 1)}, constants), ACCEL_STATUS_UNSUPPORTED, "do_rotary");
}

TEST_CASE("trees are tables that lead to leaves", "[domains]")
{
    const std::vector<Attr> labels{attr_ints("classlabels_int64s", {3, 7})}, texts{attr_strings("classlabels_strings", {"no", "yes"})};
    const Imported good = classified(forest(labels));
    require_good(good);
    CHECK(good.shown(good.output(1)) == "N x 2");
    require_good(classified(forest(texts), {"", "p"}));
    require_refused(classified(forest(texts)), ACCEL_STATUS_UNSUPPORTED, "labels that are texts");
    require_refused(classified(forest(labels, {0, 0, 0})), ACCEL_STATUS_UNSUPPORTED, "more than 256 levels");
    require_refused(classified(forest(labels, {9, 0, 0})), ACCEL_STATUS_CORRUPT, "no node 9");
    require_refused(classified(forest(labels, {1, 0, 0}, "BRANCH_EQ")), ACCEL_STATUS_UNSUPPORTED, "BRANCH_EQ");
}

TEST_CASE("a normalisation that ONNX Runtime writes is read at any opset", "[domains]")
{
    const std::vector<std::string> constants{ones("s", {3})};
    const Imported early = of("", "LayerNormalization", kFloat, {2, 3}, {"x", "s"}, {}, constants, {"y"}, 12);
    require_good(early);
    CHECK(early.operations() == Operations{ACCEL_OPERATION_LAYER_NORMALIZATION});
    require_refused(of("", "Einsum", kFloat, {2, 3}, {"x"}, {attr_string("equation", "ij->ji")}, {}, {"y"}, 8), ACCEL_STATUS_UNSUPPORTED, "opset 8 has no such operator");
}

TEST_CASE("what no operation takes in 16 bits is computed in 32", "[domains]")
{
    constexpr int32_t kHalf = 10;
    const std::vector<std::string> constants{raw_tensor("w", kHalf, {3, 2}, std::string(12, '\0')), ones("f", {3, 2})};
    const Imported product = of("", "MatMul", kHalf, {2, 3}, {"x", "w"}, {}, constants);
    require_good(product);
    CHECK(product.operations() == Operations{ACCEL_OPERATION_CAST, ACCEL_OPERATION_CAST, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_CAST});
    CHECK(product.output().type == ACCEL_TYPE_F16);
    ModelText text;
    text.opset = 17;
    text.inputs = {value_info("x", kHalf, {2, 3})};
    text.outputs = {named("y")};
    text.initializers = {constants[0], raw_tensor("v", kHalf, {2, 2}, std::string(8, '\0'))};
    text.nodes = {node({"MatMul", {"x", "w"}, {"t"}, {}}), node({"Relu", {"t"}, {"r"}, {}}), node({"MatMul", {"r", "v"}, {"y"}, {}})};
    const Imported chain(model(text));
    require_good(chain);
    CHECK(chain.operations() == Operations{ACCEL_OPERATION_CAST, ACCEL_OPERATION_CAST, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_RELU, ACCEL_OPERATION_CAST, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_CAST});
    const Imported plain = of("", "Relu", kHalf, {2, 3}, {"x"}, {}, {});
    require_good(plain);
    CHECK(plain.operations() == Operations{ACCEL_OPERATION_RELU});
    require_refused(of("", "MaxPool", kHalf, {1, 1, 4, 4}, {"x"}, {attr_ints("kernel_shape", {2, 2})}, {}, {"y", "i"}), ACCEL_STATUS_UNSUPPORTED, "element type float16");
}

TEST_CASE("an axis of open size is turned around", "[domains]")
{
    const auto turned = [](int64_t start, int64_t end) {
        return of("", "Slice", kFloat, {2, "N"}, {"x", "b", "e", "a", "m"}, {}, {ints_tensor("b", {start}), ints_tensor("e", {end}), ints_tensor("a", {1}), ints_tensor("m", {-1})});
    };
    const Imported whole = turned(-1, INT64_MIN + 1);
    require_good(whole);
    CHECK(whole.shown(whole.output()) == "2 x N");
    CHECK_FALSE(whole.keeps_any());
    require_refused(turned(-2, INT64_MIN + 1), ACCEL_STATUS_UNSUPPORTED, "only steps forward");
    require_refused(turned(-1, -4), ACCEL_STATUS_UNSUPPORTED, "only steps forward");
}
