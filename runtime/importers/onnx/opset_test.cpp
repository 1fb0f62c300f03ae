// SPDX-License-Identifier: MIT
// Every operator at every opset that has it: the graph must be that of the reference opset, however the opset writes the node.
#include "ops/ops.h"
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <map>
#include <set>
#include <sstream>

using namespace accel::onnx::test;

namespace {

constexpr int64_t kOpsetMin = 1, kOpsetMax = 28, kReference = 13;

using Names = std::vector<std::string>;
using Tensors = std::vector<std::string>;
using Attributes = std::vector<Attr>;

/// A node as one opset writes it. Operands are x and the constants.
struct Form {
    Names operands = {"x"};
    Attributes attributes = {};
    Tensors constants = {};
    size_t outputs = 1;
};

/// An attribute that an opset added, with the value that means what earlier opsets did.
struct Added {
    int64_t opset;
    Attr attribute;
};

struct Operator {
    std::string name;
    std::function<Form(int64_t opset)> form;
    int64_t first_opset = kOpsetMin;  ///< where the operator appeared, if that is later
    std::vector<DimText> x = {2, 3};
    int32_t x_type = kFloat;
    std::vector<Added> added = {};
    std::string domain = {};
};

std::string real(std::string_view name, const std::vector<int64_t>& dims) {
    int64_t count = 1;
    for (const int64_t size : dims) {
        count *= size;
    }
    std::vector<float> values(static_cast<size_t>(count));
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = 0.5f + static_cast<float>(i);
    }
    return floats_tensor(name, dims, values);
}

std::string zero_point(std::string_view name) { return bytes_tensor(name, {}, {0}); }

auto always(Form form) {
    return [form](int64_t) { return form; };
}

/// Integers that were an attribute before opset `since` and are operand 1 from there on.
auto moved(const char* name, std::vector<int64_t> values, int64_t since, size_t outputs = 1) {
    return [=](int64_t opset) {
        return opset < since ? Form{{"x"}, {attr_ints(name, values)}, {}, outputs} : Form{{"x", "v"}, {}, {ints_tensor("v", values)}, outputs};
    };
}

Form clip(int64_t opset) {
    return opset < 11 ? Form{{"x"}, {attr_real("min", 0), attr_real("max", 6)}} : Form{{"x", "lo", "hi"}, {}, {scalar_tensor("lo", 0), scalar_tensor("hi", 6)}};
}

Form pad(int64_t opset) {
    return opset < 11 ? Form{{"x"}, {attr_ints(opset < 2 ? "paddings" : "pads", {0, 1, 0, 2}), attr_real("value", 2)}}
                      : Form{{"x", "p", "v"}, {}, {ints_tensor("p", {0, 1, 0, 2}), scalar_tensor("v", 2)}};
}

Form slice(int64_t opset) {
    return opset < 10 ? Form{{"x"}, {attr_ints("axes", {1}), attr_ints("starts", {1}), attr_ints("ends", {3})}}
                      : Form{{"x", "s", "e", "a"}, {}, {ints_tensor("s", {1}), ints_tensor("e", {3}), ints_tensor("a", {1})}};
}

Form split_evenly(int64_t opset) { return {{"x"}, opset < 18 ? Attributes{} : Attributes{attr_int("num_outputs", 2)}, {}, 2}; }

Form cast(int64_t opset) { return {{"x"}, {opset < 6 ? attr_string("to", "INT32") : attr_int("to", kInt32)}}; }

/// Below opset 7 inference is asked for.
Form for_inference(Form form, int64_t opset) {
    if (opset < 7) {
        form.attributes.push_back(attr_int("is_test", 1));
    }
    return form;
}

/// Below opset 7 an operand spreads where it is told to.
Form spreading(Form form, int64_t opset) {
    if (opset < 7) {
        form.attributes.push_back(attr_int("broadcast", 1));
    }
    return form;
}

