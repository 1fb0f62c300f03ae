// SPDX-License-Identifier: MIT
// Nodes without a form in the catalog.
#pragma once

#include "attributes.h"
#include "common/graph.h"
#include "tensor.h"
#include "types.h"

#include <unordered_map>

namespace accel::onnx {

Operator origin_of(std::string_view domain, std::string_view name, const OperatorSets &opsets);

/// Nodes that the catalog cannot say, kept as they are. Their results are what the model declares them to be, or unknown.
class Keeper {
public:
    Keeper(const GraphProto &proto, const OperatorSets &opsets, Graph &graph, ConstantStore &store, ReadBody read_body)
        : proto_(proto),
          opsets_(opsets),
          graph_(graph),
          store_(store),
          read_body_(std::move(read_body)) {}

    /// A custom node in the place of this one.
    void keep(const NodeProto &proto, std::string reason);
    /// A constant that has no form here, as a custom node without operands.
    void keep_constant(ValueId constant, std::string reason);

private:
    Operation operation(const NodeProto &proto, std::string reason);
    Value declared(std::string_view name);
    const ValueInfoProto *find_declaration(std::string_view name);

    const GraphProto &proto_;
    const OperatorSets &opsets_;
    Graph &graph_;
    ConstantStore &store_;
    const ReadBody read_body_;
    bool indexed_ = false;
    std::unordered_map<std::string_view, Bytes> declarations_;
    ValueInfoProto found_;
};

/// Type and dims as declared; what is missing or beyond the limits is unknown.
void declare(const ValueInfoProto &info, Graph &graph, Value &value);

}  // namespace accel::onnx
