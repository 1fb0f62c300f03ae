// SPDX-License-Identifier: MIT
// Tests of tables: values, rounding of quotients, rows without a number, order.
#include <catch2/catch_test_macros.hpp>

#include "test_table.h"

using namespace accel::graph;

namespace {

accel_expression number(int64_t value) { return {ACCEL_EXPRESSION_CONSTANT, 0, 0, 0, value}; }
accel_expression symbol(uint32_t index) { return {ACCEL_EXPRESSION_SYMBOL, index, 0, 0, 0}; }
accel_expression step(uint32_t op, uint32_t left, uint32_t right) { return {op, left, right, 0, 0}; }

constexpr uint32_t kNone = ACCEL_EXPRESSION_NONE;
const std::vector<uint32_t> kOneFree{kNone};

}  // namespace

TEST_CASE("a table is evaluated in one pass", "[expressions]")
{
    // Symbol 1 is derived: (W + 3) / 2.
    const std::vector<accel_expression> rows{symbol(0), number(3), step(ACCEL_EXPRESSION_ADD, 0, 1), number(2), step(ACCEL_EXPRESSION_FLOOR_DIV, 2, 3),
                                             symbol(1), step(ACCEL_EXPRESSION_CEIL_DIV, 5, 3), step(ACCEL_EXPRESSION_MOD, 5, 3)};
    REQUIRE(broken_rule(rows, std::vector<uint32_t>{kNone, 4}).empty());
    const std::vector<SymbolSize> symbols{{8, kNone}, {std::nullopt, 4}};
    const std::vector<Number> numbers = evaluate(rows, symbols);
    CHECK(numbers[4].value == 5);
    CHECK(numbers[5].value == 5);
    CHECK(numbers[6].value == 3);
    CHECK(numbers[7].value == 1);
    const std::vector<SymbolSize> open{{std::nullopt, kNone}, {std::nullopt, 4}};
    CHECK(evaluate(rows, open)[6].outcome == Outcome::kOpen);
    CHECK(evaluate(rows, open)[3].value == 2);
}

TEST_CASE("division goes toward minus infinity, or plus, and a rest is not below 0", "[expressions]")
{
    const auto of = [](uint32_t op, int64_t a, int64_t b) { return evaluate(std::vector<accel_expression>{number(a), number(b), step(op, 0, 1)}, {})[2]; };
    CHECK(of(ACCEL_EXPRESSION_FLOOR_DIV, -7, 2).value == -4);
    CHECK(of(ACCEL_EXPRESSION_FLOOR_DIV, 7, 2).value == 3);
    CHECK(of(ACCEL_EXPRESSION_CEIL_DIV, -7, 2).value == -3);
    CHECK(of(ACCEL_EXPRESSION_CEIL_DIV, 7, 2).value == 4);
    CHECK(of(ACCEL_EXPRESSION_CEIL_DIV, 8, 2).value == 4);
    CHECK(of(ACCEL_EXPRESSION_MOD, -7, 2).value == 1);
    CHECK(of(ACCEL_EXPRESSION_MOD, -INT64_MAX, INT64_MAX - 1).value == INT64_MAX - 2);  // the quotient times the divisor is below INT64_MIN
    CHECK(of(ACCEL_EXPRESSION_FLOOR_DIV, INT64_MIN, 1).value == INT64_MIN);
    CHECK(of(ACCEL_EXPRESSION_MAX, -7, 2).value == 2);
    CHECK(of(ACCEL_EXPRESSION_MIN, -7, 2).value == -7);
}

TEST_CASE("a row without a number says why, and so does what needs it", "[expressions]")
{
    const std::vector<accel_expression> rows{number(INT64_MAX), number(0), step(ACCEL_EXPRESSION_ADD, 0, 0), step(ACCEL_EXPRESSION_SUB, 2, 1), step(ACCEL_EXPRESSION_FLOOR_DIV, 0, 1),
                                             step(ACCEL_EXPRESSION_MUL, 0, 0)};
    const std::vector<Number> numbers = evaluate(rows, {});
    CHECK(numbers[2].outcome == Outcome::kOverflow);
    CHECK(numbers[3].outcome == Outcome::kOverflow);
    CHECK(numbers[4].outcome == Outcome::kUndefined);
    CHECK(numbers[5].outcome == Outcome::kOverflow);
}

TEST_CASE("a table names what comes before, and nothing else", "[expressions]")
{
    const auto broken = [](std::vector<accel_expression> rows, const std::vector<uint32_t> &symbols = kOneFree) { return broken_rule(rows, symbols); };
    CHECK(broken({symbol(0), step(ACCEL_EXPRESSION_ADD, 0, 0)}).empty());
    CHECK(broken({step(ACCEL_EXPRESSION_ADD, 0, 0)}).find("names row 0, which does not come before it") != std::string::npos);
    CHECK(broken({number(1), step(ACCEL_EXPRESSION_ADD, 0, 2), number(1)}).find("names row 2") != std::string::npos);
    CHECK(broken({symbol(1)}).find("is symbol 1, there are 1") != std::string::npos);
    CHECK(broken({{11, 0, 0, 0, 0}}).find("unknown operator 11") != std::string::npos);
    CHECK(broken({{0, 0, 0, 0, 0}}).find("unknown operator 0") != std::string::npos);
    CHECK(broken({{ACCEL_EXPRESSION_CONSTANT, 0, 1, 0, 0}}).find("names rows") != std::string::npos);
    CHECK(broken({{ACCEL_EXPRESSION_SYMBOL, 0, 0, 0, 5}}).find("has a value") != std::string::npos);
    CHECK(broken({{ACCEL_EXPRESSION_SYMBOL, 0, 1, 0, 0}}).find("names a row") != std::string::npos);
    CHECK(broken({{ACCEL_EXPRESSION_CONSTANT, 0, 0, 1, 0}}).find("reserved") != std::string::npos);
    CHECK(broken({number(1)}, {1}).find("is expression 1, there are 1") != std::string::npos);
    // A derived symbol that is used before it can be told: a cycle.
    CHECK(broken({symbol(0), number(1), step(ACCEL_EXPRESSION_ADD, 0, 1)}, {2}).find("whose own expression does not come before it") != std::string::npos);
    CHECK(broken({symbol(0)}, {0}).find("whose own expression") != std::string::npos);
    CHECK(broken({number(4), symbol(0)}, {0}).empty());
}
