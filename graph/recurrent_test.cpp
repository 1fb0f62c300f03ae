// SPDX-License-Identifier: MIT
// Tests of the shape rule of LSTM, GRU and RNN, and of what their attributes say.
#include <catch2/catch_test_macros.hpp>

#include <accel/graph/recurrent.h>

#include "test_node.h"

using namespace accel::graph;
using accel::graph::testing::TestNode;

namespace {

/// 5 steps of 2 rows of 3 values, 4 hidden ones.
TestNode lstm()
{
    TestNode node(ACCEL_OPERATION_LSTM);
    node.operand({5, 2, 3}).operand({1, 16, 3}).operand({1, 16, 4});
    return node;
}

const Activation &function(TestNode &node, int64_t direction, size_t place)
{
    static Recurrence read;
    Contradiction why;
    const auto made = read_recurrence(node.get(), &why);
    INFO(why.sentence);
    REQUIRE(made);
    read = *made;
    return read.activation(direction, place);
}

bool is(const Activation &activation, Curve curve, float alpha, float beta) { return activation.curve == curve && activation.alpha == alpha && activation.beta == beta; }

}  // namespace

TEST_CASE("recurrent operations have a result of every step, and the last states", "[rules]")
{
    CHECK(lstm().result().result().result().shapes() == "[5,1,2,4] [1,2,4] [1,2,4]");
    CHECK(lstm().result().shapes() == "[5,1,2,4]");
    TestNode both(ACCEL_OPERATION_GRU);
    both.operand({2, 5, 3}).operand({2, 12, 3}).operand({2, 12, 4}).operand({2, 24}).operand({2}, ACCEL_TYPE_I32).operand({2, 2, 4}).result().result();
    both.string(ACCEL_ATTRIBUTE_DIRECTION, "bidirectional").ints(ACCEL_ATTRIBUTE_LAYOUT, {1});
    CHECK(both.shapes() == "[2,5,2,4] [2,2,4]");
    TestNode open(ACCEL_OPERATION_RNN);
    const uint32_t n = open.symbol("N", 1, 9), t = open.symbol("T", 1, 99);
    CHECK(open.operand({Dim{-1, t}, Dim{-1, n}, 3}).operand({1, 4, 3}).operand({1, 4, 4}).result().result().shapes() == "[T,1,N,4] [1,N,4]");
    TestNode told(ACCEL_OPERATION_RNN);
    CHECK(told.operand({5, 2, 3}).operand({1, 4, 3}).operand({1, 4, kUnknownDim}).result().ints(ACCEL_ATTRIBUTE_HIDDEN_SIZE, {4}).shapes() == "[5,1,2,4]");
}

TEST_CASE("operands of recurrent operations fit each other", "[rules]")
{
    const auto with = [](size_t position, Shape shape) {
        TestNode node = lstm();
        for (size_t i = 3; i < position; ++i) node.absent();
        return node.operand(std::move(shape)).result().shapes();
    };
    CHECK(with(3, {1, 32}) == "[5,1,2,4]");
    CHECK(with(3, {1, 16}) == "operand 't3' has shape [1,16], expected [1,32]");
    CHECK(with(4, {3}) == "operand 't3' has shape [3], expected [2]");
    CHECK(with(5, {2, 1, 4}) == "operand 't3' has shape [2,1,4], expected [1,2,4]");
    CHECK(with(6, {1, 2}) == "operand 't3' has shape [1,2], expected rank 3");
    CHECK(with(7, {1, 12}) == "[5,1,2,4]");
    CHECK(with(7, {1, 16}) == "operand 't3' has shape [1,16], expected [1,12]");
    const auto of = [](Shape x, Shape w, Shape r) { return TestNode(ACCEL_OPERATION_GRU).operand(std::move(x)).operand(std::move(w)).operand(std::move(r)).result().shapes(); };
    CHECK(of({5, 2, 3}, {1, 12, 3}, {1, 12, 4}) == "[5,1,2,4]");
    CHECK(of({5, 2}, {1, 12, 3}, {1, 12, 4}) == "operand 't0' has shape [5,2], expected rank 3");
    CHECK(of({5, 2, 3}, {1, 16, 3}, {1, 12, 4}) == "operand 't1' has shape [1,16,3], expected [1,12,3]");
    CHECK(of({5, 2, 3}, {1, 12, 3}, {1, 16, 4}) == "operand 't2' has shape [1,16,4], expected [1,12,4]");
    CHECK(of({5, 2, 3}, {1, 0, 3}, {1, 0, 0}) == "operand 't2' has shape [1,0,0], expected a hidden size of at least 1");
    CHECK(lstm().result().ints(ACCEL_ATTRIBUTE_HIDDEN_SIZE, {5}).shapes() == "operand 't1' has shape [1,16,3], expected [1,20,3]");
    CHECK(lstm().result().ints(ACCEL_ATTRIBUTE_HIDDEN_SIZE, {INT64_MAX}).shapes() == "hidden_size is 9223372036854775807, expected at least 1");
    CHECK(lstm().result().ints(ACCEL_ATTRIBUTE_LAYOUT, {2}).shapes() == "layout is 2, expected 0 or 1");
    CHECK(lstm().result().string(ACCEL_ATTRIBUTE_DIRECTION, "backward").shapes() == "direction is 'backward', expected forward, reverse or bidirectional");
    CHECK(lstm().result().string(ACCEL_ATTRIBUTE_DIRECTION, "bidirectional").shapes() == "operand 't1' has shape [1,16,3], expected [2,16,3]");
}

