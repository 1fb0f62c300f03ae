// SPDX-License-Identifier: MIT
// Custom nodes: what the catalog lacks is kept as the file has it, and nothing is refused for being unknown.
#include "test_require.h"

using namespace accel::onnx::test;

namespace {

ModelText of_nodes(std::vector<std::string> nodes)
{
    ModelText text;
    text.opset = 17;
    text.inputs = {value_info("x", kFloat, {2, 3})};
    text.outputs = {named("y")};
    text.nodes = std::move(nodes);
    return text;
}

const accel_attribute *attribute(const accel_node_desc &node, std::string_view name)
{
    for (uint32_t i = 0; i < node.attribute_count; ++i) {
        if (node.attributes[i].name == name) {
            return &node.attributes[i];
        }
    }
    return nullptr;
}

template <class Value>
const Value *values(const accel_attribute *attribute)
{
    return static_cast<const Value *>(attribute->values);
}

std::string string(const accel_bytes &bytes) { return {static_cast<const char *>(bytes.data), bytes.byte_count}; }

/// An attribute of any kind: its fields in onnx.proto, and its type.
Attr attr(std::string_view name, int32_t type, const std::vector<std::pair<uint32_t, std::string>> &messages)
{
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    writer.add_string(1, name.data(), name.size());
    for (const auto &[field, message] : messages) {
        writer.add_message(field, message);
    }
    if (type != 0) {
        writer.add_int32(20, type);
    }
    return {bytes};
}

std::string sparse(const std::string &values, const std::string &indices, const std::vector<int64_t> &dims)
{
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    writer.add_message(1, values);
    writer.add_message(2, indices);
    writer.add_packed_int64(3, dims.begin(), dims.end());
    return bytes;
}

/// TypeProto of a sequence of float tensors.
std::string sequence_type()
{
    std::string tensor, sequence, type;
    {
        protozero::pbf_writer writer(tensor);
        protozero::pbf_writer of(writer, 1);
        of.add_int32(1, kFloat);
    }
    protozero::pbf_writer(sequence).add_message(1, tensor);
    protozero::pbf_writer(type).add_message(4, sequence);
    return type;
}

std::string strings_tensor(const std::vector<std::string> &strings)
{
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    const std::vector<int64_t> dims{static_cast<int64_t>(strings.size())};
    writer.add_packed_int64(1, dims.begin(), dims.end());
    writer.add_int32(2, 8);
    for (const std::string &string : strings) {
        writer.add_bytes(6, string);
    }
    return bytes;
}

/// A tensor whose values stand in the field for integers of this number.
std::string typed_tensor(int32_t type, const std::vector<int64_t> &dims, uint32_t field, const std::vector<uint64_t> &integers)
{
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    writer.add_packed_int64(1, dims.begin(), dims.end());
    writer.add_int32(2, type);
    writer.add_packed_uint64(field, integers.begin(), integers.end());
    return bytes;
}

std::string with_attributes(std::vector<Attr> attributes)
{
    return model(of_nodes({node({"Frobnicate", {"x"}, {"y"}, std::move(attributes)})}));
}

}  // namespace

TEST_CASE("an unknown operator is kept with all that it says", "[onnx][custom]")
{
    ModelText text = of_nodes({node({"Frobnicate", {"x", "", "x"}, {"y", "", "z"}, {attr_int("level", 3), attr_ints("steps", {1, 2}), attr_real("rate", 0.5f), attr_string("mode", "fast")}, "f", "org.example"})});
    text.more_opsets = {{"org.example", 4}};
    const Imported model_(model(text));
    require_good(model_);
    REQUIRE(model_.graph().node_count == 1);
    const accel_node_desc &kept = model_.node(0);
    CHECK(kept.operation == ACCEL_OPERATION_CUSTOM);
    CHECK(std::string(kept.domain) == "org.example");
    CHECK(std::string(kept.custom_name) == "Frobnicate");
    CHECK(std::string(kept.reason) == "there is no such operator here");
    REQUIRE(kept.input_count == 3);
    CHECK(kept.inputs[1] == ACCEL_TENSOR_NONE);
    REQUIRE(kept.output_count == 3);
    CHECK(kept.outputs[1] == ACCEL_TENSOR_NONE);
    REQUIRE(kept.attribute_count == 4);
    CHECK(kept.revision == 4);
    CHECK(attribute(kept, "level")->kind == ACCEL_ATTRIBUTE_KIND_INT);
    CHECK(values<int64_t>(attribute(kept, "level"))[0] == 3);
    CHECK(attribute(kept, "steps")->kind == ACCEL_ATTRIBUTE_KIND_INTS);
    CHECK(attribute(kept, "steps")->count == 2);
    CHECK(values<float>(attribute(kept, "rate"))[0] == 0.5f);
    CHECK(string(values<accel_bytes>(attribute(kept, "mode"))[0]) == "fast");
    CHECK(model_.output().rank == ACCEL_RANK_UNKNOWN);
    CHECK(model_.output().type == 0);
}