const Form kPool{{"x"}, {attr_ints("kernel_shape", {2, 2})}};
const Form kWithVector{{"x", "c"}, {}, {real("c", {3})}};
Form with_vector(int64_t opset) { return spreading(kWithVector, opset); }
Form gemm(int64_t opset) { return spreading({{"x", "w", "c"}, {}, {real("w", {3, 4}), real("c", {4})}}, opset); }
Form normalisation(int64_t opset) { return for_inference({{"x", "c", "c", "c", "c"}, {}, {real("c", {3})}}, opset); }
Form dropout(int64_t opset) { return for_inference({}, opset); }
const std::vector<DimText> kImage = {1, 2, 5, 6};

std::vector<Operator> operators() {
    const Tensors quantised = {scalar_tensor("s", 0.5f), zero_point("z"), bytes_tensor("w", {2, 2, 1, 1}, {1, 2, 3, 4}), bytes_tensor("m", {3, 2}, {1, 2, 3, 4, 5, 6})};
    const std::vector<Added> shape_range = {{15, attr_int("start", 0)}};
    return {
        {"Add", with_vector},
        {"Sub", with_vector},
        {"Mul", with_vector},
        {"Div", with_vector},
        {"AveragePool", always(kPool), 1, kImage, kFloat, {{10, attr_int("ceil_mode", 0)}, {19, attr_ints("dilations", {1, 1})}}},
        {"MaxPool", always(kPool), 1, kImage, kFloat, {{8, attr_int("storage_order", 0)}, {10, attr_int("ceil_mode", 0)}, {10, attr_ints("dilations", {1, 1})}}},
        {"GlobalAveragePool", always({}), 1, kImage},
        {"BatchNormalization", normalisation, 1, {2, 3}, kFloat, {{14, attr_int("training_mode", 0)}}},
        {"Cast", cast, 1, {2, 3}, kFloat, {{19, attr_int("saturate", 1)}, {24, attr_string("round_mode", "up")}}},
        {"Clip", clip},
        {"Concat", always({{"x", "c"}, {attr_int("axis", 1)}, {real("c", {2, 3})}})},
        {"Constant", always({{}, {attr_tensor("value", real("", {2}))}})},
        {"ConstantOfShape", always({{"v"}, {}, {ints_tensor("v", {2, 2})}}), 9},
        {"Conv", always({{"x", "w"}, {}, {real("w", {4, 2, 2, 3})}}), 1, kImage},
        {"Dropout", dropout, 1, {2, 3}, kFloat, {{12, attr_int("seed", 3)}}},
        {"Relu", always({})},
        {"Sigmoid", always({})},
        {"Tanh", always({})},
        {"Exp", always({})},
        {"Identity", always({})},
        {"Expand", always({{"x", "v"}, {}, {ints_tensor("v", {4, 1, 3})}}), 8},
        {"LeakyRelu", always({{"x"}, {attr_real("alpha", 0.25f)}})},
        {"Flatten", always({{"x"}, {attr_int("axis", 1)}}), 1, kImage},
        {"Gather", always({{"x", "v"}, {}, {ints_tensor("v", {1, 0})}})},
        {"Gemm", gemm},
        {"MatMul", always({{"x", "w"}, {}, {real("w", {3, 4})}})},
        {"Pad", pad},
        {"ReduceMean", moved("axes", {1}, 18), 1, {2, 3}, kFloat, {{18, attr_int("noop_with_empty_axes", 0)}}},
        {"Reshape", moved("shape", {3, -1}, 5), 1, {2, 3}, kFloat, {{14, attr_int("allowzero", 0)}}},
        {"Shape", always({}), 1, {2, 3}, kFloat, shape_range},
        {"Size", always({})},
        {"Slice", slice},
        {"Softmax", always({{"x"}, {attr_int("axis", 1)}})},
        {"Softmax", always({})},
        {"Split", moved("split", {1, 2}, 13, 2), 1, {3}},
        {"Split", split_evenly, 1, {4}},
        {"Squeeze", moved("axes", {0}, 13), 1, {1, 3}},
        {"Unsqueeze", moved("axes", {1}, 13)},
        {"Transpose", always({{"x"}, {attr_ints("perm", {1, 0})}})},
        {"QuantizeLinear", always({{"x", "s", "z"}, {}, quantised}), 10, {2, 3}, kFloat, {{13, attr_int("axis", 1)}, {19, attr_int("saturate", 1)}, {21, attr_int("block_size", 0)}, {23, attr_int("precision", 0)}}},
        {"DequantizeLinear", always({{"x", "s", "z"}, {}, quantised}), 10, {2, 3}, kInt8, {{13, attr_int("axis", 1)}, {21, attr_int("block_size", 0)}, {23, attr_int("output_dtype", kFloat)}}},
        {"QLinearConv", always({{"x", "s", "z", "w", "s", "z", "s", "z"}, {}, quantised}), 10, kImage, kInt8},
        {"QLinearMatMul", always({{"x", "s", "z", "m", "s", "z", "s", "z"}, {}, quantised}), 10, {2, 3}, kInt8},
        {"QLinearAdd", always({{"x", "s", "z", "x", "s", "z", "s", "z"}, {}, quantised}), 1, {2, 3}, kInt8, {}, "com.microsoft"},
    };
}

