// SPDX-License-Identifier: MIT
// Attention: which steps its operands and attributes make, what is inferred while sizes are open, and what is refused.
#include "test_node.h"

#include <optional>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

struct Given {
    std::vector<DimText> query{2, 4, 3, 8}, key{2, 2, 5, 8}, value{2, 2, 5, 6};
    std::optional<std::vector<DimText>> mask = {}, past_key = {}, past_value = {}, filled = {};
    std::vector<Attr> attributes = {};
    std::vector<std::string> outputs = {"y"};
    int32_t type = kFloat, mask_type = kFloat;
    int64_t opset = 25;
};

Imported attention(Given given)
{
    std::vector<std::string> inputs;
    NodeText text{"Attention", {}, given.outputs, std::move(given.attributes), "a"};
    const auto take = [&](const char *name, const std::optional<std::vector<DimText>> &dims, int32_t type) {
        text.inputs.push_back(dims ? name : "");
        if (dims) {
            inputs.push_back(value_info(name, type, *dims));
        }
    };
    take("q", given.query, given.type);
    take("k", given.key, given.type);
    take("v", given.value, given.type);
    take("m", given.mask, given.mask_type);
    take("pk", given.past_key, given.type);
    take("pv", given.past_value, given.type);
    take("f", given.filled, kInt64);
    while (text.inputs.back().empty()) {
        text.inputs.pop_back();
    }
    return Imported(around(text, given.opset, std::move(inputs)));
}

using Operations = std::vector<uint32_t>;

}  // namespace

TEST_CASE("attention is what its operands ask for")
{
    Given same;
    same.key[1] = same.value[1] = 4;
    CHECK(attention(same).operations() == Operations{ACCEL_OPERATION_MUL, ACCEL_OPERATION_TRANSPOSE, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_SOFTMAX, ACCEL_OPERATION_MATMUL, ACCEL_OPERATION_IDENTITY});
    // Heads that share keys are rows of one product: nothing is repeated.
    const Imported grouped = attention({});
    require_good(grouped);
    CHECK(count_of(grouped, ACCEL_OPERATION_RESHAPE) == 4);
    CHECK(Imported::sizes(grouped.output()) == Ints{2, 4, 3, 6});
    const Imported beside = attention({.query = {2, 3, 32}, .key = {2, 5, 16}, .value = {2, 5, 12}, .attributes = {attr_int("q_num_heads", 4), attr_int("kv_num_heads", 2)}});
    require_good(beside);
    CHECK(Imported::sizes(beside.output()) == Ints{2, 3, 24});
    const Imported wide = attention({.attributes = {attr_int("softmax_precision", kDouble)}});
    require_good(wide);
    CHECK(count_of(wide, ACCEL_OPERATION_SOFTMAX) == 0);
    CHECK(count_of(wide, ACCEL_OPERATION_EXP) == 1);
    CHECK(count_of(attention({.attributes = {attr_real("softcap", 2)}}), ACCEL_OPERATION_TANH) == 1);
    const Imported half = attention({.type = 10});
    require_good(half);
    CHECK(half.output().type == ACCEL_TYPE_F16);
    CHECK(count_of(half, ACCEL_OPERATION_CAST) == 4);
}

TEST_CASE("attention guards the queries that may see nothing, and no others")
{
    const auto guards = [](Given given) {
        const Imported made = attention(std::move(given));
        require_good(made);
        return count_of(made, ACCEL_OPERATION_REDUCE_MAX);
    };
    CHECK(guards({}) == 0);
    CHECK(guards({.attributes = {attr_int("is_causal", 1), attr_int("right_window_size", 2)}}) == 0);
    CHECK(guards({.attributes = {attr_int("left_window_size", 1)}}) == 1);
    CHECK(guards({.mask = {{3, 5}}}) == 1);
    CHECK(guards({.filled = {{2}}, .attributes = {attr_int("is_causal", 1)}}) == 1);
    // Bounds that say the same are one.
    CHECK(count_of(attention({.attributes = {attr_int("is_causal", 1), attr_int("right_window_size", 2)}}), ACCEL_OPERATION_LESS_OR_EQUAL) == 1);
    CHECK(count_of(attention({.attributes = {attr_int("left_window_size", -1)}}), ACCEL_OPERATION_GREATER_OR_EQUAL) == 0);
}

TEST_CASE("attention goes behind the past, and sizes may be open")
{
    const Given open{.query = {"B", "S", 32}, .key = {"B", "S", 16}, .value = {"B", "S", 12}, .mask = {{"S", "T"}}, .past_key = {{"B", 2, "P", 8}}, .past_value = {{"B", 2, "P", 6}}, .attributes = {attr_int("q_num_heads", 4), attr_int("kv_num_heads", 2), attr_int("is_causal", 1)}, .outputs = {"y", "k2", "v2", "s"}};
    const Imported made = attention(open);
    require_good(made);
    CHECK(made.shown(made.output(0)) == "B x S x 24");
    CHECK(made.shown(made.output(1)).starts_with("B x 2 x "));
    CHECK(made.output(1).dims[2].symbol == made.output(2).dims[2].symbol);
    CHECK(made.output(3).dims[3].symbol == made.output(1).dims[2].symbol);
    CHECK(count_of(made, ACCEL_OPERATION_RANGE) == 2);
    const Imported fixed = attention({.past_key = {{2, 2, 7, 8}}, .past_value = {{2, 2, 7, 6}}, .outputs = {"y", "k2", "v2", "s"}});
    require_good(fixed);
    CHECK(Imported::sizes(fixed.output(1)) == Ints{2, 2, 12, 8});
    CHECK(Imported::sizes(fixed.output(3)) == Ints{2, 4, 3, 12});
}

