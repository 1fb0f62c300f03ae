// SPDX-License-Identifier: MIT
#pragma once

#include "graph.h"
#include "tensor.h"
#include "types.h"

#include <unordered_map>

namespace accel::onnx {

/// Nodes that the catalog cannot say, kept as they are. Their results are what the model declares them to be, or unknown.
class Keeper {
public:
    Keeper(const GraphProto& proto, Graph& graph, ConstantStore& store) : proto_(proto), graph_(graph), store_(store) {}

    /// A custom node in the place of this one. node are its bytes, which may have bodies: what those read comes behind its operands.
    void keep(const NodeProto& proto, Bytes node, std::string reason);
    /// A constant that has no form here, as a custom node without operands.
    void keep_constant(ValueId constant, std::string reason);

private:
    Operation operation(const NodeProto& proto, std::string reason);
    Value declared(std::string_view name);
    const ValueInfoProto* find_declaration(std::string_view name);

    const GraphProto& proto_;
    Graph& graph_;
    ConstantStore& store_;
    bool indexed_ = false;
    std::unordered_map<std::string_view, Bytes> declarations_;
    ValueInfoProto found_;
};

/// The catalog cannot say what this operation does: it becomes a custom node named as its operator, with the attributes that it has.
void make_custom(Operation& operation, std::string reason);

/// Type and dims as declared; what is missing or beyond the limits is unknown.
void declare(const ValueInfoProto& info, Graph& graph, Value& value);

}  // namespace accel::onnx
