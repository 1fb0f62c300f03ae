// SPDX-License-Identifier: MIT
// Sizes that are open when a model is imported: each has an expression, and two that are calculated alike are one symbol.
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

std::string shown(const std::vector<DimText> &x, NodeText text, const std::vector<std::string> &initializers = {}, int64_t opset = 13)
{
    const Imported model(single(opset, x, std::move(text), initializers));
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_OK);
    REQUIRE(model.broken_rule() == "");
    REQUIRE_FALSE(model.keeps_any());
    return model.shown(model.output());
}

std::string conv(std::vector<Attr> attributes)
{
    return shown({"N", 2, "H", "W"}, {"Conv", {"x", "w"}, {}, std::move(attributes)}, {ones("w", {4, 2, 3, 3})});
}

std::string pool(std::vector<Attr> attributes)
{
    attributes.push_back(attr_ints("kernel_shape", {2, 3}));
    return shown({1, 2, "H", "W"}, {"MaxPool", {"x"}, {}, std::move(attributes)});
}

}  // namespace

TEST_CASE("windows over named sizes have sizes", "[onnx][sizes]")
{
    CHECK(conv({}) == "N x 4 x H - 2 x W - 2");
    CHECK(conv({attr_ints("pads", {1, 1, 1, 1})}) == "N x 4 x H x W");
    CHECK(conv({attr_ints("pads", {1, 1, 1, 1}), attr_ints("strides", {2, 2})}) == "N x 4 x floor((H + 1) / 2) x floor((W + 1) / 2)");
    CHECK(conv({attr_ints("pads", {0, 1, 1, 1}), attr_ints("strides", {2, 1})}) == "N x 4 x floor(H / 2) x W");
    CHECK(conv({attr_ints("dilations", {2, 1})}) == "N x 4 x H - 4 x W - 2");
    CHECK(conv({attr_string("auto_pad", "SAME_UPPER")}) == "N x 4 x H x W");
    CHECK(conv({attr_string("auto_pad", "VALID"), attr_ints("strides", {1, 2})}) == "N x 4 x H - 2 x floor((W + 1) / 2) - 1");
    CHECK(pool({attr_ints("strides", {2, 2})}) == "1 x 2 x floor(H / 2) x floor((W + 1) / 2) - 1");
    CHECK(pool({attr_ints("strides", {2, 2}), attr_int("ceil_mode", 1)}) == "1 x 2 x floor((H + 1) / 2) x min(floor(W / 2), floor((W + 1) / 2))");
    CHECK(shown({1, 2, "H"}, {"GlobalAveragePool", {"x"}, {}, {}}) == "1 x 2 x 1");
}

TEST_CASE("joins, cuts, pads and parts of named sizes have sizes", "[onnx][sizes]")
{
    CHECK(shown({"N", "W"}, {"Concat", {"x", "x", "w"}, {}, {attr_int("axis", 1)}}, {ones("w", {1, 3})}) == "1 x W * 2 + 3");
    CHECK(shown({"N", "W"}, {"Slice", {"x", "s", "e", "a", "t"}, {}, {}}, {ints_tensor("s", {1}), ints_tensor("e", {INT64_MAX}), ints_tensor("a", {1}), ints_tensor("t", {2})}) ==
          "N x floor(W / 2)");
    CHECK(shown({"W"}, {"Pad", {"x", "p"}, {}, {}}, {ints_tensor("p", {1, 2})}) == "W + 3");
    CHECK(shown({"W", 2}, {"Flatten", {"x"}, {}, {attr_int("axis", 0)}}) == "1 x W * 2");
    CHECK(shown({"N", 2, "H", "W"}, {"Flatten", {"x"}, {}, {}}) == "N x H * W * 2");
    CHECK(shown({"N", "H", "W", 6}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {0, -1, 2})}) == "N x H * W * 3 x 2");
    CHECK(shown({"N", "W"}, {"Split", {"x"}, {}, {attr_int("axis", 1)}}) == "N x W");
    CHECK(shown({"N", "H"}, {"Unsqueeze", {"x", "a"}, {}, {}}, {ints_tensor("a", {0})}) == "1 x N x H");
    CHECK(shown({"N", 4, "H"}, {"Softmax", {"x"}, {}, {}}, {}, 11) == "N x 4 x H");
}

TEST_CASE("an even split of a named size has parts of one size", "[onnx][sizes]")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {"W", 4})};
    text.outputs = {value_info("y", kFloat, {kOpen, 4})};
    text.nodes = {node({"Split", {"x"}, {"a", "b"}, {attr_int("axis", 0)}}), node({"Add", {"a", "b"}, {"y"}, {}})};
    const Imported model_(model(text));
    INFO(model_.message);
    REQUIRE(model_.status == ACCEL_STATUS_OK);
    CHECK(model_.shown(model_.output()) == "floor(W / 2) x 4");
}

