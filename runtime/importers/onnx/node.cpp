// SPDX-License-Identifier: MIT
// What translators ask of a node: operands, attributes, constants, messages.
#include "node.h"

#include "schema.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace accel::onnx {

Node::Node(const NodeProto &proto, size_t position, size_t node_count, int64_t opset_version, Graph &model_graph, ConstantStore &store, std::function<void(Node &)> branches)
    : opset(opset_version),
      graph(model_graph),
      proto_(proto),
      position_(position),
      node_count_(node_count),
      store_(store),
      branches_(std::move(branches)),
      understood_(proto.attributes.size(), false)
{
    std::string_view shown = proto.name;
    if (shown.empty() && !proto.outputs.empty()) {
        shown = proto.outputs.front();
    }
    name_ = graph.memory.copy_string(shown);
    for (const std::string_view input : proto.inputs) {
        const ValueId id = input.empty() ? kNoValue : graph.find(input);
        if (!input.empty() && id == kNoValue) {
            fail_corrupt("input '", input, "' is made by nothing before it");
        }
        inputs_.push_back(id);
    }
}

std::string Node::label() const
{
    const std::string_view domain = proto_.domain.empty() ? std::string_view("ai.onnx") : proto_.domain;
    return text("node ", position_, " '", name_, "' (", proto_.operation, " of ", domain, ", opset ", opset, ")");
}

const OperatorSchema &Node::schema() const { return *find_schema(domain_of(proto_.domain), proto_.operation); }

TypeSet Node::types_of(size_t index) const
{
    const OperandSchema *operand = schema().input(index, opset);
    if (operand == nullptr) {
        fail_unsupported("opset ", opset, " has no such operator, or one without operand ", index);
    }
    return operand->types;
}

ValueId Node::input_id(size_t index) const
{
    if (!has_input(index)) {
        fail_corrupt("input ", index, " is missing");
    }
    return inputs_[index];
}

void Node::expect_operands(size_t inputs_min, size_t inputs_max, size_t outputs_min, size_t outputs_max) const
{
    if (inputs_.size() < inputs_min || inputs_.size() > inputs_max) {
        fail_corrupt("has ", inputs_.size(), " inputs, expected are ", inputs_min, " to ", inputs_max);
    }
    if (proto_.outputs.size() < outputs_min || proto_.outputs.size() > outputs_max) {
        fail_corrupt("has ", proto_.outputs.size(), " outputs, expected are ", outputs_min, " to ", outputs_max);
    }
    for (size_t i = 0; i < inputs_min; ++i) {
        input_id(i);
    }
    for (size_t i = 0; i < outputs_min; ++i) {
        if (!has_output(i)) {
            fail_corrupt("output ", i, " is missing");
        }
    }
}

const AttributeProto *Node::find_attribute(const char *name)
{
    const AttributeProto *found = nullptr;
    for (size_t i = 0; i < proto_.attributes.size(); ++i) {
        if (proto_.attributes[i].name != name) {
            continue;
        }
        if (found != nullptr) {
            fail_corrupt("attribute '", name, "' appears twice");
        }
        found = &proto_.attributes[i];
        understood_[i] = true;
    }
    return found;
}

const AttributeProto *Node::find_attribute(const char *name, AttributeType type)
{
    const AttributeProto *found = find_attribute(name);
    if (found != nullptr && found->is_reference()) {
        fail_corrupt("attribute '", name, "' refers to a function's attribute outside of a function");
    }
    if (found != nullptr && found->type != type) {
        fail_corrupt("attribute '", name, "' has type ", static_cast<int32_t>(found->type), ", expected is ", static_cast<int32_t>(type));
    }
    return found;
}

std::optional<int64_t> Node::integer(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kInt);
    return found == nullptr ? std::nullopt : std::optional(found->integer);
}

std::optional<float> Node::real(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kFloat);
    return found == nullptr ? std::nullopt : std::optional(found->real);
}

std::optional<std::string> Node::string(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kString);
    return found == nullptr ? std::nullopt : std::optional(std::string(found->string));
}

std::optional<std::vector<int64_t>> Node::integers(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kInts);
    return found == nullptr ? std::nullopt : std::optional(found->integers);
}

std::optional<std::vector<float>> Node::reals(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kFloats);
    return found == nullptr ? std::nullopt : std::optional(found->reals);
}

