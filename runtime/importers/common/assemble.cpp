// SPDX-License-Identifier: MIT
// From the gathered graph to the structs of the ABI.
#include "graph.h"

#include <algorithm>

namespace accel::importer {
namespace {

/// Turns what the graph has gathered into the structs of the binary interface.
class Assembler {
public:
    /// tables: the outermost graph's symbols and expressions.
    Assembler(Graph &graph, const accel_graph_desc &tables, const Pace &pace) : graph_(graph),
                                                                                tables_(tables),
                                                                                pace_(pace),
                                                                                indices_(graph.value_count(), ACCEL_TENSOR_NONE) {}

    const accel_graph_desc *run(std::string_view name)
    {
        drop_unread();
        std::vector<uint32_t> inputs = tensor_indices(graph_.inputs);
        std::vector<accel_node_desc> nodes;
        for (const Operation &operation : graph_.operations) {
            pace_();
            nodes.push_back(node(operation));
        }
        accel_graph_desc desc{};
        desc.struct_size = sizeof desc;
        desc.name = graph_.memory.copy_string(name);
        desc.nodes = graph_.memory.copy(nodes);
        desc.node_count = static_cast<uint32_t>(nodes.size());
        desc.node_size = sizeof(accel_node_desc);
        desc.inputs = graph_.memory.copy(inputs);
        desc.input_count = static_cast<uint32_t>(inputs.size());
        const std::vector<uint32_t> outputs = tensor_indices(graph_.outputs);
        desc.outputs = graph_.memory.copy(outputs);
        desc.output_count = static_cast<uint32_t>(outputs.size());
        desc.tensors = graph_.memory.copy(tensors_);
        desc.tensor_count = static_cast<uint32_t>(tensors_.size());
        desc.tensor_size = sizeof(accel_tensor_desc);
        desc.symbols = tables_.symbols;
        desc.symbol_count = tables_.symbol_count;
        desc.symbol_size = tables_.symbol_size;
        desc.expressions = tables_.expressions;
        desc.expression_count = tables_.expression_count;
        desc.attribute_size = sizeof(accel_attribute);
        const std::vector<accel_variable> variables = described_variables();
        desc.variables = graph_.memory.copy(variables);
        desc.variable_count = static_cast<uint32_t>(variables.size());
        desc.variable_size = sizeof(accel_variable);
        return graph_.memory.copy(std::span<const accel_graph_desc>(&desc, 1));
    }

private:
    void drop_unread()
    {
        std::vector<bool> read(graph_.value_count());
        for (const ValueId id : graph_.outputs) {
            read[id] = true;
        }
        const auto unread = [&](ValueId id) { return id == kNoValue || !read[id]; };
        for (size_t i = graph_.operations.size(); i-- > 0;) {
            Operation &operation = graph_.operations[i];
            if (operation.if_read && std::all_of(operation.outputs.begin(), operation.outputs.end(), unread)) {
                operation.outputs.clear();  // marks it
                continue;
            }
            for (const ValueId id : operation.inputs) {
                if (id != kNoValue) {
                    read[id] = true;
                }
            }
            for (const Body &body : bodies_of(operation)) {
                for (const Capture &capture : body.captures) {
                    read[capture.outer] = true;
                }
            }
        }
        std::erase_if(graph_.operations, [](const Operation &operation) { return operation.if_read && operation.outputs.empty(); });
    }

    static std::span<const Body> bodies_of(const Operation &operation) { return operation.custom ? operation.custom->bodies : operation.bodies; }

    std::vector<uint32_t> tensor_indices(const std::vector<ValueId> &ids)
    {
        std::vector<uint32_t> out;
        for (const ValueId id : ids) {
            out.push_back(tensor_index(id));
        }
        return out;
    }

    uint32_t tensor_index(ValueId id)
    {
        if (id == kNoValue) {
            return ACCEL_TENSOR_NONE;
        }
        if (indices_[id] == ACCEL_TENSOR_NONE) {
            graph_.materialise(id);
            indices_[id] = static_cast<uint32_t>(tensors_.size());
            tensors_.push_back(tensor(graph_.value(id)));
        }
        return indices_[id];
    }

