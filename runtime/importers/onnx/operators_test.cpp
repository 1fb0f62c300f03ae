// SPDX-License-Identifier: MIT
// What importing resolves: auto_pad, negative axes, shape sub-graphs, forms of older opsets, quantisation.
#include "test_require.h"

#include <cmath>
#include <limits>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

std::string conv(std::vector<Attr> attributes, const std::vector<DimText> &x = {1, 2, 5, 6})
{
    return single(13, x, {"Conv", {"x", "w"}, {}, std::move(attributes)}, {ones("w", {4, 2, 2, 3})});
}

}  // namespace

TEST_CASE("auto_pad becomes pads")
{
    const Imported upper(conv({attr_string("auto_pad", "SAME_UPPER")}));
    require_good(upper);
    CHECK(upper.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{0, 1, 1, 1});
    CHECK(Imported::sizes(upper.output()) == Ints{1, 4, 5, 6});
    const Imported lower(conv({attr_string("auto_pad", "SAME_LOWER"), attr_ints("strides", {2, 1})}));
    require_good(lower);
    CHECK(lower.ints(0, ACCEL_ATTRIBUTE_PADS) == Ints{1, 1, 0, 1});
    CHECK(Imported::sizes(lower.output()) == Ints{1, 4, 3, 6});
    const Imported valid(conv({attr_string("auto_pad", "VALID")}));
    require_good(valid);
    CHECK(Imported::sizes(valid.output()) == Ints{1, 4, 4, 4});
    require_refused(Imported(conv({attr_string("auto_pad", "SOME")})), ACCEL_STATUS_CORRUPT, "auto_pad");
    require_refused(Imported(conv({attr_string("auto_pad", "SAME_UPPER")}, {1, 2, int64_t{0}, 6})), ACCEL_STATUS_UNSUPPORTED, "without positions");
}

TEST_CASE("convolution checks its operands")
{
    require_refused(Imported(conv({}, {1, 3, 5, 6})), ACCEL_STATUS_CORRUPT, "channels");
    require_refused(Imported(conv({}, {1, 2, 1, 6})), ACCEL_STATUS_CORRUPT, "does not fit");
    require_refused(Imported(conv({attr_ints("strides", {0, 1})})), ACCEL_STATUS_CORRUPT, "strides");
    require_refused(Imported(conv({attr_ints("pads", {0, 0, 0})})), ACCEL_STATUS_CORRUPT, "pads");
    require_refused(Imported(conv({attr_ints("pads", {INT64_MAX, 0, INT64_MAX, 0})})), ACCEL_STATUS_CORRUPT, "pads");
    require_refused(Imported(conv({attr_int("group", 3)})), ACCEL_STATUS_CORRUPT, "group");
    require_refused(Imported(conv({attr_int("novelty", 3)})), ACCEL_STATUS_UNSUPPORTED, "novelty");
}

TEST_CASE("a dimension known by name passes through where its size stays")
{
    const Imported batch(conv({}, {"N", 2, 5, 6}));
    require_good(batch);
    REQUIRE(batch.graph().symbol_count == 1);
    CHECK(std::string(batch.graph().symbols[0].name) == "N");
    CHECK(batch.graph().symbols[0].min_size == 1);
    CHECK(batch.output().dims[0].symbol == 0);
    const Imported same(conv({attr_string("auto_pad", "SAME_UPPER")}, {1, 2, "H", kOpen}));
    require_good(same);
    CHECK(same.output().dims[2].symbol == 0);
    CHECK(std::string(same.graph().symbols[1].name) == "x.dim3");
}

TEST_CASE("clip of both forms")
{
    const Imported old(single(6 + 1, {2}, {"Clip", {"x"}, {}, {attr_real("max", 6), attr_real("min", 0)}}));
    require_good(old);
    CHECK(old.held_floats(0, ACCEL_OPERAND_CLIP_MIN) == std::vector<float>{0});
    CHECK(old.held_floats(0, ACCEL_OPERAND_CLIP_MAX) == std::vector<float>{6});
    const Imported upper_only(single(13, {2}, {"Clip", {"x", "", "hi"}, {}, {}}, {scalar_tensor("hi", 6)}));
    require_good(upper_only);
    CHECK(upper_only.held_floats(0, ACCEL_OPERAND_CLIP_MIN).empty());
    CHECK(upper_only.held_floats(0, ACCEL_OPERAND_CLIP_MAX) == std::vector<float>{6});
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {2}), value_info("lo", kFloat, {})};
    text.outputs = {named("y")};
    text.nodes = {node({"Clip", {"x", "lo"}, {"y"}, {}})};
    const Imported computed(model(text));
    require_good(computed);
    CHECK(computed.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CLIP});
    CHECK(computed.node(0).input_count == 2);
    text.inputs[1] = value_info("lo", kFloat, {2});
    require_refused(Imported(model(text)), ACCEL_STATUS_UNSUPPORTED, "must be one float");
    require_refused(Imported(single(13, {2}, {"Clip", {"x", "lo"}, {}, {}}, {scalar_tensor("lo", NAN)})), ACCEL_STATUS_UNSUPPORTED, "not a number");
}

