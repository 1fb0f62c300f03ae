// SPDX-License-Identifier: MIT
// The parts of onnx.proto that an import needs, as views into the model's bytes. Field numbers are those of the public onnx.proto
// (IR versions 3 to 14). Repeated messages stay undecoded until somebody asks, so what a model can make this module hold is a small
// multiple of its own size.
#pragma once

#include "wire.h"

#include <optional>
#include <string>

namespace accel::onnx {

enum class DataType : int32_t {
    kUndefined = 0,
    kFloat = 1,
    kUint8 = 2,
    kInt8 = 3,
    kUint16 = 4,
    kInt16 = 5,
    kInt32 = 6,
    kInt64 = 7,
    kString = 8,
    kBool = 9,
    kFloat16 = 10,
    kDouble = 11,
    kUint32 = 12,
    kUint64 = 13,
    kComplex64 = 14,
    kComplex128 = 15,
    kBfloat16 = 16,
    kFloat8E4M3FN = 17,
    kFloat8E4M3FNUZ = 18,
    kFloat8E5M2 = 19,
    kFloat8E5M2FNUZ = 20,
    kUint4 = 21,
    kInt4 = 22,
    kFloat4E2M1 = 23,
    kFloat8E8M0 = 24,
    kUint2 = 25,
    kInt2 = 26
};

/// ONNX's own domain has two names; the shorter one, "", is used here.
inline std::string_view domain_of(std::string_view written) { return written == "ai.onnx" ? std::string_view() : written; }

struct OperatorSet {
    std::string_view domain;
    int64_t version = 0;
};

struct ModelProto {
    int64_t ir_version = 0;
    std::vector<OperatorSet> operator_sets;
    std::vector<Bytes> functions;
    std::optional<Bytes> graph;
};

struct GraphProto {
    std::string_view name;
    std::vector<Bytes> nodes;
    std::vector<Bytes> initializers;
    std::vector<Bytes> inputs;
    std::vector<Bytes> outputs;
    std::vector<Bytes> sparse_initializers;
    std::vector<Bytes> value_infos;
};

struct ExternalEntry {
    std::string_view key;
    std::string_view value;
};

struct TensorProto {
    uint64_t offset = 0;  ///< in the file, for messages
    std::string_view name;
    std::vector<int64_t> dims;
    DataType data_type = DataType::kUndefined;
    bool segmented = false;
    bool external = false;
    std::optional<Bytes> raw_data;
    std::vector<std::string_view> float_runs;  ///< little-endian runs, in order
    std::vector<std::string_view> double_runs;
    std::vector<std::string_view> strings;
    std::vector<int64_t> integers;  ///< of int32_data, int64_data or uint64_data
    uint32_t integer_field = 0;     ///< number of the field that `integers` came from
    std::vector<ExternalEntry> external_entries;
};

enum class AttributeType : int32_t {
    kUndefined = 0,
    kFloat = 1,
    kInt = 2,
    kString = 3,
    kTensor = 4,
    kGraph = 5,
    kFloats = 6,
    kInts = 7,
    kStrings = 8,
    kTensors = 9,
    kGraphs = 10,
    kSparseTensor = 11,
    kSparseTensors = 12,
    kType = 13,
    kTypes = 14
};

struct AttributeProto {
    std::string_view name;
    AttributeType type = AttributeType::kUndefined;
    std::string_view reference;  ///< in a function: which attribute of its call has the value
    bool is_reference() const { return !reference.empty(); }
    float real = 0;
    int64_t integer = 0;
    std::string_view string;
    std::optional<Bytes> tensor;
    std::vector<float> reals;
    std::vector<int64_t> integers;
    std::vector<std::string_view> strings;
    std::vector<Bytes> messages;  ///< of GRAPH, GRAPHS, TENSORS, SPARSE_TENSOR, SPARSE_TENSORS, TYPE, TYPES
};

struct SparseTensorProto {
    std::optional<Bytes> values, indices;
    std::vector<int64_t> dims;
};

struct NodeProto {
    uint64_t offset = 0;
    std::string_view name;
    std::string_view operation;
    std::string_view domain;
    std::string_view overload;
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
    std::vector<bool> is_read;  ///< by output: does anything live read it? Filled in by the import
    std::vector<AttributeProto> attributes;
};

/// A function of the model, which nodes call by domain, name and overload.
struct FunctionProto {
    uint64_t offset = 0;
    std::string_view domain, name, overload;
    std::vector<std::string_view> inputs, outputs;
    std::vector<std::string_view> attributes;  ///< that have no value unless a call gives one
    std::vector<AttributeProto> defaults;
    std::vector<Bytes> nodes;
    std::vector<Bytes> value_infos;
    std::vector<OperatorSet> operator_sets;
};

/// What a node reads and makes, without all else.
struct NodeEdges {
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
};

/// One dimension as written: a size, a name, or neither.
struct DimensionProto {
    std::optional<int64_t> size;
    std::string_view name;
};

struct ValueInfoProto {
    uint64_t offset = 0;
    std::string_view name;
    std::string type;  ///< ONNX's text, such as "seq(tensor(float))"; "" if none is declared
    bool is_tensor = false;
    bool has_shape = false;
    DataType data_type = DataType::kUndefined;
    std::vector<DimensionProto> dims;
};

ModelProto read_model(Bytes bytes);
GraphProto read_graph(Bytes bytes);
FunctionProto read_function(Bytes bytes);
NodeProto read_node(Bytes bytes);
NodeEdges read_node_edges(Bytes bytes);
/// The bodies of a node, of all its attributes.
std::vector<Bytes> read_node_graphs(Bytes bytes);
std::string_view read_tensor_name(Bytes bytes);
std::string_view read_sparse_tensor_name(Bytes bytes);
std::string_view read_value_name(Bytes bytes);
TensorProto read_tensor(Bytes bytes);
SparseTensorProto read_sparse_tensor(Bytes bytes);
/// ONNX's text for a type, such as "seq(tensor(float))".
std::string read_type_text(Bytes bytes);
ValueInfoProto read_value_info(Bytes bytes);

}  // namespace accel::onnx