    accel_tensor_desc tensor(const Value &value)
    {
        accel_tensor_desc desc{};
        desc.name = graph_.memory.copy_string(value.name);
        desc.type = value.type;
        desc.type_name = graph_.memory.copy_string(value.type_name);
        desc.rank = value.ranked ? static_cast<uint32_t>(value.dims.size()) : ACCEL_RANK_UNKNOWN;
        desc.dims = graph_.memory.copy(value.dims);
        desc.data = value.data;
        desc.data_bytes = value.data_bytes;
        if (value.quantization) {
            desc.quantization = quantization(*value.quantization, desc.rank);
        }
        if (value.variable) {
            desc.flags = ACCEL_TENSOR_FLAG_VARIABLE;
            desc.variable = *value.variable;
        }
        return desc;
    }

    std::vector<accel_variable> described_variables()
    {
        std::vector<accel_variable> made;
        for (const Variable &variable : graph_.variables) {
            const auto rank = static_cast<uint32_t>(variable.dims.size());
            made.push_back({graph_.memory.copy_string(variable.name), variable.type, rank, graph_.memory.copy(variable.dims), variable.data, variable.data_bytes,
                            variable.quantization ? quantization(*variable.quantization, rank) : nullptr});
        }
        return made;
    }

    const accel_quantization *quantization(const Quantization &from, uint32_t rank)
    {
        const std::vector<int64_t> block_dims = block_dims_of(from, rank);
        const accel_quantization desc{sizeof desc, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I32, static_cast<uint32_t>(block_dims.size()),
                                      graph_.memory.copy(block_dims), graph_.memory.copy(from.scales), graph_.memory.copy(from.zero_points), from.scales.size()};
        return graph_.memory.copy(std::span<const accel_quantization>(&desc, 1));
    }

    const accel_attribute *attributes(const AttributeList &list)
    {
        std::vector<accel_attribute> out;
        for (const AttributeList::Entry &entry : list.entries) {
            accel_attribute attribute{};
            attribute.key = entry.key;
            attribute.kind = accel_attribute_kind_of(entry.key);
            if (!entry.graphs.empty()) {
                set(attribute, entry.graphs);
            } else if (!entry.strings.empty()) {
                set(attribute, strings({entry.strings.begin(), entry.strings.end()}));
            } else if (!entry.floats.empty()) {
                set(attribute, entry.floats);
            } else {
                set(attribute, entry.ints);
            }
            out.push_back(attribute);
        }
        return graph_.memory.copy(out);
    }

    template <typename T>
    void set(accel_attribute &to, const std::vector<T> &values)
    {
        to.values = graph_.memory.copy(values);
        to.count = values.size();
    }

    const accel_attribute *custom_attributes(const std::vector<CustomAttribute> &list)
    {
        std::vector<accel_attribute> out;
        for (const CustomAttribute &from : list) {
            accel_attribute &to = out.emplace_back();
            to.name = graph_.memory.copy_string(from.name);
            to.kind = from.kind;
            switch (from.kind) {
            case ACCEL_ATTRIBUTE_KIND_FLOAT:
            case ACCEL_ATTRIBUTE_KIND_FLOATS: set(to, from.floats); break;
            case ACCEL_ATTRIBUTE_KIND_INT:
            case ACCEL_ATTRIBUTE_KIND_INTS: set(to, from.ints); break;
            case ACCEL_ATTRIBUTE_KIND_TENSOR:
            case ACCEL_ATTRIBUTE_KIND_TENSORS: set(to, tensor_indices(from.tensors)); break;
            case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR:
            case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS: set(to, sparse_tensors(from.sparse)); break;
            case ACCEL_ATTRIBUTE_KIND_GRAPH:
            case ACCEL_ATTRIBUTE_KIND_GRAPHS: set(to, from.graphs); break;
            default: set(to, strings(from.strings)); break;  // texts and types
            }
        }
        return graph_.memory.copy(out);
    }

    std::vector<accel_bytes> strings(const std::vector<std::string_view> &list)
    {
        std::vector<accel_bytes> out;
        for (const std::string_view string : list) {
            out.push_back({graph_.memory.copy_string(string), string.size()});
        }
        return out;
    }

