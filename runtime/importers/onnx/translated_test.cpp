// SPDX-License-Identifier: MIT
// Operators that become several operations, or constants: which, of which sizes, and what is refused. What they compute is seen with ONNX's own tests (scripts/onnx-tests).
#include "test_require.h"

#include <algorithm>
#include <cmath>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;
using Operations = std::vector<uint32_t>;

namespace {

constexpr int64_t kOpset = 28;

/// x, and what follows it as a constant.
Imported of(const char *name, const std::vector<DimText> &x, std::vector<std::string> more, std::vector<Attr> attributes = {}, std::vector<std::string> constants = {})
{
    more.insert(more.begin(), "x");
    return Imported(single(kOpset, x, {name, more, {}, std::move(attributes)}, constants));
}

Imported fused(const char *name, const std::vector<DimText> &x, std::vector<std::string> operands, std::vector<Attr> attributes, const std::vector<std::string> &constants, std::vector<std::string> outputs = {"y"})
{
    ModelText text;
    text.more_opsets = {{"com.microsoft", 1}};
    text.inputs = {value_info("x", kFloat, x)};
    text.initializers = constants;
    NodeText written{name, std::move(operands), {}, std::move(attributes), "n", "com.microsoft"};
    for (const std::string &output : outputs) {
        if (!output.empty()) {
            text.outputs.push_back(named(output));
        }
    }
    written.outputs = std::move(outputs);
    text.nodes = {node(written)};
    return Imported(model(text));
}

Imported einsum(const char *equation, const std::vector<DimText> &x, const Ints &w)
{
    return of("Einsum", x, {"w"}, {attr_string("equation", equation)}, {ones("w", w)});
}

/// The constant that an output is a copy of; null: it is none.
const void *made_of(const Imported &model, uint32_t output = 0)
{
    for (uint32_t i = 0; i < model.graph().node_count; ++i) {
        if (model.node(i).outputs[0] == model.graph().outputs[output]) {
            return model.tensor(model.node(i).inputs[0]).data;
        }
    }
    return nullptr;
}

bool makes(const Imported &model, uint32_t operation)
{
    const Operations made = model.operations();
    return std::find(made.begin(), made.end(), operation) != made.end();
}

}  // namespace

TEST_CASE("an equation becomes products of matrices", "[translated]")
{
    const Imported product = einsum("bij,bjk->bik", {2, 3, 4}, {2, 4, 5});
    require_good(product);
    CHECK(product.operations() == Operations{ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_IDENTITY});
    CHECK(Imported::sizes(product.output()) == Ints{2, 3, 5});
    const Imported open = einsum("bij,jk->bki", {"N", 3, 4}, {4, 5});
    require_good(open);
    CHECK(open.shown(open.output()) == "N x 5 x 3");
    const Imported outer = einsum("i,j", {2}, {3});
    require_good(outer);
    CHECK(makes(outer, ACCEL_OPERATION_MUL));
    CHECK(Imported::sizes(outer.output()) == Ints{2, 3});
    const Imported hidden = einsum("...ij,...jk", {7, 1, 3, 4}, {6, 4, 5});
    require_good(hidden);
    CHECK(Imported::sizes(hidden.output()) == Ints{7, 6, 3, 5});
    const Imported ordered = einsum("ba,c", {2, 3}, {4});
    require_good(ordered);
    CHECK(Imported::sizes(ordered.output()) == Ints{3, 2, 4});
    const Imported diagonal = of("Einsum", {3, 3, 2}, {}, {attr_string("equation", "iij->ji")});
    require_good(diagonal);
    CHECK(makes(diagonal, ACCEL_OPERATION_SLICE));
    CHECK(Imported::sizes(diagonal.output()) == Ints{2, 3});
    const Imported all = of("Einsum", {3, 2}, {}, {attr_string("equation", "ij->")});
    require_good(all);
    CHECK(Imported::sizes(all.output()).empty());
}

