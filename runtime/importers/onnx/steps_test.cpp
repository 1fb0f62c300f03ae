// SPDX-License-Identifier: MIT
// Operators that become several operations by what is known of them: steps along a sequence, transforms by a matrix, weights that are stored.
#include "test_node.h"

#include <cmath>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;
using Operations = std::vector<uint32_t>;

namespace {

struct Operand {
    const char *name;
    std::vector<DimText> dims;
    int32_t type = kFloat;
};

Imported imported(NodeText text, const std::vector<Operand> &inputs, int64_t opset = 27, const std::vector<std::string> &constants = {})
{
    std::vector<std::string> written;
    for (const Operand &each : inputs) {
        written.push_back(value_info(each.name, each.type, each.dims));
    }
    return Imported(around(std::move(text), opset, std::move(written), constants));
}

std::vector<float> floats_of(const accel_tensor_desc &tensor)
{
    std::vector<float> values(tensor.data_bytes / sizeof(float));
    std::memcpy(values.data(), tensor.data, tensor.data_bytes);
    return values;
}

std::string number(const char *name, int64_t value) { return indices_tensor(name, {}, {value}); }

}  // namespace

TEST_CASE("a causal convolution has its state in front, or zeros")
{
    const auto convolution = [](std::vector<std::string> operands, std::vector<Attr> attributes, const std::vector<DimText> &x = {2, 3, "L"}, const std::vector<DimText> &w = {3, 1, 4}, const std::vector<DimText> &state = {2, 3, 3}) {
        return imported({"CausalConvWithState", std::move(operands), {"y", "s2"}, std::move(attributes)}, {{"x", x}, {"w", w}, {"b", {3}}, {"s", state}});
    };
    const Imported plain = convolution({"x", "w"}, {});
    require_good(plain);
    CHECK(plain.operations() == Operations{ACCEL_OPERATION_PAD, ACCEL_OPERATION_CONV, ACCEL_OPERATION_IDENTITY, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_IDENTITY});
    CHECK(plain.held_ints(0, ACCEL_OPERAND_PAD_PADS) == Ints{0, 0, 3, 0, 0, 0});
    CHECK(plain.ints(1, ACCEL_ATTRIBUTE_GROUP) == Ints{3});
    CHECK(plain.shown(plain.output(0)) == "2 x 3 x L");
    CHECK(Imported::sizes(plain.output(1)) == Ints{2, 3, 3});
    const Imported behind = convolution({"x", "w", "b", "s"}, {attr_string("activation", "swish")});
    require_good(behind);
    CHECK(behind.operations() == Operations{ACCEL_OPERATION_CONCAT, ACCEL_OPERATION_CONV, ACCEL_OPERATION_SIGMOID, ACCEL_OPERATION_MUL, ACCEL_OPERATION_IDENTITY, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_IDENTITY});
    CHECK(behind.node(1).input_count == 3);
    const Imported alone = convolution({"x", "w"}, {}, {2, 3, 5}, {3, 1, 1});
    require_good(alone);
    CHECK(Imported::sizes(alone.output(1)) == Ints{2, 3, 0});
    require_refused(convolution({"x", "w"}, {attr_string("activation", "relu")}), ACCEL_STATUS_CORRUPT, "activation is 'relu'");
    require_refused(convolution({"x", "w"}, {}, {2, 4, "L"}), ACCEL_STATUS_CORRUPT, "expected are those of each channel");
    require_refused(convolution({"x", "w"}, {}, {2, 3, "L"}, {3, 1, "K"}), ACCEL_STATUS_UNSUPPORTED, "only known by name");
    require_refused(convolution({"x", "w", "", "s"}, {}, {2, 3, "L"}, {3, 1, 4}, {2, 3, 2}), ACCEL_STATUS_CORRUPT, "past_state is 2x3x2");
}