std::optional<std::vector<std::string>> Node::strings(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kStrings);
    return found == nullptr ? std::nullopt : std::optional(std::vector<std::string>(found->strings.begin(), found->strings.end()));
}

std::optional<ConstantData> Node::tensor(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kTensor);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (!found->tensor) {
        fail_corrupt("attribute '", name, "' has no tensor");
    }
    return read_constant(read_tensor(*found->tensor), store_);
}

Bytes Node::body(const char *name)
{
    const AttributeProto *found = find_attribute(name, AttributeType::kGraph);
    if (found == nullptr || found->messages.empty()) {
        fail_corrupt("attribute '", name, "' is missing");
    }
    return found->messages.back();
}

void Node::expect_all_understood() const
{
    for (size_t i = 0; i < understood_.size(); ++i) {
        if (!understood_[i]) {
            fail_unsupported("attribute '", proto_.attributes[i].name, "' is not understood");
        }
    }
}

uint32_t Node::axis(int64_t given, size_t rank, bool one_past) const
{
    const auto limit = static_cast<int64_t>(rank) + (one_past ? 1 : 0);
    const int64_t resolved = given < 0 ? given + static_cast<int64_t>(rank) : given;
    if (given < -static_cast<int64_t>(rank) || resolved < 0 || resolved >= limit) {
        fail_corrupt("axis ", given, " lies outside of rank ", rank);
    }
    return static_cast<uint32_t>(resolved);
}

std::vector<int64_t> Node::constant_integers(size_t index, const char *what) const
{
    const auto integers = integers_of(input(index));
    if (!integers) {
        fail_unsupported(what, " '", input(index).name, "' must be a constant of at most 1024 integers");
    }
    return *integers;
}

ValueId Node::real_operand(size_t index, const char *what)
{
    const Value &value = input(index);
    if (value.type != ACCEL_TYPE_F32 || !value.ranked || value.dims.size() > 1 || element_count(value.dims) != 1) {
        fail_unsupported(what, " '", value.name, "' must be one float");
    }
    float real = 0;
    if (value.data != nullptr) {
        std::memcpy(&real, value.data, sizeof real);
    }
    if (std::isnan(real)) {
        fail_unsupported(what, " '", value.name, "' is not a number");
    }
    return input_id(index);
}

float Node::constant_byte(size_t index, const char *what) const
{
    const Value &value = input(index);
    if ((value.type != ACCEL_TYPE_I8 && value.type != ACCEL_TYPE_U8) || value.data == nullptr || element_count(value.dims) != 1) {
        fail_unsupported(what, " '", value.name, "' must be one constant of the data's type");
    }
    uint8_t byte = 0;
    std::memcpy(&byte, value.data, sizeof byte);
    return value.type == ACCEL_TYPE_I8 ? static_cast<float>(static_cast<int8_t>(byte)) : static_cast<float>(byte);
}

bool Node::widen()
{
    for (ValueId &input : inputs_) {
        const uint32_t type = input == kNoValue ? 0 : graph.value(input).type;
        if (type != ACCEL_TYPE_F16 && type != ACCEL_TYPE_BF16) {
            continue;
        }
        narrow_type_ = narrow_type_ == 0 ? type : narrow_type_;
        if (graph.value(input).wide != kNoValue) {
            input = graph.value(input).wide;
            continue;
        }
        const ValueId wide = define_hidden(ACCEL_TYPE_F32, Dims(graph.value(input).dims));
        emit(ACCEL_OPERATION_CAST, {input}, {wide}, std::move(AttributeList().integer(ACCEL_ATTRIBUTE_TO, ACCEL_TYPE_F32)));
        input = wide;
    }
    return narrow_type_ != 0;
}

void Node::narrow()
{
    const uint32_t type = std::exchange(narrow_type_, 0);
    for (const auto &[index, wide] : std::exchange(wide_, {})) {
        const ValueId y = define_output(index, type, Dims(graph.value(wide).dims));
        graph.value(y).wide = wide;
        emit(ACCEL_OPERATION_CAST, {wide}, {y}, std::move(AttributeList().integer(ACCEL_ATTRIBUTE_TO, type)));
        graph.operations.back().if_read = true;
    }
}

