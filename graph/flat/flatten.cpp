// SPDX-License-Identifier: MIT
// Writes a described graph as one run of bytes.
#include <accel/graph/flat.h>

#include <accel/graph/bytes.h>
#include <accel/graph/description.h>
#include <accel/graph/quantization.h>

#include "format.h"

namespace accel::graph {

namespace {

class Flattener {
public:
    Flattener(const FlattenOptions &options, std::vector<uint32_t> *out_referenced, Pulse pulse) : options_(options),
                                                                                                   referenced_(out_referenced),
                                                                                                   pulse_(pulse) {}

    std::vector<uint8_t> run(const accel_graph_desc &graph)
    {
        write_graph(graph, 0);
        const std::vector<uint8_t> structure = structure_.take();
        ByteWriter all;
        const size_t data_start = (kHeaderBytes + structure.size() + kConstantAlignBytes - 1) / kConstantAlignBytes * kConstantAlignBytes;
        const std::vector<uint8_t> data = data_.take();
        all.u32(kMagic);
        all.u32(kFormat);
        all.u64(data_start + data.size());
        all.u64(structure.size());
        all.raw(structure.data(), structure.size());
        all.align(kConstantAlignBytes);
        all.raw(data.data(), data.size());
        return all.take();
    }

private:
    void write_graph(const accel_graph_desc &graph, uint32_t depth)
    {
        structure_.string(graph.name);
        if (depth == 0) write_symbols(graph);  // regions have the outermost graph's
        structure_.u32(graph.tensor_count);
        for (uint32_t i = 0; i < graph.tensor_count; ++i) write_tensor(tensor_at(graph, i), i, depth);
        structure_.u32(graph.node_count);
        for (uint32_t i = 0; i < graph.node_count; ++i) write_node(graph, node_at(graph, i), depth);
        write_indices(graph.inputs, graph.input_count);
        write_indices(graph.outputs, graph.output_count);
    }

    void write_symbols(const accel_graph_desc &graph)
    {
        structure_.u32(graph.symbol_count);
        for (uint32_t i = 0; i < graph.symbol_count; ++i) {
            const accel_symbol &symbol = *accel_graph_symbol(&graph, i);
            structure_.string(symbol.name);
            structure_.u32(symbol.kind);
            structure_.u32(symbol.expression);
            structure_.i64(symbol.min_size);
            structure_.i64(symbol.max_size);
            structure_.i64(symbol.multiple);
        }
        structure_.u32(graph.expression_count);
        for (uint32_t i = 0; i < graph.expression_count; ++i) {
            const accel_expression &row = graph.expressions[i];
            structure_.u32(row.op);
            structure_.u32(row.left);
            structure_.u32(row.right);
            structure_.i64(row.value);
        }
    }

    void write_indices(const uint32_t *indices, uint32_t count)
    {
        structure_.u32(count);
        for (uint32_t i = 0; i < count; ++i) structure_.u32(indices[i]);
    }

    void write_tensor(const accel_tensor_desc &tensor, uint32_t index, uint32_t depth)
    {
        if (pulse_) pulse_();
        structure_.string(tensor.name);
        structure_.u32(tensor.type);
        structure_.u32(tensor.flags);
        if (tensor.type == 0) structure_.string(tensor.type_name);
        structure_.u32(tensor.rank);
        for (uint32_t axis = 0; tensor.rank != ACCEL_RANK_UNKNOWN && axis < tensor.rank; ++axis) {
            structure_.i64(tensor.dims[axis].size);
            structure_.u32(tensor.dims[axis].symbol);
        }
        write_data(tensor, index, depth);
        structure_.u32(tensor.quantization ? 1 : 0);
        if (tensor.quantization) write_quantization(read_struct(*tensor.quantization));
    }

    void write_quantization(const accel_quantization &quantization)
    {
        structure_.u32(quantization.kind);
        structure_.u32(quantization.scale_type);
        structure_.u32(quantization.zero_point_type);
        structure_.u32(quantization.rank);
        for (uint32_t axis = 0; axis < quantization.rank; ++axis) structure_.i64(quantization.block_dims[axis]);
        structure_.u64(quantization.count);
        structure_.raw(quantization.scales, scale_bytes(quantization));
        structure_.raw(quantization.zero_points, zero_point_bytes(quantization));
    }

    void write_data(const accel_tensor_desc &tensor, uint32_t index, uint32_t depth)
    {
        if (!tensor.data) {
            structure_.u32(static_cast<uint32_t>(Data::None));
        } else if (tensor.type == ACCEL_TYPE_STRING) {
            write_strings(tensor);
        } else if (depth == 0 && tensor.data_bytes > options_.inline_limit_bytes) {
            structure_.u32(static_cast<uint32_t>(Data::Referenced));
            structure_.u64(referenced_count_++);
            structure_.u64(tensor.data_bytes);
            if (referenced_) referenced_->push_back(index);
        } else {
            data_.align(kConstantAlignBytes);
            structure_.u32(static_cast<uint32_t>(Data::Inline));
            structure_.u64(data_.size());
            structure_.u64(tensor.data_bytes);
            data_.raw(tensor.data, tensor.data_bytes);
        }
    }