    std::vector<accel_sparse_tensor> sparse_tensors(const std::vector<SparseValue> &list)
    {
        std::vector<accel_sparse_tensor> out;
        for (const SparseValue &from : list) {
            out.push_back({tensor_index(from.values), tensor_index(from.indices), static_cast<uint32_t>(from.dims.size()), 0, graph_.memory.copy(from.dims)});
        }
        return out;
    }

    void describe_custom(const Custom &custom, accel_node_desc &desc)
    {
        desc.revision = custom.origin.revision;
        desc.domain = graph_.memory.copy_string(custom.origin.domain);
        desc.custom_name = graph_.memory.copy_string(custom.origin.name);
        desc.overload = graph_.memory.copy_string(custom.overload);
        desc.reason = graph_.memory.copy_string(custom.reason);
        if (!custom.attributes.empty()) {
            desc.attributes = custom_attributes(custom.attributes);
            desc.attribute_count = static_cast<uint32_t>(custom.attributes.size());
        }
    }

    void describe_bodies(std::span<const Body> bodies, accel_node_desc &desc)
    {
        std::vector<const accel_region *> regions;
        for (const Body &body : bodies) {
            regions.push_back(region(body));
        }
        desc.regions = graph_.memory.copy(regions);
        desc.region_count = static_cast<uint32_t>(regions.size());
    }

    const accel_region *region(const Body &body)
    {
        accel_region desc{};
        desc.struct_size = sizeof desc;
        desc.role = body.role;
        // What was quantised only after the body was read is so inside, too.
        for (const Capture &capture : body.captures) {
            body.graph->value(capture.inner).quantization = graph_.value(capture.outer).quantization;
        }
        Assembler inner(*body.graph, tables_, pace_);
        desc.graph = inner.run(body.name);
        std::vector<accel_capture> captures;
        for (const Capture &capture : body.captures) {
            // What was dropped with its readers is taken from nowhere.
            if (inner.indices_[capture.inner] != ACCEL_TENSOR_NONE) {
                captures.push_back({tensor_index(capture.outer), inner.indices_[capture.inner]});
            }
        }
        desc.captures = graph_.memory.copy(captures);
        desc.capture_count = static_cast<uint32_t>(captures.size());
        if (body.role != ACCEL_REGION_ROLE_CUSTOM) {
            desc.inputs = graph_.memory.copy(body.inputs);
            desc.outputs = graph_.memory.copy(body.outputs);
        }
        return graph_.memory.copy(std::span<const accel_region>(&desc, 1));
    }

    accel_node_desc node(const Operation &operation)
    {
        accel_node_desc desc{};
        desc.name = operation.name;
        desc.operation = operation.operation;
        desc.revision = 1;
        desc.inputs = graph_.memory.copy(tensor_indices(operation.inputs));
        desc.input_count = static_cast<uint32_t>(operation.inputs.size());
        desc.outputs = graph_.memory.copy(tensor_indices(operation.outputs));
        desc.output_count = static_cast<uint32_t>(operation.outputs.size());
        desc.attributes = attributes(operation.attributes);
        desc.attribute_count = static_cast<uint32_t>(operation.attributes.entries.size());
        desc.rounding = operation.rounding;
        desc.domain = "";
        desc.custom_name = "";
        if (operation.custom) {
            describe_custom(*operation.custom, desc);
        }
        describe_bodies(bodies_of(operation), desc);
        return desc;
    }

    Graph &graph_;
    const accel_graph_desc &tables_;
    const Pace &pace_;
    std::vector<uint32_t> indices_;
    std::vector<accel_tensor_desc> tensors_;
};

}  // namespace

const accel_graph_desc *assemble(Graph &graph, std::string_view name, const Pace &pace)
{
    accel_graph_desc tables{};
    tables.symbols = graph.memory.copy(graph.sizes.symbols());
    tables.symbol_count = static_cast<uint32_t>(graph.sizes.symbols().size());
    tables.symbol_size = sizeof(accel_symbol);
    tables.expressions = graph.memory.copy(graph.sizes.expressions());
    tables.expression_count = static_cast<uint32_t>(graph.sizes.expressions().size());
    return Assembler(graph, tables, pace).run(name);
}

}  // namespace accel::importer
