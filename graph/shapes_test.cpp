// SPDX-License-Identifier: MIT
// Tests of shape rules and of how work is counted.
#include <catch2/catch_test_macros.hpp>

#include <accel/graph/catalog.h>

#include <cmath>

#include "test_node.h"

using namespace accel::graph;
using accel::graph::testing::TestNode;

TEST_CASE("every operation of the catalog has its rules", "[rules]")
{
    for (const OperationRow &row : operations()) {
        INFO(row.name);
        CHECK(find_operation(row.operation) == &row);
        CHECK(row.rules.shapes);
        CHECK(row.rules.work);
    }
    CHECK(TestNode(ACCEL_OPERATION_CUSTOM).result().result().shapes() == "? ?");
    CHECK(TestNode(9999).result().shapes() == "?");
}

TEST_CASE("windows slide over the sizes that they are given", "[rules]")
{
    const auto pool = [](int64_t size, bool ceil) {
        TestNode node(ACCEL_OPERATION_MAX_POOL);
        node.operand({1, 2, size}).result().ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2}).ints(ACCEL_ATTRIBUTE_STRIDES, {3}).ints(ACCEL_ATTRIBUTE_CEIL_MODE, {ceil});
        return node.shapes();
    };
    CHECK(pool(7, false) == "[1,2,2]");
    CHECK(pool(7, true) == "[1,2,3]");
    CHECK(pool(6, true) == "[1,2,2]");  // a third window would begin behind the axis
    CHECK(pool(1, false) == "the window covers 2 positions of spatial axis 0, which has 1 with padding");
    TestNode conv(ACCEL_OPERATION_CONV);
    const uint32_t width = conv.symbol("W", 1, 100);
    conv.operand({1, 4, 9, Dim{-1, width}}).operand({6, 2, 3, 3}).operand({6}).result();
    conv.ints(ACCEL_ATTRIBUTE_GROUP, {2}).ints(ACCEL_ATTRIBUTE_DILATIONS, {2, 1}).ints(ACCEL_ATTRIBUTE_PADS, {1, 0, 1, 0});
    CHECK(conv.shapes() == "[1,6,7,?]");
    CHECK(conv.string(ACCEL_ATTRIBUTE_AUTO_PAD, "VALID").shapes() == "auto_pad is 'VALID', expected SAME_UPPER, SAME_LOWER or none");
    TestNode same(ACCEL_OPERATION_CONV);
    CHECK(same.operand({1, 1, 9}).operand({1, 1, 4}).result().ints(ACCEL_ATTRIBUTE_STRIDES, {2}).string(ACCEL_ATTRIBUTE_AUTO_PAD, "SAME_UPPER").shapes() == "[1,1,5]");
    const auto told = [](std::vector<int64_t> kernel) { return TestNode(ACCEL_OPERATION_CONV).operand({1, 1, 9, 9}).operand({1, 1, 4, 3}).result().ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, std::move(kernel)).shapes(); };
    CHECK(told({4, 3}) == "[1,1,6,7]");
    for (const std::vector<int64_t> &other : {std::vector<int64_t>{4, 4}, {3, 4}, {4}, {4, 3, 1}})
        CHECK(told(other) == "kernel_shape differs from the weights: operand 't1' has shape [1,1,4,3]");
    CHECK(TestNode(ACCEL_OPERATION_CONV).operand({1, 3, 9}).operand({4, 1, 3}).result().shapes().starts_with("operand 't0' has shape [1,3,9], which needs 3 input channels per group"));
}

TEST_CASE("named sizes go through the rules as far as they can", "[rules]")
{
    TestNode sum(ACCEL_OPERATION_ADD);
    const uint32_t n = sum.symbol("N", 1, 8);
    CHECK(sum.operand({Dim{-1, n}, 1, 5}).operand({3, 1}).result().shapes() == "[N,3,5]");
    TestNode product(ACCEL_OPERATION_MATMUL);
    const uint32_t k = product.symbol("K", 1, 8);
    CHECK(product.operand({2, 1, 7, Dim{-1, k}}).operand({3, Dim{-1, k}, 4}).result().shapes() == "[2,3,7,4]");
    TestNode wrong(ACCEL_OPERATION_MATMUL);
    const uint32_t few = wrong.symbol("F", 1, 8);
    CHECK(wrong.operand({7, Dim{-1, few}}).operand({9}).result().shapes() == "operand 't0' has shape [7,F] and operand 't1' has shape [9], whose inner sizes differ");
    TestNode row(ACCEL_OPERATION_CONCAT);
    const uint32_t m = row.symbol("M", 1, 8);
    CHECK(row.operand({Dim{-1, m}, 2}).operand({4, 3}).result().ints(ACCEL_ATTRIBUTE_AXIS, {1}).shapes() == "[4,5]");
}

