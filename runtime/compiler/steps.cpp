// SPDX-License-Identifier: MIT
// Makes tensors and nodes of a decomposition.
#include "steps.h"

#include <accel/graph/typing.h>

#include <algorithm>
#include <bit>

#include "base/catalog.h"
#include "composites.h"
#include "constants.h"
#include "graph/values.h"
#include "value_operands.h"

namespace accel::runtime {

namespace {

using Ints = std::vector<int64_t>;
using Reals = std::vector<double>;

Datum datum_of(const Attribute &attribute)
{
    if (attribute_kind(attribute.kind).held == Held::kBytes) return std::string(attribute.text());
    if (attribute_kind(attribute.kind).held == Held::kFloats) return Reals(attribute.floats().begin(), attribute.floats().end());
    return attribute.ints();
}

/// Whole numbers of a datum; nothing where it is none.
std::optional<Ints> whole(const Datum &datum)
{
    if (const auto *one = std::get_if<int64_t>(&datum)) return Ints{*one};
    if (const auto *list = std::get_if<Ints>(&datum)) return *list;
    if (const auto *type = std::get_if<ElementType>(&datum)) return Ints{type->number};
    return std::nullopt;
}

std::optional<Reals> real(const Datum &datum)
{
    if (const auto *one = std::get_if<double>(&datum)) return Reals{*one};
    if (const auto *list = std::get_if<Reals>(&datum)) return *list;
    const auto numbers = whole(datum);
    return numbers ? std::optional(Reals(numbers->begin(), numbers->end())) : std::nullopt;
}

template <class To, class From> std::vector<To> converted(const std::vector<From> &values)
{
    std::vector<To> out;
    for (const From value : values) out.push_back(static_cast<To>(value));
    return out;
}

std::vector<uint16_t> sixteen(uint32_t type, const Reals &values)
{
    std::vector<uint16_t> out;
    for (const double value : values) out.push_back(sixteen_bits(type, value));
    return out;
}

bool has_clamp(const Node &node)
{
    const OperationRow *row = find_operation(node.operation);
    return row && (node.find(ACCEL_ATTRIBUTE_CLAMP_MIN) || node.find(ACCEL_ATTRIBUTE_CLAMP_MAX));
}

class Steps {
public:
    Steps(Graph &graph, const Node &node) : graph_(graph),
                                            node_(node)
    {
        for (const uint32_t input : node.inputs) {
            Ints &sizes = shapes_.emplace_back();
            if (input == ACCEL_TENSOR_NONE) continue;
            for (const Dim &dim : graph.tensors[input].shape) sizes.push_back(dim.size);
        }
    }

    std::optional<std::vector<Node>> run()
    {
        const size_t tensors_before = graph_.tensors.size();
        if (make()) return std::move(made_);
        graph_.tensors.resize(tensors_before);
        return std::nullopt;
    }

private:
    NodeFacts facts() const
    {
        return {[this](uint32_t operand) { return node_.input(operand) == ACCEL_TENSOR_NONE ? std::nullopt : std::optional<std::span<const int64_t>>(shapes_[operand]); },
                [this](uint32_t operand) { return node_.input(operand) == ACCEL_TENSOR_NONE ? 0u : graph_.tensors[node_.inputs[operand]].type; },
                [this](uint32_t key) {
                    const Attribute *given = node_.find(key);
                    return given ? std::optional(datum_of(*given)) : std::nullopt;
                },
                [this](uint32_t position) { return held_at(position); }};
    }

    /// What a value operand of the node holds.
    std::optional<Datum> held_at(uint32_t position) const
    {
        if (auto integers = integers_at(graph_, node_, position)) return std::move(*integers);
        if (const auto value = real_at(graph_, node_, position)) return static_cast<double>(*value);
        return std::nullopt;
    }