TEST_CASE("an equation that does not fit is damage", "[translated]")
{
    require_refused(einsum("ij->ij", {2, 3}, {3}), ACCEL_STATUS_CORRUPT, "names 1 operands");
    require_refused(einsum("ijk,j", {2, 3}, {3}), ACCEL_STATUS_CORRUPT, "names 3 axes");
    require_refused(einsum("ij,j->ik", {2, 3}, {3}), ACCEL_STATUS_CORRUPT, "one that no operand has");
    require_refused(einsum("ij,j->ii", {2, 3}, {3}), ACCEL_STATUS_CORRUPT, "twice");
    require_refused(einsum("i1,j", {2, 3}, {3}), ACCEL_STATUS_CORRUPT, "has '1'");
    require_refused(einsum("ij,j", {2, 3}, {4}), ACCEL_STATUS_CORRUPT, "one name, and differ");
    require_refused(einsum("...i,i->i", {2, 3}, {3}), ACCEL_STATUS_CORRUPT, "leaves out");
    require_refused(of("Einsum", {2, 3}, {}, {attr_string("equation", "ii")}), ACCEL_STATUS_CORRUPT, "one name");
    require_refused(of("Einsum", {"N", 3}, {}, {attr_string("equation", "ii")}), ACCEL_STATUS_UNSUPPORTED, "only known by name");
}

TEST_CASE("classes are compared with indices", "[translated]")
{
    const std::vector<std::string> constants{ints_tensor("d", {4}), floats_tensor("v", {2}, {0, 1})};
    const Imported last = of("OneHot", {2, "N"}, {"d", "v"}, {}, constants);
    require_good(last);
    CHECK(last.shown(last.output()) == "2 x N x 4");
    const Imported first = of("OneHot", {2, 3}, {"d", "v"}, {attr_int("axis", 0)}, constants);
    require_good(first);
    CHECK(Imported::sizes(first.output()) == Ints{4, 2, 3});
    require_refused(of("OneHot", {2, 3}, {"d", "v"}, {}, {scalar_tensor("d", 2.5f), constants[1]}), ACCEL_STATUS_CORRUPT, "depth is 2.5");
    require_refused(of("OneHot", {2, 3}, {"d", "v"}, {}, {ints_tensor("d", {0}), constants[1]}), ACCEL_STATUS_CORRUPT, "depth is 0");
    require_refused(of("OneHot", {2, 3}, {"d", "v"}, {}, {constants[0], floats_tensor("v", {3}, {0, 1, 2})}), ACCEL_STATUS_CORRUPT, "expected are two");
    require_refused(of("OneHot", {2, 3}, {"d", "v"}, {attr_int("axis", 3)}, constants), ACCEL_STATUS_CORRUPT, "axis 3");
}

TEST_CASE("windows with gaps and powers become convolutions with ones", "[translated]")
{
    const Imported average = of("AveragePool", {1, 2, 5, 5}, {}, {attr_ints("kernel_shape", {2, 2}), attr_ints("dilations", {3, 3}), attr_ints("pads", {1, 1, 1, 1})});
    require_good(average);
    CHECK(average.operations() == Operations{ACCEL_OPERATION_CONV, ACCEL_OPERATION_DIV});
    CHECK(average.ints(0, ACCEL_ATTRIBUTE_GROUP) == Ints{2});
    CHECK(Imported::sizes(average.output()) == Ints{1, 2, 4, 4});
    const Imported ceiling = of("LpPool", {1, 1, 4}, {}, {attr_ints("kernel_shape", {3}), attr_ints("strides", {2}), attr_int("ceil_mode", 1)});
    require_good(ceiling);
    CHECK(ceiling.operations() == Operations{ACCEL_OPERATION_MUL, ACCEL_OPERATION_CONV, ACCEL_OPERATION_SQRT});
    CHECK(ceiling.ints(1, ACCEL_ATTRIBUTE_PADS) == Ints{0, 1});
    CHECK(Imported::sizes(ceiling.output()) == Ints{1, 1, 2});
    require_refused(of("LpPool", {1, 1, 4}, {}, {attr_ints("kernel_shape", {3}), attr_int("p", 0)}), ACCEL_STATUS_CORRUPT, "p is 0");
    require_refused(of("LpPool", {1, "C", 4}, {}, {attr_ints("kernel_shape", {3})}), ACCEL_STATUS_UNSUPPORTED, "only known by name");
}