ValueId Node::define_output(size_t index, Value value)
{
    if (!has_output(index)) {
        return graph.add(std::move(value));
    }
    if (narrow_type_ != 0 && value.type == ACCEL_TYPE_F32) {
        wide_.emplace_back(index, graph.add(std::move(value)));
        return wide_.back().second;
    }
    value.name = proto_.outputs[index];
    return graph.add_named(std::move(value));
}

ValueId Node::define_output(size_t index, uint32_t type, Dims dims)
{
    if (dims.size() > kRankMax) {
        fail_unsupported("a result of rank ", dims.size(), "; the limit is ", kRankMax);
    }
    for (const accel_dim &dim : dims) {
        if (is_fixed(dim) && (dim.size < 0 || dim.size > kSizeMax)) {
            fail_corrupt("its result would have a dimension of ", dim.size);
        }
    }
    if (all_fixed(dims) && !element_count(dims)) {
        fail_corrupt("its result of ", to_text(dims), " has more elements than any memory holds");
    }
    for (size_t i = 0; i < dims.size(); ++i) {
        if (is_open(dims[i])) {
            dims[i] = graph.sizes.open_dim(has_output(index) ? proto_.outputs[index] : std::string_view(name_), i);
        }
    }
    Value value;
    value.type = type;
    value.dims = std::move(dims);
    if (index == 0) {
        value.elements = std::move(known_);
    }
    return define_output(index, std::move(value));
}

ValueId Node::define_hidden(uint32_t type, Dims dims)
{
    return define_output(SIZE_MAX, type, std::move(dims));
}

bool Node::define_elements(uint32_t type, Dims dims, std::vector<Element> elements)
{
    // Held as elements while importing, and as integers from then on. A shape takes less than its node does.
    if (elements.size() > kRankMax) {
        charge(elements.size() * (sizeof(Element) + sizeof(int64_t)));
    }
    if (!std::all_of(elements.begin(), elements.end(), [](const Element &element) { return element.is_number(); })) {
        known_ = std::move(elements);
        return false;
    }
    Value value;
    value.type = type;
    value.dims = std::move(dims);
    value.elements = std::move(elements);
    define_output(0, std::move(value));
    return true;
}

ValueId Node::define_list(const std::vector<int64_t> &values)
{
    Value value;
    value.type = ACCEL_TYPE_I64;
    value.dims = {fixed_dim(static_cast<int64_t>(values.size()))};
    value.elements.emplace();
    for (const int64_t each : values) {
        value.elements->push_back({each});
    }
    return graph.add(std::move(value));
}

ValueId Node::define_real(float value)
{
    if (std::isnan(value)) {
        fail_unsupported("a bound or a value that is not a number");
    }
    return graph.add_real(value);
}

void Node::emit(accel_operation operation, std::vector<ValueId> inputs, std::vector<ValueId> outputs, AttributeList attributes, uint32_t rounding)
{
    for (const AttributeList::Entry &entry : attributes.entries) {
        if (std::any_of(entry.floats.begin(), entry.floats.end(), [](float value) { return std::isnan(value); })) {
            fail_unsupported("an attribute that is not a number");
        }
    }
    // What computes with sizes may be needed by nothing, as sizes of dimensions are calculated here, too.
    const bool sizes = outputs.size() == 1 && graph.value(outputs[0]).elements;
    graph.operations.push_back({operation, name_, std::move(inputs), std::move(outputs), std::move(attributes), rounding, {domain_of(proto_.domain), proto_.operation, static_cast<uint32_t>(opset)}, {}, sizes});
}

void Node::expect_type(size_t index, TypeSet types) const
{
    const Value &value = input(index);
    if (value.type == 0 || (types >> value.type & 1) == 0) {
        fail_unsupported("input '", value.name, "' has element type ", name_of(value.type), ", which this operation does not take");
    }
}

void Node::expect_same_type(size_t a, size_t b) const
{
    if (input(a).type != input(b).type) {
        fail_corrupt("inputs '", input(a).name, "' and '", input(b).name, "' have types ", name_of(input(a).type), " and ",
                     name_of(input(b).type), ", they must be equal");
    }
}

void Node::expect_rank(size_t index, size_t rank_min, size_t rank_max) const
{
    const size_t rank = input(index).dims.size();
    if (rank < rank_min || rank > rank_max) {
        fail_corrupt("input '", input(index).name, "' has rank ", rank, ", expected is ", rank_min, rank_max == rank_min ? "" : " or more");
    }
}

}  // namespace accel::onnx
