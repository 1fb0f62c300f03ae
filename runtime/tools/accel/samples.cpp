// SPDX-License-Identifier: MIT
// Tries shapes, values and attributes that operations usually have, and keeps what the catalog's rules admit.
#include "samples.h"

#include <accel/graph/typing.h>

#include <algorithm>
#include <bit>
#include <optional>

namespace accel::tool {
namespace {

using Sizes = std::vector<int64_t>;

/// Shapes of the first operands; the last one stands for all behind it.
const std::vector<std::vector<Sizes>> kShapes{
    {{1, 8, 8, 8}},                             // element by element, pooling
    {{1, 8, 8, 8}, {8, 8, 3, 3}, {8}},          // convolution
    {{8, 8}, {8, 8}, {8}},                      // products of matrices
    {{1, 8, 8, 8}, {8}},                        // normalisations
    {{1, 8, 8, 8}, {}},                         // scales and places of one element
    {{8, 8}, {2, 2}},                           // places
    {{}},                                       // sizes and bounds
    {{3, 1, 8}, {1, 16, 8}, {1, 16, 4}, {32}},  // recurrent, one gate
    {{3, 1, 8}, {1, 12, 8}, {1, 12, 4}, {1, 24}, {1}, {1, 1, 4}},
    {{3, 1, 8}, {1, 4, 8}, {1, 4, 4}},
};

/// Values of operands that hold integers, in their order; the last one stands for all behind it.
const std::vector<std::vector<Sizes>> kIntegers{
    {{0}, {4}, {1}, {1}},  // start, end, axis, step
    {{1}},
    {{2}},
    {{1, 8, 8, 8}},
    {{1, 1, 1, 1}},
    {{0, 0, 1, 1, 0, 0, 1, 1}},
    {{4, 4}},
    {{}},
};

struct Attributes {
    std::vector<std::pair<uint32_t, Sizes>> ints;
    uint32_t text_key = 0;
    const char *text = "";
};

const std::vector<Attributes> kAttributes{
    {{}},
    {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3}}, {ACCEL_ATTRIBUTE_STRIDES, {1, 1}}, {ACCEL_ATTRIBUTE_DILATIONS, {1, 1}}, {ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}, {ACCEL_ATTRIBUTE_GROUP, {1}}}},
    {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}, {ACCEL_ATTRIBUTE_PADS, {0, 0, 0, 0}}}},
    {{{ACCEL_ATTRIBUTE_AXIS, {1}}}},
    {{{ACCEL_ATTRIBUTE_AXIS, {-1}}, {ACCEL_ATTRIBUTE_AXES, {1}}}},
    {{{ACCEL_ATTRIBUTE_PERM, {0, 2, 3, 1}}}},
    {{{ACCEL_ATTRIBUTE_BLOCK_SIZE, {2}}}},
    {{{ACCEL_ATTRIBUTE_NUM_GROUPS, {2}}}},
    {{{ACCEL_ATTRIBUTE_SIZE, {3}}}},
    {{{ACCEL_ATTRIBUTE_HIDDEN_SIZE, {4}}}},
    {{}, ACCEL_ATTRIBUTE_DIRECTION, "LEFT"},
};

/// One of everything that can be varied.
struct Choice {
    const std::vector<Sizes> &shapes, &integers;
    const Attributes &attributes;
    uint32_t input_count;
    uint32_t first_constant;  ///< operands from this position on are constants
};

template <class List> const auto &at_or_last(const List &list, size_t index) { return list[std::min(index, list.size() - 1)]; }

class Sample {
public:
    Sample(const graph::OperationRow &row, const graph::Typing &typing, const SampleForm &form, size_t signature)
        : row_(row),
          typing_(typing),
          form_(form),
          signature_(signature)
    {
        graph_.name = "sample";
        node_.name = "sample";
        node_.operation = row.operation;
        node_.revision = row.revision;
        node_.rounding = row.quantised ? form.rounding : 0;
    }

    /// Nothing where it does not go together.
    std::optional<graph::Graph> make(const Choice &choice)
    {
        if (!set_attributes(choice.attributes)) return std::nullopt;
        for (uint32_t position = 0; position < choice.input_count; ++position) {
            if (position >= row_.first_value)
                add_value(row_.values[position - row_.first_value], at_or_last(choice.integers, position - row_.first_value));
            else
                add_operand(at_or_last(choice.shapes, position), position, position >= choice.first_constant);
        }
        for (const graph::Typed &result : typing_.results)
            if (result.named_by) node_.set_ints(result.named_by, {static_cast<int64_t>(form_.type)});
        return with_results();
    }

private:
    bool set_attributes(const Attributes &attributes)
    {
        for (const auto &[key, values] : attributes.ints) {
            if (!graph::has_attribute(row_, key)) return false;
            node_.set_ints(key, values);
        }
        if (attributes.text_key == 0) return true;
        graph::Attribute text;
        text.key = attributes.text_key;
        text.kind = ACCEL_ATTRIBUTE_KIND_STRING;
        text.values = std::vector<std::string>{attributes.text};
        node_.attributes.push_back(std::move(text));
        return graph::has_attribute(row_, attributes.text_key);
    }