TEST_CASE("since opset 18 the last part of a named size may be smaller", "[onnx][sizes]")
{
    ModelText text;
    text.opset = 18;
    text.inputs = {value_info("x", kFloat, {"W", 4})};
    text.outputs = {value_info("a", kFloat, {kOpen, 4}), value_info("b", kFloat, {kOpen, 4}), value_info("c", kFloat, {kOpen, 4})};
    text.nodes = {node({"Split", {"x"}, {"a", "b", "c"}, {attr_int("axis", 0), attr_int("num_outputs", 3)}})};
    const Imported model_(model(text));
    INFO(model_.message);
    REQUIRE(model_.status == ACCEL_STATUS_OK);
    REQUIRE(model_.broken_rule() == "");
    REQUIRE_FALSE(model_.keeps_any());
    CHECK(model_.output(0).dims[0].symbol == model_.output(1).dims[0].symbol);
    CHECK(model_.shown(model_.output(0)) == "floor((W + 2) / 3) x 4");
    CHECK(model_.shown(model_.output(2)) == "W - floor((W + 2) / 3) * 2 x 4");
}

namespace {

/// y = Reshape(x[N, 4], [N / 2, 8]).
std::string halved(std::vector<Attr> attributes)
{
    ModelText text;
    text.opset = 14;
    text.inputs = {value_info("x", kFloat, {"N", 4})};
    text.outputs = {value_info("y", kFloat, {kOpen, kOpen})};
    text.initializers = {ints_tensor("zero", {0}), ints_tensor("two", {2}), ints_tensor("eight", {8})};
    text.nodes = {node({"Shape", {"x"}, {"s"}, {}}), node({"Gather", {"s", "zero"}, {"n"}, {}}), node({"Div", {"n", "two"}, {"h"}, {}}), node({"Concat", {"h", "eight"}, {"w"}, {attr_int("axis", 0)}}),
                  node({"Reshape", {"x", "w"}, {"y"}, std::move(attributes)})};
    const Imported model_(model(text));
    INFO(model_.message);
    REQUIRE(model_.status == ACCEL_STATUS_OK);
    REQUIRE(model_.broken_rule() == "");
    REQUIRE_FALSE(model_.keeps_any());
    const accel_node_desc &last = model_.node(model_.graph().node_count - 1);
    REQUIRE(last.input_count == 2);
    return model_.shown(model_.output()) + (model_.tensor(last.inputs[1]).data != nullptr ? "" : " by operand");
}

}  // namespace

TEST_CASE("a computed size that may be 0 copies unless allowzero says that it is 0", "[onnx][sizes]")
{
    CHECK(halved({attr_int("allowzero", 1)}) == "floor(N / 2) x 8");
    CHECK(halved({}).ends_with(" by operand"));
}

TEST_CASE("without axes a named size stays where it cannot be 1", "[onnx][sizes]")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {1, "N", 4})};
    text.outputs = {value_info("y", kFloat, {kOpen, 4})};
    text.initializers = {ones("w", {1, 1, 4})};
    text.nodes = {node({"Concat", {"x", "w"}, {"j"}, {attr_int("axis", 1)}}), node({"Squeeze", {"j"}, {"y"}, {}})};
    const Imported model_(model(text));
    INFO(model_.message);
    REQUIRE(model_.status == ACCEL_STATUS_OK);
    REQUIRE_FALSE(model_.keeps_any());
    CHECK(model_.shown(model_.output()) == "N + 1 x 4");
    const Imported open(single(13, {1, "N", 4}, {"Squeeze", {"x"}, {}, {}}));
    CHECK(open.keeps("whether dimension 1 stays depends on its size"));
}

TEST_CASE("two paths to one size meet as one symbol", "[onnx][sizes]")
{
    // Down by a convolution and by a pooling window, as residual networks do.
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {1, 2, "H", "W"})};
    text.outputs = {value_info("y", kFloat, {1, 2, kOpen, kOpen})};
    text.initializers = {ones("w", {2, 2, 3, 3})};
    text.nodes = {node({"Conv", {"x", "w"}, {"c"}, {attr_ints("pads", {1, 1, 1, 1}), attr_ints("strides", {2, 2})}}),
                  node({"MaxPool", {"x"}, {"p"}, {attr_ints("kernel_shape", {1, 1}), attr_ints("strides", {2, 2})}}), node({"Add", {"c", "p"}, {"y"}, {}})};
    const Imported model_(model(text));
    INFO(model_.message);
    REQUIRE(model_.status == ACCEL_STATUS_OK);
    REQUIRE(model_.broken_rule() == "");
    CHECK(model_.graph().symbol_count == 4);
    CHECK(model_.shown(model_.output()) == "1 x 2 x floor((H + 1) / 2) x floor((W + 1) / 2)");
    const accel_symbol &half = *accel_graph_symbol(&model_.graph(), model_.output().dims[2].symbol);
    CHECK(half.kind == ACCEL_SYMBOL_KIND_DERIVED);
    CHECK(half.min_size == 1);
}

