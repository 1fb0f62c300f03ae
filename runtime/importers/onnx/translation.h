// SPDX-License-Identifier: MIT
// From one graph of the file to operations.
#pragma once

#include "common/graph.h"
#include "common/host.h"
#include "custom.h"
#include "functions.h"
#include "node.h"
#include "ops/ops.h"
#include "order.h"
#include "proto.h"
#include "tensor.h"

#include <memory>
#include <string>
#include <vector>

namespace accel::onnx {

/// What all graphs of a file share while it is read.
struct Reading {
    Host &host;
    const uint64_t byte_count;  ///< of the file
    const OperatorSets &opsets;
    const Functions &functions;
    ConstantStore &store;
    size_t inside_count = 0;  ///< what was in the bodies that were read so far, each as often as it was
};

/// A graph of the file, and what of it is live.
struct Part {
    GraphProto proto;
    LiveParts live;
};

/// One graph of the file, the outermost or a body, as operations of the catalog, and custom nodes where it has none.
///
/// A branch whose condition is known, and the body of a function, stand in the place of their node: their nodes are translated into the same graph, in a scope of their own. So what is left to
/// do is a stack of graphs of the file, each read up to some node. Where the condition is not known, both branches become regions; where the branches disagree on the rank or type of a result, which no operation behind
/// them could take, all that is left to do goes into both of them (branches.cpp).
class Translation {
public:
    Translation(Reading &reading, Graph &graph) : reading_(reading),
                                                  graph_(graph) {}
    void run(GraphProto proto);

private:
    /// A graph of the file that is being read into this one.
    struct Frame {
        std::shared_ptr<const Part> part;
        std::vector<std::string_view> results;  ///< what its outputs are called around it
        std::shared_ptr<const Call> call;       ///< of the function that it is in; null: none
        std::unique_ptr<Keeper> keeper;
        size_t next = 0;  ///< of the part's live nodes
    };

    void run(const std::shared_ptr<const Part> &part, const std::vector<Bytes> &outputs);
    Frame frame_of(std::shared_ptr<const Part> part, std::vector<std::string_view> results, std::shared_ptr<const Call> call);
    void enter(std::shared_ptr<const Part> part, std::vector<std::string_view> results);
    void enter_function(const Function &function, const NodeProto &node);
    void leave();
    const OperatorSets &opsets() const { return call_of_frame() ? call_of_frame()->function->operator_sets : reading_.opsets; }
    const std::shared_ptr<const Call> &call_of_frame() const { return frames_.empty() ? call_ : frames_.back().call; }
    void charge_inside(const GraphProto &proto);
    void add_initializers();
    void add_sparse_initializers();
    Value input_value(const ValueInfoProto &info);
    void add_inputs();
    void translate_nodes();
    void translate(const NodeProto &proto, size_t position);
    void translate(const NodeProto &proto, size_t position, int64_t opset, Translate translator, bool widened = false);
    bool has_operand(const NodeProto &proto, bool (*is)(const Value &));
    bool translate_widened(const NodeProto &proto, size_t position, int64_t opset, Translate translator);
    std::string unknown_in(const NodeProto &proto, OperatorSets::const_iterator opset, Translate translator) const;
    void add_outputs();
    void check_declaration(const ValueInfoProto &info, const Value &value) const;
    ValueId through_identity(ValueId value, std::string_view output);
    const Part &part() const { return *frames_.back().part; }
    Keeper &keeper() { return *frames_.back().keeper; }

    // branches.cpp
    std::shared_ptr<Graph> inside();
    Body read_body(Bytes bytes);
    void translate_if(Node &node, const NodeProto &proto);
    std::shared_ptr<const Part> branch(Node &node, const char *name, const NodeProto &proto);
    Body read_branch(uint32_t role, const std::shared_ptr<const Part> &part);
    Body read_branch_and_rest(uint32_t role, const std::shared_ptr<const Part> &part, const std::vector<std::string_view> &results, const std::vector<Bytes> &outputs);
    Body finish(uint32_t role, std::string_view name, std::shared_ptr<Graph> read);
    void choose(const Node &node, const NodeProto &proto, const std::vector<std::string_view> &results, std::vector<Body> branches);
    void sink_rest(const Node &node, const NodeProto &proto, const std::vector<std::string_view> &results, const std::shared_ptr<const Part> &then_branch, const std::shared_ptr<const Part> &else_branch);

    Reading &reading_;
    Graph &graph_;
    std::vector<Bytes> outputs_;        ///< what this graph is to make
    std::vector<Frame> frames_;         ///< the first is this graph's own, or of a branch with all that is left to do the one that the branch's node stands in
    size_t own_scope_count_ = 1;        ///< with that of the first frame
    std::shared_ptr<const Call> call_;  ///< of a body: the call that it is in
    uint32_t depth_ = 0;                ///< of a body: how many graphs are around it
    bool may_be_dead_ = false;          ///< in a branch that may never be taken: what contradicts itself there is no damage yet
};

}  // namespace accel::onnx