TEST_CASE("G-14 attributes of custom nodes are kept, of every kind that ONNX has", "[onnx][custom]")
{
    const std::string table = floats_tensor("", {2}, {1, 2}), index = ints_tensor("", {3, 1});
    const Imported model_(with_attributes({attr("table", 4, {{5, table}}), attr("tables", 9, {{10, table}, {10, index}}), attr("words", 8, {{9, std::string("a\0b", 3)}, {9, ""}}),
                                           attr("few", 11, {{22, sparse(table, ints_tensor("", {1, 5}), {2, 3})}}), attr("fews", 12, {{23, sparse(table, raw_tensor("", kInt64, {2, 1}, std::string("\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0", 16)), {5})}}),
                                           attr("type", 13, {{14, sequence_type()}}), attr("types", 14, {{15, sequence_type()}, {15, sequence_type()}}), attr("none", 7, {}), attr_reals("rates", {0.5f, 2})}));
    require_good(model_);
    const accel_node_desc &kept = model_.node(0);
    REQUIRE(kept.attribute_count == 9);
    const auto is = [&](const char *name, uint32_t kind, uint64_t count) { return attribute(kept, name)->kind == kind && attribute(kept, name)->count == count; };
    REQUIRE(is("table", ACCEL_ATTRIBUTE_KIND_TENSOR, 1));
    const accel_tensor_desc &one = model_.tensor(values<uint32_t>(attribute(kept, "table"))[0]);
    CHECK(one.type == ACCEL_TYPE_F32);
    CHECK(static_cast<const float *>(one.data)[1] == 2);
    REQUIRE(is("tables", ACCEL_ATTRIBUTE_KIND_TENSORS, 2));
    CHECK(static_cast<const int64_t *>(model_.tensor(values<uint32_t>(attribute(kept, "tables"))[1]).data)[0] == 3);
    REQUIRE(is("words", ACCEL_ATTRIBUTE_KIND_STRINGS, 2));
    CHECK(string(values<accel_bytes>(attribute(kept, "words"))[0]) == std::string("a\0b", 3));
    CHECK(string(values<accel_bytes>(attribute(kept, "words"))[1]).empty());
    REQUIRE(is("few", ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, 1));
    const accel_sparse_tensor &few = values<accel_sparse_tensor>(attribute(kept, "few"))[0];
    CHECK(few.rank == 2);
    CHECK(few.dims[1] == 3);
    CHECK(static_cast<const int64_t *>(model_.tensor(few.indices).data)[1] == 5);
    REQUIRE(is("fews", ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS, 1));
    CHECK(model_.tensor(values<accel_sparse_tensor>(attribute(kept, "fews"))[0].indices).rank == 2);
    REQUIRE(is("type", ACCEL_ATTRIBUTE_KIND_TYPE, 1));
    CHECK(string(values<accel_bytes>(attribute(kept, "type"))[0]) == "seq(tensor(float))");
    CHECK(is("types", ACCEL_ATTRIBUTE_KIND_TYPES, 2));
    CHECK(is("none", ACCEL_ATTRIBUTE_KIND_INTS, 0));
    REQUIRE(is("rates", ACCEL_ATTRIBUTE_KIND_FLOATS, 2));
    CHECK(values<float>(attribute(kept, "rates"))[1] == 2);
    CHECK(std::string(kept.reason) == "there is no such operator here");
}