TEST_CASE("softmax below opset 13 flattens")
{
    const Imported matrix(single(11, {2, 3, 4}, {"Softmax", {"x"}, {}, {}}));
    require_good(matrix);
    CHECK(matrix.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_SOFTMAX, ACCEL_OPERATION_RESHAPE});
    CHECK(matrix.held_ints(0, ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{2, 12});
    CHECK(matrix.ints(1, ACCEL_ATTRIBUTE_AXIS) == Ints{1});
    CHECK(Imported::sizes(matrix.output()) == Ints{2, 3, 4});
    const Imported last(single(11, {2, 3, 4}, {"Softmax", {"x"}, {}, {attr_int("axis", -1)}}));
    require_good(last);
    CHECK(last.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SOFTMAX});
    CHECK(last.ints(0, ACCEL_ATTRIBUTE_AXIS) == Ints{2});
    const Imported ones_after(single(9, {2, 3, 1, 1}, {"Softmax", {"x"}, {}, {}}));
    require_good(ones_after);
    CHECK(ones_after.ints(0, ACCEL_ATTRIBUTE_AXIS) == Ints{1});
    const Imported today(single(13, {2, 3, 4}, {"Softmax", {"x"}, {}, {attr_int("axis", 1)}}));
    require_good(today);
    CHECK(today.operations().size() == 1);
}

TEST_CASE("reshape resolves 0 and -1")
{
    const Imported model(single(13, {2, 3, 4}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {0, -1, 2})}));
    require_good(model);
    CHECK(model.held_ints(0, ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{2, 6, 2});
    require_refused(Imported(single(13, {2, 3}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {4, -1})})), ACCEL_STATUS_CORRUPT, "no -1");
    require_refused(Imported(single(13, {2, 3}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {-1, -1})})), ACCEL_STATUS_CORRUPT, "more than one");
    require_refused(Imported(single(13, {2, 3}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {7})})), ACCEL_STATUS_CORRUPT, "elements");
    const Imported symbolic(single(13, {"N", 3, 4}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {-1, 12})}));
    require_good(symbolic);
    CHECK(symbolic.output().dims[0].symbol == 0);
    CHECK(symbolic.output().dims[1].size == 12);
    const Imported flat(single(13, {"N", 3}, {"Reshape", {"x", "s"}, {}, {}}, {ints_tensor("s", {-1})}));
    require_good(flat);
    CHECK(flat.shown(flat.output()) == "N * 3");
}

TEST_CASE("a shape computed by nodes becomes a constant")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {"N", 3, 4})};
    text.outputs = {named("y")};
    text.initializers = {ints_tensor("zero", {0}), ints_tensor("axis", {0}), ints_tensor("rest", {-1}), ints_tensor("one", {1})};
    text.nodes = {
        node({"Shape", {"x"}, {"shape"}, {}}),
        node({"Gather", {"shape", "zero"}, {"batch"}, {attr_int("axis", 0)}}),
        node({"Squeeze", {"batch", "axis"}, {"scalar"}, {}}),
        node({"Cast", {"scalar"}, {"cast"}, {attr_int("to", kInt64)}}),
        node({"Unsqueeze", {"cast", "axis"}, {"list"}, {}}),
        node({"Mul", {"list", "one"}, {"product"}, {}}),
        node({"Concat", {"product", "rest"}, {"target"}, {attr_int("axis", 0)}}),
        node({"Reshape", {"x", "target"}, {"y"}, {}}),
    };
    const Imported imported(model(text));
    require_good(imported);
    CHECK(imported.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RESHAPE});
    CHECK(imported.output().dims[0].symbol == 0);
    CHECK(imported.output().dims[1].size == 12);
    CHECK(imported.graph().tensor_count == 3);
}

