// SPDX-License-Identifier: MIT
// The graph that an importer gathers: values, operations, custom nodes, bodies.
#pragma once

#include "dims.h"
#include "memory.h"
#include "names.h"
#include "sizes.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace accel::importer {

using ValueId = uint32_t;
constexpr ValueId kNoValue = UINT32_MAX;

/// One element of a small integer tensor while shapes are computed: a number, or a size that is calculated, or open.
struct Element {
    static constexpr Size kNumber = UINT32_MAX - 1;
    int64_t value = 0;
    Size size = kNumber;
    bool is_number() const { return size == kNumber; }
};

struct Quantization {
    std::vector<float> scales;
    std::vector<int32_t> zero_points;
    uint32_t axis = 0;
    std::vector<int64_t> block_dims;  ///< where scales are shared by blocks: indices that share one, by axis; else empty
    bool per_axis() const { return scales.size() > 1; }
    bool operator==(const Quantization &) const = default;
};

/// How many indices of each of these dims share a scale, as accel_quantization has it; empty: all share one.
std::vector<int64_t> block_dims_of(const Quantization &quantization, size_t rank);

/// A tensor of the graph being built.
struct Value {
    std::string_view name;
    uint32_t type = 0;  ///< enum accel_type; 0: one that no operation takes
    Dims dims;
    const void *data = nullptr;  ///< constants
    uint64_t data_bytes = 0;
    /// Row-major: of a constant that was computed here, or what is known of one that a node computes with sizes that are open.
    std::optional<std::vector<Element>> elements;
    std::optional<Quantization> quantization;
    bool ranked = true;                     ///< false: not even the number of dimensions is known
    std::string_view type_name;             ///< of type 0: the format's name for it; "" if not even that is known
    std::optional<uint32_t> variable = {};  ///< of a graph's input or output: which of its variables it reads or writes

    ValueId wide = kNoValue;  ///< the same in F32, of which this is a rounding to 16 bits that the importer has added

    bool is_known() const { return type != 0 && ranked; }
    bool is_constant() const
    {
        return data != nullptr || (elements && std::all_of(elements->begin(), elements->end(), [](const Element &element) { return element.is_number(); }));
    }
};

/// What keeps its value from run to run.
struct Variable {
    std::string_view name;
    uint32_t type = 0;
    Dims dims;
    const void *data = nullptr;  ///< its first value; none: zero bits
    uint64_t data_bytes = 0;
    std::optional<Quantization> quantization;
};

/// Shapes and the like are computed while importing; what is larger is data, and left to the operations. Also bounds what a small file can ask for.
inline constexpr int64_t kSmallElementsMax = 1024;

struct AttributeList {
    struct Entry {
        accel_attribute_key key;
        std::vector<int64_t> ints;
        std::vector<float> floats;
        std::vector<std::string> strings = {};
        std::vector<uint32_t> graphs = {};  ///< bodies of the node
    };
    std::vector<Entry> entries;

    AttributeList &ints(accel_attribute_key key, std::vector<int64_t> values)
    {
        entries.push_back({key, std::move(values), {}});
        return *this;
    }
    AttributeList &integer(accel_attribute_key key, int64_t value) { return ints(key, {value}); }
    AttributeList &text(accel_attribute_key key, std::string value)
    {
        return texts(key, {std::move(value)});
    }
    AttributeList &texts(accel_attribute_key key, std::vector<std::string> values)
    {
        entries.push_back({key, {}, {}, std::move(values)});
        return *this;
    }
    AttributeList &graph(accel_attribute_key key, uint32_t body)
    {
        entries.push_back({key, {}, {}, {}, {body}});
        return *this;
    }
    AttributeList &reals(accel_attribute_key key, std::vector<float> values)
    {
        entries.push_back({key, {}, std::move(values)});
        return *this;
    }
    AttributeList &real(accel_attribute_key key, float value) { return reals(key, {value}); }
};

/// A sparse constant as two values of the graph.
struct SparseValue {
    ValueId values = kNoValue, indices = kNoValue;
    std::vector<int64_t> dims;
};

/// An attribute of a custom node: values in the list of its kind, one where the kind is no list. What views lead to lives as long as the model.
struct CustomAttribute {
    std::string_view name;
    uint32_t kind = 0;  ///< enum accel_attribute_kind
    std::vector<float> floats;
    std::vector<int64_t> ints;
    std::vector<std::string_view> strings;  ///< of types, too: the format's text
    std::vector<ValueId> tensors;
    std::vector<SparseValue> sparse;
    std::vector<uint32_t> graphs;  ///< bodies of the node
};

class Graph;

/// What a body takes from the graph around it, and as what.
struct Capture {
    ValueId outer = kNoValue, inner = kNoValue;
};

/// A graph inside a node. Its ports are said unless the role is CUSTOM.
struct Body {
    std::string_view name;
    std::shared_ptr<Graph> graph;
    std::vector<Capture> captures;
    std::vector<accel_region_port> inputs, outputs;
    uint32_t role = ACCEL_REGION_ROLE_CUSTOM;
};

/// Which operator of the format a node is.
struct Operator {
    std::string_view domain = {};  ///< "" is ONNX's own
    std::string_view name = {};
    uint32_t revision = 0;  ///< of the domain's operator set; 0: the file names none
};