TEST_CASE("G-14 tensors of attributes may be of every element type", "[onnx][custom]")
{
    const Imported model_(with_attributes({attr("strings", 4, {{5, strings_tensor({"ab", ""})}}), attr("int4", 4, {{5, typed_tensor(22, {3}, 5, {0x21, 0x0f})}}), attr("u32", 4, {{5, typed_tensor(12, {1}, 11, {4000000000u})}}),
                                           attr("u64", 4, {{5, typed_tensor(13, {1}, 11, {UINT64_MAX})}}), attr("u16", 4, {{5, typed_tensor(4, {2}, 5, {1, 65535})}}), attr("f8", 4, {{5, typed_tensor(17, {2}, 5, {0x38, 0xff})}}),
                                           attr("c64", 4, {{5, raw_tensor("", 14, {1}, "12345678")}}), attr("raw2", 4, {{5, raw_tensor("", 26, {5}, "ab")}})}));
    require_good(model_);
    const accel_node_desc &kept = model_.node(0);
    REQUIRE(kept.attribute_count == 8);
    const auto tensor = [&](const char *name) { return model_.tensor(*values<uint32_t>(attribute(kept, name))); };
    CHECK(tensor("strings").type == ACCEL_TYPE_STRING);
    CHECK(string(static_cast<const accel_bytes *>(tensor("strings").data)[0]) == "ab");
    CHECK(tensor("int4").type == ACCEL_TYPE_I4);
    CHECK(tensor("int4").data_bytes == 2);
    CHECK(static_cast<const uint8_t *>(tensor("int4").data)[0] == 0x21);
    CHECK(static_cast<const uint32_t *>(tensor("u32").data)[0] == 4000000000u);
    CHECK(static_cast<const uint64_t *>(tensor("u64").data)[0] == UINT64_MAX);
    CHECK(static_cast<const uint16_t *>(tensor("u16").data)[1] == 65535);
    CHECK(static_cast<const uint8_t *>(tensor("f8").data)[1] == 0xff);
    CHECK(tensor("c64").type == ACCEL_TYPE_C64);
    CHECK(tensor("raw2").type == ACCEL_TYPE_I2);
}

TEST_CASE("G-14 attributes without a form here stay away, and the reason says which", "[onnx][custom]")
{
    const Imported model_(with_attributes({attr("later", 99, {}), attr("untold", 0, {}), attr("", 8, {{9, "a"}}), attr_int("level", 3)}));
    require_good(model_);
    const accel_node_desc &kept = model_.node(0);
    CHECK(kept.attribute_count == 1);
    CHECK(std::string(kept.reason) == "there is no such operator here; its attribute 'later' is not kept: kind 99 has no form here; its attribute 'untold' is not kept: kind 0 has no form here; its attribute '' is not kept: it has no name");
}

TEST_CASE("G-14 damaged attributes of custom nodes are found", "[onnx][custom]")
{
    const std::string table = floats_tensor("", {2}, {1, 2});
    const std::pair<Attr, const char *> cases[] = {
        {attr("t", 4, {}), "attribute 't' says that it is of kind 4 and has no such value"},
        {attr("t", 4, {{5, raw_tensor("", kFloat, {3}, "1234")}}), "raw_data has 4 bytes, but type and dims need 12"},
        {attr("t", 4, {{5, typed_tensor(22, {3}, 5, {1, 2, 3})}}), "has 3 integers in the field for its type, but dims need 2"},
        {attr("t", 4, {{5, typed_tensor(12, {1}, 11, {uint64_t{1} << 40})}}), "which uint32 cannot hold"},
        {attr("t", 4, {{5, typed_tensor(8, {1}, 7, {1})}}), "has 0 strings, but dims need 1"},
        {attr("s", 11, {{22, ""}}), "attribute 's' is a sparse tensor without values"},
        {attr("s", 11, {{22, sparse(table, ints_tensor("", {1}), {9})}}), "whose indices are neither [n] nor [n, 1] of int64 for n values"},
        {attr("s", 11, {{22, sparse(table, table, {9})}}), "whose indices are neither"},
        {attr("s", 11, {{22, sparse(table, ints_tensor("", {1, 9}), {9})}}), "whose index number 1 lies outside of its dims or does not ascend"},
        {attr("s", 12, {{23, sparse(table, ints_tensor("", {5, 1}), {9})}}), "whose index number 1 lies outside of its dims or does not ascend"},
        {attr("s", 11, {{22, sparse(table, ints_tensor("", {0, 1}), {-9})}}), "is a sparse tensor of impossible dims"},
        {attr("s", 11, {{22, sparse(table, ints_tensor("", {0, 1}), {int64_t{1} << 31})}}), "is a sparse tensor of impossible dims"},
        {attr("s", 11, {{22, sparse(table, ints_tensor("", {0, 1}), {1, 1, 1, 1, 1, 1, 1, 1, 2})}}), "is a sparse tensor of impossible dims"},
        {attr("s", 11, {{22, sparse(floats_tensor("", {2, 1}, {1, 2}), ints_tensor("", {0, 1}), {9})}}), "whose indices are neither"},
        {attr("s", 11, {{22, sparse(table, indices_tensor("", {2, 3}, {0, 0, 0, 1, 1, 1}), {2, 2})}}), "whose indices are neither"},
        // Each would be in place as a linear index.
        {attr("s", 11, {{22, sparse(table, indices_tensor("", {2, 2}, {1, -1, 1, 0}), {2, 2})}}), "whose index number 0 lies outside of its dims or does not ascend"},
        {attr("s", 11, {{22, sparse(table, indices_tensor("", {2, 2}, {0, 0, 0, 2}), {2, 2})}}), "whose index number 1 lies outside of its dims or does not ascend"},
        {attr("y", 13, {}), "attribute 'y' says that it is of kind 13 and has no such value"},
        {attr("r", 1, {{21, "alpha"}}), "attribute 'r' refers to a function's attribute outside of a function"},
    };
    for (const auto &[attribute, why] : cases) {
        const Imported model_(with_attributes({attribute}));
        INFO(why << "\n"
                 << model_.message);
        CHECK(model_.status == ACCEL_STATUS_CORRUPT);
        CHECK(model_.says(why));
    }
}