TEST_CASE("functions of gates are told by name, and take their numbers in turn", "[rules]")
{
    TestNode usual = lstm();
    usual.string(ACCEL_ATTRIBUTE_DIRECTION, "reverse");
    CHECK(is(function(usual, 0, 0), Curve::kSigmoid, 0, 0));
    CHECK(is(function(usual, 0, 2), Curve::kTanh, 0, 0));
    TestNode named = lstm();
    named.strings(ACCEL_ATTRIBUTE_ACTIVATIONS, {"HardSigmoid", "Softsign", "LeakyRelu"}).floats(ACCEL_ATTRIBUTE_ACTIVATION_ALPHA, {0.5f, 0.25f}).floats(ACCEL_ATTRIBUTE_ACTIVATION_BETA, {2});
    CHECK(is(function(named, 0, 0), Curve::kHardSigmoid, 0.5f, 2));
    CHECK(is(function(named, 0, 1), Curve::kSoftsign, 0, 0));
    CHECK(is(function(named, 0, 2), Curve::kLeakyRelu, 0.25f, 0));
    TestNode few = lstm();
    few.strings(ACCEL_ATTRIBUTE_ACTIVATIONS, {"HardSigmoid", "Elu", "ThresholdedRelu"});
    CHECK(is(function(few, 0, 0), Curve::kHardSigmoid, 0.2f, 0.5f));
    CHECK(is(function(few, 0, 1), Curve::kElu, 1, 0));
    CHECK(is(function(few, 0, 2), Curve::kThresholdedRelu, 1, 0));
    TestNode both(ACCEL_OPERATION_RNN);
    both.operand({5, 2, 3}).operand({2, 4, 3}).operand({2, 4, 4}).string(ACCEL_ATTRIBUTE_DIRECTION, "bidirectional").strings(ACCEL_ATTRIBUTE_ACTIVATIONS, {"Affine", "Relu"});
    both.floats(ACCEL_ATTRIBUTE_ACTIVATION_ALPHA, {3}).floats(ACCEL_ATTRIBUTE_ACTIVATION_BETA, {-1});
    CHECK(is(function(both, 0, 0), Curve::kAffine, 3, -1));
    CHECK(is(function(both, 1, 0), Curve::kRelu, 0, 0));
    const auto refused = [](std::vector<std::string> names, std::vector<float> alphas) {
        return lstm().result().strings(ACCEL_ATTRIBUTE_ACTIVATIONS, std::move(names)).floats(ACCEL_ATTRIBUTE_ACTIVATION_ALPHA, std::move(alphas)).shapes();
    };
    CHECK(refused({"Tanh"}, {}) == "activations has 1 values, expected 3");
    CHECK(refused({"Tanh", "tanh", "Tanh"}, {}) == "activations names 'tanh', which is no function of ONNX's recurrent operators");
    CHECK(refused({"Tanh", "Tanh", "Affine"}, {}) == "activation_alpha has no number for Affine, which has no default");
    CHECK(refused({"Tanh", "Tanh", "ScaledTanh"}, {1}) == "activation_beta has no number for ScaledTanh, which has no default");
    CHECK(refused({"Tanh", "Elu", "Tanh"}, {1, 2, 3}) == "activation_alpha has 2 more values than there are functions that take one");
    CHECK(find_curve_like("hardsigmoid") == find_curve("HardSigmoid"));
    CHECK(find_curve_like("HardSwish") == nullptr);
}

