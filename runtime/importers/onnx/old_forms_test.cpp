// SPDX-License-Identifier: MIT
// What only opsets below 7 say otherwise than by another place for an operand: how operands spread, and whether training is meant.
#include "test_require.h"

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

/// x + c at opset 6.
std::string sum(const std::vector<DimText> &x, const Ints &c, std::vector<Attr> attributes)
{
    return single(6, x, {"Add", {"x", "c"}, {}, std::move(attributes)}, {ones("c", c)});
}

/// x + c at opset 6, where both come at run time.
std::string sum_of_inputs(const std::vector<DimText> &x, const std::vector<DimText> &c, std::vector<Attr> attributes)
{
    ModelText text;
    text.opset = 6;
    text.inputs = {value_info("x", kFloat, x), value_info("c", kFloat, c)};
    protozero::pbf_writer(text.outputs.emplace_back()).add_string(1, "y");
    text.nodes = {node({"Add", {"x", "c"}, {"y"}, std::move(attributes)})};
    return model(text);
}

Ints second_operand(const Imported &imported, uint32_t node) { return Imported::sizes(imported.tensor(imported.node(node).inputs[1])); }

const std::vector<Attr> kSpreads = {attr_int("broadcast", 1)};
std::vector<Attr> from_axis(int64_t axis) { return {attr_int("broadcast", 1), attr_int("axis", axis)}; }

}  // namespace

TEST_CASE("below opset 7 an operand spreads from an axis on")
{
    const Imported behind(sum({2, 3, 4}, {3}, from_axis(1)));
    require_good(behind);
    CHECK(second_operand(behind, 0) == Ints{3, 1});
    CHECK(Imported::sizes(behind.output()) == Ints{2, 3, 4});
    const Imported negative(sum({2, 3, 4}, {2, 3}, from_axis(-3)));
    require_good(negative);
    CHECK(second_operand(negative, 0) == Ints{2, 3, 1});
    const Imported last(sum({2, 3, 4}, {3, 4}, from_axis(1)));
    require_good(last);
    CHECK(second_operand(last, 0) == Ints{3, 4});
    const Imported by_itself(sum({2, 3, 4}, {4}, kSpreads));
    require_good(by_itself);
    CHECK(second_operand(by_itself, 0) == Ints{4});
}

TEST_CASE("an operand that comes at run time spreads through a reshape")
{
    const Imported imported(sum_of_inputs({2, 3, 4}, {2}, from_axis(0)));
    require_good(imported);
    CHECK(imported.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_ADD});
    CHECK(imported.held_ints(0, ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{2, 1, 1});
    CHECK(second_operand(imported, 1) == Ints{2, 1, 1});
}

TEST_CASE("below opset 7 nothing spreads unasked")
{
    require_refused(Imported(sum({2, 3}, {3}, {})), ACCEL_STATUS_CORRUPT, "'broadcast' is 0");
    require_refused(Imported(sum({2, 3}, {3}, from_axis(2))), ACCEL_STATUS_CORRUPT, "axis");
    require_refused(Imported(sum({2, 3}, {2, 3}, from_axis(1))), ACCEL_STATUS_CORRUPT, "reaches beyond");
    require_refused(Imported(sum({3}, {2, 3}, kSpreads)), ACCEL_STATUS_CORRUPT, "first operand");
    require_refused(Imported(sum({2, 4}, {3}, kSpreads)), ACCEL_STATUS_CORRUPT, "do not fit");
    require_refused(Imported(single(6, {2, 3}, {"Gemm", {"x", "w", "c"}, {}, {}}, {ones("w", {3, 4}), ones("c", {4})})), ACCEL_STATUS_CORRUPT, "does not spread");
    require_good(Imported(sum({2, 3}, {2, 3}, {})));
}

TEST_CASE("below opset 7 training is meant unless a test is")
{
    require_refused(Imported(single(6, {2}, {"Dropout", {"x"}, {}, {}})), ACCEL_STATUS_UNSUPPORTED, "is_test 0");
    require_refused(Imported(single(6, {1, 2}, {"BatchNormalization", {"x", "o", "o", "o", "o"}, {}, {}}, {ones("o", {2})})), ACCEL_STATUS_UNSUPPORTED, "is_test 0");
}

TEST_CASE("forms of the first opsets")
{
    const Imported joined(single(3, {2, 3}, {"Concat", {"x", "c"}, {}, {}}, {ones("c", {2, 1})}));
    require_good(joined);
    CHECK(Imported::sizes(joined.output()) == Ints{2, 4});
    require_refused(Imported(single(4, {2, 3}, {"Concat", {"x", "c"}, {}, {}}, {ones("c", {2, 1})})), ACCEL_STATUS_CORRUPT, "'axis' is missing");
    require_refused(Imported(single(5, {2}, {"Cast", {"x"}, {}, {attr_string("to", "FLOATS")}})), ACCEL_STATUS_CORRUPT, "'FLOATS'");
    require_refused(Imported(single(5, {2}, {"Cast", {"x"}, {}, {attr_string("to", "COMPLEX64")}})), ACCEL_STATUS_UNSUPPORTED, "complex64");
    require_refused(Imported(single(5, {2}, {"Cast", {"x"}, {}, {}})), ACCEL_STATUS_CORRUPT, "'to' is missing");
}

TEST_CASE("types that the newest opsets name are refused by name where they are none of a quotient or a cast")
{
    const std::vector<std::string> quantised = {scalar_tensor("s", 0.5f), bytes_tensor("z", {}, {0})};
    require_refused(Imported(single(23, {2}, {"QuantizeLinear", {"x", "s", "z"}, {}, {attr_int("precision", 11)}}, quantised)), ACCEL_STATUS_UNSUPPORTED, "precision double");
    require_refused(Imported(single(26, {2}, {"Cast", {"x"}, {}, {attr_int("to", 14)}})), ACCEL_STATUS_UNSUPPORTED, "complex64");
}