TEST_CASE("what attributes and value operands say is checked before it is used", "[rules]")
{
    const auto slice = [](std::vector<int64_t> starts, std::vector<int64_t> ends, std::vector<int64_t> axes, std::vector<int64_t> steps) {
        TestNode node(ACCEL_OPERATION_SLICE);
        node.operand({6, 0}).list(starts).list(ends).list(axes).list(steps).result();
        return node.shapes();
    };
    CHECK(slice({1}, {100}, {0}, {2}) == "[3,0]");
    CHECK(slice({INT64_MAX}, {INT64_MIN}, {0}, {-4}) == "[2,0]");
    CHECK(slice({4}, {INT64_MIN}, {1}, {-1}) == "[6,0]");  // nothing of nothing
    CHECK(slice({0}, {1}, {0}, {0}) == "a step of 0; operand 't0' has shape [6,0]");
    CHECK(slice({0, 0}, {1, 1}, {1, -1}, {1, 1}) == "axis 1 is given twice; operand 't0' has shape [6,0]");
    CHECK(slice({0}, {1}, {2}, {1}) == "axis 2 lies outside of rank 2; operand 't0' has shape [6,0]");
    const auto reshape = [](std::vector<int64_t> shape) { return TestNode(ACCEL_OPERATION_RESHAPE).operand({2, 3, 4}).list(shape).result().shapes(); };
    CHECK(reshape({0, -1}) == "[2,12]");
    CHECK(reshape({-1, -1}) == "shape has -1 at axis 1");
    CHECK(reshape({-1, INT64_MAX}) == "shape has 9223372036854775807 at axis 1");
    CHECK(reshape({5, -1}) == "operand 't0' has shape [2,3,4], which does not divide into the wanted shape");
    CHECK(TestNode(ACCEL_OPERATION_RESHAPE).operand({6}).operand({2}, ACCEL_TYPE_I64).result({2, 3}).shapes() == "?");  // a value operand that is not known yet
    CHECK(TestNode(ACCEL_OPERATION_RESHAPE).operand({6}).absent().result({2, 3}).shapes() == "[2,3]");
    CHECK(TestNode(ACCEL_OPERATION_CLIP).operand({6}).operand({}).result().shapes() == "[6]");  // a bound changes no shape
    CHECK(TestNode(ACCEL_OPERATION_SOFTMAX).operand({2}).result().shapes() == "axis is missing");
    CHECK(TestNode(ACCEL_OPERATION_GATHER).operand({2, 3}).operand({4, 5}).result().ints(ACCEL_ATTRIBUTE_AXIS, {1}).shapes() == "[2,4,5]");
    CHECK(TestNode(ACCEL_OPERATION_SPLIT).operand({7}).list({3, 4}).result().result().shapes() == "[3] [4]");
    CHECK(TestNode(ACCEL_OPERATION_SPLIT).operand({7}).result().result().shapes() == "operand 't0' has shape [7], which does not divide into 2 equal parts");
    CHECK(TestNode(ACCEL_OPERATION_SPLIT).operand({7}).result({4}).result({3}).shapes() == "[4] [3]");  // the last one smaller, as declared
    CHECK(TestNode(ACCEL_OPERATION_SPLIT).operand({7}).result({3}).result({4}).shapes().ends_with("does not divide into 2 equal parts"));
    CHECK(TestNode(ACCEL_OPERATION_SPLIT).operand({5}).result({2}).result({2}).result({2}).result({-1}).shapes().ends_with("does not divide into 4 equal parts"));
    CHECK(TestNode(ACCEL_OPERATION_SPLIT).operand({8}).result({3}).result({5}).shapes() == "[4] [4]");
    CHECK(TestNode(ACCEL_OPERATION_TRANSPOSE).operand({2, 3, 4}).result().shapes() == "[4,3,2]");
    CHECK(TestNode(ACCEL_OPERATION_TRANSPOSE).operand({2, 3}).result().ints(ACCEL_ATTRIBUTE_PERM, {1, 1}).shapes().starts_with("perm is no permutation"));
    CHECK(TestNode(ACCEL_OPERATION_PAD).operand({2, 3}).list({1, 0, 0, 2}).operand({}).result().shapes() == "[3,5]");
    CHECK(TestNode(ACCEL_OPERATION_PAD).operand({2, 3}).list({1, 0, 0}).result().shapes() == "pads has 3 values, expected 4");
    CHECK(TestNode(ACCEL_OPERATION_PAD).operand({2, 3}).list({1, 0, 0, -1}).result().shapes() == "pads is -1, expected 0 to 1099511627776");
    CHECK(TestNode(ACCEL_OPERATION_EXPAND).operand({3, 1}).list({2, 1, 4}).result().shapes() == "[2,3,4]");
    CHECK(TestNode(ACCEL_OPERATION_REDUCE_MEAN).operand({2, 3}).list({-1}).result().ints(ACCEL_ATTRIBUTE_KEEPDIMS, {0}).shapes() == "[2]");
    CHECK(TestNode(ACCEL_OPERATION_REDUCE_SUM).operand({2, 3}).list({-1}).result().shapes() == "[2,1]");
    CHECK(TestNode(ACCEL_OPERATION_ARG_MAX).operand({2, 3, 4}).result().ints(ACCEL_ATTRIBUTE_AXIS, {1}).ints(ACCEL_ATTRIBUTE_KEEPDIMS, {0}).shapes() == "[2,4]");
    CHECK(TestNode(ACCEL_OPERATION_ARG_MIN).operand({2, 3}).result().shapes() == "[1,3]");
    CHECK(TestNode(ACCEL_OPERATION_ARG_MIN).operand({2, 3}).result().ints(ACCEL_ATTRIBUTE_AXIS, {2}).shapes() == "axis is 2, expected 0 to 1");
    CHECK(TestNode(ACCEL_OPERATION_CUM_SUM).operand({2, 3}).list({-2}).result().shapes() == "[2,3]");
    CHECK(TestNode(ACCEL_OPERATION_CUM_SUM).operand({2, 3}).list({2}).result().shapes() == "axis 2 lies outside of rank 2; operand 't0' has shape [2,3]");
    CHECK(TestNode(ACCEL_OPERATION_CUM_SUM).operand({2, 3}).list({0, 1}).result().shapes() == "axis has 2 values, expected one");
}