TEST_CASE("linear attention is the operations of its steps")
{
    struct Given {
        const char *rule = "linear";
        std::vector<std::string> operands = {"q", "k", "v"};
        std::vector<DimText> query{"B", 3, 8}, key{"B", 3, 4}, value{"B", 3, 6}, decay{"B", 3, 2}, beta{"B", 3, 1};
        int64_t query_heads = 4, key_heads = 2;
    };
    const auto attention = [](const Given &given) {
        return imported({"LinearAttention", given.operands, {"y", "s2"}, {attr_string("update_rule", given.rule), attr_int("q_num_heads", given.query_heads), attr_int("kv_num_heads", given.key_heads), attr_int("chunk_size", 8)}},
                        {{"q", given.query}, {"k", given.key}, {"v", given.value}, {"s", {"B", 2, 2, 3}}, {"g", given.decay}, {"b", given.beta}});
    };
    const Imported plain = attention({});
    require_good(plain);
    CHECK(count_of(plain, ACCEL_OPERATION_MATMUL) == 3);
    CHECK(count_of(plain, ACCEL_OPERATION_ADD) == 2);  // nothing is added to zeros
    CHECK(plain.shown(plain.output(0)) == "B x 3 x 12");
    CHECK(plain.shown(plain.output(1)) == "B x 2 x 2 x 3");
    const Imported all = attention({.rule = "gated_delta", .operands = {"q", "k", "v", "s", "g", "b"}});
    require_good(all);
    CHECK(count_of(all, ACCEL_OPERATION_MATMUL) == 6);
    CHECK(count_of(all, ACCEL_OPERATION_EXP) == 1);
    CHECK(count_of(all, ACCEL_OPERATION_SUB) == 3);
    require_refused(attention({.rule = "gated"}), ACCEL_STATUS_CORRUPT, "decay is missing");
    require_refused(attention({.rule = "delta", .operands = {"q", "k", "v", "s", "g"}}), ACCEL_STATUS_CORRUPT, "beta is missing");
    require_refused(attention({.rule = "squared"}), ACCEL_STATUS_CORRUPT, "update_rule is 'squared'");
    require_refused(attention({.query_heads = 3}), ACCEL_STATUS_CORRUPT, "q_num_heads is 3");
    require_refused(attention({.query = {"B", "T", 8}, .key = {"B", "T", 4}, .value = {"B", "T", 6}}), ACCEL_STATUS_UNSUPPORTED, "each is written by itself");
    require_refused(attention({.key = {"B", 2, 4}}), ACCEL_STATUS_CORRUPT, "other steps");
    require_refused(attention({.key = {"B", 3, 6}}), ACCEL_STATUS_CORRUPT, "do not go with");
    require_refused(attention({.value = {"B", 3, 5}}), ACCEL_STATUS_CORRUPT, "does not divide into 2 heads");
    require_refused(attention({.rule = "gated", .operands = {"q", "k", "v", "", "g"}, .decay = {"B", 3, 6}}), ACCEL_STATUS_CORRUPT, "one for each head");
}

TEST_CASE("a transform is a product with its factors")
{
    const auto dft = [](std::vector<Attr> attributes, const std::vector<DimText> &x, std::vector<std::string> more = {}) {
        std::vector<std::string> operands{"x"};
        operands.insert(operands.end(), more.begin(), more.end());
        return imported({"DFT", operands, {"y"}, std::move(attributes)}, {{"x", x}, {"given", {}, kInt64}}, 20, {number("n", 4), number("none", 0), number("first", 0), number("last", -1)});
    };
    const Imported real = dft({}, {"B", 2, 1});
    require_good(real);
    CHECK(real.operations() == Operations{ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_IDENTITY});
    CHECK(real.shown(real.output()) == "B x 2 x 2");
    const std::vector<float> factors = floats_of(real.tensor(real.node(1).inputs[1]));
    const std::vector<float> expected{1, 0, 1, 0, 1, 0, -1, 0};
    REQUIRE(factors.size() == expected.size());
    for (size_t i = 0; i < factors.size(); ++i) {
        CHECK(std::abs(factors[i] - expected[i]) < 1e-6f);
    }
    const Imported half = dft({attr_int("onesided", 1)}, {"B", 6, 1}, {"n"});
    require_good(half);
    CHECK(half.shown(half.output()) == "B x 3 x 2");
    const Imported back = dft({attr_int("onesided", 1), attr_int("inverse", 1)}, {"B", 6, 2});
    require_good(back);
    CHECK(back.shown(back.output()) == "B x 10 x 1");
    const Imported first = dft({}, {5, "B", 2}, {"", "first"});
    require_good(first);
    CHECK(count_of(first, ACCEL_OPERATION_TRANSPOSE) == 2);
    CHECK(first.shown(first.output()) == "5 x B x 2");
    require_refused(dft({attr_int("onesided", 1)}, {"B", 6, 2}), ACCEL_STATUS_CORRUPT, "no one-sided transform");
    require_refused(dft({}, {"B", 6, 3}), ACCEL_STATUS_CORRUPT, "neither 1");
    require_refused(dft({}, {"B", 6, 2}, {"", "last"}), ACCEL_STATUS_CORRUPT, "real and imaginary");
    require_refused(dft({}, {"B", "N", 2}), ACCEL_STATUS_UNSUPPORTED, "no size that is known");
    require_refused(dft({}, {"B", 6, 2}, {"given"}), ACCEL_STATUS_UNSUPPORTED, "must be a constant");
    require_refused(dft({}, {"B", 6, 2}, {"none"}), ACCEL_STATUS_CORRUPT, "is not one number from 1");
    require_refused(dft({}, {"B", 40000, 1}), ACCEL_STATUS_UNSUPPORTED, "its matrix has at most");
    require_refused(dft({attr_int("inverse", 2)}, {"B", 6, 2}), ACCEL_STATUS_CORRUPT, "inverse is 2");
}

