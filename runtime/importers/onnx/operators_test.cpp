// SPDX-License-Identifier: MIT
// What importing resolves: auto_pad, negative axes, shape sub-graphs, forms of older opsets, quantisation.
#include "test_require.h"

#include <cmath>
#include <limits>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

std::string output_y() {
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, "y");
    return bytes;
}

/// UNSUPPORTED: the node is kept as a custom one, with this reason.
void require_refused(const Imported& model, accel_status status, const char* part) {
    INFO(model.message);
    if (status == ACCEL_STATUS_UNSUPPORTED) {
        REQUIRE(model.status == ACCEL_STATUS_OK);
        REQUIRE(model.broken_rule() == "");
        REQUIRE(model.keeps(part));
        return;
    }
    REQUIRE(model.status == status);
    REQUIRE(model.says(part));
}

std::string ones(std::string_view name, const Ints& dims) {
    int64_t count = 1;
    for (const int64_t size : dims) {
        count *= size;
    }
    return floats_tensor(name, dims, std::vector<float>(static_cast<size_t>(count), 1.0f));
}

std::string conv(std::vector<Attr> attributes, const std::vector<DimText>& x = {1, 2, 5, 6}) {
    return single(13, x, {"Conv", {"x", "w"}, {}, std::move(attributes)}, {ones("w", {4, 2, 2, 3})});
}

}  // namespace

TEST_CASE("auto_pad becomes pads") {
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

TEST_CASE("convolution checks its operands") {
    require_refused(Imported(conv({}, {1, 3, 5, 6})), ACCEL_STATUS_CORRUPT, "channels");
    require_refused(Imported(conv({}, {1, 2, 1, 6})), ACCEL_STATUS_CORRUPT, "does not fit");
    require_refused(Imported(conv({attr_ints("strides", {0, 1})})), ACCEL_STATUS_CORRUPT, "strides");
    require_refused(Imported(conv({attr_ints("pads", {0, 0, 0})})), ACCEL_STATUS_CORRUPT, "pads");
    require_refused(Imported(conv({attr_ints("pads", {INT64_MAX, 0, INT64_MAX, 0})})), ACCEL_STATUS_CORRUPT, "pads");
    require_refused(Imported(conv({attr_int("group", 3)})), ACCEL_STATUS_CORRUPT, "group");
    require_refused(Imported(conv({attr_int("novelty", 3)})), ACCEL_STATUS_UNSUPPORTED, "novelty");
}

TEST_CASE("a dimension known by name passes through where its size stays") {
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

TEST_CASE("clip of both forms") {
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
    text.outputs = {output_y()};
    text.nodes = {node({"Clip", {"x", "lo"}, {"y"}, {}})};
    const Imported computed(model(text));
    require_good(computed);
    CHECK(computed.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CLIP});
    CHECK(computed.node(0).input_count == 2);
    text.inputs[1] = value_info("lo", kFloat, {2});
    require_refused(Imported(model(text)), ACCEL_STATUS_UNSUPPORTED, "must be one float");
    require_refused(Imported(single(13, {2}, {"Clip", {"x", "lo"}, {}, {}}, {scalar_tensor("lo", NAN)})), ACCEL_STATUS_UNSUPPORTED, "not a number");
}

TEST_CASE("softmax below opset 13 flattens") {
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

TEST_CASE("reshape resolves 0 and -1") {
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

TEST_CASE("a shape computed by nodes becomes a constant") {
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {"N", 3, 4})};
    text.outputs = {output_y()};
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

TEST_CASE("views of one tensor become reshapes") {
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

TEST_CASE("slice of both forms") {
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
    require_refused(Imported(single(13, {5}, {"Slice", {"x", "s", "e", "", "t"}, {}, {}}, {ints_tensor("s", {4}), ints_tensor("e", {0}), ints_tensor("t", {-1})})),
                    ACCEL_STATUS_UNSUPPORTED, "step");
}

TEST_CASE("split, pad, reduce and gather take operands of their opset") {
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
    const auto* indices = static_cast<const int64_t*>(picked.tensor(picked.node(0).inputs[1]).data);
    CHECK(indices[0] == 3);
    require_refused(Imported(single(13, {4, 2}, {"Gather", {"x", "i"}, {}, {}}, {ints_tensor("i", {4})})), ACCEL_STATUS_CORRUPT, "index 4");
}

TEST_CASE("a constant output goes through an identity") {
    const Imported model(single(13, {2, 3}, {"Shape", {"x"}, {}, {}}));
    require_good(model);
    REQUIRE(model.operations() == std::vector<uint32_t>{ACCEL_OPERATION_IDENTITY});
    const auto* sizes = static_cast<const int64_t*>(model.tensor(model.node(0).inputs[0]).data);
    CHECK(sizes[0] == 2);
    CHECK(sizes[1] == 3);
    const Imported open(single(13, {"N", 3}, {"Shape", {"x"}, {}, {}}));
    require_good(open);
    CHECK(open.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SHAPE});
}

namespace {

std::string quantised_weights(const std::vector<float>& scales, int64_t axis, bool constant_scale = true) {
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {1, 2})};
    if (!constant_scale) {
        text.inputs.push_back(value_info("s", kFloat, {}));
    }
    text.outputs = {output_y()};
    text.initializers = {bytes_tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6}), bytes_tensor("z", {static_cast<int64_t>(scales.size())}, std::vector<int8_t>(scales.size(), 0))};
    if (constant_scale) {
        text.initializers.push_back(floats_tensor("s", {static_cast<int64_t>(scales.size())}, scales));
    }
    text.nodes = {node({"DequantizeLinear", {"w", "s", "z"}, {"wf"}, {attr_int("axis", axis)}}), node({"MatMul", {"x", "wf"}, {"y"}, {}})};
    return model(text);
}

}  // namespace

