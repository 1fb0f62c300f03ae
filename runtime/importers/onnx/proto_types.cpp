// SPDX-License-Identifier: MIT
// Reads the messages that say types and shapes of values.
#include "proto.h"

#include "types.h"

namespace accel::onnx {
namespace {

DimensionProto read_dimension(Bytes bytes)
{
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

void read_shape(Bytes bytes, ValueInfoProto &info)
{
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

void read_tensor_type(Bytes bytes, ValueInfoProto &info)
{
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

std::string read_type(Bytes bytes, ValueInfoProto *info, uint32_t depth);

/// "name(" and what the fields 1 and 2 of a type say: an element type of a number, or another type.
std::string read_compound_type(Bytes bytes, const char *name, bool keyed, uint32_t depth)
{
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
std::string read_type(Bytes bytes, ValueInfoProto *info, uint32_t depth)
{
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

}  // namespace

std::string read_type_text(Bytes bytes) { return read_type(bytes, nullptr, 0); }

ValueInfoProto read_value_info(Bytes bytes)
{
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