TEST_CASE("what two different sizes make is the larger, or open where one may be 0", "[onnx][sizes]")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("a", kFloat, {"N", 1}), value_info("b", kFloat, {"M", 3})};
    text.outputs = {value_info("y", kFloat, {kOpen, 3})};
    text.nodes = {node({"Add", {"a", "b"}, {"y"}, {}})};
    const Imported larger(model(text));
    REQUIRE(larger.status == ACCEL_STATUS_OK);
    CHECK(larger.shown(larger.output()) == "max(N, M) x 3");
    text.initializers = {ints_tensor("s", {1}), ints_tensor("e", {9})};
    text.nodes = {node({"Slice", {"a", "s", "e"}, {"c"}, {}}), node({"Add", {"c", "b"}, {"y"}, {}})};
    const Imported open(model(text));
    REQUIRE(open.status == ACCEL_STATUS_OK);
    CHECK(open.shown(open.named("c")) == "min(N, 9) - 1 x 1");
    CHECK(open.shown(open.output()) == "y.dim0 x 3");
    CHECK(accel_graph_symbol(&open.graph(), open.output().dims[0].symbol)->expression == ACCEL_EXPRESSION_NONE);
}

TEST_CASE("Gemm with a named number of rows takes a bias of so many", "[onnx][sizes]")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {"M", 2})};
    text.outputs = {value_info("y", kFloat, {kOpen, 4})};
    text.initializers = {ones("w", {2, 4}), floats_tensor("c", {3, 4}, std::vector<float>(12, 1.0f))};
    text.nodes = {node({"Gemm", {"x", "w", "c"}, {"y"}, {}})};
    const Imported model_(model(text));
    INFO(model_.message);
    CHECK(model_.status == ACCEL_STATUS_OK);
    CHECK(model_.shown(model_.output()) == "M x 4");
}

namespace {

/// A model of x that makes y of nodes.
std::string chain(std::vector<std::string> nodes, std::vector<std::string> initializers, const std::vector<DimText> &x = {"N", 3, "L"})
{
    ModelText text;
    text.opset = 17;
    text.inputs = {value_info("x", kFloat, x)};
    std::string y;
    protozero::pbf_writer(y).add_string(1, "y");
    text.outputs = {y};
    text.nodes = std::move(nodes);
    text.initializers = std::move(initializers);
    return model(text);
}

void require_good(const Imported &model_)
{
    INFO(model_.message);
    REQUIRE(model_.status == ACCEL_STATUS_OK);
    REQUIRE(model_.broken_rule() == "");
    REQUIRE_FALSE(model_.keeps_any());
}

}  // namespace

TEST_CASE("a shape whose sizes have expressions needs no nodes", "[onnx][sizes]")
{
    const Imported view(chain({node({"Shape", {"x"}, {"s"}, {}}), node({"Gather", {"s", "zero"}, {"n"}, {}}), node({"Gather", {"s", "last"}, {"l"}, {}}),
                               node({"Mul", {"l", "two"}, {"d"}, {}}), node({"Concat", {"n", "d", "rest"}, {"w"}, {attr_int("axis", 0)}}), node({"Reshape", {"x", "w"}, {"y"}, {}})},
                              {ints_tensor("zero", {0}), ints_tensor("last", {-1}), ints_tensor("two", {2}), ints_tensor("rest", {-1})}));
    require_good(view);
    CHECK(view.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RESHAPE});
    CHECK(view.shown(view.output()) == "N x L * 2 x floor(N * L * 3 / (N * L * 2))");
}

TEST_CASE("a shape of which parts are open stays an operand", "[onnx][sizes]")
{
    const Imported view(chain({node({"Shape", {"x"}, {"s"}, {}}), node({"Cast", {"s"}, {"f"}, {attr_int("to", 1)}}), node({"Cast", {"f"}, {"i"}, {attr_int("to", 7)}}),
                               node({"Slice", {"i", "zero", "one"}, {"n"}, {}}), node({"Concat", {"n", "rest"}, {"w"}, {attr_int("axis", 0)}}), node({"Reshape", {"x", "w"}, {"y"}, {}})},
                              {ints_tensor("zero", {0}), ints_tensor("one", {1}), ints_tensor("rest", {3, -1})}));
    require_good(view);
    CHECK(view.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SHAPE, ACCEL_OPERATION_CAST, ACCEL_OPERATION_CAST, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_CONCAT, ACCEL_OPERATION_RESHAPE});
    CHECK(view.node(5).input_count == 2);
    CHECK(view.shown(view.output()) == "y.dim0 x 3 x y.dim2");
}