    /// The type of a column that may have several: as an operand's that is always the same, else the sample's, else the first.
    uint32_t type_of(const graph::Typed &column, size_t index) const
    {
        if (column.like >= 0 && static_cast<size_t>(column.like) < node_.inputs.size()) return graph_.tensors[node_.inputs[static_cast<size_t>(column.like)]].type;
        const uint32_t types = typing_.types_in(signature_, index);
        return types >> form_.type & 1 || types == 0 ? form_.type : static_cast<uint32_t>(std::countr_zero(types));
    }

    uint32_t add(const char *name, uint32_t type, const Sizes &sizes)
    {
        graph::Tensor tensor;
        tensor.name = name + std::to_string(graph_.tensors.size());
        tensor.type = type;
        for (const int64_t size : sizes) tensor.shape.emplace_back(size);
        if (form_.rounding && (type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8)) tensor.quantization = graph::Quantization{{0.0625f}, {0}, 0, {}};
        return graph_.add_tensor(std::move(tensor));
    }

    void add_operand(const Sizes &sizes, uint32_t position, bool is_constant)
    {
        const size_t column = std::min<size_t>(position, typing_.operands.size() - 1);
        const uint32_t tensor = add("x", position == 0 ? form_.type : type_of(typing_.operands[column], column), sizes);
        if (is_constant)
            hold(tensor, std::vector<uint8_t>(graph::size_bytes(graph_.tensors[tensor]).value_or(0)));
        else
            graph_.inputs.push_back(tensor);
        node_.inputs.push_back(tensor);
    }

    void hold(uint32_t tensor, std::vector<uint8_t> bytes)
    {
        graph::Tensor &constant = graph_.tensors[tensor];
        constant.owned = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
        constant.data = constant.owned->data();
        constant.data_bytes = constant.owned->size();
    }

    template <class Value> void add_constant(uint32_t type, const std::vector<Value> &values, bool scalar)
    {
        const uint32_t tensor = add("v", type, scalar ? Sizes{} : Sizes{static_cast<int64_t>(values.size())});
        const auto *begin = reinterpret_cast<const uint8_t *>(values.data());
        hold(tensor, {begin, begin + values.size() * sizeof(Value)});
        node_.inputs.push_back(tensor);
    }

    void add_value(const graph::ValueRow &row, const Sizes &integers)
    {
        switch (row.kind) {
        case graph::ValueKind::kIntegers: return add_constant<int64_t>(ACCEL_TYPE_I64, integers, false);
        case graph::ValueKind::kReal: return add_constant<float>(ACCEL_TYPE_F32, {1}, true);
        case graph::ValueKind::kReals: return add_constant<float>(ACCEL_TYPE_F32, {1, 1, 2, 2}, false);
        }
    }

    std::optional<graph::Graph> with_results()
    {
        node_.outputs.assign(std::max(row_.output_count_min, 1u), ACCEL_TENSOR_NONE);
        const auto shapes = graph::infer_shapes(graph_, node_, nullptr);
        if (!shapes || shapes->size() < node_.outputs.size()) return std::nullopt;
        for (size_t index = 0; index < node_.outputs.size(); ++index) {
            if (!(*shapes)[index] || std::ranges::any_of(*(*shapes)[index], [](const graph::Dim &dim) { return dim.size < 1; })) return std::nullopt;
            const size_t column = std::min(index, typing_.results.size() - 1);
            const auto &result = typing_.results[column];
            const uint32_t tensor = add("y", result.named_by ? form_.type : type_of(result, typing_.operands.size() + column), graph::sizes_of(*(*shapes)[index]));
            graph_.outputs.push_back(tensor);
            node_.outputs[index] = tensor;
        }
        graph_.nodes.push_back(std::move(node_));
        return std::move(graph_);
    }

    const graph::OperationRow &row_;
    const graph::Typing &typing_;
    const SampleForm form_;
    const size_t signature_;
    graph::Graph graph_;
    graph::Node node_;
};

/// Weights are constants nearly everywhere: with a second operand in front of the first value both are tried.
std::vector<Choice> choices_of(const graph::OperationRow &row)
{
    std::vector<Choice> choices;
    const bool has_values = row.first_value != graph::kUnbounded;
    const uint32_t least = std::max(row.input_count_min, 1u), most = std::min(row.input_count_max, row.input_count_min + 2);
    for (uint32_t count = least; count <= most; ++count)
        for (const uint32_t first_constant : {1u, graph::kUnbounded})
            for (const auto &shapes : kShapes)
                for (const auto &attributes : kAttributes)
                    for (size_t values = 0; values < (has_values ? kIntegers.size() : 1); ++values) choices.push_back({shapes, kIntegers[values], attributes, count, first_constant});
    return choices;
}

}  // namespace

std::vector<graph::Graph> sample_graphs(const graph::OperationRow &row, const SampleForm &form, size_t most)
{
    std::vector<graph::Graph> graphs;
    const graph::Typing *typing = graph::find_typing(row.operation);
    if (!typing || typing->operands.empty() || typing->results.empty()) return graphs;
    for (size_t signature = 0; signature < typing->signature_count(); ++signature) {
        if (!(typing->types_in(signature, 0) >> form.type & 1)) continue;
        for (const Choice &choice : choices_of(row)) {
            if (graphs.size() >= most) return graphs;
            if (auto graph = Sample(row, *typing, form, signature).make(choice)) graphs.push_back(std::move(*graph));
        }
    }
    return graphs;
}

}  // namespace accel::tool