std::string output_named(const std::string& name) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name);
    return bytes;
}

/// One node between input x and outputs y0, y1, …
std::string write_model(const Operator& op, int64_t opset, const Attributes& added = {}) {
    Form form = op.form(opset);
    form.attributes.insert(form.attributes.end(), added.begin(), added.end());
    NodeText text{op.name, form.operands, {}, form.attributes, "n", op.domain};
    ModelText whole;
    whole.opset = opset;
    whole.more_opsets = {{"com.microsoft", 1}};
    whole.inputs = {value_info("x", op.x_type, op.x)};
    whole.initializers = form.constants;
    for (size_t i = 0; i < form.outputs; ++i) {
        text.outputs.push_back("y" + std::to_string(i));
        whole.outputs.push_back(output_named(text.outputs.back()));
    }
    whole.nodes = {node(text)};
    return model(whole);
}

/// All that a graph says, without names: tensors are numbered in the order in which they are met.
class Description {
public:
    explicit Description(const Imported& imported) : imported_(imported) {
        const accel_graph_desc& graph = imported.graph();
        list("inputs", graph.inputs, graph.input_count);
        for (uint32_t i = 0; i < graph.node_count; ++i) {
            describe_node(imported.node(i));
        }
        list("outputs", graph.outputs, graph.output_count);
    }
    std::string text() const { return out_.str(); }

private:
    void list(const char* what, const uint32_t* tensors, uint32_t count) {
        out_ << what;
        for (uint32_t i = 0; i < count; ++i) {
            describe_tensor(tensors[i]);
        }
        out_ << '\n';
    }

    void describe_node(const accel_node_desc& node) {
        out_ << "operation " << node.operation << " rounding " << node.rounding << '\n';
        for (uint32_t i = 0; i < node.attribute_count; ++i) {
            const accel_attribute& attribute = node.attributes[i];
            out_ << "  attribute " << attribute.key << " kind " << attribute.kind << ':';
            for (uint64_t at = 0; at < attribute.count; ++at) {
                if (attribute.kind == ACCEL_ATTRIBUTE_KIND_INT || attribute.kind == ACCEL_ATTRIBUTE_KIND_INTS) {
                    out_ << ' ' << static_cast<const int64_t*>(attribute.values)[at];
                } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOAT || attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOATS) {
                    out_ << ' ' << static_cast<const float*>(attribute.values)[at];
                } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_STRING || attribute.kind == ACCEL_ATTRIBUTE_KIND_STRINGS) {
                    const auto& text = static_cast<const accel_bytes*>(attribute.values)[at];
                    out_ << ' ' << std::string_view(static_cast<const char*>(text.data), text.byte_count);
                } else {
                    throw std::runtime_error("an attribute of kind " + std::to_string(attribute.kind));
                }
            }
            out_ << '\n';
        }
        list("  takes", node.inputs, node.input_count);
        list("  makes", node.outputs, node.output_count);
    }

    void describe_tensor(uint32_t index) {
        if (index == ACCEL_TENSOR_NONE) {
            out_ << " none";
            return;
        }
        const auto [known, added] = numbers_.emplace(index, numbers_.size());
        out_ << " t" << known->second;
        if (!added) {
            return;
        }
        const accel_tensor_desc& tensor = imported_.tensor(index);
        out_ << "(type " << tensor.type << " [";
        for (const int64_t size : Imported::sizes(tensor)) {
            out_ << size << ' ';
        }
        out_ << ']';
        for (uint64_t i = 0; tensor.data != nullptr && i < tensor.data_bytes; ++i) {
            out_ << (i == 0 ? " data " : ".") << int{static_cast<const uint8_t*>(tensor.data)[i]};
        }
        const accel_quantization* quantization = tensor.quantization;
        for (uint32_t i = 0; quantization != nullptr && i < quantization->count; ++i) {
            out_ << " scale " << Imported::scale(tensor, i) << " zero point " << Imported::zero_point(tensor, i);
        }
        out_ << ')';
    }

    const Imported& imported_;
    std::map<uint32_t, size_t> numbers_;
    std::ostringstream out_;
};

