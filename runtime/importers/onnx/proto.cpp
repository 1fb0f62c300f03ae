// SPDX-License-Identifier: MIT
// Reads the messages, field by field.
#include "proto.h"

#include "common/failure.h"
#include "types.h"

#include <cstring>

namespace accel::onnx {
namespace {

OperatorSet read_operator_set(Bytes bytes)
{
    OperatorSet set;
    WireReader reader(bytes, "OperatorSetIdProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: set.domain = reader.string("domain"); break;
        case 2: set.version = reader.integer("version"); break;
        default: reader.skip();
        }
    }
    return set;
}

ExternalEntry read_external_entry(Bytes bytes)
{
    ExternalEntry entry;
    WireReader reader(bytes, "StringStringEntryProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: entry.key = reader.string("key"); break;
        case 2: entry.value = reader.string("value"); break;
        default: reader.skip();
        }
    }
    return entry;
}

/// Appends what a run of them holds.
void append_reals(std::string_view run, std::vector<float> &reals)
{
    const size_t count = reals.size();
    reals.resize(count + run.size() / sizeof(float));
    if (!run.empty()) {
        std::memcpy(reals.data() + count, run.data(), run.size());
    }
}

/// Takes a field that holds numbers or text; the type of attribute that has it, or kUndefined where the field is another.
AttributeType take_plain_value(WireReader &reader, AttributeProto &attribute)
{
    switch (reader.field()) {
    case 2: attribute.real = reader.real32("f"); return AttributeType::kFloat;
    case 3: attribute.integer = reader.integer("i"); return AttributeType::kInt;
    case 4: attribute.string = reader.bytes("s").view; return AttributeType::kString;
    case 7: append_reals(reader.fixed("floats", sizeof(float)), attribute.reals); return AttributeType::kFloats;
    case 8: reader.integers("ints", attribute.integers); return AttributeType::kInts;
    case 9: attribute.strings.push_back(reader.bytes("strings").view); return AttributeType::kStrings;
    default: return AttributeType::kUndefined;
    }
}

/// The same for fields that hold messages.
AttributeType take_message(WireReader &reader, AttributeProto &attribute)
{
    struct Field {
        uint32_t number;
        const char *name;
        AttributeType type;
    };
    static constexpr Field kFields[] = {{6, "g", AttributeType::kGraph}, {10, "tensors", AttributeType::kTensors}, {11, "graphs", AttributeType::kGraphs}, {14, "tp", AttributeType::kType}, {15, "type_protos", AttributeType::kTypes}, {22, "sparse_tensor", AttributeType::kSparseTensor}, {23, "sparse_tensors", AttributeType::kSparseTensors}};
    if (reader.field() == 5) {
        attribute.tensor = reader.bytes("t");
        return AttributeType::kTensor;
    }
    for (const Field &field : kFields) {
        if (field.number == reader.field()) {
            attribute.messages.push_back(reader.bytes(field.name));
            return field.type;
        }
    }
    return AttributeType::kUndefined;
}

AttributeProto read_attribute(Bytes bytes)
{
    AttributeProto attribute;
    bool typed = false;
    AttributeType found = AttributeType::kUndefined;
    WireReader reader(bytes, "AttributeProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: attribute.name = reader.string("name"); break;
        case 20:
            attribute.type = static_cast<AttributeType>(reader.integer("type"));
            typed = true;
            break;
        case 21: attribute.reference = reader.string("ref_attr_name"); break;
        default: {
            AttributeType type = take_plain_value(reader, attribute);
            if (type == AttributeType::kUndefined) {
                type = take_message(reader, attribute);
            }
            if (type == AttributeType::kUndefined) {
                reader.skip();
            } else {
                found = type;
            }
        }
        }
    }
    // Writers of IR version 1 left the type out; an empty list has no field to tell it by.
    if (!typed) {
        attribute.type = found;
    }
    return attribute;
}

void read_integer_run(WireReader &reader, const char *name, TensorProto &tensor)
{
    const uint32_t field = reader.field();
    if (tensor.integer_field != 0 && tensor.integer_field != field) {
        reader.fail(name, "the tensor has data in two typed fields");
    }
    tensor.integer_field = field;
    reader.integers(name, tensor.integers);
}

}  // namespace

ModelProto read_model(Bytes bytes)
{
    ModelProto model;
    WireReader reader(bytes, "ModelProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: model.ir_version = reader.integer("ir_version"); break;
        case 7:
            if (model.graph) {
                reader.fail("graph", "a second graph");
            }
            model.graph = reader.bytes("graph");
            break;
        case 8: model.operator_sets.push_back(read_operator_set(reader.bytes("opset_import"))); break;
        case 25: model.functions.push_back(reader.bytes("functions")); break;
        default: reader.skip();
        }
    }
    return model;
}

GraphProto read_graph(Bytes bytes)
{
    GraphProto graph;
    WireReader reader(bytes, "GraphProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: graph.nodes.push_back(reader.bytes("node")); break;
        case 2: graph.name = reader.string("name"); break;
        case 5: graph.initializers.push_back(reader.bytes("initializer")); break;
        case 11: graph.inputs.push_back(reader.bytes("input")); break;
        case 12: graph.outputs.push_back(reader.bytes("output")); break;
        case 13: graph.value_infos.push_back(reader.bytes("value_info")); break;
        case 15: graph.sparse_initializers.push_back(reader.bytes("sparse_initializer")); break;
        default: reader.skip();
        }
    }
    return graph;
}