/// A node as the file has it, where the catalog cannot say it.
struct Custom {
    Operator origin;
    std::string_view overload;
    std::string reason;
    std::vector<CustomAttribute> attributes;
    std::vector<Body> bodies = {};
};

/// A node of the graph being built.
struct Operation {
    accel_operation operation;
    const char *name;
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    AttributeList attributes;
    uint32_t rounding = ACCEL_ROUNDING_NONE;
    Operator origin = {};
    std::shared_ptr<const Custom> custom = {};  ///< of a custom node
    bool if_read = false;                       ///< goes unless something reads a result
    std::vector<Body> bodies = {};              ///< of an operation of the catalog that has regions
};

/// The catalog cannot say what this operation does: it becomes a custom node named as its operator, with the attributes that it has.
void make_custom(Operation &operation, std::string reason);

/// Called once per operation in long loops; may throw to end the import.
using Pace = std::function<void()>;

/// The graph while nodes are translated into it: values by name, operations in order, symbols.
class Graph {
public:
    explicit Graph(ModelMemory &model_memory) : memory(model_memory),
                                                own_sizes_(std::make_unique<Sizes>(model_memory)),
                                                sizes(*own_sizes_),
                                                scopes_(1) {}
    /// A body: sizes are the outermost graph's, and names that it does not have are found around it, where nothing changes before the body is read.
    explicit Graph(Graph &around);

    /// A value that nodes can name; CORRUPT if the name is taken.
    ValueId add_named(Value value);
    /// A value that only the importer knows.
    ValueId add(Value value);
    /// One constant real number that only the importer knows.
    ValueId add_real(float value);
    /// The innermost scope that has the name decides. A body takes what it finds around it.
    ValueId find(std::string_view name) { return find(name, scopes_.size()); }
    /// Of so many of the outermost scopes.
    ValueId find(std::string_view name, size_t scope_count);
    /// So many named values are expected.
    void expect(size_t count) { scopes_.back().names.reserve(count); }
    /// As add_named, in the place of what had the name.
    ValueId redefine(Value value);
    /// One name more for a value; CORRUPT if the name is taken.
    void alias(std::string_view name, ValueId id);
    /// Names that are added from here on go with the scope, and hide those of outer ones.
    void open_scope() { scopes_.emplace_back(); }
    /// The same, and nothing around it is seen.
    void open_function() { scopes_.push_back({{}, true}); }
    void close_scope() { scopes_.pop_back(); }
    size_t scope_count() const { return scopes_.size(); }
    /// Of a body: a value of the graph around it, as one of its own.
    ValueId capture(ValueId outer) { return take(outer); }
    /// What a body has taken from around it so far.
    const std::vector<Capture> &captures() const { return captures_; }
    Value &value(ValueId id) { return values_[id]; }
    const Value &value(ValueId id) const { return values_[id]; }
    size_t value_count() const { return values_.size(); }
    /// A shape that was computed while importing becomes an ordinary constant; what has data, or is none, stays as it is.
    void materialise(ValueId id);
    /// Forget everything; pace is called between the parts, as giving back many small pieces takes a while.
    void clear(const Pace &pace);

    /// Give an existing value a quantisation; roll_back takes it away again.
    void set_quantization(ValueId id, Quantization quantization);
    /// A size that the file names, or names by its tensor and axis. In a body it is one of those that may change from turn to turn.
    uint32_t named_size(std::string_view name);
    uint32_t unnamed_size(std::string_view tensor, size_t axis);
    bool is_body() const { return !own_sizes_; }

    /// From here on things can be taken back.
    void mark();
    /// What was added since the mark goes. Names of values that went must be defined anew.
    void roll_back();

    /// An element as a size, and back.
    Size size_of(const Element &element) { return element.is_number() ? sizes.number(element.value) : element.size; }
    Element element_of(Size size) const;

    ModelMemory &memory;

private:
    std::unique_ptr<Sizes> own_sizes_;  ///< null of a body

public:
    Sizes &sizes;
    std::vector<Operation> operations;
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    std::vector<Variable> variables;  ///< of the outermost graph

private:
    ValueId take(ValueId outer);

    std::unordered_map<std::string_view, uint32_t> named_sizes_;  ///< of a body
    std::deque<Value> values_;
    struct Scope {
        Names names = {};
        bool is_closed = false;  ///< what it does not have is not looked for further out
    };
    std::vector<Scope> scopes_;                   ///< from the outermost; of a body: one for each around it first
    Graph *const around_ = nullptr;               ///< of a body
    std::unordered_map<ValueId, ValueId> taken_;  ///< by the number around the body
    std::vector<Capture> captures_;
    size_t marked_values_ = 0;
    size_t marked_operations_ = 0;
    std::vector<ValueId> newly_quantized_;
};

/// Elements of a small integer constant, a computed shape, or what has no elements; nothing if it is none of them.
std::optional<std::vector<Element>> elements_of(const Value &value);
/// The same, if every element is a number.
std::optional<std::vector<int64_t>> integers_of(const Value &value);

/// The graph in the form of the binary interface, in the graph's memory.
const accel_graph_desc *assemble(Graph &graph, std::string_view name, const Pace &pace);

}  // namespace accel::importer
