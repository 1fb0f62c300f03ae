// SPDX-License-Identifier: MIT
// Tests of the rows: opsets, absent attributes, inputs.
#include "schema.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::onnx;

TEST_CASE("an attribute that became an input is the same operand on both sides of the opset")
{
    struct Move {
        const char *name;
        const char *attribute;
        int operand;
        int position;
        int operand_since;
    };
    for (const Move &move : {Move{"Slice", "starts", ACCEL_OPERAND_SLICE_STARTS, 1, 10}, {"Slice", "axes", ACCEL_OPERAND_SLICE_AXES, 3, 10}, {"Clip", "max", ACCEL_OPERAND_CLIP_MAX, 2, 11}, {"Pad", "value", ACCEL_OPERAND_PAD_VALUE, 2, 11}, {"Split", "split", ACCEL_OPERAND_SPLIT_SPLIT, 1, 13}, {"ReduceMean", "axes", ACCEL_OPERAND_REDUCE_MEAN_AXES, 1, 18}}) {
        INFO(move.name << " " << move.attribute);
        const OperatorSchema *schema = find_schema("", move.name);
        REQUIRE(schema);
        const AttributeSchema *before = schema->attribute(move.attribute, move.operand_since - 1);
        REQUIRE(before);
        CHECK(before->use == Use::kAttribute);
        CHECK(before->operand == move.operand);
        CHECK(before->key == ACCEL_ATTRIBUTE_CUSTOM);
        CHECK(schema->input_of(move.operand, move.operand_since - 1) == -1);
        CHECK_FALSE(schema->attribute(move.attribute, move.operand_since));
        CHECK(schema->input_of(move.operand, move.operand_since) == move.position);
        CHECK(schema->input_of(move.operand, newest_opset()) == move.position);
    }
}

TEST_CASE("an operator is read in the opsets that its record covers")
{
    CHECK(newest_opset() == 28);
    const OperatorSchema *cast = find_schema("", "Cast");
    REQUIRE(cast);
    CHECK(cast->operation == ACCEL_OPERATION_CAST);
    CHECK(cast->readable_at(1));
    CHECK(cast->readable_at(28));
    CHECK_FALSE(cast->readable_at(29));
    CHECK_FALSE(find_schema("", "QLinearConv")->readable_at(9));
    CHECK(find_schema("", "QLinearConv")->readable_at(10));
    CHECK(find_schema("", "Add")->attribute("broadcast", 6)->use == Use::kResolved);
    CHECK_FALSE(find_schema("", "Add")->attribute("broadcast", 7));
    CHECK_FALSE(find_schema("", "NoSuchOperator"));
    CHECK_FALSE(find_schema("com.example", "Add"));
}

TEST_CASE("what an absent attribute stands for may change with the opset")
{
    const OperatorSchema *softmax = find_schema("", "Softmax");
    REQUIRE(softmax);
    CHECK(softmax->attribute("axis", 12)->fallback == 1);
    CHECK(softmax->attribute("axis", 13)->fallback == -1);
    CHECK(find_schema("", "Clip")->attribute("max", 6)->fallback != find_schema("", "Clip")->attribute("max", 6)->fallback);
}

TEST_CASE("inputs say what becomes of them")
{
    const OperatorSchema *convolution = find_schema("", "QLinearConv");
    REQUIRE(convolution);
    CHECK(convolution->form == Form::kRewrite);
    CHECK(convolution->input(0, 10)->use == Use::kTensor);
    CHECK(convolution->input(1, 10)->use == Use::kResolved);
    CHECK(convolution->input(8, 10)->option == Option::kOptional);
    CHECK_FALSE(convolution->input(9, 10));
    CHECK(find_schema("", "Concat")->input(40, 13)->option == Option::kVariadic);
    CHECK(find_schema("", "Dropout")->input(2, 13)->use == Use::kRefused);
    CHECK(find_schema("", "Constant")->form == Form::kValue);
}

TEST_CASE("every row lies within the opsets of its operator and has a use")
{
    for (const OperatorSchema &schema : schemas()) {
        INFO(schema.name);
        REQUIRE_FALSE(schema.opsets.empty());
        const auto within = [&schema](const OpsetRange &range) { return range.first <= range.last && schema.readable_at(range.first) && schema.readable_at(range.last); };
        for (const AttributeSchema &row : schema.attributes) {
            INFO(row.name);
            CHECK(within(row.opsets));
            CHECK((row.use == Use::kAttribute || row.key == ACCEL_ATTRIBUTE_CUSTOM || row.use == Use::kResolved));
        }
        for (const OperandSchema &row : schema.inputs) {
            INFO(row.name);
            CHECK(within(row.opsets));
            CHECK((row.use != Use::kTensor || row.types != 0));
        }
    }
}