FunctionProto read_function(Bytes bytes)
{
    FunctionProto function;
    function.offset = bytes.offset();
    WireReader reader(bytes, "FunctionProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: function.name = reader.string("name"); break;
        case 4: function.inputs.push_back(reader.string("input")); break;
        case 5: function.outputs.push_back(reader.string("output")); break;
        case 6: function.attributes.push_back(reader.string("attribute")); break;
        case 7: function.nodes.push_back(reader.bytes("node")); break;
        case 9: function.operator_sets.push_back(read_operator_set(reader.bytes("opset_import"))); break;
        case 10: function.domain = reader.string("domain"); break;
        case 11: function.defaults.push_back(read_attribute(reader.bytes("attribute_proto"))); break;
        case 12: function.value_infos.push_back(reader.bytes("value_info")); break;
        case 13: function.overload = reader.string("overload"); break;
        default: reader.skip();
        }
    }
    return function;
}

NodeProto read_node(Bytes bytes)
{
    NodeProto node;
    node.offset = bytes.offset();
    WireReader reader(bytes, "NodeProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: node.inputs.push_back(reader.string("input")); break;
        case 2: node.outputs.push_back(reader.string("output")); break;
        case 3: node.name = reader.string("name"); break;
        case 4: node.operation = reader.string("op_type"); break;
        case 5: node.attributes.push_back(read_attribute(reader.bytes("attribute"))); break;
        case 7: node.domain = reader.string("domain"); break;
        case 8: node.overload = reader.string("overload"); break;
        default: reader.skip();
        }
    }
    return node;
}

NodeEdges read_node_edges(Bytes bytes)
{
    NodeEdges edges;
    WireReader reader(bytes, "NodeProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: edges.inputs.push_back(reader.string("input")); break;
        case 2: edges.outputs.push_back(reader.string("output")); break;
        default: reader.skip();
        }
    }
    return edges;
}

std::vector<Bytes> read_node_graphs(Bytes bytes)
{
    std::vector<Bytes> graphs;
    WireReader reader(bytes, "NodeProto");
    while (reader.next()) {
        if (reader.field() != 5) {
            reader.skip();
            continue;
        }
        WireReader attribute(reader.bytes("attribute"), "AttributeProto");
        while (attribute.next()) {
            switch (attribute.field()) {
            case 6: graphs.push_back(attribute.bytes("g")); break;
            case 11: graphs.push_back(attribute.bytes("graphs")); break;
            default: attribute.skip();
            }
        }
    }
    return graphs;
}

namespace {

/// The last string of this field; "" if there is none.
std::string_view read_string(Bytes bytes, const char *message_name, uint32_t field, const char *field_name)
{
    std::string_view found;
    WireReader reader(bytes, message_name);
    while (reader.next()) {
        if (reader.field() == field) {
            found = reader.string(field_name);
        } else {
            reader.skip();
        }
    }
    return found;
}

}  // namespace

std::string_view read_tensor_name(Bytes bytes) { return read_string(bytes, "TensorProto", 8, "name"); }

std::string_view read_sparse_tensor_name(Bytes bytes)
{
    std::string_view found;
    WireReader reader(bytes, "SparseTensorProto");
    while (reader.next()) {
        if (reader.field() == 1) {
            found = read_tensor_name(reader.bytes("values"));
        } else {
            reader.skip();
        }
    }
    return found;
}

std::string_view read_value_name(Bytes bytes) { return read_string(bytes, "ValueInfoProto", 1, "name"); }

TensorProto read_tensor(Bytes bytes)
{
    TensorProto tensor;
    tensor.offset = bytes.offset();
    WireReader reader(bytes, "TensorProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: reader.integers("dims", tensor.dims); break;
        case 2: tensor.data_type = static_cast<DataType>(reader.integer("data_type")); break;
        case 3:
            reader.bytes("segment");
            tensor.segmented = true;
            break;
        case 4: tensor.float_runs.push_back(reader.fixed("float_data", sizeof(float))); break;
        case 5: read_integer_run(reader, "int32_data", tensor); break;
        case 6: tensor.strings.push_back(reader.bytes("string_data").view); break;
        case 7: read_integer_run(reader, "int64_data", tensor); break;
        case 8: tensor.name = reader.string("name"); break;
        case 9: tensor.raw_data = reader.bytes("raw_data"); break;
        case 10: tensor.double_runs.push_back(reader.fixed("double_data", sizeof(double))); break;
        case 11: read_integer_run(reader, "uint64_data", tensor); break;
        case 13: tensor.external_entries.push_back(read_external_entry(reader.bytes("external_data"))); break;
        case 14: tensor.external = reader.integer("data_location") == 1; break;
        default: reader.skip();
        }
    }
    return tensor;
}

SparseTensorProto read_sparse_tensor(Bytes bytes)
{
    SparseTensorProto tensor;
    WireReader reader(bytes, "SparseTensorProto");
    while (reader.next()) {
        switch (reader.field()) {
        case 1: tensor.values = reader.bytes("values"); break;
        case 2: tensor.indices = reader.bytes("indices"); break;
        case 3: reader.integers("dims", tensor.dims); break;
        default: reader.skip();
        }
    }
    return tensor;
}

}  // namespace accel::onnx
