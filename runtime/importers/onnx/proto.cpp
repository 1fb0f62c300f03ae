// SPDX-License-Identifier: MIT
// Reads the messages, field by field.
#include "proto.h"

#include "common/failure.h"
#include "types.h"

#include <cstring>

namespace accel::onnx {
namespace {

OperatorSet read_operator_set(Bytes bytes) {
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

ExternalEntry read_external_entry(Bytes bytes) {
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

AttributeProto read_attribute(Bytes bytes) {
    AttributeProto attribute;
    bool typed = false;
    AttributeType found = AttributeType::kUndefined;
    WireReader reader(bytes, "AttributeProto");
    while (reader.next()) {
        switch (reader.field()) {
            case 1: attribute.name = reader.string("name"); break;
            case 2: attribute.real = reader.real32("f"); found = AttributeType::kFloat; break;
            case 3: attribute.integer = reader.integer("i"); found = AttributeType::kInt; break;
            case 4: attribute.string = reader.bytes("s").view; found = AttributeType::kString; break;
            case 5: attribute.tensor = reader.bytes("t"); found = AttributeType::kTensor; break;
            case 6: attribute.messages.push_back(reader.bytes("g")); found = AttributeType::kGraph; break;
            case 7: {
                const std::string_view run = reader.fixed("floats", sizeof(float));
                const size_t count = attribute.reals.size();
                attribute.reals.resize(count + run.size() / sizeof(float));
                if (!run.empty()) {
                    std::memcpy(attribute.reals.data() + count, run.data(), run.size());
                }
                found = AttributeType::kFloats;
                break;
            }
            case 8: reader.integers("ints", attribute.integers); found = AttributeType::kInts; break;
            case 9: attribute.strings.push_back(reader.bytes("strings").view); found = AttributeType::kStrings; break;
            case 10: attribute.messages.push_back(reader.bytes("tensors")); found = AttributeType::kTensors; break;
            case 11: attribute.messages.push_back(reader.bytes("graphs")); found = AttributeType::kGraphs; break;
            case 14: attribute.messages.push_back(reader.bytes("tp")); found = AttributeType::kType; break;
            case 15: attribute.messages.push_back(reader.bytes("type_protos")); found = AttributeType::kTypes; break;
            case 22: attribute.messages.push_back(reader.bytes("sparse_tensor")); found = AttributeType::kSparseTensor; break;
            case 23: attribute.messages.push_back(reader.bytes("sparse_tensors")); found = AttributeType::kSparseTensors; break;
            case 20: attribute.type = static_cast<AttributeType>(reader.integer("type")); typed = true; break;
            case 21: attribute.is_reference = !reader.string("ref_attr_name").empty(); break;
            default: reader.skip();
        }
    }
    // Writers of IR version 1 left the type out; an empty list has no field to tell it by.
    if (!typed) {
        attribute.type = found;
    }
    return attribute;
}

DimensionProto read_dimension(Bytes bytes) {
    DimensionProto dimension;
    WireReader reader(bytes, "TensorShapeProto.Dimension");
    while (reader.next()) {
        switch (reader.field()) {
            case 1: dimension.size = reader.integer("dim_value"); break;
            case 2: dimension.name = reader.string("dim_param"); break;
            default: reader.skip();
        }
    }
    return dimension;
}

void read_shape(Bytes bytes, ValueInfoProto& info) {
    WireReader reader(bytes, "TensorShapeProto");
    while (reader.next()) {
        if (reader.field() == 1) {
            info.dims.push_back(read_dimension(reader.bytes("dim")));
        } else {
            reader.skip();
        }
    }
    info.has_shape = true;
}

void read_tensor_type(Bytes bytes, ValueInfoProto& info) {
    WireReader reader(bytes, "TypeProto.Tensor");
    while (reader.next()) {
        switch (reader.field()) {
            case 1: info.data_type = static_cast<DataType>(reader.integer("elem_type")); break;
            case 2: read_shape(reader.bytes("shape"), info); break;
            default: reader.skip();
        }
    }
    info.is_tensor = true;
}

constexpr uint32_t kTypeDepthMax = 8;

std::string read_type(Bytes bytes, ValueInfoProto* info, uint32_t depth);

/// "name(" and what the fields 1 and 2 of a type say: an element type of a number, or another type.
std::string read_compound_type(Bytes bytes, const char* name, bool keyed, uint32_t depth) {
    std::string key, inner;
    WireReader reader(bytes, "TypeProto");
    while (reader.next()) {
        if (keyed && reader.field() == 1) {
            key = name_of(static_cast<DataType>(reader.integer("key_type"))) + ",";
        } else if (reader.field() == (keyed ? 2u : 1u)) {
            inner = read_type(reader.bytes("elem_type"), nullptr, depth + 1);
        } else {
            reader.skip();
        }
    }
    return std::string(name) + "(" + key + inner + ")";
}

/// ONNX's text for a type. A tensor's shape goes into info, unless that is null.
std::string read_type(Bytes bytes, ValueInfoProto* info, uint32_t depth) {
    if (depth > kTypeDepthMax) {
        return "?";
    }
    std::string text;
    WireReader type(bytes, "TypeProto");
    while (type.next()) {
        switch (type.field()) {
            case 1: {
                ValueInfoProto inner;
                read_tensor_type(type.bytes("tensor_type"), info != nullptr ? *info : inner);
                text = "tensor(" + name_of((info != nullptr ? *info : inner).data_type) + ")";
                break;
            }
            case 4: text = read_compound_type(type.bytes("sequence_type"), "seq", false, depth); break;
            case 5: text = read_compound_type(type.bytes("map_type"), "map", true, depth); break;
            case 8: {
                ValueInfoProto inner;
                read_tensor_type(type.bytes("sparse_tensor_type"), inner);
                text = "sparse_tensor(" + name_of(inner.data_type) + ")";
                break;
            }
            case 9: text = read_compound_type(type.bytes("optional_type"), "optional", false, depth); break;
            default: type.skip();
        }
    }
    return text;
}

void read_integer_run(WireReader& reader, const char* name, TensorProto& tensor) {
    const uint32_t field = reader.field();
    if (tensor.integer_field != 0 && tensor.integer_field != field) {
        reader.fail(name, "the tensor has data in two typed fields");
    }
    tensor.integer_field = field;
    reader.integers(name, tensor.integers);
}

}  // namespace

ModelProto read_model(Bytes bytes) {
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
            default: reader.skip();
        }
    }
    return model;
}

GraphProto read_graph(Bytes bytes) {
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

NodeProto read_node(Bytes bytes) {
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

NodeEdges read_node_edges(Bytes bytes) {
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

std::vector<Bytes> read_node_graphs(Bytes bytes) {
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
std::string_view read_string(Bytes bytes, const char* message_name, uint32_t field, const char* field_name) {
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

std::string_view read_sparse_tensor_name(Bytes bytes) {
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

TensorProto read_tensor(Bytes bytes) {
    TensorProto tensor;
    tensor.offset = bytes.offset();
    WireReader reader(bytes, "TensorProto");
    while (reader.next()) {
        switch (reader.field()) {
            case 1: reader.integers("dims", tensor.dims); break;
            case 2: tensor.data_type = static_cast<DataType>(reader.integer("data_type")); break;
            case 3: reader.bytes("segment"); tensor.segmented = true; break;
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

SparseTensorProto read_sparse_tensor(Bytes bytes) {
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

std::string read_type_text(Bytes bytes) { return read_type(bytes, nullptr, 0); }

ValueInfoProto read_value_info(Bytes bytes) {
    ValueInfoProto info;
    info.offset = bytes.offset();
    WireReader reader(bytes, "ValueInfoProto");
    while (reader.next()) {
        switch (reader.field()) {
            case 1: info.name = reader.string("name"); break;
            case 2: info.type = read_type(reader.bytes("type"), &info, 0); break;
            default: reader.skip();
        }
    }
    return info;
}

}  // namespace accel::onnx