TEST_CASE("values are put back where windows took them", "[translated]")
{
    const std::vector<std::string> sizes{ints_tensor("i", {3, 4}), ints_tensor("b", {2, 2})};
    const Imported image = of("Col2Im", {1, 8, 6}, {"i", "b"}, {}, sizes);
    require_good(image);
    CHECK(Imported::sizes(image.output()) == Ints{1, 2, 3, 4});
    require_refused(of("Col2Im", {1, 7, 6}, {"i", "b"}, {}, sizes), ACCEL_STATUS_CORRUPT, "channels times 4");
    require_refused(of("Col2Im", {1, 8, 5}, {"i", "b"}, {}, sizes), ACCEL_STATUS_CORRUPT, "6 positions");
    require_refused(of("Col2Im", {1, 8, 6}, {"i", "b"}, {}, {ints_tensor("i", {3, 1}), sizes[1]}), ACCEL_STATUS_CORRUPT, "does not fit");
    const std::vector<Attr> pool{attr_ints("kernel_shape", {2, 2}), attr_ints("strides", {2, 2})};
    const std::vector<std::string> indices{indices_tensor("i", {1, 1, 1, 2}, {1, 6}), ints_tensor("s", {1, 1, 3, 5})};
    const Imported unpooled = of("MaxUnpool", {1, 1, 1, 2}, {"i"}, pool, {indices[0]});
    require_good(unpooled);
    CHECK(Imported::sizes(unpooled.output()) == Ints{1, 1, 2, 4});
    const Imported larger = of("MaxUnpool", {1, 1, 1, 2}, {"i", "s"}, pool, indices);
    require_good(larger);
    CHECK(Imported::sizes(larger.output()) == Ints{1, 1, 3, 5});
    require_refused(of("MaxUnpool", {1, 1, 1, 2}, {"i", "s"}, pool, {indices[0], ints_tensor("s", {1, 1, 1, 4})}), ACCEL_STATUS_CORRUPT, "output_shape is smaller");
}

TEST_CASE("the middle stays, or zeros lie around it", "[translated]")
{
    const Imported both = of("CenterCropPad", {5, 3}, {"s"}, {}, {ints_tensor("s", {2, 6})});
    require_good(both);
    CHECK(both.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_EXPAND, ACCEL_OPERATION_EXPAND, ACCEL_OPERATION_CONCAT, ACCEL_OPERATION_IDENTITY});
    CHECK(both.held_ints(0, 1) == Ints{1});
    CHECK(Imported::sizes(both.output()) == Ints{2, 6});
    require_refused(of("CenterCropPad", {5, 3}, {"s"}, {}, {ints_tensor("s", {2})}), ACCEL_STATUS_CORRUPT, "1 values for 2 axes");
    require_refused(of("CenterCropPad", {"N", 3}, {"s"}, {}, {ints_tensor("s", {2, 3})}), ACCEL_STATUS_UNSUPPORTED, "only known by name");
}

TEST_CASE("sequences are turned, and caches written, at places that are computed", "[translated]")
{
    const Imported turned = of("ReverseSequence", {4, 2, 3}, {"l"}, {}, {ints_tensor("l", {4, 1})});
    require_good(turned);
    CHECK(makes(turned, ACCEL_OPERATION_GATHER_ND));
    CHECK(Imported::sizes(turned.output()) == Ints{4, 2, 3});
    require_refused(of("ReverseSequence", {4, 2, 3}, {"l"}, {}, {ints_tensor("l", {4, 1, 1})}), ACCEL_STATUS_CORRUPT, "one for each batch");
    require_refused(of("ReverseSequence", {4, 2, 3}, {"l"}, {attr_int("time_axis", 2)}, {ints_tensor("l", {4, 1})}), ACCEL_STATUS_CORRUPT, "0 and 1");
    const Imported written = of("TensorScatter", {2, 4, 3}, {"u", "w"}, {attr_string("mode", "circular")}, {ones("u", {2, 1, 3}), ints_tensor("w", {1, 3})});
    require_good(written);
    CHECK(makes(written, ACCEL_OPERATION_MOD));
    CHECK(written.operations().back() == ACCEL_OPERATION_SCATTER_ELEMENTS);
    require_refused(of("TensorScatter", {2, 4, 3}, {"u"}, {}, {ones("u", {2, 1, 2})}), ACCEL_STATUS_CORRUPT, "an update of 2x1x2");
    require_refused(of("TensorScatter", {2, 4, 3}, {"u"}, {attr_string("mode", "round")}, {ones("u", {2, 1, 3})}), ACCEL_STATUS_CORRUPT, "mode is 'round'");
}