TEST_CASE("work of recurrent operations is that of both products", "[rules]")
{
    CHECK(work_macs(lstm().result({5, 1, 2, 4}).get()) == 5 * 2 * (16 * 3 + 16 * 4));
    CHECK(work_macs(lstm().result({kUnknownDim, 1, 2, 4}).get()) == 0);
}

TEST_CASE("a transposed convolution makes the places that windows reach", "[rules]")
{
    const auto of = [](Shape x, Shape w) {
        TestNode node(ACCEL_OPERATION_CONV_TRANSPOSE);
        node.operand(std::move(x)).operand(std::move(w)).result();
        return node;
    };
    CHECK(of({1, 2, 4, 5}, {2, 3, 3, 2}).shapes() == "[1,3,6,6]");
    CHECK(of({1, 2, 4, 5}, {2, 3, 3, 2}).ints(ACCEL_ATTRIBUTE_STRIDES, {2, 3}).ints(ACCEL_ATTRIBUTE_DILATIONS, {2, 1}).ints(ACCEL_ATTRIBUTE_PADS, {1, 0, 2, 1}).ints(ACCEL_ATTRIBUTE_OUTPUT_PADDING, {1, 0}).shapes() == "[1,3,9,13]");
    CHECK(of({1, 4, 7}, {4, 3, 2}).ints(ACCEL_ATTRIBUTE_GROUP, {2}).shapes() == "[1,6,8]");
    CHECK(of({1, 4, 7}, {4, 3, 2}).ints(ACCEL_ATTRIBUTE_GROUP, {3}).shapes() == "operand 't1' has shape [4,3,2], whose input channels are no multiple of 3 groups");
    CHECK(of({1, 4, 7}, {3, 3, 2}).shapes() == "operand 't0' has shape [1,4,7] and operand 't1' has shape [3,3,2], whose input channels differ");
    CHECK(of({1, 4, 7}, {4, 3, 2}).ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3}).shapes() == "kernel_shape differs from the weights: operand 't1' has shape [4,3,2]");
    CHECK(of({1, 4, 2}, {4, 3, 2}).ints(ACCEL_ATTRIBUTE_PADS, {2, 1}).shapes() == "pads take all places of spatial axis 0, of which there are 3");
    CHECK(of({1, 4, 2}, {4, 3, 2}).ints(ACCEL_ATTRIBUTE_OUTPUT_PADDING, {-1}).shapes() == "output_padding is -1, expected 0 to 1073741824");
    CHECK(of({1, 4, 2}, {4, 3}).shapes().ends_with("expected equal ranks of at least 3"));
    CHECK(of({1, 4, int64_t{1} << 39}, {4, 3, 2}).ints(ACCEL_ATTRIBUTE_STRIDES, {1 << 20}).shapes().starts_with("spatial axis 0 of the result would pass"));
    CHECK(TestNode(ACCEL_OPERATION_CONV_TRANSPOSE).operand({1, 4, 7}).operand({4, 3, 2}).operand({4}).result().shapes() == "operand 't2' has shape [4], expected one per output channel");
    TestNode open(ACCEL_OPERATION_CONV_TRANSPOSE);
    const uint32_t n = open.symbol("N", 1, 9), width = open.symbol("W", 1, 99);
    CHECK(open.operand({Dim{-1, n}, 4, Dim{-1, width}}).operand({4, 3, 2}).result().shapes() == "[N,3,?]");
    CHECK(work_macs(of({1, 2, 4, 5}, {2, 3, 3, 2}).set_result({1, 3, 6, 6}, ACCEL_TYPE_F32).get()) == 2 * 4 * 5 * 3 * 6);
}