TEST_CASE("scales become the tensor's quantisation") {
    const Imported per_axis(quantised_weights({0.5f, 0.25f, 2.0f}, -1));
    require_good(per_axis);
    const accel_tensor_desc& w = per_axis.named("w");
    REQUIRE(w.quantization != nullptr);
    CHECK(w.quantization->count == 3);
    CHECK(std::vector<int64_t>(w.quantization->block_dims, w.quantization->block_dims + w.quantization->rank) == std::vector<int64_t>{0, 1});
    CHECK(Imported::scale(w, 2) == 2.0f);
    require_refused(Imported(quantised_weights({0.5f, 0.25f}, 1)), ACCEL_STATUS_CORRUPT, "2 scales");
    require_refused(Imported(quantised_weights({0.0f}, 1)), ACCEL_STATUS_UNSUPPORTED, "no constant of zeros");
    require_refused(Imported(quantised_weights({-1.0f}, 1)), ACCEL_STATUS_CORRUPT, "above 0");
    require_refused(Imported(quantised_weights({std::numeric_limits<float>::infinity()}, 1)), ACCEL_STATUS_CORRUPT, "finite");
    require_refused(Imported(quantised_weights({1.0f}, 1, false)), ACCEL_STATUS_UNSUPPORTED, "not constant");
}

namespace {

/// DequantizeLinear of [2, 4] bytes with such scales, in such blocks.
std::string in_blocks(const std::vector<int64_t>& scale_dims, std::vector<Attr> attributes, const std::vector<float>& scales, const std::vector<int8_t>& zero_points) {
    ModelText text;
    text.opset = 21;
    text.outputs = {output_y()};
    text.initializers = {bytes_tensor("w", {2, 4}, {1, 2, 0, 0, 5, 6, 7, 8}), floats_tensor("s", scale_dims, scales), bytes_tensor("z", scale_dims, zero_points)};
    text.nodes = {node({"DequantizeLinear", {"w", "s", "z"}, {"y"}, std::move(attributes)})};
    return model(text);
}

}  // namespace