TEST_CASE("transforms of frames take the places of each")
{
    const auto stft = [](std::vector<std::string> operands, std::vector<Attr> attributes, const std::vector<DimText> &x = {"B", 9, 1}) {
        return imported({"STFT", std::move(operands), {"y"}, std::move(attributes)}, {{"x", x}, {"w", {4}}}, 17, {number("step", 2), number("length", 4), number("long", 10), number("other", 3)});
    };
    const Imported plain = stft({"x", "step", "w"}, {});
    require_good(plain);
    CHECK(plain.shown(plain.output()) == "B x 3 x 3 x 2");
    CHECK(count_of(plain, ACCEL_OPERATION_MUL) == 1);
    const Imported whole = stft({"x", "step", "", "length"}, {attr_int("onesided", 0)});
    require_good(whole);
    CHECK(whole.shown(whole.output()) == "B x 3 x 4 x 2");
    CHECK(count_of(whole, ACCEL_OPERATION_MUL) == 0);
    require_refused(stft({"x", "step", "", "long"}, {}), ACCEL_STATUS_CORRUPT, "frames of 10 places");
    require_refused(stft({"x", "step", "w", "other"}, {}), ACCEL_STATUS_CORRUPT, "the window has 4");
    require_refused(stft({"x", "step", "w"}, {}, {"B", "L", 1}), ACCEL_STATUS_UNSUPPORTED, "only known by name");
    require_refused(stft({"x", "step", "w"}, {}, {"B", 9, 2}), ACCEL_STATUS_CORRUPT, "no one-sided transform");
}

TEST_CASE("an LSTM whose weights are stored has them dequantised")
{
    const auto lstm = [](const char *scale, const char *zero_point, std::vector<Attr> attributes = {}) {
        return imported({"DynamicQuantizeLSTM", {"x", "w", "r", "", "", "", "", "", scale, zero_point, "s", "z"}, {"y"}, std::move(attributes), {}, "com.microsoft"}, {{"x", {3, 2, 4}}}, 17,
                        {bytes_tensor("w", {1, 4, 8}, std::vector<int8_t>(32, 1)), bytes_tensor("r", {1, 2, 8}, std::vector<int8_t>(16, 2)), floats_tensor("s", {1}, {0.5f}), bytes_tensor("z", {1}, {1}),
                         floats_tensor("rows", {1, 8}, {1, 2, 3, 4, 5, 6, 7, 8}), bytes_tensor("zeros", {1, 8}, std::vector<int8_t>(8, 0)), floats_tensor("few", {1, 7}, std::vector<float>(7, 1))});
    };
    const Imported made = lstm("s", "z");
    require_good(made);
    CHECK(made.operations() == Operations{ACCEL_OPERATION_DEQUANTIZE, ACCEL_OPERATION_TRANSPOSE, ACCEL_OPERATION_DEQUANTIZE, ACCEL_OPERATION_TRANSPOSE, ACCEL_OPERATION_LSTM});
    CHECK(Imported::sizes(made.tensor(made.node(4).inputs[1])) == Ints{1, 8, 4});
    CHECK(Imported::sizes(made.output()) == Ints{3, 1, 2, 2});
    CHECK(Imported::scale(made.tensor(made.node(0).inputs[0])) == 0.5f);
    CHECK(Imported::zero_point(made.tensor(made.node(0).inputs[0])) == 1);
    const Imported rows = lstm("rows", "zeros");
    require_good(rows);
    CHECK(Imported::scale(rows.tensor(rows.node(0).inputs[0]), 7) == 8);
    require_refused(lstm("few", "zeros"), ACCEL_STATUS_CORRUPT, "one for each index of the first and the last axis");
    require_refused(lstm("rows", "z"), ACCEL_STATUS_CORRUPT, "8 scales and 1 zero points");
    require_refused(lstm("s", "z", {attr_int("hidden_size", 3)}), ACCEL_STATUS_CORRUPT, "expected is 1x12x4");
}

TEST_CASE("a softmax of other reals is one of float, or its steps")
{
    const auto softmax = [](const char *operation, int32_t type) { return imported({operation, {"x"}, {"y"}, {attr_int("axis", 0)}}, {{"x", {"N", 3}, type}}, 13); };
    const Imported half = softmax("Softmax", 10);
    require_good(half);
    CHECK(half.operations() == Operations{ACCEL_OPERATION_CAST, ACCEL_OPERATION_SOFTMAX, ACCEL_OPERATION_CAST});
    const Imported wide = softmax("Softmax", kDouble);
    require_good(wide);
    CHECK(wide.operations() == Operations{ACCEL_OPERATION_REDUCE_MAX, ACCEL_OPERATION_SUB, ACCEL_OPERATION_EXP, ACCEL_OPERATION_REDUCE_SUM, ACCEL_OPERATION_DIV});
    CHECK(wide.output().type == ACCEL_TYPE_F64);
    const Imported logarithm = softmax("LogSoftmax", kDouble);
    require_good(logarithm);
    CHECK(logarithm.operations() == Operations{ACCEL_OPERATION_REDUCE_MAX, ACCEL_OPERATION_SUB, ACCEL_OPERATION_EXP, ACCEL_OPERATION_REDUCE_SUM, ACCEL_OPERATION_LOG, ACCEL_OPERATION_SUB});
    require_refused(softmax("Softmax", kInt8), ACCEL_STATUS_UNSUPPORTED, "element type int8");
}
