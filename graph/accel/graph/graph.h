// SPDX-License-Identifier: MIT
// A graph that owns itself: what passes read and change. Constant data stays where its maker has it. description.h has the ways from and to the ABI's form.
#pragma once

#include <accel/graph/attribute.h>
#include <accel/graph/quantization.h>
#include <accel/graph/rules.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace accel::graph {

inline constexpr uint32_t kMaxRegionDepth = 8;

struct Tensor {
    std::string name;
    uint32_t type = 0;  ///< 0: unknown, type_name says what it is
    std::string type_name;
    bool ranked = true;  ///< false: not even the number of dimensions is known, and shape is empty
    Shape shape;
    const void *data = nullptr;
    uint64_t data_bytes = 0;
    std::shared_ptr<const std::vector<uint8_t>> owned;  ///< what data points into when a pass made it
    std::optional<Quantization> quantization;
    uint32_t flags = 0;                  ///< without DEFAULT
    uint32_t variable = 0;               ///< of the graph's, where is_variable()
    const void *default_data = nullptr;  ///< of an input: its values where nothing is bound; no module sees them
    uint64_t default_bytes = 0;
    bool is_variable() const { return flags & ACCEL_TENSOR_FLAG_VARIABLE; }
    bool constant() const { return data != nullptr; }
    bool known() const { return type != 0 && ranked; }
};

/// Sets of nodes of the model, which the nodes of a graph stand for. Joining two takes the same time and memory, however large they are.
class Origins {
public:
    static constexpr uint32_t kNothing = UINT32_MAX;  ///< the empty set
    uint32_t only(uint32_t model_node);
    uint32_t join(uint32_t a, uint32_t b);
    /// Ascending, each once.
    std::vector<uint32_t> members(uint32_t set) const;

private:
    struct Link {
        uint32_t a, b;  ///< two sets; or a node of the model and kNothing
    };
    std::vector<Link> links_;
};

/// What was granted for a constant's memory, as long as somebody has it.
using Grant = std::shared_ptr<const void>;

/// Who answers for the memory of constants that passes make.
class Budget {
public:
    virtual ~Budget() = default;
    /// Asked before the memory is. Throws where there is no more; purpose begins the sentence: "node 'fold_me' (Transpose)".
    virtual Grant grant(uint64_t byte_count, const std::string &purpose) = 0;
};

struct Graph;

/// A graph inside a node. Copies of the node share it.
struct Region {
    std::shared_ptr<const Graph> graph;
    std::vector<accel_capture> captures;
    std::vector<accel_region_port> inputs, outputs;  ///< one per input and output of the graph; of CUSTOM none
    uint32_t role = 0;
};

struct Node {
    std::string name;
    uint32_t operation = 0;
    uint32_t revision = 1;
    std::vector<uint32_t> inputs, outputs;  ///< ACCEL_TENSOR_NONE for an absent one
    std::vector<Attribute> attributes;
    std::vector<Region> regions;
    uint32_t rounding = 0;
    std::string domain, custom_name, overload;
    std::string reason;                          ///< of a custom node: why its maker could not say it with the catalog
    std::string decomposed, decomposed_because;  ///< the composite operation that it is a step of, and why that had to become steps; else empty
    std::vector<std::string> fused;              ///< operations that this node has taken in, in order, for the placement report
    uint32_t origins = Origins::kNothing;        ///< of its graph's: nodes of the model that it stands for, as positions in the model's graph
    uint32_t aside = 0, aside_revision = 0;      ///< the operation of a node that is custom only for as long as passes are to leave it alone; else 0
    uint32_t open_piece = UINT32_MAX;            ///< which piece, built for open sizes already, stands here as one custom node; UINT32_MAX: none