TEST_CASE("scales of blocks become the tensor's quantisation") {
    const std::vector<int8_t> zeros{0, 0, 1, -1};
    const Imported rows(in_blocks({2, 2}, {attr_int("axis", -1), attr_int("block_size", 2)}, {0.5f, 0, 1, 2}, zeros));
    require_good(rows);
    const accel_quantization& quantization = *rows.named("w").quantization;
    REQUIRE(quantization.rank == 2);
    CHECK(quantization.block_dims[0] == 1);
    CHECK(quantization.block_dims[1] == 2);
    REQUIRE(quantization.count == 4);
    CHECK(Imported::scale(rows.named("w"), 1) == 2);  // of zeros alone: any scale says the same
    CHECK(Imported::zero_point(rows.named("w"), 3) == -1);
    CHECK(rows.operations() == std::vector<uint32_t>{ACCEL_OPERATION_DEQUANTIZE});
    const Imported uneven(in_blocks({2, 2}, {attr_int("axis", 1), attr_int("block_size", 3)}, {1, 2, 3, 4}, zeros));
    require_good(uneven);
    CHECK(uneven.named("w").quantization->block_dims[1] == 3);
    require_refused(Imported(in_blocks({2, 2}, {attr_int("axis", 0), attr_int("block_size", 2)}, {1, 1, 1, 1}, zeros)), ACCEL_STATUS_CORRUPT, "scales of 2x2, expected are 1x4 for blocks of 2");
    require_refused(Imported(in_blocks({2, 2}, {attr_int("axis", 0), attr_int("block_size", -2)}, {1, 1, 1, 1}, zeros)), ACCEL_STATUS_CORRUPT, "block_size -2");
    require_refused(Imported(in_blocks({2, 2}, {}, {1, 1, 1, 1}, zeros)), ACCEL_STATUS_UNSUPPORTED, "scales of 2x2 without a block_size");
    require_refused(Imported(in_blocks({2, 2}, {attr_int("axis", 1), attr_int("block_size", 2)}, {0, 1, 1, 1}, zeros)), ACCEL_STATUS_UNSUPPORTED, "no constant of zeros");
}

TEST_CASE("scales of narrow floats are taken where the result is float") {
    const std::vector<std::string> initializers{raw_tensor("s", 10, {}, std::string_view("\x00\x38", 2)), raw_tensor("z", kInt8, {}, std::string_view("\x03", 1)),
                                                bytes_tensor("w", {2}, {1, 2})};
    const Imported taken(single(23, {2}, {"DequantizeLinear", {"w", "s", "z"}, {}, {attr_int("output_dtype", 1)}}, initializers));
    require_good(taken);
    CHECK(Imported::scale(taken.named("w")) == 0.5f);
    require_refused(Imported(single(21, {2}, {"DequantizeLinear", {"w", "s", "z"}, {}, {}}, initializers)), ACCEL_STATUS_UNSUPPORTED, "output_dtype float16; only float");
}

TEST_CASE("stored values that are only moved keep their quantisation") {
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {2, 3})};
    text.outputs = {output_y()};
    text.initializers = {scalar_tensor("s", 0.5f), scalar_tensor("s2", 0.75f), raw_tensor("z", kInt8, {}, std::string_view("\x03", 1))};
    text.nodes = {node({"QuantizeLinear", {"x", "s", "z"}, {"q"}, {}}), node({"Transpose", {"q"}, {"t"}, {}}), node({"DequantizeLinear", {"t", "s", "z"}, {"y"}, {}})};
    const Imported moved(model(text));
    require_good(moved);
    CHECK(Imported::zero_point(moved.named("t")) == 3);
    CHECK(moved.named("t").type == ACCEL_TYPE_I8);
    text.nodes[2] = node({"DequantizeLinear", {"t", "s2", "z"}, {"y"}, {}});
    require_refused(Imported(model(text)), ACCEL_STATUS_UNSUPPORTED, "quantisation");
}