TEST_CASE("what follows from something unknown is kept, too", "[onnx][custom]")
{
    const Imported model_(model(of_nodes({node({"Det", {"x"}, {"e"}, {}}), node({"Relu", {"e"}, {"r"}, {}}), node({"Exp", {"x"}, {"p"}, {}}), node({"Add", {"r", "p"}, {"y"}, {}})})));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM, ACCEL_OPERATION_CUSTOM, ACCEL_OPERATION_EXP, ACCEL_OPERATION_CUSTOM});
    CHECK(model_.keeps("its operand 'e' has a type that is not known here"));
}

TEST_CASE("what the model declares is believed of results that nobody here can tell", "[onnx][custom]")
{
    ModelText text = of_nodes({node({"Det", {"x"}, {"e"}, {}}), node({"Relu", {"e"}, {"r"}, {}}), node({"Det", {"r"}, {"y"}, {}})});
    text.value_infos = {value_info("e", kFloat, {2, 3})};
    text.outputs = {value_info("y", kFloat, {2, "N"})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM, ACCEL_OPERATION_RELU, ACCEL_OPERATION_CUSTOM});
    CHECK(model_.named("r").type == ACCEL_TYPE_F32);
    CHECK(Imported::sizes(model_.output()) == std::vector<int64_t>{2, -1});
}

TEST_CASE("types that have no form here are named", "[onnx][custom]")
{
    ModelText text = of_nodes({node({"StringNormalizer", {"s", "c"}, {"y"}, {}})});
    text.inputs = {value_info("s", 8, {4}), value_info("dead", 8, {4})};
    text.initializers = {raw_tensor("c", 14, {1}, "12345678")};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.graph().input_count == 1);  // nothing reads the other one
    CHECK(std::string(model_.named("s").type_name) == "tensor(string)");
    CHECK(model_.named("s").rank == 1);
    CHECK(std::string(model_.named("c").type_name) == "tensor(complex64)");
    CHECK(model_.keeps("a constant of type complex64 has no form here"));
}

TEST_CASE("an opset that is too new refuses no model", "[onnx][custom]")
{
    ModelText text = of_nodes({node({"Relu", {"x"}, {"y"}, {}})});
    text.opset = 29;
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps("opset 29"));
}

TEST_CASE("a refused translation leaves nothing behind", "[onnx][custom]")
{
    // The weights get a quantisation before the operator turns out to be none of the catalog's.
    ModelText text = of_nodes({node({"DequantizeLinear", {"w", "s"}, {"d"}, {attr_int("unheard", 1)}}), node({"MatMul", {"x", "d"}, {"y"}, {}})});
    text.initializers = {bytes_tensor("w", {3, 2}, {1, 2, 3, 4, 5, 6}), scalar_tensor("s", 0.5f)};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps("attribute 'unheard' is not understood"));
    CHECK(model_.named("w").quantization == nullptr);
    CHECK(model_.graph().node_count == 2);
    CHECK(model_.node(0).attribute_count == 1);
}

TEST_CASE("an operator that its opset does not have refuses no model", "[onnx][custom]")
{
    ModelText text = of_nodes({node({"Col2Im", {"x", "i", "i"}, {"y"}, {}})});
    text.initializers = {ints_tensor("i", {2, 3})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps("opset 17 has no such operator"));
}

TEST_CASE("what is computed with a size that is only known by name is made by nodes for those who need it", "[onnx][custom]")
{
    ModelText text = of_nodes({node({"Shape", {"x"}, {"s"}, {}}), node({"Gather", {"s", "i"}, {"n"}, {}}), node({"Col2Im", {"x", "n", "n"}, {"y"}, {}})});
    text.opset = 18;
    text.inputs = {value_info("x", kFloat, {"N", 3, 4})};
    text.initializers = {ints_tensor("i", {0, 0})};
    const Imported model_(model(text));
    require_good(model_);
    REQUIRE(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SHAPE, ACCEL_OPERATION_GATHER, ACCEL_OPERATION_CUSTOM});
    CHECK(model_.tensor(model_.node(2).inputs[1]).type == ACCEL_TYPE_I64);
    CHECK(model_.node(1).inputs[0] == model_.node(0).outputs[0]);
}