TEST_CASE("casts to 8-bit floats saturate, and powers of two are rounded up")
{
    constexpr int64_t kF8E4M3FN = 17, kInt4 = 22, kF8E8M0 = 24;
    const auto cast = [](int64_t to, std::vector<Attr> attributes = {}) {
        attributes.push_back(attr_int("to", to));
        return Imported(single(24, {2, 3}, {"Cast", {"x"}, {}, attributes}));
    };
    const Imported plain = cast(kF8E4M3FN, {attr_int("saturate", 1)});
    require_good(plain);
    CHECK(plain.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CAST});
    CHECK(plain.output().type == ACCEL_TYPE_F8E4M3FN);
    CHECK(cast(kF8E8M0, {attr_string("round_mode", "up")}).operations() == std::vector<uint32_t>{ACCEL_OPERATION_CAST});
    // Of other types neither means anything.
    CHECK(cast(kInt4, {attr_int("saturate", 0), attr_string("round_mode", "down")}).operations() == std::vector<uint32_t>{ACCEL_OPERATION_CAST});
    CHECK(cast(kF8E8M0, {attr_int("saturate", 0)}).operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM});
    CHECK(cast(kF8E8M0, {attr_string("round_mode", "nearest")}).operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM});
}

TEST_CASE("views of one tensor become reshapes")
{
    const Imported flat(single(13, {2, 3, 4}, {"Flatten", {"x"}, {}, {attr_int("axis", -1)}}));
    require_good(flat);
    CHECK(flat.held_ints(0, ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{6, 4});
    const Imported squeezed(single(11, {1, 3, 1}, {"Squeeze", {"x"}, {}, {}}));
    require_good(squeezed);
    CHECK(squeezed.held_ints(0, ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{3});
    const Imported unsqueezed(single(11, {3}, {"Unsqueeze", {"x"}, {}, {attr_ints("axes", {-1, 0})}}));
    require_good(unsqueezed);
    CHECK(unsqueezed.held_ints(0, ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{1, 3, 1});
    require_refused(Imported(single(11, {2, 3}, {"Squeeze", {"x"}, {}, {attr_ints("axes", {0})}})), ACCEL_STATUS_CORRUPT, "not 1");
    const Imported dropped(single(13, {2}, {"Dropout", {"x"}, {}, {}}));
    require_good(dropped);
    CHECK(dropped.operations() == std::vector<uint32_t>{ACCEL_OPERATION_IDENTITY});
}

TEST_CASE("slice of both forms")
{
    const Imported old(single(9, {4, 5}, {"Slice", {"x"}, {}, {attr_ints("starts", {-3, 1}), attr_ints("ends", {INT64_MAX, -1}), attr_ints("axes", {1, 0})}}));
    require_good(old);
    CHECK(old.held_ints(0, ACCEL_OPERAND_SLICE_AXES) == Ints{0, 1});
    CHECK(old.held_ints(0, ACCEL_OPERAND_SLICE_STARTS) == Ints{1, 2});
    CHECK(old.held_ints(0, ACCEL_OPERAND_SLICE_ENDS) == Ints{3, 5});
    CHECK(Imported::sizes(old.output()) == Ints{2, 3});
    const Imported strided(single(13, {5}, {"Slice", {"x", "s", "e", "a", "t"}, {}, {}},
                                  {ints_tensor("s", {0}), ints_tensor("e", {INT64_MIN + 1}), ints_tensor("a", {-1}), ints_tensor("t", {INT64_MAX})}));
    require_good(strided);
    CHECK(Imported::sizes(strided.output()) == Ints{0});
    const auto backwards = [](int64_t start, int64_t end, int64_t step) {
        return Imported(single(13, {5}, {"Slice", {"x", "s", "e", "", "t"}, {}, {}}, {ints_tensor("s", {start}), ints_tensor("e", {end}), ints_tensor("t", {step})}));
    };
    CHECK(Imported::sizes(backwards(4, 0, -1).output()) == Ints{4});
    CHECK(Imported::sizes(backwards(-1, INT64_MIN + 1, -2).output()) == Ints{3});
    CHECK(Imported::sizes(backwards(1, 3, -1).output()) == Ints{0});
    const Imported turned = backwards(99, -99, INT64_MIN + 1);
    require_good(turned);
    CHECK(Imported::sizes(turned.output()) == Ints{1});
    CHECK(turned.held_ints(0, ACCEL_OPERAND_SLICE_STARTS) == Ints{4});
    CHECK(turned.held_ints(0, ACCEL_OPERAND_SLICE_ENDS) == Ints{-6});
    require_refused(Imported(single(13, {"N"}, {"Slice", {"x", "s", "e", "", "t"}, {}, {}}, {ints_tensor("s", {4}), ints_tensor("e", {0}), ints_tensor("t", {-1})})),
                    ACCEL_STATUS_UNSUPPORTED, "step");
}

TEST_CASE("split, pad, reduce and gather take operands of their opset")
{
    const Imported halves(single(18, {7}, {"Split", {"x"}, {"y", "z"}, {attr_int("num_outputs", 2)}}));
    require_good(halves);
    CHECK(halves.held_ints(0, ACCEL_OPERAND_SPLIT_SPLIT) == Ints{4, 3});
    require_refused(Imported(single(13, {7}, {"Split", {"x"}, {"y", "z"}, {}})), ACCEL_STATUS_CORRUPT, "equal parts");
    const Imported padded(single(18, {2, 3}, {"Pad", {"x", "p", "", "a"}, {}, {}}, {ints_tensor("p", {1, 2}), ints_tensor("a", {-1})}));
    require_good(padded);
    CHECK(padded.held_ints(0, ACCEL_OPERAND_PAD_PADS) == Ints{0, 1, 0, 2});
    const Imported mean(single(18, {2, 3, 4}, {"ReduceMean", {"x", "a"}, {}, {attr_int("keepdims", 0)}}, {ints_tensor("a", {-1, 1})}));
    require_good(mean);
    CHECK(mean.held_ints(0, ACCEL_OPERAND_REDUCE_MEAN_AXES) == Ints{1, 2});
    CHECK(Imported::sizes(mean.output()) == Ints{2});
    const Imported picked(single(13, {4, 2}, {"Gather", {"x", "i"}, {}, {}}, {ints_tensor("i", {-1, 0})}));
    require_good(picked);
    const auto *indices = static_cast<const int64_t *>(picked.tensor(picked.node(0).inputs[1]).data);
    CHECK(indices[0] == 3);
    require_refused(Imported(single(13, {4, 2}, {"Gather", {"x", "i"}, {}, {}}, {ints_tensor("i", {4})})), ACCEL_STATUS_CORRUPT, "index 4");
}

TEST_CASE("a constant output goes through an identity")
{
    const Imported model(single(13, {2, 3}, {"Shape", {"x"}, {}, {}}));
    require_good(model);
    REQUIRE(model.operations() == std::vector<uint32_t>{ACCEL_OPERATION_IDENTITY});
    const auto *sizes = static_cast<const int64_t *>(model.tensor(model.node(0).inputs[0]).data);
    CHECK(sizes[0] == 2);
    CHECK(sizes[1] == 3);
    const Imported open(single(13, {"N", 3}, {"Shape", {"x"}, {}, {}}));
    require_good(open);
    CHECK(open.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SHAPE});
}

TEST_CASE("what is not understood is named")
{
    const Imported unknown(single(17, {2}, {"Det", {"x"}, {}, {}, "the_node"}));
    require_refused(unknown, ACCEL_STATUS_UNSUPPORTED, "the_node");
    CHECK(unknown.keeps("Det of ai.onnx"));
    CHECK(unknown.output().type == 0);
    CHECK(unknown.output().rank == ACCEL_RANK_UNKNOWN);
    require_refused(Imported(single(29, {2}, {"Relu", {"x"}, {}, {}})), ACCEL_STATUS_UNSUPPORTED, "opset 29");
    require_refused(Imported(single(17, {2}, {"Relu", {"x"}, {}, {}, "n", "org.example"})), ACCEL_STATUS_UNSUPPORTED, "org.example");
    require_refused(Imported(single(14, {1, 2}, {"BatchNormalization", {"x", "o", "o", "o", "o"}, {}, {attr_int("training_mode", 1)}}, {ones("o", {2})})),
                    ACCEL_STATUS_UNSUPPORTED, "training_mode");
}

TEST_CASE("symbols that meet")
{
    ModelText text;
    text.inputs = {value_info("a", kFloat, {"N", 3}), value_info("b", kFloat, {"N", 1}), value_info("c", kFloat, {"M", 3})};
    text.outputs = {named("y")};
    text.nodes = {node({"Add", {"a", "b"}, {"y"}, {}})};
    const Imported equal(model(text));
    require_good(equal);
    CHECK(equal.output().dims[0].symbol == 0);
    text.nodes = {node({"Add", {"a", "c"}, {"y"}, {}})};
    const Imported larger(model(text));
    require_good(larger);
    CHECK(larger.shown(larger.output()) == "max(N, M) x 3");
}