    bool make()
    {
        const auto plan = decompose(*find_composite(static_cast<accel_operation>(node_.operation)), facts(), nullptr);
        if (!plan || node_.outputs.size() > plan->results.size()) return false;
        tensors_.assign(plan->value_count, ACCEL_TENSOR_NONE);
        std::copy_n(node_.inputs.begin(), node_.tensor_count(), tensors_.begin());
        for (const PlacedStep &step : plan->steps)
            if (!place(step)) return false;
        finish(*plan);
        return true;
    }

    bool place(const PlacedStep &step)
    {
        Node next = step_node(step.operation);
        next.rounding = step.rounding;
        for (const PlacedOperand &operand : step.operands) {
            uint32_t tensor = ACCEL_TENSOR_NONE;
            if (operand.source == PlacedOperand::Source::kValue) tensor = tensors_[operand.value];
            if (operand.source == PlacedOperand::Source::kConstant && (tensor = constant(operand)) == ACCEL_TENSOR_NONE) return false;
            next.inputs.push_back(tensor);
        }
        while (!next.inputs.empty() && next.inputs.back() == ACCEL_TENSOR_NONE) next.inputs.pop_back();
        for (const PlacedAttribute &attribute : step.attributes)
            if (!set(next, attribute)) return false;
        next.outputs.resize(step.results.size(), ACCEL_TENSOR_NONE);
        const auto shapes = infer_shapes(graph_, next, nullptr);
        if (!shapes || shapes->size() != step.results.size()) return false;
        for (size_t i = 0; i < step.results.size(); ++i) {
            if (!(*shapes)[i]) return false;
            next.outputs[i] = tensors_[step.results[i]] = between(result_type(next), *(*shapes)[i]);
        }
        made_.push_back(std::move(next));
        return true;
    }

    Node step_node(accel_operation operation) const
    {
        Node next;
        next.name = node_.name + "/" + std::to_string(made_.size());
        next.operation = operation;
        next.origins = node_.origins;
        next.decomposed = node_.label();
        return next;
    }

    uint32_t result_type(const Node &next) const
    {
        const graph::Typed result = graph::find_typing(next.operation)->results[0];
        if (result.named_by != 0) return static_cast<uint32_t>(next.integer(result.named_by, 0));
        // Comparisons have truth values as results, whatever they compare.
        if (result.like < 0 && std::has_single_bit(result.types)) return static_cast<uint32_t>(std::countr_zero(result.types));
        // A WHERE has the type of what it chooses from, not of its condition.
        return graph_.tensors[next.inputs[static_cast<size_t>(std::max<int64_t>(result.like, 0))]].type;
    }

    uint32_t between(uint32_t type, Shape shape)
    {
        Tensor tensor;
        tensor.name = node_.name + "/value" + std::to_string(graph_.tensors.size());
        tensor.type = type;
        tensor.shape = std::move(shape);
        return graph_.add_tensor(std::move(tensor));
    }

    /// ACCEL_TENSOR_NONE: no number, or of a type that no step computes with.
    uint32_t constant(const PlacedOperand &operand)
    {
        const auto values = real(operand.constant);
        if (!values) return ACCEL_TENSOR_NONE;
        const bool list = std::holds_alternative<Ints>(operand.constant) || std::holds_alternative<Reals>(operand.constant);
        Tensor tensor;
        tensor.name = node_.name + "/constant" + std::to_string(graph_.tensors.size());
        tensor.type = tensors_[operand.value] == ACCEL_TENSOR_NONE ? 0u : graph_.tensors[tensors_[operand.value]].type;
        if (list) tensor.shape = {Dim{static_cast<int64_t>(values->size())}};
        switch (tensor.type) {
        case ACCEL_TYPE_F32: own_values(tensor, converted<float>(*values)); break;
        case ACCEL_TYPE_F64: own_values(tensor, *values); break;
        case ACCEL_TYPE_F16:
        case ACCEL_TYPE_BF16: own_values(tensor, sixteen(tensor.type, *values)); break;
        case ACCEL_TYPE_I32: own_values(tensor, converted<int32_t>(*values)); break;
        case ACCEL_TYPE_I64: own_values(tensor, converted<int64_t>(*values)); break;
        default: return ACCEL_TENSOR_NONE;
        }
        return graph_.add_tensor(std::move(tensor));
    }

