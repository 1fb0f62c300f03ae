// SPDX-License-Identifier: MIT
// Cells that go along a sequence, and windows that are transposed: what importing resolves, and what it refuses.
#include "test_require.h"

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;
using Texts = std::vector<std::string>;

namespace {

/// A GRU of 5 steps, 2 rows, 3 values and 4 hidden ones.
NodeText gru(std::vector<Attr> attributes, std::vector<std::string> more = {}, std::vector<std::string> outputs = {})
{
    std::vector<std::string> inputs{"x", "w", "r"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    return {"GRU", inputs, outputs, std::move(attributes)};
}

std::vector<std::string> weights(int64_t directions = 1)
{
    return {ones("w", {directions, 12, 3}), ones("r", {directions, 12, 4}), ones("b", {directions, 24}), ones("h", {directions, 2, 4})};
}

Imported imported(NodeText text, int64_t directions = 1, const std::vector<DimText> &x = {5, 2, 3}) { return Imported(single(14, x, std::move(text), weights(directions))); }

std::string deconvolution(std::vector<Attr> attributes, const std::vector<DimText> &x = {1, 4, 5, 6}, const Ints &w = {4, 2, 2, 3})
{
    return single(13, x, {"ConvTranspose", {"x", "w"}, {}, std::move(attributes)}, {ones("w", w)});
}

}  // namespace

TEST_CASE("a recurrent operator says its sizes, and its functions as ONNX writes them")
{
    const Imported plain = imported(gru({}, {"b", "", "h"}));
    require_good(plain);
    CHECK(plain.operations() == std::vector<uint32_t>{ACCEL_OPERATION_GRU});
    CHECK(plain.ints(0, ACCEL_ATTRIBUTE_HIDDEN_SIZE) == Ints{4});
    CHECK(plain.texts(0, ACCEL_ATTRIBUTE_DIRECTION) == Texts{"forward"});
    CHECK(plain.texts(0, ACCEL_ATTRIBUTE_ACTIVATIONS).empty());
    CHECK(Imported::sizes(plain.output()) == Ints{5, 1, 2, 4});
    const Imported both = imported(gru({attr_string("direction", "bidirectional"), attr_strings("activations", {"sigmoid", "TANH", "HardSigmoid", "elu"}),
                                        attr_reals("activation_alpha", {0.25f, 3, 9}), attr_reals("activation_beta", {0.5f}), attr_real("clip", 2), attr_int("linear_before_reset", 1)}),
                                   2);
    require_good(both);
    CHECK(both.texts(0, ACCEL_ATTRIBUTE_ACTIVATIONS) == Texts{"Sigmoid", "Tanh", "HardSigmoid", "Elu"});
    CHECK(both.floats(0, ACCEL_ATTRIBUTE_ACTIVATION_ALPHA) == std::vector<float>{0.25f, 3});
    CHECK(both.floats(0, ACCEL_ATTRIBUTE_ACTIVATION_BETA) == std::vector<float>{0.5f});
    CHECK(both.floats(0, ACCEL_ATTRIBUTE_CELL_CLIP) == std::vector<float>{2});
    CHECK(both.ints(0, ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET) == Ints{1});
    CHECK(Imported::sizes(both.output()) == Ints{5, 2, 2, 4});
    const Imported batches = imported(gru({attr_int("layout", 1)}), 1, {2, 5, 3});
    require_good(batches);
    CHECK(Imported::sizes(batches.output()) == Ints{2, 5, 1, 4});
    const Imported open = imported(gru({}), 1, {"T", "N", 3});
    require_good(open);
    CHECK(open.shown(open.output()) == "T x 1 x N x 4");
}

TEST_CASE("results of a recurrent operator that nobody names are made where a later one is")
{
    ModelText text;
    text.opset = 14;
    text.inputs = {value_info("x", kFloat, {5, 2, 3})};
    text.outputs = {named("last")};
    text.initializers = weights();
    text.nodes = {node(gru({}, {}, {"", "last"}))};
    const Imported last(model(text));
    require_good(last);
    CHECK(last.node(0).output_count == 2);
    CHECK(Imported::sizes(last.output()) == Ints{1, 2, 4});
    text.outputs = {named("all")};
    text.nodes = {node(gru({}, {}, {"all", ""}))};
    const Imported all(model(text));
    require_good(all);
    CHECK(all.node(0).output_count == 1);
}

TEST_CASE("a recurrent operator checks its operands")
{
    require_refused(imported(gru({attr_string("direction", "sideways")})), ACCEL_STATUS_CORRUPT, "sideways");
    require_refused(imported(gru({attr_string("direction", "bidirectional")})), ACCEL_STATUS_CORRUPT, "w is 1x12x3, expected is 2x12x3");
    require_refused(imported(gru({attr_int("hidden_size", 5)})), ACCEL_STATUS_CORRUPT, "w is 1x12x3, expected is 1x15x3");
    require_refused(imported(gru({attr_int("hidden_size", INT64_MAX)})), ACCEL_STATUS_CORRUPT, "hidden_size");
    require_refused(imported(gru({attr_int("layout", 2)})), ACCEL_STATUS_CORRUPT, "layout is 2");
    require_refused(imported(gru({}, {"h"})), ACCEL_STATUS_CORRUPT, "b is 1x2x4");
    require_refused(imported(gru({}, {"", "h"})), ACCEL_STATUS_UNSUPPORTED, "element type");
    require_refused(imported(gru({}, {"", "", "b"})), ACCEL_STATUS_CORRUPT, "initial_h");
    require_refused(imported(gru({attr_strings("activations", {"Tanh"})})), ACCEL_STATUS_CORRUPT, "activations has 1 names, expected are 2");
    require_refused(imported(gru({attr_strings("activations", {"Tanh", "Mish"})})), ACCEL_STATUS_UNSUPPORTED, "'Mish'");
    require_refused(imported(gru({attr_strings("activations", {"Tanh", "Affine"}), attr_reals("activation_alpha", {1})})), ACCEL_STATUS_UNSUPPORTED, "activation_beta");
    require_refused(imported(gru({attr_real("clip", -1)})), ACCEL_STATUS_CORRUPT, "clip");
    require_refused(Imported(single(14, {5, 2}, gru({}), weights())), ACCEL_STATUS_CORRUPT, "rank 2");
}

TEST_CASE("a transposed convolution's pads follow from what is asked for")
{
    const Imported plain(deconvolution({attr_ints("strides", {2, 3}), attr_ints("pads", {1, 0, 0, 2}), attr_ints("output_padding", {1, 0}), attr_int("group", 2)}));
    require_good(plain);
    CHECK(Imported::sizes(plain.output()) == Ints{1, 4, 10, 16});
    CHECK(plain.ints(0, ACCEL_ATTRIBUTE_OUTPUT_PADDING) == Ints{1, 0});
    const Imported upper(deconvolution({attr_ints("strides", {1, 2}), attr_string("auto_pad", "SAME_UPPER")}));
    require_good(upper);
    CHECK(Imported::sizes(upper.output()) == Ints{1, 2, 5, 12});
    CHECK(upper.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{0, 0, 1, 1});
    const Imported lower(deconvolution({attr_ints("strides", {1, 2}), attr_string("auto_pad", "SAME_LOWER")}));
    require_good(lower);
    CHECK(lower.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{1, 1, 0, 0});
    const Imported valid(deconvolution({attr_string("auto_pad", "VALID"), attr_ints("pads", {1, 1, 1, 1})}));
    require_good(valid);
    CHECK(Imported::sizes(valid.output()) == Ints{1, 2, 6, 8});
    const Imported apart(deconvolution({attr_ints("strides", {3, 4}), attr_string("auto_pad", "SAME_UPPER")}));
    require_good(apart);
    CHECK(Imported::sizes(apart.output()) == Ints{1, 2, 15, 24});
    CHECK(apart.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{0, 0, 0, 0});
    CHECK(apart.ints(0, ACCEL_ATTRIBUTE_OUTPUT_PADDING) == Ints{1, 1});
    const Imported asked(deconvolution({attr_ints("strides", {2, 2}), attr_ints("output_shape", {1, 2, 9, 14})}));
    require_good(asked);
    CHECK(Imported::sizes(asked.output()) == Ints{1, 2, 9, 14});
    CHECK(asked.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{1, 0, 0, 0});
    CHECK(asked.ints(0, ACCEL_ATTRIBUTE_OUTPUT_PADDING) == Ints{0, 1});
    const Imported open(deconvolution({attr_ints("strides", {2, 2}), attr_ints("pads", {1, 0, 0, 0})}, {"N", 4, "H", 6}));
    require_good(open);
    CHECK(open.shown(open.output()) == "N x 2 x H * 2 - 1 x 13");
    const Imported same(deconvolution({attr_ints("strides", {2, 2}), attr_string("auto_pad", "SAME_LOWER")}, {"N", 4, "H", 6}));
    require_good(same);
    CHECK(same.shown(same.output()) == "N x 2 x H * 2 x 12");
    CHECK(same.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{0, 1, 0, 0});
}

TEST_CASE("a transposed convolution checks its operands")
{
    require_refused(Imported(deconvolution({}, {1, 3, 5, 6})), ACCEL_STATUS_CORRUPT, "do not fit");
    require_refused(Imported(deconvolution({attr_int("group", 3)})), ACCEL_STATUS_CORRUPT, "3 groups");
    require_refused(Imported(deconvolution({attr_ints("pads", {3, 0, 3, 0})})), ACCEL_STATUS_CORRUPT, "pads take all places");
    require_refused(Imported(deconvolution({attr_ints("output_padding", {-1, 0})})), ACCEL_STATUS_CORRUPT, "output_padding");
    require_refused(Imported(deconvolution({attr_ints("output_shape", {5})})), ACCEL_STATUS_CORRUPT, "output_shape");
    require_refused(Imported(deconvolution({attr_ints("output_shape", {9, 9})}, {1, 4, "H", 6})), ACCEL_STATUS_UNSUPPORTED, "open");
    require_refused(Imported(deconvolution({attr_ints("kernel_shape", {3, 3})})), ACCEL_STATUS_CORRUPT, "kernel_shape");
    require_refused(Imported(deconvolution({attr_string("auto_pad", "SOME")})), ACCEL_STATUS_CORRUPT, "auto_pad");
}