TEST_CASE("statistics go with the channels and axes that they are of", "[rules]")
{
    const auto layer = [](std::vector<int64_t> axis, Shape scale) {
        TestNode node(ACCEL_OPERATION_LAYER_NORMALIZATION);
        node.operand({2, 3, 4}).operand(std::move(scale)).result().result().result();
        return axis.empty() ? node.shapes() : node.ints(ACCEL_ATTRIBUTE_AXIS, std::move(axis)).shapes();
    };
    CHECK(layer({}, {4}) == "[2,3,4] [2,3,1] [2,3,1]");
    CHECK(layer({1}, {3, 4}) == "[2,3,4] [2,1,1] [2,1,1]");
    CHECK(layer({0}, {2, 1, 4}) == "[2,3,4] [1,1,1] [1,1,1]");
    CHECK(layer({2}, {3}) == "operand 't1' has shape [3], which does not stretch to [2,3,4]");
    CHECK(layer({2}, {5, 2, 3, 4}) == "operand 't1' has shape [5,2,3,4], which does not stretch to [2,3,4]");
    CHECK(layer({-1}, {4}) == "axis is -1, expected 0 to 2");
    CHECK(TestNode(ACCEL_OPERATION_RMS_NORMALIZATION).operand({2, 4}).operand({4}).result().shapes() == "[2,4]");
    CHECK(TestNode(ACCEL_OPERATION_RMS_NORMALIZATION).operand({}).operand({}).result().shapes() == "operand 't0' has shape [], expected rank 1 at least");
    const auto grouped = [](int64_t groups, Shape bias) {
        return TestNode(ACCEL_OPERATION_GROUP_NORMALIZATION).operand({1, 6, 5}).operand({6}).operand(std::move(bias)).result().ints(ACCEL_ATTRIBUTE_NUM_GROUPS, {groups}).shapes();
    };
    CHECK(grouped(3, {6}) == "[1,6,5]");
    CHECK(grouped(3, {3}) == "operand 't2' has shape [3], expected one per channel");
    CHECK(grouped(4, {6}) == "num_groups is 4, expected a divisor of the channels; operand 't0' has shape [1,6,5]");
    CHECK(grouped(0, {6}).starts_with("num_groups is 0"));
    CHECK(TestNode(ACCEL_OPERATION_MEAN_VARIANCE_NORMALIZATION).operand({1, 2, 3}).result().ints(ACCEL_ATTRIBUTE_AXES, {0, -1}).shapes() == "[1,2,3]");
    CHECK(TestNode(ACCEL_OPERATION_MEAN_VARIANCE_NORMALIZATION).operand({1, 2, 3}).result().shapes() == "axis 3 lies outside of rank 3; operand 't0' has shape [1,2,3]");
    const auto beside = [](int64_t size) { return TestNode(ACCEL_OPERATION_LOCAL_RESPONSE_NORMALIZATION).operand({1, 6, 5}).result().ints(ACCEL_ATTRIBUTE_SIZE, {size}).shapes(); };
    CHECK(beside(9) == "[1,6,5]");
    CHECK(beside(0) == "size is 0, expected 1 to 1048576");
    const auto features = [](std::vector<float> offset, std::vector<float> scale) {
        return TestNode(ACCEL_OPERATION_SCALER).operand({2, 3}).result().floats(ACCEL_ATTRIBUTE_OFFSET, std::move(offset)).floats(ACCEL_ATTRIBUTE_SCALE, std::move(scale)).shapes();
    };
    CHECK(features({1}, {1, 2, 3}) == "[2,3]");
    CHECK(features({1, 2}, {1}) == "offset has 2 values, expected one, or one for each feature; operand 't0' has shape [2,3]");
    CHECK(features({1}, {}) == "scale has 0 values, expected one, or one for each feature; operand 't0' has shape [2,3]");
}