TEST_CASE("a mask that is shorter than the keys hides the rest")
{
    const Imported made = attention({.mask = {{3, 4}}, .mask_type = kBool});
    require_good(made);
    REQUIRE(count_of(made, ACCEL_OPERATION_CONCAT) == 1);
    CHECK(count_of(attention({.mask = {{3, 5}}, .mask_type = kBool}), ACCEL_OPERATION_CONCAT) == 0);
    require_refused(attention({.mask = {{3, 6}}}), ACCEL_STATUS_CORRUPT, "has more keys than the 5");
    require_refused(attention({.mask = {{"R", 4}}}), ACCEL_STATUS_UNSUPPORTED, "shorter than the keys");
    require_refused(attention({.mask = {{2, 2, 5}}}), ACCEL_STATUS_CORRUPT, "do not fit together");
    require_refused(attention({.query = {2, 4, 1, 8}, .mask = {{3, 5}}}), ACCEL_STATUS_CORRUPT, "does not spread to the scores");
    require_refused(attention({.mask = {{3, 5}}, .mask_type = kInt32}), ACCEL_STATUS_UNSUPPORTED, "element type int32");
}

TEST_CASE("attention says what does not go together")
{
    require_refused(attention({.query = {2, 3, 32}, .key = {2, 5, 16}, .value = {2, 5, 12}, .attributes = {attr_int("q_num_heads", 4)}}), ACCEL_STATUS_CORRUPT, "kv_num_heads is missing");
    require_refused(attention({.query = {2, 3, 32}, .key = {2, 5, 16}, .value = {2, 5, 12}, .attributes = {attr_int("q_num_heads", 4), attr_int("kv_num_heads", 3)}}), ACCEL_STATUS_CORRUPT, "does not divide into 3 heads");
    require_refused(attention({.query = {2, 3, 3, 8}}), ACCEL_STATUS_CORRUPT, "3 heads of the query do not divide into 2");
    require_refused(attention({.query = {2, "H", 3, 8}}), ACCEL_STATUS_UNSUPPORTED, "how many heads share keys");
    require_refused(attention({.attributes = {attr_int("q_num_heads", 3)}}), ACCEL_STATUS_CORRUPT, "q_num_heads is 3");
    require_refused(attention({.value = {2, 5, 6}}), ACCEL_STATUS_CORRUPT, "differ in their number of axes");
    require_refused(attention({.value = {2, 2, 4, 6}}), ACCEL_STATUS_CORRUPT, "do not go together");
    require_refused(attention({.past_key = {{2, 2, 7, 8}}}), ACCEL_STATUS_CORRUPT, "belong together");
    require_refused(attention({.past_key = {{2, 2, 7, 8}}, .past_value = {{2, 1, 7, 6}}}), ACCEL_STATUS_CORRUPT, "does not go in front");
    require_refused(attention({.past_key = {{2, 2, 7, 8}}, .past_value = {{2, 2, 7, 6}}, .filled = {{2}}}), ACCEL_STATUS_CORRUPT, "exclude each other");
    require_refused(attention({.filled = {{3}}}), ACCEL_STATUS_CORRUPT, "nonpad_kv_seqlen is 3");
    require_refused(attention({.attributes = {attr_real("scale", -1)}}), ACCEL_STATUS_CORRUPT, "scale is -1");
    require_refused(attention({.query = {2, 4, 3, "D"}, .key = {2, 2, 5, "D"}}), ACCEL_STATUS_UNSUPPORTED, "the size of a head");
    require_refused(attention({.attributes = {attr_real("softcap", -1)}}), ACCEL_STATUS_UNSUPPORTED, "softcap is -1");
    require_refused(attention({.attributes = {attr_int("qk_matmul_output_mode", 4)}}), ACCEL_STATUS_CORRUPT, "qk_matmul_output_mode is 4");
    require_refused(attention({.attributes = {attr_int("softmax_precision", kInt8)}}), ACCEL_STATUS_UNSUPPORTED, "softmax_precision is 3");
    require_refused(attention({.attributes = {attr_int("softmax_precision", 99)}}), ACCEL_STATUS_UNSUPPORTED, "softmax_precision is 99");
    require_refused(attention({.attributes = {attr_int("left_window_size", -2)}}), ACCEL_STATUS_CORRUPT, "a window of -2");
    require_refused(attention({.attributes = {attr_int("left_window_size", 1)}, .opset = 24}), ACCEL_STATUS_UNSUPPORTED, "left_window_size");
    require_refused(attention({.type = kDouble}), ACCEL_STATUS_UNSUPPORTED, "element type double");
}