    /// A list, or one number.
    bool set_operand(Node &next, const PlacedAttribute &attribute)
    {
        const auto position = static_cast<size_t>(attribute.operand);
        const OperationRow &row = *find_operation(next.operation);
        if (row.values[position - row.first_value].kind == ValueKind::kIntegers) {
            const auto values = whole(attribute.value);
            if (values) set_integers(graph_, next, position, *values);
            return values.has_value();
        }
        const auto values = real(attribute.value);
        if (!values || values->size() != 1) return false;
        set_real(graph_, next, position, static_cast<float>(values->front()));
        return true;
    }

    bool set(Node &next, const PlacedAttribute &attribute)
    {
        if (attribute.operand >= 0) return set_operand(next, attribute);
        if (attribute_kind(find_attribute(attribute.key)->kind).held == Held::kInts) {
            const auto values = whole(attribute.value);
            if (values) next.set_ints(attribute.key, *values);
            return values.has_value();
        }
        const auto values = real(attribute.value);
        if (!values || values->size() != 1) return false;
        next.set_real(attribute.key, static_cast<float>(values->front()));
        return true;
    }

    /// What the last steps make are the node's own results.
    void finish(const Decomposition &plan)
    {
        if (has_clamp(node_)) clamp(tensors_[plan.results[0]]);
        for (size_t i = 0; i < node_.outputs.size(); ++i) {
            const uint32_t value = i == 0 && has_clamp(node_) ? made_.back().outputs[0] : tensors_[plan.results[i]];
            for (Node &step : made_) {
                if (node_.outputs[i] == ACCEL_TENSOR_NONE) break;
                std::replace(step.inputs.begin(), step.inputs.end(), value, node_.outputs[i]);
                std::replace(step.outputs.begin(), step.outputs.end(), value, node_.outputs[i]);
            }
        }
    }

    void clamp(uint32_t value)
    {
        Node clip = step_node(ACCEL_OPERATION_CLIP);
        clip.inputs = {value};
        if (node_.find(ACCEL_ATTRIBUTE_CLAMP_MIN)) set_real(graph_, clip, ACCEL_OPERAND_CLIP_MIN, node_.real(ACCEL_ATTRIBUTE_CLAMP_MIN, 0));
        if (node_.find(ACCEL_ATTRIBUTE_CLAMP_MAX)) set_real(graph_, clip, ACCEL_OPERAND_CLIP_MAX, node_.real(ACCEL_ATTRIBUTE_CLAMP_MAX, 0));
        clip.outputs = {between(graph_.tensors[value].type, graph_.tensors[value].shape)};
        made_.push_back(std::move(clip));
    }

    Graph &graph_;
    const Node &node_;
    std::vector<Ints> shapes_;       ///< of the node's operands
    std::vector<uint32_t> tensors_;  ///< by number of the value
    std::vector<Node> made_;
};

}  // namespace

bool is_real_composite(const Graph &graph, const Node &node)
{
    if (node.rounding != ACCEL_ROUNDING_NONE || !find_composite(static_cast<accel_operation>(node.operation))) return false;
    for (const auto *tensors : {&node.inputs, &node.outputs}) {
        for (const uint32_t index : *tensors) {
            if (index == ACCEL_TENSOR_NONE) continue;
            const Tensor &tensor = graph.tensors[index];
            if (tensor.quantization || !tensor.known() || !std::all_of(tensor.shape.begin(), tensor.shape.end(), [](const Dim &dim) { return dim.fixed(); })) return false;
        }
    }
    return true;
}

std::optional<std::vector<Node>> steps_of(Graph &graph, const Node &node) { return Steps(graph, node).run(); }

}  // namespace accel::runtime