TEST_CASE("blocks move between depth and space", "[rules]")
{
    const auto moved = [](uint32_t operation, Shape x, int64_t side, std::string mode = "DCR") {
        return TestNode(operation).operand(std::move(x)).result().ints(ACCEL_ATTRIBUTE_BLOCK_SIZE, {side}).string(ACCEL_ATTRIBUTE_MODE, std::move(mode)).shapes();
    };
    CHECK(moved(ACCEL_OPERATION_DEPTH_TO_SPACE, {1, 8, 2, 3}, 2) == "[1,2,4,6]");
    CHECK(moved(ACCEL_OPERATION_DEPTH_TO_SPACE, {1, 8, 2, kUnknownDim}, 2, "CRD") == "[1,2,4,?]");
    CHECK(moved(ACCEL_OPERATION_DEPTH_TO_SPACE, {1, 6, 2, 3}, 2) == "operand 't0' has shape [1,6,2,3], whose size 6 is no multiple of 4");
    CHECK(moved(ACCEL_OPERATION_SPACE_TO_DEPTH, {1, 2, 4, 6}, 2) == "[1,8,2,3]");
    CHECK(moved(ACCEL_OPERATION_SPACE_TO_DEPTH, {1, 2, 4, 5}, 2) == "operand 't0' has shape [1,2,4,5], whose size 5 is no multiple of 2");
    CHECK(moved(ACCEL_OPERATION_SPACE_TO_DEPTH, {1, 2, 4}, 2) == "operand 't0' has shape [1,2,4], expected rank 4");
    CHECK(moved(ACCEL_OPERATION_SPACE_TO_DEPTH, {1, 2, 4, 6}, 0) == "blocksize is 0, expected 1 to 1048576");
    CHECK(moved(ACCEL_OPERATION_SPACE_TO_DEPTH, {1, 2, 4, 6}, 2, "RCD") == "mode is 'RCD', expected DCR or CRD");
    CHECK(moved(ACCEL_OPERATION_DEPTH_TO_SPACE, {1, int64_t{1} << 40, 1, int64_t{1} << 40}, 2).ends_with("is more than 1099511627776"));
}