TEST_CASE("pairs of values turn by the angles of their places", "[translated]")
{
    const std::vector<std::string> angles{ones("c", {1, 3, 2})};
    const Imported heads = of("RotaryEmbedding", {1, 2, 3, 6}, {"c", "c"}, {attr_int("rotary_embedding_dim", 4)}, angles);
    require_good(heads);
    CHECK(Imported::sizes(heads.output()) == Ints{1, 2, 3, 6});
    const Imported places = of("RotaryEmbedding", {1, 3, 8}, {"c", "c", "p"}, {attr_int("num_heads", 2)}, {ones("c", {9, 2}), indices_tensor("p", {1, 3}, {4, 5, 6})});
    require_good(places);
    CHECK(makes(places, ACCEL_OPERATION_GATHER));
    CHECK(Imported::sizes(places.output()) == Ints{1, 3, 8});
    require_refused(of("RotaryEmbedding", {1, 3, 8}, {"c", "c"}, {}, angles), ACCEL_STATUS_CORRUPT, "num_heads is 0");
    require_refused(of("RotaryEmbedding", {1, 2, 3, 6}, {"c", "c"}, {}, angles), ACCEL_STATUS_CORRUPT, "angles are 1x3x2");
    require_refused(of("RotaryEmbedding", {1, 2, 3, 6}, {"c", "c"}, {attr_int("rotary_embedding_dim", 3)}, angles), ACCEL_STATUS_CORRUPT, "rotary_embedding_dim is 3");
    require_refused(of("SwiGLU", {2, 3}, {"c"}, {}, {ones("c", {3})}), ACCEL_STATUS_CORRUPT, "must be equal");
}

TEST_CASE("windows of signals are constants", "[translated]")
{
    const Imported hann(single(17, {2}, {"HannWindow", {"n"}, {}, {}}, {ints_tensor("n", {4})}));
    require_good(hann);
    const auto *values = static_cast<const float *>(made_of(hann));
    REQUIRE(values != nullptr);
    CHECK(values[0] == 0.0f);
    CHECK(values[2] == 1.0f);
    CHECK(std::abs(values[1] - 0.5f) < 1e-6f);
    require_refused(Imported(single(17, {2}, {"HannWindow", {"n"}, {}, {}}, {ints_tensor("n", {0})})), ACCEL_STATUS_CORRUPT, "no number from 1");
    require_refused(Imported(single(17, {2}, {"HannWindow", {"n"}, {}, {attr_int("output_datatype", kInt32)}}, {ints_tensor("n", {4})})), ACCEL_STATUS_UNSUPPORTED, "int32");
    const std::vector<std::string> mel{ints_tensor("n", {4}), ints_tensor("l", {16}), ints_tensor("r", {8192}), scalar_tensor("a", 0)};
    const auto of_edge = [&](float edge) {
        std::vector<std::string> constants = mel;
        constants.push_back(scalar_tensor("b", edge));
        return Imported(single(17, {2}, {"MelWeightMatrix", {"n", "l", "r", "a", "b"}, {}, {}}, constants));
    };
    const Imported weights = of_edge(4096);
    require_good(weights);
    CHECK(Imported::sizes(weights.output()) == Ints{9, 4});
    require_refused(of_edge(1e6f), ACCEL_STATUS_CORRUPT, "leave the spectrum");
}

TEST_CASE("a grid is constant but for its matrices", "[translated]")
{
    const Imported grid = of("AffineGrid", {2, 2, 3}, {"s"}, {}, {ints_tensor("s", {2, 1, 4, 5})});
    require_good(grid);
    CHECK(Imported::sizes(grid.output()) == Ints{2, 4, 5, 2});
    require_refused(of("AffineGrid", {2, 3, 4}, {"s"}, {}, {ints_tensor("s", {2, 1, 4, 5})}), ACCEL_STATUS_CORRUPT, "expected is 2x2x3");
}

