// SPDX-License-Identifier: MIT
// Scales and zero points that nodes give become quantisation of tensors.
#include "test_require.h"

#include <cmath>
#include <limits>

using namespace accel::onnx::test;

namespace {

std::string quantised_weights(const std::vector<float> &scales, int64_t axis, bool constant_scale = true)
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {1, 2})};
    if (!constant_scale) {
        text.inputs.push_back(value_info("s", kFloat, {}));
    }
    text.outputs = {named("y")};
    text.initializers = {bytes_tensor("w", {2, 3}, {1, 2, 3, 4, 5, 6}), bytes_tensor("z", {static_cast<int64_t>(scales.size())}, std::vector<int8_t>(scales.size(), 0))};
    if (constant_scale) {
        text.initializers.push_back(floats_tensor("s", {static_cast<int64_t>(scales.size())}, scales));
    }
    text.nodes = {node({"DequantizeLinear", {"w", "s", "z"}, {"wf"}, {attr_int("axis", axis)}}), node({"MatMul", {"x", "wf"}, {"y"}, {}})};
    return model(text);
}

}  // namespace

TEST_CASE("scales become the tensor's quantisation")
{
    const Imported per_axis(quantised_weights({0.5f, 0.25f, 2.0f}, -1));
    require_good(per_axis);
    const accel_tensor_desc &w = per_axis.named("w");
    REQUIRE(w.quantization != nullptr);
    CHECK(w.quantization->count == 3);
    CHECK(std::vector<int64_t>(w.quantization->block_dims, w.quantization->block_dims + w.quantization->rank) == std::vector<int64_t>{0, 1});
    CHECK(Imported::scale(w, 2) == 2.0f);
    require_refused(Imported(quantised_weights({0.5f, 0.25f}, 1)), ACCEL_STATUS_CORRUPT, "2 scales");
    require_refused(Imported(quantised_weights({0.0f}, 1)), ACCEL_STATUS_UNSUPPORTED, "no constant of zeros");
    require_refused(Imported(quantised_weights({-1.0f}, 1)), ACCEL_STATUS_CORRUPT, "above 0");
    require_refused(Imported(quantised_weights({std::numeric_limits<float>::infinity()}, 1)), ACCEL_STATUS_CORRUPT, "finite");
}

TEST_CASE("scales that are computed, and types that no quantisation has, become arithmetic")
{
    using Operations = std::vector<uint32_t>;
    const Imported computed(quantised_weights({1.0f}, 1, false));
    require_good(computed);
    CHECK(computed.operations() == Operations{ACCEL_OPERATION_CAST, ACCEL_OPERATION_CAST, ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_SUB, ACCEL_OPERATION_MUL, ACCEL_OPERATION_MATMUL});
    const auto quantised = [](int32_t type, std::string_view zero_point, std::vector<Attr> attributes = {}, const std::string &scale = scalar_tensor("s", 0.5f)) {
        return Imported(single(25, {2, 3}, {"QuantizeLinear", {"x", "s", "z"}, {}, std::move(attributes)}, {scale, raw_tensor("z", type, {}, zero_point)}));
    };
    const Operations whole{ACCEL_OPERATION_DIV, ACCEL_OPERATION_ROUND, ACCEL_OPERATION_CAST, ACCEL_OPERATION_ADD, ACCEL_OPERATION_IS_NAN, ACCEL_OPERATION_CLIP, ACCEL_OPERATION_WHERE, ACCEL_OPERATION_CAST};
    const Imported nibbles = quantised(22, std::string_view("\x01", 1));
    require_good(nibbles);
    CHECK(nibbles.operations() == whole);
    CHECK(nibbles.output().type == ACCEL_TYPE_I4);
    CHECK(quantised(5, std::string_view("\x01\0", 2)).operations() == whole);
    CHECK(quantised(17, std::string_view("\0", 1)).operations() == Operations{ACCEL_OPERATION_DIV, ACCEL_OPERATION_CAST, ACCEL_OPERATION_ADD, ACCEL_OPERATION_CAST});
    require_refused(quantised(17, std::string_view("\0", 1), {attr_int("saturate", 0)}), ACCEL_STATUS_UNSUPPORTED, "saturate 0 to");
    const Imported blocks = quantised(5, std::string_view("\x01\0", 2), {attr_int("axis", 1), attr_int("block_size", 2)}, floats_tensor("s", {2, 2}, {1, 2, 3, 4}));
    require_refused(blocks, ACCEL_STATUS_CORRUPT, "zero points of scalar, expected are 2x2 for blocks of 2");
}