TEST_CASE("zero points are one value, or one for each row or channel", "[rules]")
{
    const auto product = [](Shape a_zero, Shape b_zero) {
        return TestNode(ACCEL_OPERATION_MATMUL_INTEGER).operand({2, 4, 3}, ACCEL_TYPE_U8).operand({3, 5}, ACCEL_TYPE_I8).operand(std::move(a_zero), ACCEL_TYPE_U8).operand(std::move(b_zero), ACCEL_TYPE_I8).result({}, ACCEL_TYPE_I32).shapes();
    };
    CHECK(product({}, {1}) == "[2,4,5]");
    CHECK(product({4}, {5}) == "[2,4,5]");
    CHECK(product({2, 4, 1}, {1, 5}) == "[2,4,5]");
    CHECK(product({3}, {}) == "operand 't2' has shape [3], expected one value, or one for each row; operand 't0' has shape [2,4,3]");
    CHECK(product({}, {3}) == "operand 't3' has shape [3], expected one value, or one for each column; operand 't1' has shape [3,5]");
    const auto convolution = [](Shape x_zero, Shape w_zero) {
        return TestNode(ACCEL_OPERATION_CONV_INTEGER).operand({1, 2, 5}, ACCEL_TYPE_U8).operand({4, 2, 3}, ACCEL_TYPE_U8).operand(std::move(x_zero), ACCEL_TYPE_U8).operand(std::move(w_zero), ACCEL_TYPE_U8).result({}, ACCEL_TYPE_I32).shapes();
    };
    CHECK(convolution({1}, {4}) == "[1,4,3]");
    CHECK(convolution({2}, {}) == "operand 't2' has shape [2], expected one value");
    CHECK(convolution({}, {2}) == "operand 't3' has shape [2], expected one value, or one per output channel");
}

TEST_CASE("a range has as many values as steps lead to its limit", "[rules]")
{
    const auto whole = [](int64_t start, int64_t limit, int64_t step) {
        return TestNode(ACCEL_OPERATION_RANGE).constant<int64_t>({}, ACCEL_TYPE_I64, {start}).constant<int64_t>({}, ACCEL_TYPE_I64, {limit}).constant<int64_t>({}, ACCEL_TYPE_I64, {step}).result().shapes();
    };
    const auto real = [](float start, float limit, float step) {
        return TestNode(ACCEL_OPERATION_RANGE).constant<float>({}, ACCEL_TYPE_F32, {start}).constant<float>({1}, ACCEL_TYPE_F32, {limit}).constant<float>({}, ACCEL_TYPE_F32, {step}).result().shapes();
    };
    CHECK(whole(1, 8, 3) == "[3]");
    CHECK(whole(10, 4, -3) == "[2]");
    CHECK(whole(1, 8, -1) == "[0]");
    CHECK(whole(INT64_MIN, INT64_MAX, INT64_MAX) == "[3]");
    CHECK(whole(INT64_MIN, INT64_MAX, 1) == "more than 1099511627776 values between start and limit");
    CHECK(whole(0, 1, 0).starts_with("a step of 0"));
    CHECK(real(1, 2, 0.3f) == "[4]");
    CHECK(real(0, 1, -0.5f) == "[0]");
    CHECK(real(0, 1, NAN).starts_with("a step of 0, or none"));
    CHECK(TestNode(ACCEL_OPERATION_RANGE).operand({}).operand({}).operand({}).result().shapes() == "[?]");
    CHECK(TestNode(ACCEL_OPERATION_RANGE).operand({}).operand({2}).operand({}).result().shapes() == "operand 't1' has shape [2], expected one value");
    CHECK(TestNode(ACCEL_OPERATION_DYNAMIC_QUANTIZE_LINEAR).operand({2, 3}).result().result().result().shapes() == "[2,3] [] []");
}

