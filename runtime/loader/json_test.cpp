// SPDX-License-Identifier: MIT
// Tests of JSON trees, and of texts that are none.
#include "json.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using accel::runtime::Json;
using accel::runtime::JsonError;

TEST_CASE("a JSON text becomes a tree with its values")
{
    const Json root = Json::parse(R"({"name": "a\u0007b", "count": 7, "below": -1, "half": 0.5, "on": true, "none": null, "list": [1, [], {"deep": "x"}]})");
    REQUIRE(root.is_object());
    CHECK(root.find("name")->text() == "a\ab");
    CHECK(root.find("count")->number() == 7);
    CHECK_FALSE(root.find("below")->is_unsigned());
    CHECK(root.find("list")->items().at(2).find("deep")->text() == "x");
    CHECK(root.find("absent") == nullptr);
    CHECK(root.find("name")->find("no object") == nullptr);
    const char *const rows[][3] = {{"name", "string", "\"a\\u0007b\""}, {"below", "number", "-1"}, {"half", "number", "0.5"}, {"on", "boolean", "true"}, {"none", "null", "null"}, {"list", "array", "array"}};
    for (const auto &[key, type, shown] : rows) {
        CHECK(std::string(root.find(key)->type_name()) == type);
        CHECK(root.find(key)->shown() == shown);
    }
}

TEST_CASE("of two members with one name the later counts")
{
    CHECK(Json::parse(R"({"a": 1, "b": 2, "a": 3})").find("a")->number() == 3);
}

TEST_CASE("what is not JSON is refused with its place")
{
    using Catch::Matchers::ContainsSubstring;
    for (const char *text : {"", "{", "[1,]", "{\"a\" 1}", "nul", "\"\xff\"", "{} {}"}) CHECK_THROWS_AS(Json::parse(text), JsonError);
    CHECK_THROWS_WITH(Json::parse("{\n  \"a\": ?\n}"), ContainsSubstring("line 2, column 8"));
}

TEST_CASE("nesting ends before the stack does")
{
    const auto nested = [](size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    CHECK_NOTHROW(Json::parse(nested(Json::kLevelsMax)));
    CHECK_THROWS_AS(Json::parse(nested(Json::kLevelsMax + 1)), JsonError);
    CHECK_THROWS_AS(Json::parse(std::string(1 << 20, '[')), JsonError);
}
