// SPDX-License-Identifier: MIT
// Reads attributes of every kind for custom nodes.
#include "attributes.h"

#include "common/failure.h"
#include "types.h"

namespace accel::onnx {
namespace {

class Attributes {
public:
    Attributes(Graph &graph, ConstantStore &store, const ReadBody &read_body, std::vector<Body> &bodies) : graph_(graph),
                                                                                                           store_(store),
                                                                                                           read_body_(read_body),
                                                                                                           bodies_(bodies) {}

    /// Throws UNSUPPORTED for what has no form.
    CustomAttribute read(const AttributeProto &proto)
    {
        if (proto.is_reference()) {
            corrupt("attribute '", proto.name, "' refers to a function's attribute outside of a function");
        }
        CustomAttribute kept{proto.name, static_cast<uint32_t>(proto.type), {}, {}, {}, {}, {}, {}};  // the numbers of kinds are ONNX's
        switch (proto.type) {
        case AttributeType::kFloat: kept.floats = {proto.real}; break;
        case AttributeType::kFloats: kept.floats = proto.reals; break;
        case AttributeType::kInt: kept.ints = {proto.integer}; break;
        case AttributeType::kInts: kept.ints = proto.integers; break;
        case AttributeType::kString: kept.strings = {proto.string}; break;
        case AttributeType::kStrings: kept.strings = proto.strings; break;
        case AttributeType::kTensor: kept.tensors.push_back(tensor(only(proto, proto.tensor))); break;
        case AttributeType::kTensors:
            for (const Bytes bytes : proto.messages) {
                kept.tensors.push_back(tensor(bytes));
            }
            break;
        case AttributeType::kSparseTensor: kept.sparse.push_back(sparse(proto, only(proto, proto.messages))); break;
        case AttributeType::kSparseTensors:
            for (const Bytes bytes : proto.messages) {
                kept.sparse.push_back(sparse(proto, bytes));
            }
            break;
        case AttributeType::kType: kept.strings.push_back(type_text(only(proto, proto.messages))); break;
        case AttributeType::kTypes:
            for (const Bytes bytes : proto.messages) {
                kept.strings.push_back(type_text(bytes));
            }
            break;
        case AttributeType::kGraph: kept.graphs.push_back(body(only(proto, proto.messages))); break;
        case AttributeType::kGraphs:
            for (const Bytes bytes : proto.messages) {
                kept.graphs.push_back(body(bytes));
            }
            break;
        default: unsupported("kind ", static_cast<int32_t>(proto.type), " has no form here");
        }
        return kept;
    }

private:
    static Bytes only(const AttributeProto &proto, const std::optional<Bytes> &message)
    {
        if (!message) {
            corrupt("attribute '", proto.name, "' says that it is of kind ", static_cast<int32_t>(proto.type), " and has no such value");
        }
        return *message;
    }
    static Bytes only(const AttributeProto &proto, const std::vector<Bytes> &messages)
    {
        return only(proto, messages.empty() ? std::nullopt : std::optional(messages.back()));
    }

    std::string_view type_text(Bytes bytes) { return graph_.memory.copy_string(read_type_text(bytes)); }

    uint32_t body(Bytes bytes)
    {
        bodies_.push_back(read_body_(bytes));
        return static_cast<uint32_t>(bodies_.size() - 1);
    }

    ValueId tensor(Bytes bytes) { return constant(read_any_constant(read_tensor(bytes), store_)); }

    ValueId constant(const ConstantData &data)
    {
        Value value;
        value.type = constant_type_of(data.data_type);
        value.dims = data.dims;
        value.data = data.data;
        value.data_bytes = data.size_bytes;
        return graph_.add(std::move(value));
    }

    SparseValue sparse(const AttributeProto &attribute, Bytes bytes)
    {
        const SparseTensorProto proto = read_sparse_tensor(bytes);
        if (!proto.values || !proto.indices) {
            corrupt("attribute '", attribute.name, "' is a sparse tensor without ", proto.values ? "indices" : "values");
        }
        const ConstantData values = read_any_constant(read_tensor(*proto.values), store_), indices = read_any_constant(read_tensor(*proto.indices), store_);
        check_sparse(attribute, proto.dims, values, indices);
        return {constant(values), constant(indices), proto.dims};
    }

    /// What the rules of graphs ask of a sparse tensor.
    static void check_sparse(const AttributeProto &attribute, const std::vector<int64_t> &dims, const ConstantData &values, const ConstantData &indices)
    {
        const auto refuse = [&](auto... why) { corrupt("attribute '", attribute.name, "' is a sparse tensor ", why...); };
        int64_t elements = 1;
        for (const int64_t size : dims) {
            if (dims.size() > kRankMax || size < 0 || size > kSizeMax || __builtin_mul_overflow(elements, size, &elements)) {
                refuse("of impossible dims ", to_text(fixed_dims(dims)));
            }
        }
        const auto rank = static_cast<int64_t>(dims.size());
        const bool linear = indices.dims.size() == 1;
        const bool fits = values.dims.size() == 1 && indices.data_type == DataType::kInt64 && (linear || (indices.dims.size() == 2 && indices.dims[1].size == rank)) &&
                          indices.dims[0].size == values.dims[0].size;
        if (!fits) {
            refuse("whose indices are neither [n] nor [n, ", rank, "] of int64 for n values");
        }
        const auto *at = static_cast<const int64_t *>(indices.data);
        int64_t last = -1;
        for (int64_t i = 0; i < values.dims[0].size; ++i) {
            const int64_t index = linear ? at[i] : place(dims, at + i * rank);
            if (index <= last || index >= elements) {
                refuse("whose index number ", i, " lies outside of its dims or does not ascend");
            }
            last = index;
        }
    }

    /// Coordinates as a linear index; -1 outside of the dims.
    static int64_t place(const std::vector<int64_t> &dims, const int64_t *coordinates)
    {
        int64_t index = 0;
        for (size_t axis = 0; axis < dims.size(); ++axis) {
            if (coordinates[axis] < 0 || coordinates[axis] >= dims[axis]) {
                return -1;
            }
            index = index * dims[axis] + coordinates[axis];
        }
        return index;
    }

    Graph &graph_;
    ConstantStore &store_;
    const ReadBody &read_body_;
    std::vector<Body> &bodies_;
};

}  // namespace

std::vector<CustomAttribute> keep_attributes(const std::vector<AttributeProto> &attributes, Graph &graph, ConstantStore &store, const ReadBody &read_body, std::vector<Body> &bodies, std::string &reason)
{
    std::vector<CustomAttribute> kept;
    for (const AttributeProto &proto : attributes) {
        try {
            if (proto.name.empty()) {
                unsupported("it has no name");
            }
            kept.push_back(Attributes(graph, store, read_body, bodies).read(proto));
        } catch (const Failure &failure) {
            if (failure.status() != ACCEL_STATUS_UNSUPPORTED) {
                throw;
            }
            reason += text("; its attribute '", proto.name, "' is not kept: ", failure.reason());
        }
    }
    return kept;
}

}  // namespace accel::onnx