    /// What the array points to, as it stands for nothing elsewhere. Such constants are never outside.
    void write_strings(const accel_tensor_desc &tensor)
    {
        structure_.u32(static_cast<uint32_t>(Data::Strings));
        structure_.u64(tensor.data_bytes / sizeof(accel_bytes));
        for (uint64_t at = 0; at < tensor.data_bytes; at += sizeof(accel_bytes)) {
            accel_bytes string;
            std::memcpy(&string, static_cast<const uint8_t *>(tensor.data) + at, sizeof string);
            structure_.u64(string.byte_count);
            structure_.raw(string.data, string.byte_count);
        }
    }

    void write_node(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t depth)
    {
        if (pulse_) pulse_();
        structure_.string(node.name);
        structure_.u32(node.operation);
        structure_.u32(node.revision);
        structure_.u32(node.rounding);
        structure_.string(node.domain);
        structure_.string(node.custom_name);
        structure_.string(node.overload);
        structure_.string(node.reason);
        write_indices(node.inputs, node.input_count);
        write_indices(node.outputs, node.output_count);
        structure_.u32(node.attribute_count);
        for (uint32_t i = 0; i < node.attribute_count; ++i) write_attribute(attribute_at(graph, node, i));
        structure_.u32(node.region_count);
        for (uint32_t i = 0; i < node.region_count; ++i) write_region(*node.regions[i], depth);
    }

    void write_region(const accel_region &region, uint32_t depth)
    {
        structure_.u32(region.role);
        structure_.u32(region.capture_count);
        for (uint32_t i = 0; i < region.capture_count; ++i) structure_.u32(region.captures[i].outer), structure_.u32(region.captures[i].inner);
        write_graph(*region.graph, depth + 1);
        if (region.role == ACCEL_REGION_ROLE_CUSTOM) return;
        for (uint32_t i = 0; i < region.graph->input_count; ++i) write_port(region.inputs[i]);
        for (uint32_t i = 0; i < region.graph->output_count; ++i) write_port(region.outputs[i]);
    }

    void write_port(const accel_region_port &port)
    {
        structure_.u32(port.kind);
        structure_.u32(port.operand);
        structure_.u32(port.result);
        structure_.u32(port.reversed);
        structure_.i64(port.axis);
    }

    void write_attribute(const accel_attribute &attribute)
    {
        structure_.u32(attribute.key);
        structure_.u32(attribute.kind);
        structure_.string(attribute.name);
        structure_.u32(static_cast<uint32_t>(attribute.count));
        switch (attribute.kind) {
        case ACCEL_ATTRIBUTE_KIND_FLOAT:
        case ACCEL_ATTRIBUTE_KIND_FLOATS: return each<float>(attribute, [this](float value) { structure_.f32(value); });
        case ACCEL_ATTRIBUTE_KIND_DOUBLE:
        case ACCEL_ATTRIBUTE_KIND_DOUBLES: return each<double>(attribute, [this](double value) { structure_.f64(value); });
        case ACCEL_ATTRIBUTE_KIND_INT:
        case ACCEL_ATTRIBUTE_KIND_INTS: return each<int64_t>(attribute, [this](int64_t value) { structure_.i64(value); });
        case ACCEL_ATTRIBUTE_KIND_TENSOR:
        case ACCEL_ATTRIBUTE_KIND_TENSORS:
        case ACCEL_ATTRIBUTE_KIND_GRAPH:
        case ACCEL_ATTRIBUTE_KIND_GRAPHS: return each<uint32_t>(attribute, [this](uint32_t value) { structure_.u32(value); });
        case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR:
        case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS: return each<accel_sparse_tensor>(attribute, [this](const accel_sparse_tensor &value) { write_sparse(value); });
        default:  // STRING, STRINGS, TYPE, TYPES
            return each<accel_bytes>(attribute, [this](const accel_bytes &value) { structure_.string(static_cast<const char *>(value.data), static_cast<uint32_t>(value.byte_count)); });
        }
    }

    template <class Value, class Write> static void each(const accel_attribute &attribute, Write write)
    {
        for (uint64_t i = 0; i < attribute.count; ++i) write(static_cast<const Value *>(attribute.values)[i]);
    }

    void write_sparse(const accel_sparse_tensor &tensor)
    {
        structure_.u32(tensor.values);
        structure_.u32(tensor.indices);
        structure_.u32(tensor.rank);
        for (uint32_t axis = 0; axis < tensor.rank; ++axis) structure_.i64(tensor.dims[axis]);
    }

    const FlattenOptions &options_;
    std::vector<uint32_t> *referenced_;
    Pulse pulse_;
    uint64_t referenced_count_ = 0;
    ByteWriter structure_;
    ByteWriter data_;
};

}  // namespace

std::vector<uint8_t> flatten(const accel_graph_desc &graph, const FlattenOptions &options, std::vector<uint32_t> *out_referenced, Pulse pulse)
{
    return Flattener(options, out_referenced, pulse).run(graph);
}

}  // namespace accel::graph
