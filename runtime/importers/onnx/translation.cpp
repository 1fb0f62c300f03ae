// SPDX-License-Identifier: MIT
// Walks a graph's live nodes, translates each or keeps it as custom.
#include "translation.h"

#include "captures.h"
#include "common/failure.h"
#include "node.h"
#include "quantization.h"
#include "types.h"

#include <algorithm>
#include <unordered_set>

namespace accel::onnx {
namespace {

constexpr int64_t kOpsetMin = 1;
constexpr int64_t kOpsetMax = 28;
constexpr size_t kValuesMax = size_t{1} << 22;

}  // namespace

Translation::Translation(Host& host, uint64_t byte_count, const OperatorSets& opsets, ConstantStore& store, Graph& graph, const GraphProto& proto)
    : host_(host), byte_count_(byte_count), opsets_(opsets), store_(store), graph_(graph), proto_(proto),
      keeper_(proto_, opsets_, graph_, store_, [this](Bytes bytes) { return read_body(bytes); }) {}

void Translation::run() {
    if (proto_.nodes.size() + proto_.initializers.size() > kValuesMax) {
        unsupported(proto_.nodes.size(), " nodes and ", proto_.initializers.size(), " initializers; together at most ", kValuesMax);
    }
    live_ = live_parts(proto_, graph_.is_body(), host_);
    graph_.expect(proto_.initializers.size() + proto_.inputs.size() + proto_.nodes.size());
    add_initializers();
    add_sparse_initializers();
    add_inputs();
    translate_nodes();
    add_outputs();
}

/// What a body takes from around it has its name there. A constant is one of the body's own, with the same data.
Body Translation::read_body(Bytes bytes) {
    const GraphProto proto = read_graph(bytes);
    Body body;
    body.name = proto.name;
    body.graph = std::make_shared<Graph>(graph_.memory, graph_.sizes);
    for (const std::string_view name : read_body_captures(bytes)) {
        const ValueId outer = graph_.find(name);
        if (outer == kNoValue) {
            continue;
        }
        // Many bodies may take one value: what it has in lists of its own is not copied to each.
        graph_.materialise(outer);
        const Value& from = graph_.value(outer);
        Value taken;
        taken.name = name;
        taken.type = from.type;
        taken.type_name = from.type_name;
        taken.dims = from.dims;
        taken.ranked = from.ranked;
        taken.data = from.data;
        taken.data_bytes = from.data_bytes;
        if (from.data == nullptr && from.elements && from.elements->size() <= kRankMax) {
            taken.elements = from.elements;
        }
        const ValueId inner = body.graph->add_named(std::move(taken));
        if (!graph_.value(outer).is_constant()) {
            body.captures.push_back({outer, inner});
        }
    }
    Translation(host_, byte_count_, opsets_, store_, *body.graph, proto).run();
    settle_quantization(*body.graph, [this] { host_.pace(1, 1); });
    return body;
}

void Translation::add_initializers() {
    for (size_t i = 0; i < proto_.initializers.size(); ++i) {
        if (!live_.initializers[i]) {
            continue;
        }
        const Bytes bytes = proto_.initializers[i];
        host_.pace(bytes.offset(), byte_count_);
        const TensorProto tensor = read_tensor(bytes);
        const ConstantData constant = read_constant(tensor, store_);
        Value value;
        value.name = tensor.name;
        value.type = accel_type_of(constant.data_type);
        value.type_name = value.type == 0 ? tensor_text(constant.data_type) : std::string_view();
        value.dims = constant.dims;
        value.data = constant.data;
        value.data_bytes = constant.size_bytes;
        const ValueId id = graph_.add_named(std::move(value));
        if (graph_.value(id).type == 0) {
            keeper_.keep_constant(id, text("a constant of type ", name_of(constant.data_type), " has no form here"));
        }
    }
}

void Translation::add_sparse_initializers() {
    for (size_t i = 0; i < proto_.sparse_initializers.size(); ++i) {
        if (live_.sparse_initializers[i]) {
            Value value;
            value.name = read_sparse_tensor_name(proto_.sparse_initializers[i]);
            value.ranked = false;
            keeper_.keep_constant(graph_.add_named(std::move(value)), "a sparse constant has no form here");
        }
    }
}

/// Type and dims of a graph input. Sizes below 0 are damage; what has no form here is unknown.
Value Translation::input_value(const ValueInfoProto& info) {
    for (const DimensionProto& dim : info.dims) {
        // Some exporters write -1 for a size that is open.
        if (dim.size && (*dim.size < -1 || *dim.size > kSizeMax)) {
            corrupt("input '", info.name, "' at byte ", info.offset, " has a dimension of ", *dim.size);
        }
    }
    if (info.is_tensor && info.data_type == DataType::kUndefined && !graph_.is_body()) {
        corrupt("graph input '", info.name, "' at byte ", info.offset, " has ", name_of(info.data_type));
    }
    Value value;
    declare(info, graph_, value);
    if (info.has_shape && info.dims.size() <= kRankMax && !value.ranked) {
        corrupt("graph input '", info.name, "' has more elements than any memory holds");
    }
    return value;
}

void Translation::add_inputs() {
    std::unordered_set<std::string_view> constants;
    for (const Bytes bytes : proto_.initializers) {
        constants.insert(read_tensor_name(bytes));
    }
    for (const Bytes bytes : proto_.inputs) {
        const ValueInfoProto info = read_value_info(bytes);
        if (info.name.empty()) {
            corrupt("graph input at byte ", info.offset, " has no name");
        }
        // Up to IR version 3 every initializer is listed as an input too: it is a constant.
        if (constants.count(info.name) != 0) {
            if (graph_.is_body()) {
                unsupported("its input '", info.name, "' is an initializer, too");
            }
            continue;
        }
        if (graph_.find(info.name) != kNoValue) {
            corrupt("two graph inputs are named '", info.name, "'");
        }
        Value value = input_value(info);
        value.name = info.name;
        // What has no form here and is read by nothing need not be asked for.
        if (!value.is_known() && !live_.is_read(info.name) && !graph_.is_body()) {
            continue;
        }
        graph_.inputs.push_back(graph_.add_named(std::move(value)));
    }
}

void Translation::translate_nodes() {
    size_t done = 0;
    for (const uint32_t position : live_.nodes) {
        host_.pace(done++, live_.nodes.size());
        NodeProto node = read_node(proto_.nodes[position]);
        for (const std::string_view output : node.outputs) {
            node.is_read.push_back(live_.is_read(output));
        }
        if (node.operation.empty()) {
            corrupt("node ", position, " at byte ", node.offset, " has no op_type");
        }
        translate(node, position);
        if (graph_.value_count() > kValuesMax) {
            unsupported("more than ", kValuesMax, " values");
        }
    }
}

void Translation::translate(const NodeProto& proto, size_t position) {
    const std::string_view domain = domain_of(proto.domain);
    const auto opset = opsets_.find(domain);
    const Translate translator = find_operator(domain, proto.operation);
    graph_.mark();
    if (const std::string reason = unknown_in(proto, opset, translator); !reason.empty()) {
        keeper_.keep(proto, reason);
        return;
    }
    try {
        Node node(proto, position, proto_.nodes.size(), opset->second, graph_, store_);
        if (domain.empty() && opset->second < 6) {
            node.ignore_attribute("consumed_inputs");  // which operands may be overwritten; no value depends on it
        }
        translator(node);
        node.expect_all_understood();
    } catch (const Failure& failure) {
        if (failure.status() != ACCEL_STATUS_UNSUPPORTED) {
            throw;
        }
        graph_.roll_back();
        keeper_.keep(proto, failure.reason());
        return;
    }
}

/// Why a node cannot be read whatever its attributes; "" if it may be.
std::string Translation::unknown_in(const NodeProto& proto, OperatorSets::const_iterator opset, Translate translator) const {
    if (opset == opsets_.end()) {
        return text("opset_import does not name its domain '", proto.domain.empty() ? "ai.onnx" : proto.domain, "'");
    }
    if (translator == nullptr) {
        return "there is no such operator here";
    }
    if (opset->first.empty() && (opset->second < kOpsetMin || opset->second > kOpsetMax)) {
        return text("it is of opset ", opset->second, ", and ", kOpsetMin, " to ", kOpsetMax, " are understood; a converter can bring the model there");
    }
    for (const std::string_view input : proto.inputs) {
        const ValueId id = input.empty() ? kNoValue : graph_.find(input);
        if (id != kNoValue && !graph_.value(id).is_known()) {
            return text("its operand '", input, "' has ", graph_.value(id).type == 0 ? "a type that is not known here" : "no known rank");
        }
    }
    return {};
}

/// A graph output has to come out of an operation: constants and values that are known under two names go through an IDENTITY.
void Translation::add_outputs() {
    std::unordered_set<ValueId> seen;
    for (const Bytes bytes : proto_.outputs) {
        const ValueInfoProto info = read_value_info(bytes);
        const ValueId id = graph_.find(info.name);
        if (id == kNoValue || info.name.empty()) {
            corrupt("graph output '", info.name, "' at byte ", info.offset, " is made by nothing");
        }
        if (!seen.insert(id).second) {
            if (graph_.is_body()) {
                unsupported("its output '", info.name, "' is there twice");
            }
            corrupt("two graph outputs are named '", info.name, "'");
        }
        check_declaration(info, graph_.value(id));
        graph_.outputs.push_back(graph_.value(id).is_constant() ? through_identity(id) : id);
    }
    if (graph_.outputs.empty() && !graph_.is_body()) {
        corrupt("the graph has no outputs");
    }
}

void Translation::check_declaration(const ValueInfoProto& info, const Value& value) const {
    if (!value.is_known()) {
        return;
    }
    if (info.is_tensor && info.data_type != DataType::kUndefined && accel_type_of(info.data_type) != value.type) {
        corrupt("graph output '", info.name, "' is declared as ", name_of(info.data_type), ", but the nodes make ", name_of(value.type));
    }
    bool differs = info.has_shape && info.dims.size() != value.dims.size();
    for (size_t i = 0; info.has_shape && !differs && i < info.dims.size(); ++i) {
        differs = info.dims[i].size && *info.dims[i].size >= 0 && is_fixed(value.dims[i]) && *info.dims[i].size != value.dims[i].size;
    }
    if (differs) {
        host_.log(ACCEL_LOG_LEVEL_WARNING, text("graph output '", info.name, "' is declared with another shape than the ", to_text(value.dims), " that the nodes make"));
    }
}

ValueId Translation::through_identity(ValueId constant) {
    Value& from = graph_.value(constant);
    const bool moves = (ops::kMovedTypes >> from.type & 1) != 0;
    Value to;
    to.name = from.name;
    to.type = from.type;
    to.dims = from.dims;
    from.name = {};  // the port has the name now
    const char* name = graph_.memory.copy_string(to.name);
    const ValueId id = graph_.add(std::move(to));
    graph_.operations.push_back({moves ? ACCEL_OPERATION_IDENTITY : ACCEL_OPERATION_CUSTOM, name, {constant}, {id}, {}, ACCEL_ROUNDING_NONE, origin_of({}, "Identity", opsets_)});
    if (!moves) {
        make_custom(graph_.operations.back(), "its type is not copied here");
    }
    return id;
}

}  // namespace accel::onnx
