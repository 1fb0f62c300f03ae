// SPDX-License-Identifier: MIT
// Operators that relate values to others of their tensor, move blocks, count, or multiply bytes: what is inferred, and what is refused.
#include "test_require.h"

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

/// A model of one node with outputs y0, y1, …; without a name an output is not there.
std::string several(int64_t opset, int32_t type, const std::vector<DimText> &x, NodeText text, std::vector<std::string> outputs, const std::vector<std::string> &constants = {})
{
    ModelText whole;
    whole.opset = opset;
    whole.inputs = {value_info("x", type, x)};
    whole.initializers = constants;
    for (const std::string &output : outputs) {
        if (!output.empty()) {
            whole.outputs.push_back(named(output));
        }
    }
    text.outputs = std::move(outputs);
    whole.nodes = {node(text)};
    return model(whole);
}

std::string layer(std::vector<Attr> attributes, const Ints &scale, std::vector<std::string> outputs = {"y"})
{
    return several(17, kFloat, {"N", 3, 4}, {"LayerNormalization", {"x", "s"}, {}, std::move(attributes)}, std::move(outputs), {ones("s", scale)});
}

}  // namespace

TEST_CASE("layer normalisation has the statistics that are asked for")
{
    const Imported all(layer({attr_int("axis", -2)}, {3, 4}, {"y", "m", "i"}));
    require_good(all);
    CHECK(all.ints(0, ACCEL_ATTRIBUTE_AXIS) == Ints{1});
    CHECK(all.floats(0, ACCEL_ATTRIBUTE_EPSILON) == std::vector<float>{1e-5f});
    CHECK(all.shown(all.output(0)) == "N x 3 x 4");
    CHECK(all.shown(all.output(1)) == "N x 1 x 1");
    CHECK(all.shown(all.output(2)) == "N x 1 x 1");
    const Imported last(layer({}, {1, 4}, {"y", "", "i"}));
    require_good(last);
    CHECK(last.node(0).output_count == 3);
    CHECK(last.shown(last.output(1)) == "N x 3 x 1");
    const Imported plain(layer({}, {4}));
    require_good(plain);
    CHECK(plain.node(0).output_count == 1);
    require_refused(Imported(layer({}, {3})), ACCEL_STATUS_CORRUPT, "do not fit together");
    require_refused(Imported(layer({}, {5, 1, 3, 4})), ACCEL_STATUS_CORRUPT, "does not spread");
    require_refused(Imported(layer({attr_int("axis", 3)}, {4})), ACCEL_STATUS_CORRUPT, "axis");
    require_refused(Imported(layer({attr_int("stash_type", 11)}, {4})), ACCEL_STATUS_UNSUPPORTED, "stash_type is 11; only 1");
}

TEST_CASE("what the record alone says is checked by its rule")
{
    const auto group = [](int64_t groups, std::vector<Attr> more) {
        more.push_back(attr_int("num_groups", groups));
        return single(21, {2, 6, 5}, {"GroupNormalization", {"x", "s", "s"}, {}, std::move(more)}, {ones("s", {6})});
    };
    require_good(Imported(group(3, {})));
    CHECK_FALSE(Imported(group(4, {})).broken_rule().empty());
    require_refused(Imported(group(3, {attr_int("stash_type", 10)})), ACCEL_STATUS_UNSUPPORTED, "attribute 'stash_type' is 10; only 1");
    const auto scaler = [](std::vector<float> offset) {
        NodeText text{"Scaler", {"x"}, {}, {attr_reals("offset", offset), attr_reals("scale", {2})}, "", "ai.onnx.ml"};
        ModelText whole;
        whole.more_opsets = {{"ai.onnx.ml", 1}};
        whole.inputs = {value_info("x", kInt64, {2, 3})};
        whole.outputs = {named("y")};
        text.outputs = {"y"};
        whole.nodes = {node(text)};
        return model(whole);
    };
    const Imported scaled(scaler({1, 2, 3}));
    require_good(scaled);
    CHECK(scaled.floats(0, ACCEL_ATTRIBUTE_OFFSET) == std::vector<float>{1, 2, 3});
    CHECK(scaled.output().type == ACCEL_TYPE_F32);
    CHECK_FALSE(Imported(scaler({1, 2})).broken_rule().empty());
}

TEST_CASE("blocks need sizes that they divide")
{
    const auto depth = [](const std::vector<DimText> &x, std::vector<Attr> attributes) { return single(13, x, {"DepthToSpace", {"x"}, {}, std::move(attributes)}); };
    const Imported image(depth({1, 8, "H", 3}, {attr_int("blocksize", 2), attr_string("mode", "CRD")}));
    require_good(image);
    CHECK(Imported::sizes(image.output())[1] == 2);
    CHECK(Imported::sizes(image.output())[3] == 6);
    require_refused(Imported(depth({1, 6, 2, 3}, {attr_int("blocksize", 2)})), ACCEL_STATUS_CORRUPT, "a size of 6 does not divide into blocks of 4");
    require_refused(Imported(depth({1, 8, 2, 3}, {attr_int("blocksize", 0)})), ACCEL_STATUS_CORRUPT, "blocksize is 0");
    require_refused(Imported(depth({1, 8, 2, 3}, {})), ACCEL_STATUS_CORRUPT, "blocksize is 0");
    require_refused(Imported(depth({1, 8, 2, 3}, {attr_int("blocksize", 2), attr_string("mode", "RCD")})), ACCEL_STATUS_CORRUPT, "mode is 'RCD'");
    const Imported back(single(13, {1, 2, 4, 6}, {"SpaceToDepth", {"x"}, {}, {attr_int("blocksize", 2)}}));
    require_good(back);
    CHECK(Imported::sizes(back.output()) == Ints{1, 8, 2, 3});
}