    const Attribute *find(uint32_t key) const;
    /// The first integer of an attribute, or what it means when absent.
    int64_t integer(uint32_t key, int64_t otherwise) const;
    float real(uint32_t key, float otherwise) const;
    std::vector<int64_t> ints(uint32_t key, std::vector<int64_t> otherwise) const;
    /// Of the kind that the catalog has for the key, as set_real.
    void set_ints(uint32_t key, std::vector<int64_t> values);
    void set_real(uint32_t key, float value);
    void erase(uint32_t key);
    /// Operand number `position`, ACCEL_TENSOR_NONE when absent.
    uint32_t input(size_t position) const { return position < inputs.size() ? inputs[position] : ACCEL_TENSOR_NONE; }
    /// Number of operands in front of those that hold values (enum accel_value_operand).
    size_t tensor_count() const;
    /// "Conv+Relu"; for custom operations "domain:Name".
    std::string label() const;
};

/// Calls visit(tensor) for each operand, and for each tensor that a region takes from around it; visit may change it.
template <class SomeNode, class Visit> void for_each_read(SomeNode &node, Visit visit)
{
    for (auto &input : node.inputs) {
        if (input != ACCEL_TENSOR_NONE) visit(input);
    }
    for (auto &region : node.regions) {
        for (auto &capture : region.captures) visit(capture.outer);
    }
}

struct Graph {
    std::string name;
    std::vector<Tensor> tensors;
    std::vector<Node> nodes;  ///< in topological order
    std::vector<uint32_t> inputs, outputs;
    std::vector<Symbol> symbols;
    std::vector<accel_expression> expressions;
    std::vector<Tensor> variables;                             ///< data: the first value
    std::shared_ptr<const std::vector<Symbol>> outer_symbols;  ///< of a region: the symbols of the outermost graph as it was given, in the place of its own
    Origins origins;
    Budget *budget = nullptr;  ///< null: nobody counts

    const std::vector<Symbol> &all_symbols() const { return outer_symbols ? *outer_symbols : symbols; }
    uint32_t add_tensor(Tensor tensor);
    /// As Budget.
    Grant grant(uint64_t byte_count, const std::string &purpose) const { return budget ? budget->grant(byte_count, purpose) : nullptr; }
    /// node stands for another one too, whose operation is named in the label.
    void take_in(Node &node, const Node &other);
    /// node stands for another one too, which leaves no trace in what is computed.
    void take_origins(Node &node, const Node &other) { node.origins = origins.join(node.origins, other.origins); }
};

/// With the largest size of each symbol in its place; nothing where one has no bound.
std::optional<Shape> largest(const Graph &graph, const Shape &shape);

/// Nothing when a size is not fixed, type or rank is unknown, or the bytes would pass kMaxTensorBytes.
std::optional<uint64_t> size_bytes(const Tensor &tensor);

/// The node that makes each tensor; UINT32_MAX for inputs, constants and tensors that nobody makes.
std::vector<uint32_t> makers(const Graph &graph);
/// The nodes that read each tensor, each once per operand.
std::vector<std::vector<uint32_t>> readers(const Graph &graph);
/// Is the tensor an output of the graph?
std::vector<bool> output_flags(const Graph &graph);

/// "[1,3,h,224]"
inline std::string text(const Graph &graph, const Shape &shape) { return text(graph.all_symbols(), shape); }
/// "'name'" or "number 7" for an unnamed one.
std::string tensor_text(const Graph &graph, uint32_t tensor);
/// "node 'conv1' (Conv)"
std::string node_text(const Node &node);

/// The rules of rules.h on a node of a graph.
std::optional<ResultShapes> infer_shapes(const Graph &graph, const Node &node, Contradiction *why);
uint64_t work_macs(const Graph &graph, const Node &node);
/// Can both shapes describe the same tensor of a graph?
inline bool shapes_agree(const Graph &graph, const Shape &a, const Shape &b) { return shapes_agree(graph.all_symbols(), a, b); }

/// Drop tensors that nothing refers to and renumber the rest.
void compact(Graph &graph);

}  // namespace accel::graph
