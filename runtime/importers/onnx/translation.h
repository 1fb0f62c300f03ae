// SPDX-License-Identifier: MIT
// From one graph of the file to operations.
#pragma once

#include "common/graph.h"
#include "common/host.h"
#include "custom.h"
#include "ops/ops.h"
#include "order.h"
#include "proto.h"
#include "tensor.h"

#include <string>

namespace accel::onnx {

/// One graph of the file, the outermost or a body, as operations of the catalog, and custom nodes where it has none.
class Translation {
public:
    Translation(Host& host, uint64_t byte_count, const OperatorSets& opsets, ConstantStore& store, Graph& graph, const GraphProto& proto);
    void run();

private:
    void add_initializers();
    void add_sparse_initializers();
    Value input_value(const ValueInfoProto& info);
    void add_inputs();
    void translate_nodes();
    void translate(const NodeProto& proto, size_t position);
    std::string unknown_in(const NodeProto& proto, OperatorSets::const_iterator opset, Translate translator) const;
    void add_outputs();
    void check_declaration(const ValueInfoProto& info, const Value& value) const;
    ValueId through_identity(ValueId constant);
    Body read_body(Bytes bytes);

    Host& host_;
    const uint64_t byte_count_;
    const OperatorSets& opsets_;
    ConstantStore& store_;
    Graph& graph_;
    const GraphProto& proto_;
    LiveParts live_;
    Keeper keeper_;
};

}  // namespace accel::onnx