TEST_CASE("products of bytes take zero points of their operands' types")
{
    const auto product = [](std::vector<std::string> inputs) { return several(13, kUint8, {2, 3}, {"MatMulInteger", std::move(inputs)}, {"y"}, {bytes_tensor("w", {3, 4}, std::vector<int8_t>(12)), bytes_tensor("z", {}, {1}), raw_tensor("u", kUint8, {2}, "ab")}); };
    const Imported zero(product({"x", "w", "u", "z"}));
    require_good(zero);
    CHECK(zero.output().type == ACCEL_TYPE_I32);
    CHECK(Imported::sizes(zero.output()) == Ints{2, 4});
    require_good(Imported(product({"x", "w"})));
    require_refused(Imported(product({"x", "w", "z"})), ACCEL_STATUS_CORRUPT, "type");
    const Imported stored(several(11, kFloat, {2, 3}, {"DynamicQuantizeLinear", {"x"}}, {"y", "s", "z"}));
    require_good(stored);
    CHECK(stored.output(0).type == ACCEL_TYPE_U8);
    CHECK(stored.output(1).rank == 0);
    CHECK(stored.output(2).type == ACCEL_TYPE_U8);
}

TEST_CASE("a range of sizes has a size that follows")
{
    ModelText whole;
    whole.opset = 13;
    whole.inputs = {value_info("x", kFloat, {"N", 2})};
    whole.outputs = {named("y")};
    whole.initializers = {raw_tensor("i", kInt64, {}, std::string(8, '\0')), raw_tensor("zero", kInt64, {}, std::string(8, '\0')), raw_tensor("two", kInt64, {}, std::string("\2\0\0\0\0\0\0\0", 8))};
    whole.nodes = {node({"Shape", {"x"}, {"s"}}), node({"Gather", {"s", "i"}, {"n"}}), node({"Range", {"zero", "n", "two"}, {"y"}})};
    const Imported counted(model(whole));
    require_good(counted);
    REQUIRE(counted.output().rank == 1);
    CHECK(counted.output().dims[0].symbol != ACCEL_SYMBOL_NONE);
    require_refused(Imported(single(13, {2}, {"Range", {"x", "x", "c"}}, {ones("c", {1, 1})})), ACCEL_STATUS_CORRUPT, "rank");
}

TEST_CASE("losses over classes become steps")
{
    using Operations = std::vector<uint32_t>;
    const auto loss = [](const char *name, std::vector<Attr> attributes, const std::vector<int64_t> &classes = {1, 0}) {
        return single(13, {2, 3}, {name, {"x", "t", "w"}, {}, std::move(attributes)}, {ints_tensor("t", classes), ones("w", {3})});
    };
    const Imported mean(loss("NegativeLogLikelihoodLoss", {}));
    require_good(mean);
    CHECK(mean.output().rank == 0);
    CHECK(mean.operations() == Operations{ACCEL_OPERATION_EQUAL, ACCEL_OPERATION_WHERE, ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_GATHER_ELEMENTS, ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_NEG, ACCEL_OPERATION_GATHER,
                                          ACCEL_OPERATION_WHERE, ACCEL_OPERATION_MUL, ACCEL_OPERATION_REDUCE_SUM, ACCEL_OPERATION_REDUCE_SUM, ACCEL_OPERATION_DIV});
    const Imported none(loss("SoftmaxCrossEntropyLoss", {attr_string("reduction", "none")}));
    require_good(none);
    CHECK(Imported::sizes(none.output()) == Ints{2});
    CHECK(none.operations().front() == ACCEL_OPERATION_LOG_SOFTMAX);
    require_refused(Imported(loss("NegativeLogLikelihoodLoss", {attr_string("reduction", "most")})), ACCEL_STATUS_CORRUPT, "reduction is 'most'");
    require_refused(Imported(loss("NegativeLogLikelihoodLoss", {}, {1, 0, 2})), ACCEL_STATUS_CORRUPT, "target is");
}

TEST_CASE("norms and places of extremes become steps, and a diagonal is a constant")
{
    using Operations = std::vector<uint32_t>;
    const auto of = [](const char *name, std::vector<Attr> attributes) { return single(13, {2, 3}, {name, {"x"}, {}, std::move(attributes)}); };
    CHECK(Imported(of("Hardmax", {})).operations() == Operations{ACCEL_OPERATION_ARG_MAX, ACCEL_OPERATION_EQUAL, ACCEL_OPERATION_CAST});
    require_refused(Imported(single(13, {2, "N"}, {"Hardmax", {"x"}})), ACCEL_STATUS_UNSUPPORTED, "the size of axis 1");
    const Imported norm(of("LpNormalization", {attr_int("p", 1)}));
    require_good(norm);
    CHECK(norm.operations() == Operations{ACCEL_OPERATION_ABS, ACCEL_OPERATION_REDUCE_SUM, ACCEL_OPERATION_EQUAL, ACCEL_OPERATION_WHERE, ACCEL_OPERATION_DIV});
    require_refused(Imported(of("LpNormalization", {attr_int("p", 3)})), ACCEL_STATUS_CORRUPT, "p is 3");
    const Imported eye(of("EyeLike", {attr_int("k", 1)}));
    require_good(eye);
    const auto *values = static_cast<const float *>(eye.tensor(eye.node(0).inputs[0]).data);
    CHECK(std::vector<float>(values, values + 6) == std::vector<float>{0, 1, 0, 0, 0, 1});
    require_refused(Imported(of("EyeLike", {attr_int("dtype", 8)})), ACCEL_STATUS_UNSUPPORTED, "a result of type");
    require_refused(Imported(single(13, {2, "N"}, {"EyeLike", {"x"}})), ACCEL_STATUS_UNSUPPORTED, "is not a number of elements");
}
