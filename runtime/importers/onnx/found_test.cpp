// SPDX-License-Identifier: MIT
// Operators whose results are as many as values say, that take values at places which are given, or that speak of bits; and reals of 16 bits where the catalog has wider ones.
#include "test_require.h"

#include <algorithm>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

constexpr int32_t kHalf = 10, kF8e5m2 = 19;

/// One node of a first input of some type and constants.
std::string of_type(int64_t opset, int32_t type, const std::vector<DimText> &x, NodeText text, const std::vector<std::string> &constants = {})
{
    ModelText whole;
    whole.opset = opset;
    whole.inputs = {value_info("x", type, x)};
    whole.initializers = constants;
    whole.outputs = {named("y")};
    text.outputs = {"y"};
    whole.nodes = {node(text)};
    return model(whole);
}

size_t count_of(const Imported &imported, uint32_t operation)
{
    const auto operations = imported.operations();
    return static_cast<size_t>(std::count(operations.begin(), operations.end(), operation));
}

std::string sampled(int64_t opset, const Ints &grid, std::vector<Attr> attributes)
{
    return of_type(opset, kFloat, {"N", 3, 5, 6}, {"GridSample", {"x", "g"}, {}, std::move(attributes)}, {ones("g", grid)});
}

std::string deformed(const Ints &offset, std::vector<Attr> attributes, const Ints &mask = {})
{
    std::vector<std::string> names = {"x", "w", "o"}, constants = {ones("w", {4, 2, 3, 3}), ones("o", offset)};
    if (!mask.empty()) {
        names.insert(names.end(), {"", "m"});
        constants.push_back(ones("m", mask));
    }
    return of_type(22, kFloat, {1, 4, 7, 7}, {"DeformConv", names, {}, std::move(attributes)}, constants);
}

std::string grams(std::vector<Attr> more, const Ints &columns = {0, 1, 2})
{
    std::vector<Attr> attributes = {attr_int("min_gram_length", 1), attr_int("max_gram_length", 2), attr_int("max_skip_count", 1), attr_ints("ngram_counts", {0, 2}), attr_ints("ngram_indexes", columns)};
    attributes.insert(attributes.end(), more.begin(), more.end());
    return of_type(9, kInt64, {"B", 6}, {"TfIdfVectorizer", {"x"}, {}, attributes});
}

}  // namespace

TEST_CASE("what is found in values has as many places as they say")
{
    const Imported places(of_type(13, kFloat, {2, 3}, {"NonZero", {"x"}}));
    require_good(places);
    CHECK(Imported::sizes(places.output()) == Ints{2, -1});
    require_refused(Imported(of_type(13, kFloat, {}, {"NonZero", {"x"}})), ACCEL_STATUS_UNSUPPORTED, "of a scalar");
    const Imported boxes(of_type(11, kFloat, {2, 5, 4}, {"NonMaxSuppression", {"x", "s", "", "t"}}, {ones("s", {2, 3, 5}), scalar_tensor("t", 0.5f)}));
    require_good(boxes);
    CHECK(Imported::sizes(boxes.output()) == Ints{-1, 3});
    require_refused(Imported(of_type(11, kFloat, {2, 5, 4}, {"NonMaxSuppression", {"x", "s"}}, {ones("s", {2, 3, 6})})), ACCEL_STATUS_CORRUPT, "one score of each class");
    const Imported rows(of_type(11, kFloat, {2, 3}, {"Compress", {"x", "b"}, {}, {attr_int("axis", 1)}}, {raw_tensor("b", kBool, {3}, {"\1\0\1", 3})}));
    require_good(rows);
    CHECK(Imported::sizes(rows.output()) == Ints{2, -1});
    require_refused(Imported(of_type(11, kFloat, {2, 3}, {"Compress", {"x", "b"}, {}, {attr_int("axis", 0)}}, {raw_tensor("b", kBool, {3}, {"\1\0\1", 3})})), ACCEL_STATUS_CORRUPT, "condition has 3 values");
}

TEST_CASE("a grid's modes have their newer names")
{
    const Imported old(sampled(16, {1, 2, 4, 2}, {attr_string("mode", "bicubic")})), late(sampled(20, {1, 2, 4, 2}, {attr_string("mode", "cubic"), attr_string("padding_mode", "border")}));
    require_good(old);
    require_good(late);
    CHECK(old.text(0, ACCEL_ATTRIBUTE_MODE) == "cubic");
    CHECK(late.text(0, ACCEL_ATTRIBUTE_PADDING_MODE) == "border");
    CHECK(Imported::sizes(late.output()) == Ints{-1, 3, 2, 4});
    require_refused(Imported(sampled(20, {1, 2, 4, 2}, {attr_string("mode", "bicubic")})), ACCEL_STATUS_UNSUPPORTED, "mode 'bicubic'");
    require_refused(Imported(sampled(20, {1, 2, 4, 3}, {})), ACCEL_STATUS_CORRUPT, "expected are 2 coordinates");
}