namespace {

/// DequantizeLinear of [2, 4] bytes with such scales, in such blocks.
std::string in_blocks(const std::vector<int64_t> &scale_dims, std::vector<Attr> attributes, const std::vector<float> &scales, const std::vector<int8_t> &zero_points)
{
    ModelText text;
    text.opset = 21;
    text.outputs = {named("y")};
    text.initializers = {bytes_tensor("w", {2, 4}, {1, 2, 0, 0, 5, 6, 7, 8}), floats_tensor("s", scale_dims, scales), bytes_tensor("z", scale_dims, zero_points)};
    text.nodes = {node({"DequantizeLinear", {"w", "s", "z"}, {"y"}, std::move(attributes)})};
    return model(text);
}

}  // namespace

TEST_CASE("scales of blocks become the tensor's quantisation")
{
    const std::vector<int8_t> zeros{0, 0, 1, -1};
    const Imported rows(in_blocks({2, 2}, {attr_int("axis", -1), attr_int("block_size", 2)}, {0.5f, 0, 1, 2}, zeros));
    require_good(rows);
    const accel_quantization &quantization = *rows.named("w").quantization;
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

TEST_CASE("scales of narrow floats are taken where the result is float")
{
    const std::vector<std::string> initializers{raw_tensor("s", 10, {}, std::string_view("\x00\x38", 2)), raw_tensor("z", kInt8, {}, std::string_view("\x03", 1)),
                                                bytes_tensor("w", {2}, {1, 2})};
    const Imported taken(single(23, {2}, {"DequantizeLinear", {"w", "s", "z"}, {}, {attr_int("output_dtype", 1)}}, initializers));
    require_good(taken);
    CHECK(Imported::scale(taken.named("w")) == 0.5f);
    const Imported narrow(single(21, {2}, {"DequantizeLinear", {"w", "s", "z"}, {}, {}}, initializers));
    require_good(narrow);
    CHECK(narrow.operations().back() == ACCEL_OPERATION_CAST);
    CHECK(narrow.output().type == ACCEL_TYPE_F16);
}

TEST_CASE("stored values that are only moved keep their quantisation")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {2, 3})};
    text.outputs = {named("y")};
    text.initializers = {scalar_tensor("s", 0.5f), scalar_tensor("s2", 0.75f), raw_tensor("z", kInt8, {}, std::string_view("\x03", 1))};
    text.nodes = {node({"QuantizeLinear", {"x", "s", "z"}, {"q"}, {}}), node({"Transpose", {"q"}, {"t"}, {}}), node({"DequantizeLinear", {"t", "s", "z"}, {"y"}, {}})};
    const Imported moved(model(text));
    require_good(moved);
    CHECK(Imported::zero_point(moved.named("t")) == 3);
    CHECK(moved.named("t").type == ACCEL_TYPE_I8);
    text.nodes[2] = node({"DequantizeLinear", {"t", "s2", "z"}, {"y"}, {}});
    require_refused(Imported(model(text)), ACCEL_STATUS_UNSUPPORTED, "quantisation");
}

TEST_CASE("a stored pad value becomes the real one")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {2})};
    text.outputs = {named("y")};
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

TEST_CASE("QLinear operators become quantised operations")
{
    ModelText text;
    text.opset = 13;
    text.more_opsets = {{"com.microsoft", 1}};
    text.inputs = {value_info("x", kInt8, {1, 2, 4, 4})};
    text.outputs = {named("y")};
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