TEST_CASE("what ONNX Runtime has fused comes apart again", "[translated]")
{
    const std::vector<std::string> vector{ones("c", {3})};
    const Imported gelu = fused("BiasGelu", {2, 3}, {"x", "c"}, {}, vector);
    require_good(gelu);
    CHECK(gelu.operations() == Operations{ACCEL_OPERATION_ADD, ACCEL_OPERATION_GELU});
    const Imported product = fused("FusedMatMul", {2, 3}, {"x", "w"}, {attr_int("transB", 1), attr_real("alpha", 0.5f)}, {ones("w", {4, 3})});
    require_good(product);
    CHECK(product.operations() == Operations{ACCEL_OPERATION_TRANSPOSE, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_MUL});
    CHECK(Imported::sizes(product.output()) == Ints{2, 4});
    require_refused(fused("FusedMatMul", {2, 3}, {"x", "w"}, {attr_int("transBatchA", 1)}, {ones("w", {3, 4})}), ACCEL_STATUS_UNSUPPORTED, "transBatchA");
    const Imported normalised = fused("SkipLayerNormalization", {1, 2, 3}, {"x", "x", "c", "c", "c"}, {}, vector, {"y", "", "", "s"});
    require_good(normalised);
    CHECK(normalised.operations() == Operations{ACCEL_OPERATION_ADD, ACCEL_OPERATION_ADD, ACCEL_OPERATION_IDENTITY, ACCEL_OPERATION_LAYER_NORMALIZATION});
}

TEST_CASE("a fused convolution is followed by its activation", "[translated]")
{
    const auto activated = [](const char *name, std::vector<float> numbers, std::vector<std::string> operands = {"x", "w"}) {
        return fused("FusedConv", {1, 2, 5, 6}, std::move(operands), {attr_string("activation", name), attr_reals("activation_params", std::move(numbers))}, {ones("w", {4, 2, 2, 3}), ones("b", {4}), ones("z", {1, 4, 4, 4})});
    };
    const Imported clipped = activated("Clip", {0, 6}, {"x", "w", "b", "z"});
    require_good(clipped);
    CHECK(clipped.operations() == Operations{ACCEL_OPERATION_CONV, ACCEL_OPERATION_ADD, ACCEL_OPERATION_CLIP});
    CHECK(clipped.held_floats(2, 2) == std::vector<float>{6});
    const Imported leaky = activated("LeakyRelu", {0.25f});
    require_good(leaky);
    CHECK(leaky.floats(1, ACCEL_ATTRIBUTE_ALPHA) == std::vector<float>{0.25f});
    require_refused(activated("Clip", {0}), ACCEL_STATUS_UNSUPPORTED, "activation 'Clip' with 1 numbers");
    require_refused(activated("Softsign", {}), ACCEL_STATUS_UNSUPPORTED, "activation 'Softsign'");
}

TEST_CASE("in inference nothing is dropped", "[translated]")
{
    ModelText text;
    text.inputs = {value_info("x", kFloat, {2, 3})};
    text.outputs = {named("y"), named("m")};
    text.initializers = {scalar_tensor("r", 0), raw_tensor("t", kBool, {}, std::string(1, '\1')), scalar_tensor("h", 0.5f)};
    text.nodes = {node({"Dropout", {"x", "r", "t"}, {"y", "m"}, {}})};
    const Imported kept(model(text));
    require_good(kept);
    CHECK(kept.output(1).type == ACCEL_TYPE_BOOL);
    const auto *mask = static_cast<const char *>(made_of(kept, 1));
    REQUIRE(mask != nullptr);
    CHECK(std::all_of(mask, mask + 6, [](char byte) { return byte == 1; }));
    text.nodes = {node({"Dropout", {"x", "h", "t"}, {"y", "m"}, {}})};
    require_refused(Imported(model(text)), ACCEL_STATUS_UNSUPPORTED, "training_mode");
}