TEST_CASE("a deformed convolution samples and multiplies")
{
    const Imported plain(deformed({1, 18, 5, 5}, {attr_int("group", 2)})), masked(deformed({1, 36, 5, 5}, {attr_int("group", 2), attr_int("offset_group", 2)}, {1, 18, 5, 5}));
    for (const Imported *made : {&plain, &masked}) {
        require_good(*made);
        CHECK(count_of(*made, ACCEL_OPERATION_GRID_SAMPLE) == 1);
        CHECK(Imported::sizes(made->output()) == Ints{1, 4, 5, 5});
    }
    require_refused(Imported(deformed({1, 18, 5, 4}, {attr_int("group", 2)})), ACCEL_STATUS_CORRUPT, "which has not the result's sizes");
    require_refused(Imported(deformed({1, 18, 5, 5}, {attr_int("group", 1)})), ACCEL_STATUS_CORRUPT, "do not fit 4 channels");
}

TEST_CASE("grams of numbers are counted, of strings not")
{
    const Imported counted(grams({attr_string("mode", "TF"), attr_ints("pool_int64s", {4, 5, 4, 5})}));
    require_good(counted);
    CHECK(count_of(counted, ACCEL_OPERATION_MATMUL) == 2);  // of one element, and of two
    CHECK(Imported::sizes(counted.output()) == Ints{-1, 3});
    require_refused(Imported(grams({attr_string("mode", "TF"), attr_strings("pool_strings", {"a", "b"})})), ACCEL_STATUS_UNSUPPORTED, "a pool of strings");
    require_refused(Imported(grams({attr_string("mode", "TF"), attr_ints("pool_int64s", {4, 5, 4, 5})}, {0, 1})), ACCEL_STATUS_CORRUPT, "ngram_indexes has 2 values for more grams");
    require_refused(Imported(grams({attr_string("mode", "TF"), attr_ints("pool_int64s", {4, 5, 4})})), ACCEL_STATUS_CORRUPT, "do not cut the pool");
}

TEST_CASE("bits stay, whatever they are called")
{
    const Imported words(of_type(26, kFloat, {2, 3}, {"BitCast", {"x"}, {}, {attr_int("to", kInt32)}}));
    require_good(words);
    CHECK(words.output().type == ACCEL_TYPE_I32);
    require_refused(Imported(of_type(26, kFloat, {2}, {"BitCast", {"x"}, {}, {attr_int("to", kInt64)}})), ACCEL_STATUS_CORRUPT, "from elements of 32 bits to some of 64");
    require_refused(Imported(of_type(26, kUint8, {2}, {"BitCast", {"x"}, {}, {attr_int("to", kBool)}})), ACCEL_STATUS_UNSUPPORTED, "to bool");
}

TEST_CASE("an overflow that is not saturated is chosen by its bits")
{
    const Imported cast(of_type(19, kFloat, {4}, {"Cast", {"x"}, {}, {attr_int("to", kF8e5m2), attr_int("saturate", 0)}}));
    require_good(cast);
    CHECK(count_of(cast, ACCEL_OPERATION_WHERE) == 2);
    CHECK(cast.output().type == ACCEL_TYPE_F8E5M2);
    const Imported like(of_type(19, kFloat, {4}, {"CastLike", {"x", "t"}, {}, {attr_int("saturate", 0)}}, {raw_tensor("t", kF8e5m2, {1}, {"\0", 1})}));
    require_good(like);
    CHECK(count_of(like, ACCEL_OPERATION_BIT_CAST) == 2);
}

TEST_CASE("reals of 16 bits that an operator does not take are computed in 32 bits, and rounded once")
{
    const Imported product(of_type(13, kHalf, {2, 3}, {"MatMul", {"x", "w"}}, {raw_tensor("w", kHalf, {3, 1}, std::string(6, '\0'))}));
    require_good(product);
    CHECK(product.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CAST, ACCEL_OPERATION_CAST, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_CAST});
    CHECK(product.output().type == ACCEL_TYPE_F16);
    const Imported kept(of_type(13, kHalf, {2, 3}, {"Relu", {"x"}}));
    require_good(kept);
    CHECK(kept.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU});
    require_refused(Imported(of_type(13, kDouble, {2, 3}, {"MatMul", {"x", "w"}}, {raw_tensor("w", kDouble, {3, 1}, std::string(24, '\0'))})), ACCEL_STATUS_UNSUPPORTED, "element type double");
}