TEST_CASE("the larger and the smaller of sizes are sizes", "[onnx][sizes]")
{
    const Imported filled(chain({node({"Shape", {"x"}, {"s"}, {}}), node({"Max", {"s", "four"}, {"m"}, {}}), node({"Sub", {"m", "s"}, {"d"}, {}}),
                                 node({"Concat", {"zero", "d"}, {"p"}, {attr_int("axis", 0)}}), node({"Pad", {"x", "p"}, {"y"}, {}})},
                                {ints_tensor("zero", {0}), ints_tensor("four", {4})}, {"L"}));
    require_good(filled);
    CHECK(filled.shown(filled.output()) == "L + max(L, 4) - L");
    const Imported first(chain({node({"Shape", {"x"}, {"s"}, {}}), node({"Min", {"four", "s"}, {"m"}, {}}), node({"Slice", {"x", "zero", "m"}, {"y"}, {}})},
                               {ints_tensor("zero", {0}), ints_tensor("four", {4})}, {"L"}));
    require_good(first);
    CHECK(first.shown(first.output()) == "min(L, min(L, 4))");
}

TEST_CASE("cuts from the end of what is open stay operands", "[onnx][sizes]")
{
    const Imported cut(chain({node({"Slice", {"x", "s", "e", "a"}, {"y"}, {}})}, {ints_tensor("s", {-3}), ints_tensor("e", {-1}), ints_tensor("a", {2})}));
    require_good(cut);
    CHECK(cut.node(0).input_count == 4);
    CHECK(cut.shown(cut.output()) == "N x 3 x max(L - max(L - 3, 0) - 1, 0)");
    ModelText old;
    old.opset = 9;
    old.inputs = {value_info("x", kFloat, {"L"})};
    old.outputs = {value_info("y", kFloat, {kOpen})};
    old.nodes = {node({"Slice", {"x"}, {"y"}, {attr_ints("starts", {1}), attr_ints("ends", {-1})}})};
    const Imported attributes(model(old));
    require_good(attributes);
    CHECK(attributes.node(0).input_count == 4);
    CHECK(attributes.shown(attributes.output()) == "max(L - 2, 0)");
}

TEST_CASE("axes that are computed are a list, or the node is kept", "[onnx][sizes]")
{
    ModelText text;
    text.opset = 18;
    text.outputs = {value_info("y", kFloat, {kOpen, kOpen})};
    text.nodes = {node({"ReduceMean", {"x", "a"}, {"y"}, {}})};
    const auto with_axes = [&](const std::vector<DimText> &dims) {
        text.inputs = {value_info("x", kFloat, {2, 3}), value_info("a", kInt64, dims)};
        return Imported(model(text));
    };
    const Imported list(with_axes({1})), table(with_axes({1, 1}));
    require_good(list);
    CHECK(list.operations() == std::vector<uint32_t>{ACCEL_OPERATION_REDUCE_MEAN});
    CHECK(table.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM});
}

TEST_CASE("SAME with a stride over a named size keeps auto_pad", "[onnx][sizes]")
{
    const Imported same(chain({node({"MaxPool", {"x"}, {"y"}, {attr_ints("kernel_shape", {3}), attr_ints("strides", {2}), attr_string("auto_pad", "SAME_LOWER")}})}, {}));
    require_good(same);
    CHECK(same.shown(same.output()) == "N x 3 x floor((L + 1) / 2)");
    CHECK(same.ints(0, ACCEL_ATTRIBUTE_PADS).empty());
    bool found = false;
    for (uint32_t i = 0; i < same.node(0).attribute_count; ++i) {
        const accel_attribute &attribute = same.node(0).attributes[i];
        found = found || (attribute.key == ACCEL_ATTRIBUTE_AUTO_PAD && std::string(static_cast<const char *>(static_cast<const accel_bytes *>(attribute.values)->data)) == "SAME_LOWER");
    }
    CHECK(found);
}

TEST_CASE("what is made of sizes is spread over them", "[onnx][sizes]")
{
    const Imported zeros(chain({node({"Shape", {"x"}, {"s"}, {}}), node({"ConstantOfShape", {"s"}, {"z"}, {}}), node({"Add", {"x", "z"}, {"y"}, {}})}, {}));
    require_good(zeros);
    CHECK(zeros.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SHAPE, ACCEL_OPERATION_EXPAND, ACCEL_OPERATION_ADD});
    CHECK(zeros.shown(zeros.output()) == "N x 3 x L");
}