TEST_CASE("a stored pad value becomes the real one") {
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {2})};
    text.outputs = {output_y()};
    text.initializers = {scalar_tensor("s", 0.5f), raw_tensor("z", kInt8, {}, std::string_view("\x04", 1)), ints_tensor("p", {0, 1}), bytes_tensor("v", {}, {-6})};
    text.nodes = {node({"QuantizeLinear", {"x", "s", "z"}, {"q"}, {}}), node({"Pad", {"q", "p"}, {"t"}, {}}), node({"DequantizeLinear", {"t", "s", "z"}, {"y"}, {}})};
    const Imported zero(model(text));
    require_good(zero);
    CHECK(zero.held_floats(1, ACCEL_OPERAND_PAD_VALUE) == std::vector<float>{-2.0f});  // stored 0
    text.nodes[1] = node({"Pad", {"q", "p", "v"}, {"t"}, {}});
    const Imported given(model(text));
    require_good(given);
    CHECK(given.held_floats(1, ACCEL_OPERAND_PAD_VALUE) == std::vector<float>{-5.0f});  // stored -6
}

TEST_CASE("QLinear operators become quantised operations") {
    ModelText text;
    text.opset = 13;
    text.more_opsets = {{"com.microsoft", 1}};
    text.inputs = {value_info("x", kInt8, {1, 2, 4, 4})};
    text.outputs = {output_y()};
    const std::string bias = std::string("\x01\0\0\0\x02\0\0\0", 8);
    text.initializers = {scalar_tensor("s", 0.5f), scalar_tensor("t", 0.25f), raw_tensor("z", kInt8, {}, std::string_view("\0", 1)),
                         bytes_tensor("w", {2, 2, 1, 1}, {1, 2, 3, 4}), raw_tensor("b", kInt32, {2}, bias)};
    text.nodes = {node({"QLinearConv", {"x", "s", "z", "w", "s", "z", "t", "z", "b"}, {"c"}, {}}),
                  node({"QLinearAdd", {"c", "t", "z", "x", "s", "z", "s", "z"}, {"y"}, {}, "", "com.microsoft"})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CONV, ACCEL_OPERATION_ADD});
    CHECK(model_.node(0).rounding == ACCEL_ROUNDING_HALF_EVEN);
    CHECK(Imported::scale(model_.named("b")) == 0.25f);
    CHECK(Imported::scale(model_.named("c")) == 0.25f);
}

TEST_CASE("what is not understood is named") {
    const Imported unknown(single(17, {2}, {"Erf", {"x"}, {}, {}, "the_node"}));
    require_refused(unknown, ACCEL_STATUS_UNSUPPORTED, "the_node");
    CHECK(unknown.keeps("Erf of ai.onnx"));
    CHECK(unknown.output().type == 0);
    CHECK(unknown.output().rank == ACCEL_RANK_UNKNOWN);
    require_refused(Imported(single(29, {2}, {"Relu", {"x"}, {}, {}})), ACCEL_STATUS_UNSUPPORTED, "opset 29");
    require_refused(Imported(single(17, {2}, {"Relu", {"x"}, {}, {}, "n", "org.example"})), ACCEL_STATUS_UNSUPPORTED, "org.example");
    require_refused(Imported(single(14, {1, 2}, {"BatchNormalization", {"x", "o", "o", "o", "o"}, {}, {attr_int("training_mode", 1)}}, {ones("o", {2})})),
                    ACCEL_STATUS_UNSUPPORTED, "training_mode");
}

TEST_CASE("symbols that meet") {
    ModelText text;
    text.inputs = {value_info("a", kFloat, {"N", 3}), value_info("b", kFloat, {"N", 1}), value_info("c", kFloat, {"M", 3})};
    text.outputs = {output_y()};
    text.nodes = {node({"Add", {"a", "b"}, {"y"}, {}})};
    const Imported equal(model(text));
    require_good(equal);
    CHECK(equal.output().dims[0].symbol == 0);
    text.nodes = {node({"Add", {"a", "c"}, {"y"}, {}})};
    const Imported larger(model(text));
    require_good(larger);
    CHECK(larger.shown(larger.output()) == "max(N, M) x 3");
}