/// The imported graph, or why there is none.
std::string describe(const std::string& bytes) {
    const Imported imported(bytes);
    if (imported.status != ACCEL_STATUS_OK) {
        return "refused: " + imported.message;
    }
    return imported.broken_rule().empty() ? Description(imported).text() : "broken: " + imported.broken_rule();
}

std::string describe_reference(const Operator& op) {
    const std::string text = describe(write_model(op, kReference));
    INFO(text);
    CHECK(text.starts_with("inputs"));
    return text;
}

}  // namespace

TEST_CASE("every operator gives the same graph at every opset") {
    for (const Operator& op : operators()) {
        const std::string expected = describe_reference(op);
        for (int64_t opset = op.first_opset; opset <= kOpsetMax; ++opset) {
            INFO(op.name << " at opset " << opset);
            CHECK(describe(write_model(op, opset)) == expected);
        }
    }
}

TEST_CASE("an attribute that an opset added changes nothing at its default") {
    for (const Operator& op : operators()) {
        const std::string expected = describe_reference(op);
        for (const Added& added : op.added) {
            for (int64_t opset = added.opset; opset <= kOpsetMax; ++opset) {
                INFO(op.name << " at opset " << opset << ", with an attribute of opset " << added.opset);
                CHECK(describe(write_model(op, opset, {added.attribute})) == expected);
            }
        }
    }
}

TEST_CASE("what opsets below 6 say about operands that may be overwritten changes nothing") {
    for (const Operator& op : operators()) {
        for (int64_t opset = op.first_opset; opset < 6 && op.domain.empty(); ++opset) {
            INFO(op.name << " at opset " << opset);
            CHECK(describe(write_model(op, opset, {attr_ints("consumed_inputs", {0})})) == describe_reference(op));
        }
    }
}

TEST_CASE("the opset tests leave no operator out") {
    std::set<std::string> tested;
    for (const Operator& op : operators()) {
        INFO(op.name);
        CHECK(accel::onnx::find_operator(op.domain, op.name) != nullptr);
        tested.insert(op.domain + op.name);
    }
    CHECK(tested.size() == accel::onnx::operator_count());
}

TEST_CASE("what differs between graphs shows in their description") {
    const Operator relu{"Relu", always({})}, tanh{"Tanh", always({})}, wide{"Relu", always({}), 1, {2, 4}};
    const Operator other_axis{"Softmax", always({{"x"}, {attr_int("axis", 0)}})}, axis{"Softmax", always({{"x"}, {attr_int("axis", 1)}})};
    const Operator add{"Add", with_vector}, other_add{"Add", always({{"x", "c"}, {}, {floats_tensor("c", {3}, {1, 2, 4})}})};
    CHECK(describe(write_model(relu, 13)) != describe(write_model(tanh, 13)));
    CHECK(describe(write_model(relu, 13)) != describe(write_model(wide, 13)));
    CHECK(describe(write_model(axis, 13)) != describe(write_model(other_axis, 13)));
    CHECK(describe(write_model(add, 13)) != describe(write_model(other_add, 13)));
}