TEST_CASE("a contradiction is told as a module's answer, too", "[rules]")
{
    const auto contradiction = [](TestNode &node) {
        Contradiction why;
        CHECK_FALSE(infer_shapes(node.get(), &why));
        CHECK_FALSE(why.sentence.empty());
        return why;
    };
    const auto is = [](const Contradiction &why, uint32_t reason, uint32_t where, int64_t given, int64_t expected) {
        return why.reason == reason && (reason == ACCEL_REASON_ATTRIBUTE ? why.attribute : why.operand) == where && why.given == given && why.expected == expected;
    };
    const auto convolution = [&](Shape weights, std::vector<int64_t> strides) {
        return contradiction(TestNode(ACCEL_OPERATION_CONV).operand({1, 3, 8, 8}).operand(std::move(weights)).result().ints(ACCEL_ATTRIBUTE_STRIDES, std::move(strides)));
    };
    CHECK(is(convolution({4, 3, 3, 3}, {1, 0}), ACCEL_REASON_ATTRIBUTE, ACCEL_ATTRIBUTE_STRIDES, 0, 1));
    CHECK(is(convolution({4, 3, 3, 3}, {1}), ACCEL_REASON_ATTRIBUTE, ACCEL_ATTRIBUTE_STRIDES, 1, 2));
    CHECK(is(convolution({4, 2, 3, 3}, {1, 1}), ACCEL_REASON_SIZE, 1, 2, 3));
    CHECK(is(convolution({4, 3, 9, 3}, {1, 1}), ACCEL_REASON_SIZE, 0, 8, 9));
    CHECK(is(convolution({4, 3, 3}, {1, 1}), ACCEL_REASON_RANK, 1, 3, 4));
    CHECK(is(contradiction(TestNode(ACCEL_OPERATION_SOFTMAX).operand({2}).result().ints(ACCEL_ATTRIBUTE_AXIS, {1})), ACCEL_REASON_ATTRIBUTE, ACCEL_ATTRIBUTE_AXIS, 1, 0));
    CHECK(is(contradiction(TestNode(ACCEL_OPERATION_TRANSPOSE).operand({2, 3}).result().ints(ACCEL_ATTRIBUTE_PERM, {0, 7})), ACCEL_REASON_ATTRIBUTE, ACCEL_ATTRIBUTE_PERM, 7, 1));
    CHECK(is(contradiction(TestNode(ACCEL_OPERATION_PAD).operand({2}).list({1, -1}).result()), ACCEL_REASON_SIZE, ACCEL_OPERAND_PAD_PADS, -1, 0));
}

TEST_CASE("work is counted by the catalog's formulas", "[rules]")
{
    CHECK(work_macs(TestNode(ACCEL_OPERATION_CONV).operand({1, 4, 9, 9}).operand({6, 2, 3, 3}).result({1, 6, 7, 7}).get()) == 6 * 7 * 7 * 2 * 9);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_GEMM).operand({7, 3}).operand({7, 5}).result({3, 5}).ints(ACCEL_ATTRIBUTE_TRANS_A, {1}).get()) == 3 * 5 * 7);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_MATMUL).operand({2, 3, 4}).operand({4, 5}).result({2, 3, 5}).get()) == 2 * 3 * 5 * 4);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_AVERAGE_POOL).operand({1, 1, 4, 4}).result({1, 1, 2, 2}).ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 3}).get()) == 4 * 6);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL).operand({1, 2, 4, 4}).result({1, 2, 1, 1}).get()) == 2 * 16);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_RELU).operand({5}).result({5}).get()) == 5);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_RELU).operand({kUnknownDim}).result({kUnknownDim}).get()) == 0);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_RESHAPE).operand({5}).result({5}).get()) == 0);
    CHECK(work_macs(TestNode(ACCEL_OPERATION_CUSTOM).operand({5}).result({5}).get()) == 0);
    const int64_t large = int64_t{1} << 39;
    CHECK(work_macs(TestNode(ACCEL_OPERATION_MATMUL).operand({large, large}).operand({large, 1}).result({large, 1}).get()) == UINT64_MAX);
}
