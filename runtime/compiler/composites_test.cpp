// SPDX-License-Identifier: MIT
// Tests of decompositions and of the expressions in them.
#include "composites.h"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cmath>
#include <map>

#include "composite_expressions.h"

using namespace accel::runtime;

namespace {

using Ints = std::vector<int64_t>;

/// Facts of a node with these shapes, attributes and values of operands.
struct Facts {
    std::vector<std::optional<Ints>> shapes;
    std::map<uint32_t, Datum> attributes;
    std::map<uint32_t, Datum> values = {};  ///< of operands, by position

    NodeFacts get() const
    {
        return {
            [this](uint32_t operand) { return operand < shapes.size() && shapes[operand] ? std::optional<std::span<const int64_t>>(*shapes[operand]) : std::nullopt; },
            [](uint32_t) { return static_cast<uint32_t>(ACCEL_TYPE_F32); },
            [this](uint32_t key) { return attributes.contains(key) ? std::optional(attributes.at(key)) : std::nullopt; },
            [this](uint32_t position) { return values.contains(position) ? std::optional(values.at(position)) : std::nullopt; }};
    }
};

std::optional<Decomposition> decomposed(const char *onnx_name, const Facts &facts, std::string *why = nullptr)
{
    const Composite *composite = find_composite("", onnx_name);
    REQUIRE(composite);
    return decompose(*composite, facts.get(), why);
}

Ints only_list(const std::optional<Decomposition> &made)
{
    REQUIRE(made);
    REQUIRE(made->steps.size() == 1);
    REQUIRE(made->steps[0].attributes.size() == 1);
    return std::get<Ints>(made->steps[0].attributes[0].value);
}

Datum value(const std::vector<Token> &tokens, const Facts &facts = {})
{
    std::string why;
    const auto made = evaluate(tokens, facts.get(), &why);
    INFO(why);
    REQUIRE(made);
    return *made;
}

std::string refusal(const std::vector<Token> &tokens, const Facts &facts = {})
{
    std::string why;
    CHECK_FALSE(evaluate(tokens, facts.get(), &why));
    return why;
}

Token number(int64_t of) { return {Code::kInteger, of, 0, nullptr}; }
Token code(Code of, int64_t number = 0) { return {of, number, 0, nullptr}; }

}  // namespace

TEST_CASE("a composite becomes steps for the sizes of its node", "[composites]")
{
    const auto made = decomposed("GlobalAveragePool", {{{{2, 3, 5, 7}}}, {}});
    REQUIRE(made);
    CHECK(made->value_count == 2);
    CHECK(made->results == std::vector<uint32_t>{1});
    REQUIRE(made->steps.size() == 1);
    const PlacedStep &step = made->steps[0];
    CHECK(step.operation == ACCEL_OPERATION_REDUCE_MEAN);
    CHECK(step.operands[0].source == PlacedOperand::Source::kValue);
    REQUIRE(step.attributes.size() == 2);
    CHECK(step.attributes[0].key == ACCEL_ATTRIBUTE_CUSTOM);
    CHECK(step.attributes[0].operand == 1);
    CHECK(step.attributes[0].value == Datum(Ints{2, 3}));
    CHECK(step.attributes[1].value == Datum(int64_t{1}));
    CHECK(find_composite(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL) == find_composite("", "GlobalAveragePool"));
    CHECK_FALSE(find_composite(ACCEL_OPERATION_CONV));
    CHECK_FALSE(find_composite(ACCEL_OPERATION_CUSTOM));
}

TEST_CASE("absent attributes stand for what the record says", "[composites]")
{
    CHECK(only_list(decomposed("Flatten", {{{{2, 3, 5}}}, {}})) == Ints{2, 15});
    CHECK(only_list(decomposed("Flatten", {{{{2, 3, 5}}}, {{ACCEL_ATTRIBUTE_AXIS, Ints{2}}}})) == Ints{6, 5});
    CHECK(only_list(decomposed("Squeeze", {{{{1, 3, 1}}}, {}})) == Ints{3});
    CHECK(only_list(decomposed("Squeeze", {{{{1, 3, 1}}}, {}, {{1, Ints{0}}}})) == Ints{3, 1});
    CHECK(only_list(decomposed("Unsqueeze", {{{{3, 4}}}, {}, {{1, Ints{0, 3}}}})) == Ints{1, 3, 4, 1});
}

TEST_CASE("an absent operand stays absent, and a rounding is kept", "[composites]")
{
    const auto made = decomposed("QLinearConv", {{{{1, 4, 8, 8}}, {{6, 4, 3, 3}}, std::nullopt}, {}});
    REQUIRE(made);
    const PlacedStep &step = made->steps[0];
    CHECK(step.rounding == ACCEL_ROUNDING_HALF_EVEN);
    REQUIRE(step.operands.size() == 3);
    CHECK(step.operands[1].source == PlacedOperand::Source::kValue);
    CHECK(step.operands[2].source == PlacedOperand::Source::kAbsent);
    CHECK(step.attributes[0].value == Datum(Ints{3, 3}));
    CHECK(step.attributes[3].value == Datum(Ints{0, 0, 0, 0}));
}

