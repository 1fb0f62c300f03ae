// SPDX-License-Identifier: MIT
// One node of the file, as its translator sees it.
#pragma once

#include "common/failure.h"
#include "common/graph.h"
#include "schema.h"
#include "tensor.h"
#include "types.h"

#include <functional>
#include <span>
#include <string>

namespace accel::onnx {

/// One ONNX node while it is translated: its operands, attributes and messages. Handlers in ops/ see nothing else.
class Node {
public:
    /// branches: reads the graphs of a node with branches.
    Node(const NodeProto &proto, size_t position, size_t node_count, int64_t opset, Graph &model_graph, ConstantStore &store, std::function<void(Node &)> branches);

    /// From here on operands of F16 and BF16 are seen as F32, and results of F32 become the first such operand's type when narrow() is called: for what no operation takes in 16 bits. Between two such nodes nothing is rounded, as ONNX Runtime's CPU has it. False: there are none.
    bool widen();
    void narrow();

    const int64_t opset;
    Graph &graph;
    /// Of an operator that the catalog has.
    const OperatorSchema &schema() const;
    /// What the catalog admits for an operand. UNSUPPORTED where the opset's operator has no such operand.
    TypeSet types_of(size_t index) const;

    // Operands. An empty name is an absent operand.
    size_t input_count() const { return inputs_.size(); }
    size_t output_count() const { return proto_.outputs.size(); }
    bool has_input(size_t index) const { return index < inputs_.size() && inputs_[index] != kNoValue; }
    bool has_output(size_t index) const { return index < proto_.outputs.size() && !proto_.outputs[index].empty(); }
    /// Does anything that matters read this output?
    bool is_output_read(size_t index) const { return has_output(index) && proto_.is_read[index]; }
    ValueId input_id(size_t index) const;
    ValueId optional_input_id(size_t index) const { return has_input(index) ? inputs_[index] : kNoValue; }
    const Value &input(size_t index) const { return graph.value(input_id(index)); }
    const std::vector<ValueId> &inputs() const { return inputs_; }
    void expect_operands(size_t inputs_min, size_t inputs_max, size_t outputs_min, size_t outputs_max) const;

    // Attributes. Asking marks one as understood; expect_all_understood refuses the rest.
    std::optional<int64_t> integer(const char *name);
    int64_t integer(const char *name, int64_t fallback) { return integer(name).value_or(fallback); }
    std::optional<float> real(const char *name);
    float real(const char *name, float fallback) { return real(name).value_or(fallback); }
    std::optional<std::string> string(const char *name);
    std::optional<std::vector<int64_t>> integers(const char *name);
    std::optional<std::vector<float>> reals(const char *name);
    std::optional<std::vector<std::string>> strings(const char *name);
    std::optional<ConstantData> tensor(const char *name);
    Bytes body(const char *name);
    void ignore_attribute(const char *name) { find_attribute(name); }
    void expect_all_understood() const;

    /// Axis in 0..rank-1 (or ..rank with one_past); CORRUPT outside.
    uint32_t axis(int64_t given, size_t rank, bool one_past = false) const;
    /// Integers of a constant operand; UNSUPPORTED if it is computed at run time.
    std::vector<int64_t> constant_integers(size_t index, const char *what) const;
    /// A float operand of one value, which is a number where it is constant.
    ValueId real_operand(size_t index, const char *what);
    /// One constant of an 8 bit integer type.
    float constant_byte(size_t index, const char *what) const;

    // Results.
    ValueId define_output(size_t index, Value value);
    ValueId define_output(size_t index, uint32_t type, Dims dims);
    ValueId define_hidden(uint32_t type, Dims dims);
    /// Result 0 is known now, and no operation is made. False: parts of it are open, so an operation has to make it, and what is known goes with the result.
    bool define_elements(uint32_t type, Dims dims, std::vector<Element> elements);
    /// What is known of result 0 is what is known of operand 0.
    void hand_on_elements() { known_ = input(0).elements; }
    /// A constant list that only the importer knows.
    ValueId define_list(const std::vector<int64_t> &values);
    /// The same of one real number. UNSUPPORTED if it is none.
    ValueId define_real(float value);
    void emit(accel_operation operation, std::vector<ValueId> inputs, std::vector<ValueId> outputs, AttributeList attributes = {},
              uint32_t rounding = ACCEL_ROUNDING_NONE);

    /// The results come from one of the node's branches.
    void take_branch() { branches_(*this); }

    /// Asks before so many bytes are made for a constant.
    void charge(uint64_t byte_count) const { store_.host.charge(byte_count, label()); }
    /// A round of a long loop is done.
    void pace() const { store_.host.pace(position_, node_count_); }

    std::string label() const;
    const char *name() const { return name_; }
    template <typename... Parts>
    [[noreturn]] void fail_corrupt(const Parts &...parts) const
    {
        corrupt(label(), " at byte ", proto_.offset, ": ", parts...);
    }
    template <typename... Parts>
    [[noreturn]] void fail_unsupported(const Parts &...parts) const
    {
        throw Failure(ACCEL_STATUS_UNSUPPORTED, text(label(), ": ", parts...), text(parts...));
    }
    void expect_type(size_t index, TypeSet types) const;
    void expect_same_type(size_t a, size_t b) const;
    void expect_rank(size_t index, size_t rank_min, size_t rank_max = kRankMax) const;

private:
    const AttributeProto *find_attribute(const char *name);
    const AttributeProto *find_attribute(const char *name, AttributeType type);

    const NodeProto &proto_;
    size_t position_;
    size_t node_count_;
    ConstantStore &store_;
    const std::function<void(Node &)> branches_;
    const char *name_;
    std::vector<ValueId> inputs_;
    std::vector<bool> understood_;
    std::optional<std::vector<Element>> known_;     ///< of result 0
    uint32_t narrow_type_ = 0;                      ///< of results, while operands are widened
    std::vector<std::pair<size_t, ValueId>> wide_;  ///< results in F32
};

}  // namespace accel::onnx
