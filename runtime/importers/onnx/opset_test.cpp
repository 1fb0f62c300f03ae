// SPDX-License-Identifier: MIT
// Every operator at every opset that has it: the graph must be that of the reference opset, however the opset writes the node.
#include "ops/ops.h"
#include "opset_forms.h"
#include "test_description.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>

using namespace accel::onnx::test;

namespace {

std::string output_named(const std::string &name)
{
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name);
    return bytes;
}

/// One node between input x and outputs y0, y1, …
std::string write_model(const Operator &op, int64_t opset, const Attributes &added = {})
{
    Form form = op.form(opset);
    form.attributes.insert(form.attributes.end(), added.begin(), added.end());
    NodeText text{op.name, form.operands, {}, form.attributes, "n", op.domain};
    ModelText whole;
    whole.opset = opset;
    whole.more_opsets = {{"com.microsoft", 1}, {"ai.onnx.ml", 1}};
    whole.inputs = {value_info("x", op.x_type, op.x)};
    whole.initializers = form.constants;
    for (size_t i = 0; i < form.outputs; ++i) {
        text.outputs.push_back("y" + std::to_string(i));
        whole.outputs.push_back(output_named(text.outputs.back()));
    }
    whole.nodes = {node(text)};
    return model(whole);
}

std::string describe_reference(const Operator &op)
{
    const std::string text = describe(write_model(op, std::max(op.first_opset, kReference)));
    INFO(text);
    CHECK(text.starts_with("inputs"));
    return text;
}

}  // namespace

TEST_CASE("every operator gives the same graph at every opset")
{
    for (const Operator &op : operators()) {
        const std::string expected = describe_reference(op);
        for (int64_t opset = op.first_opset; opset <= kOpsetMax; ++opset) {
            INFO(op.name << " at opset " << opset);
            CHECK(describe(write_model(op, opset)) == expected);
        }
    }
}

TEST_CASE("an attribute that an opset added changes nothing at its default")
{
    for (const Operator &op : operators()) {
        const std::string expected = describe_reference(op);
        for (const Added &added : op.added) {
            for (int64_t opset = added.opset; opset <= kOpsetMax; ++opset) {
                INFO(op.name << " at opset " << opset << ", with an attribute of opset " << added.opset);
                CHECK(describe(write_model(op, opset, {added.attribute})) == expected);
            }
        }
    }
}

TEST_CASE("what opsets below 6 say about operands that may be overwritten changes nothing")
{
    for (const Operator &op : operators()) {
        for (int64_t opset = op.first_opset; opset < 6 && op.domain.empty(); ++opset) {
            INFO(op.name << " at opset " << opset);
            CHECK(describe(write_model(op, opset, {attr_ints("consumed_inputs", {0})})) == describe_reference(op));
        }
    }
}

TEST_CASE("an operator that an opset does not have yet is read or kept, and nothing falls over")
{
    for (const Operator &op : operators()) {
        for (int64_t opset = kOpsetMin; opset < op.first_opset; ++opset) {
            INFO(op.name << " at opset " << opset);
            const Imported early(write_model(op, opset));
            CHECK((early.status == ACCEL_STATUS_OK || early.status == ACCEL_STATUS_CORRUPT));
        }
    }
}

TEST_CASE("the opset tests leave no operator out")
{
    std::set<std::string> tested;
    for (const Operator &op : operators()) {
        INFO(op.name);
        CHECK(accel::onnx::find_operator(op.domain, op.name) != nullptr);
        tested.insert(op.domain + op.name);
    }
    CHECK(tested.size() == accel::onnx::operator_count());
}

TEST_CASE("what differs between graphs shows in their description")
{
    const Operator relu{"Relu", always({})}, tanh{"Tanh", always({})}, wide{"Relu", always({}), 1, {2, 4}};
    const Operator other_axis{"Softmax", always({{"x"}, {attr_int("axis", 0)}})}, axis{"Softmax", always({{"x"}, {attr_int("axis", 1)}})};
    const Operator add{"Add", with_vector}, other_add{"Add", always({{"x", "c"}, {}, {floats_tensor("c", {3}, {1, 2, 4})}})};
    CHECK(describe(write_model(relu, 13)) != describe(write_model(tanh, 13)));
    CHECK(describe(write_model(relu, 13)) != describe(write_model(wide, 13)));
    CHECK(describe(write_model(axis, 13)) != describe(write_model(other_axis, 13)));
    CHECK(describe(write_model(add, 13)) != describe(write_model(other_add, 13)));
}