TEST_CASE("sizes that do not go together are refused with the reason", "[composites]")
{
    std::string why;
    CHECK_FALSE(decomposed("Flatten", {{{{2, 3}}}, {{ACCEL_ATTRIBUTE_AXIS, Ints{3}}}}, &why));
    CHECK(why == "positions 0 to 3 of a list of 2");
    CHECK_FALSE(decomposed("Unsqueeze", {{{{2, 3}}}, {}}, &why));
    CHECK(why == "the values of operand 1 are not known");
    CHECK_FALSE(decomposed("Flatten", {{{{INT64_MAX, 4, 5}}}, {{ACCEL_ATTRIBUTE_AXIS, Ints{2}}}}, &why));
    CHECK(why == "a size beyond 63 bits");
    CHECK_FALSE(decomposed("Flatten", {{std::nullopt}, {}}, &why));
    CHECK(why == "operand 0 is absent");
    CHECK_FALSE(decomposed("Flatten", {{{{2, 3}}}, {{ACCEL_ATTRIBUTE_AXIS, Ints{1, 2}}}}, &why));
    CHECK(why == "attribute 6 is a list, expected one value");
}

TEST_CASE("whole numbers divide toward minus infinity, or up", "[composites]")
{
    for (const auto &[a, b, below, above, rest] : std::vector<std::array<int64_t, 5>>{{7, 2, 3, 4, 1}, {-7, 2, -4, -3, 1}, {7, -2, -4, -3, -1}, {-7, -2, 3, 4, -1}, {6, 2, 3, 3, 0}, {-6, 2, -3, -3, 0}}) {
        CHECK(value({number(a), number(b), code(Code::kFloorDiv)}) == Datum(below));
        CHECK(value({number(a), number(b), code(Code::kCeilDiv)}) == Datum(above));
        CHECK(value({number(a), number(b), code(Code::kMod)}) == Datum(rest));
    }
    CHECK(refusal({number(1), number(0), code(Code::kFloorDiv)}) == "a division of 1 by 0");
    CHECK(refusal({number(INT64_MIN), number(-1), code(Code::kMod)}).starts_with("a division of"));
}

TEST_CASE("expressions of numbers, lists and truths", "[composites]")
{
    const Facts facts{{{{2, 3, 5}}, std::nullopt}, {{1000, std::string("tanh")}, {1001, 0.5}}};
    CHECK(value({number(1), number(4), code(Code::kDiv)}) == Datum(0.25));
    CHECK(value({code(Code::kAttribute, 1001), number(2), code(Code::kMul)}, facts) == Datum(1.0));
    CHECK(value({number(2), code(Code::kSqrt), code(Code::kNegate)}) == Datum(-std::sqrt(2.0)));
    CHECK(value({code(Code::kAttribute, 1000), {Code::kText, 0, 0, "tanh"}, code(Code::kEqual)}, facts) == Datum(true));
    CHECK(value({code(Code::kGiven, 0), code(Code::kGiven, 1), code(Code::kAll)}, facts) == Datum(false));
    CHECK(value({code(Code::kGiven, 1), code(Code::kNot)}, facts) == Datum(true));
    CHECK(value({code(Code::kTypeOf, 0)}, facts) == Datum(ElementType{ACCEL_TYPE_F32}));
    CHECK(value({number(-1), code(Code::kDim, 0)}, facts) == Datum(int64_t{5}));
    CHECK(value({code(Code::kShape, 0), code(Code::kReverse)}, facts) == Datum(Ints{5, 3, 2}));
    CHECK(value({number(7), code(Code::kList, 1), number(1), number(2), code(Code::kRepeat), code(Code::kAdd)}) == Datum(Ints{7, 1, 1}));
    CHECK(value({number(1), {Code::kReal, 0, 0.5, nullptr}, code(Code::kList, 2)}) == Datum(std::vector<double>{1, 0.5}));
    CHECK(value({code(Code::kShape, 0), code(Code::kCount), number(2), code(Code::kMax)}, facts) == Datum(int64_t{3}));
}

TEST_CASE("no token and no number makes an evaluation fail otherwise than with a reason", "[composites]")
{
    const std::vector<int64_t> numbers{INT64_MIN, -1, 0, 1, 2, 65, INT64_MAX};
    const Facts facts{{{{INT64_MAX, 2}}}, {}};
    for (int first = 0; first <= static_cast<int>(Code::kNot); ++first)
        for (const int64_t a : numbers)
            for (const int64_t b : numbers) {
                const Code which = static_cast<Code>(first);
                if (which == Code::kText) continue;
                for (const auto &tokens : {std::vector<Token>{code(which, a)}, {number(a), code(which, b)}, {number(a), number(b), code(which, b)}, {code(Code::kShape, 0), number(a), number(b), code(which, 2)}, {code(Code::kShape, 0), code(Code::kShape, 0), number(a), code(which, 2)}}) {
                    std::string why;
                    if (!evaluate(tokens, facts.get(), &why)) CHECK_FALSE(why.empty());
                }
            }
    CHECK(refusal({}) == "an expression that leaves 0 values, expected one");
}
