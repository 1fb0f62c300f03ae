// SPDX-License-Identifier: MIT
// Reads the flat form back without trusting a byte, in a few large blocks.
#include <accel/graph/flat.h>

#include <accel/graph/bytes.h>
#include <accel/graph/catalog.h>
#include <accel/graph/expressions.h>
#include <accel/graph/graph.h>
#include <accel/graph/quantization.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <memory_resource>
#include <span>
#include <type_traits>

#include "format.h"

namespace accel::graph {

/// Storage behind one graph and its regions: a few large blocks. A graph has hundreds of thousands of small arrays, and giving each back by itself takes longer than making it.
struct FlatGraph::Body {
    struct Arrays {
        std::span<accel_tensor_desc> tensors;
        std::span<accel_node_desc> nodes;
        std::span<accel_symbol> symbols;
        std::span<accel_expression> expressions;
        std::span<uint32_t> inputs, outputs;
        accel_graph_desc desc{};
    };

    template <class Item> std::span<Item> array(size_t count)
    {
        static_assert(std::is_trivially_destructible_v<Item>);
        auto *items = static_cast<Item *>(memory.allocate(count * sizeof(Item), alignof(Item)));
        std::uninitialized_value_construct_n(items, count);
        return {items, count};
    }

    std::pmr::monotonic_buffer_resource memory{std::pmr::new_delete_resource()};
    const accel_graph_desc *top = nullptr;
};

namespace {

using Body = FlatGraph::Body;

struct Constants {
    const uint8_t *inlined;
    uint64_t inlined_bytes;
    const accel_bk_constant *table;
    uint32_t table_count;
};

class Parser {
public:
    Parser(ByteReader reader, const Constants &constants, Body &body, std::string *error, Pulse pulse)
        : reader_(reader), constants_(constants), body_(body), error_(error), pulse_(pulse)
    {
    }

    const accel_graph_desc *run()
    {
        const accel_graph_desc *graph = read_graph(0, {});
        if (graph && reader_.remaining() != 0) return refuse("%zu bytes follow the graph", reader_.remaining()), nullptr;
        return graph;
    }

private:
    [[gnu::format(printf, 2, 3)]] bool refuse(const char *format, ...)
    {
        if (error_ && error_->empty()) {
            char text[256];
            va_list arguments;
            va_start(arguments, format);
            std::vsnprintf(text, sizeof text, format, arguments);
            va_end(arguments);
            *error_ = text;
        }
        reader_.fail();
        return false;
    }

    bool cut() { return reader_.ok() || refuse("the structure ends early at byte %zu", reader_.position()); }

    /// captured: tensors that come from around it.
    const accel_graph_desc *read_graph(uint32_t depth, std::span<const accel_capture> captured)
    {
        if (depth > kMaxRegionDepth) return refuse("regions are nested deeper than %u", kMaxRegionDepth), nullptr;
        Body::Arrays &arrays = body_.array<Body::Arrays>(1)[0];
        arrays.desc.struct_size = sizeof(accel_graph_desc);
        arrays.desc.name = reader_.string();
        arrays.desc.attribute_size = sizeof(accel_attribute);
        if (!(depth == 0 ? read_symbols(arrays) : share_symbols(arrays)) || !read_tensors(arrays) || !read_nodes(arrays, depth)) return nullptr;
        if (!read_indices(arrays.inputs, arrays) || !read_indices(arrays.outputs, arrays)) return nullptr;
        if (!has_inputs_without_makers(arrays) || !is_ordered(arrays, captured)) return nullptr;
        accel_graph_desc &desc = arrays.desc;
        desc.inputs = arrays.inputs.data();
        desc.input_count = static_cast<uint32_t>(arrays.inputs.size());
        desc.outputs = arrays.outputs.data();
        desc.output_count = static_cast<uint32_t>(arrays.outputs.size());
        return &desc;
    }

    /// Those of the outermost graph.
    bool share_symbols(Body::Arrays &arrays) const
    {
        arrays.symbols = outermost_->symbols;
        arrays.desc.symbols = outermost_->desc.symbols;
        arrays.desc.symbol_count = outermost_->desc.symbol_count;
        arrays.desc.symbol_size = outermost_->desc.symbol_size;
        arrays.desc.expressions = outermost_->desc.expressions;
        arrays.desc.expression_count = outermost_->desc.expression_count;
        return true;
    }

    bool read_symbols(Body::Arrays &arrays)
    {
        outermost_ = &arrays;
        const uint32_t count = reader_.count(37);
        std::vector<uint32_t> derived;
        arrays.symbols = body_.array<accel_symbol>(count);
        for (accel_symbol &symbol : arrays.symbols) {
            symbol.name = reader_.string();
            symbol.kind = reader_.u32();
            symbol.expression = reader_.u32();
            symbol.min_size = reader_.i64();
            symbol.max_size = reader_.i64();
            symbol.multiple = reader_.i64();
            if (!cut()) return false;
            derived.push_back(symbol.kind == ACCEL_SYMBOL_KIND_DERIVED ? symbol.expression : ACCEL_EXPRESSION_NONE);
        }
        arrays.desc.symbols = arrays.symbols.data();
        arrays.desc.symbol_count = count;
        arrays.desc.symbol_size = sizeof(accel_symbol);
        return cut() && read_expressions(arrays, derived);
    }

    bool read_expressions(Body::Arrays &arrays, const std::vector<uint32_t> &derived)
    {
        arrays.expressions = body_.array<accel_expression>(reader_.count(20));
        for (accel_expression &row : arrays.expressions) {
            row.op = reader_.u32();
            row.left = reader_.u32();
            row.right = reader_.u32();
            row.value = reader_.i64();
        }
        arrays.desc.expressions = arrays.expressions.data();
        arrays.desc.expression_count = static_cast<uint32_t>(arrays.expressions.size());
        const std::string why = broken_rule(arrays.expressions, derived);
        if (!why.empty()) return refuse("%s", why.c_str());
        return cut();
    }

    bool read_tensors(Body::Arrays &arrays)
    {
        const uint32_t count = reader_.count(25);
        arrays.tensors = body_.array<accel_tensor_desc>(count);
        for (uint32_t i = 0; i < count; ++i) {
            beat();
            if (!read_tensor(arrays, i)) return false;
        }
        arrays.desc.tensors = arrays.tensors.data();
        arrays.desc.tensor_count = count;
        arrays.desc.tensor_size = sizeof(accel_tensor_desc);
        return cut();
    }

    bool read_tensor(Body::Arrays &arrays, uint32_t index)
    {
        accel_tensor_desc &tensor = arrays.tensors[index];
        tensor.name = reader_.string();
        tensor.type = reader_.u32();
        tensor.flags = reader_.u32();
        if (tensor.type == 0) tensor.type_name = reader_.string();
        tensor.rank = reader_.u32();
        if (!cut()) return false;
        if (tensor.type != 0 && !find_type(tensor.type)) return refuse("tensor %u: unknown element type %u", index, tensor.type);
        if (tensor.rank > kMaxRank && tensor.rank != ACCEL_RANK_UNKNOWN) return refuse("tensor %u: rank %u, at most %u", index, tensor.rank, kMaxRank);
        if (tensor.flags != 0) return refuse("tensor %u: unknown flags 0x%x", index, tensor.flags);
        std::optional<uint64_t> size_bytes;
        return read_dims(arrays, tensor, index, &size_bytes) && read_data(tensor, index, size_bytes) && read_quantization(tensor, index);
    }

    /// out_size_bytes: of the whole tensor; nothing where its type or a size is open.
    bool read_dims(Body::Arrays &arrays, accel_tensor_desc &tensor, uint32_t index, std::optional<uint64_t> *out_size_bytes)
    {
        if (tensor.rank == ACCEL_RANK_UNKNOWN) return true;
        const std::span<accel_dim> dims = body_.array<accel_dim>(tensor.rank);
        uint64_t count = 1;
        bool fixed = tensor.type != 0;
        for (accel_dim &dim : dims) {
            dim.size = reader_.i64();
            dim.symbol = reader_.u32();
            if (!cut()) return false;
            if (dim.symbol != ACCEL_SYMBOL_NONE) {
                if (dim.symbol >= arrays.symbols.size()) return refuse("tensor %u: symbol %u does not exist", index, dim.symbol);
                fixed = false;
            } else if (dim.size < 0 || static_cast<uint64_t>(dim.size) > kMaxTensorBytes || __builtin_mul_overflow(count, static_cast<uint64_t>(dim.size), &count) ||
                       count > kMaxTensorBytes || packed_size_bytes(tensor.type, count).value_or(0) > kMaxTensorBytes) {
                return refuse("tensor %u: impossible size %lld", index, static_cast<long long>(dim.size));
            }
        }
        tensor.dims = dims.data();
        if (fixed) *out_size_bytes = packed_size_bytes(tensor.type, count);
        return true;
    }

    bool read_data(accel_tensor_desc &tensor, uint32_t index, const std::optional<uint64_t> &size_bytes)
    {
        const uint32_t where = reader_.u32();
        if (!cut()) return false;
        if (where == static_cast<uint32_t>(Data::None)) return true;
        if (!size_bytes) return refuse("tensor %u: a constant whose type or size is open", index);
        if ((tensor.type == ACCEL_TYPE_STRING) != (where == static_cast<uint32_t>(Data::Strings))) return refuse("tensor %u: constant of kind %u and type %u", index, where, tensor.type);
        if (where == static_cast<uint32_t>(Data::Strings)) return read_strings(tensor, index, *size_bytes);
        const uint64_t place = reader_.u64();
        const uint64_t given_bytes = reader_.u64();
        if (!cut()) return false;
        if (given_bytes != *size_bytes) {
            return refuse("tensor %u: a constant of %llu bytes, the shape needs %llu", index, static_cast<unsigned long long>(given_bytes),
                          static_cast<unsigned long long>(*size_bytes));
        }
        const uint8_t *data = nullptr;
        if (where == static_cast<uint32_t>(Data::Inline)) {
            if (place > constants_.inlined_bytes || given_bytes > constants_.inlined_bytes - place)
                return refuse("tensor %u: its constant lies outside the bytes", index);
            data = constants_.inlined + place;
        } else if (where == static_cast<uint32_t>(Data::Referenced)) {
            if (place >= constants_.table_count || constants_.table[place].byte_count < given_bytes || !constants_.table[place].data)
                return refuse("tensor %u: constant number %llu is missing or too short", index, static_cast<unsigned long long>(place));
            data = static_cast<const uint8_t *>(constants_.table[place].data);
        } else {
            return refuse("tensor %u: unknown kind of constant %u", index, where);
        }
        tensor.data = aligned(data, given_bytes, std::clamp(type_size_bytes(tensor.type), 1u, 8u));
        tensor.data_bytes = given_bytes;
        return true;
    }

    /// They point into the bytes.
    bool read_strings(accel_tensor_desc &tensor, uint32_t index, uint64_t size_bytes)
    {
        const uint64_t count = reader_.u64();
        if (!cut()) return false;
        if (count != size_bytes / sizeof(accel_bytes) || count > reader_.remaining() / sizeof(uint64_t))
            return refuse("tensor %u: %llu strings, the shape needs %llu", index, static_cast<unsigned long long>(count), static_cast<unsigned long long>(size_bytes / sizeof(accel_bytes)));
        const std::span<accel_bytes> strings = body_.array<accel_bytes>(count + 1);  // a constant without elements has an address, too
        for (accel_bytes &string : strings.first(count)) {
            string.byte_count = reader_.u64();
            string.data = reader_.raw(string.byte_count);
            if (!cut()) return false;
        }
        tensor.data = strings.data();
        tensor.data_bytes = size_bytes;
        return true;
    }

    /// Bytes from files may lie anywhere; typed access needs alignment.
    const void *aligned(const uint8_t *data, uint64_t byte_count, uint32_t align_bytes)
    {
        if (byte_count != 0 && reinterpret_cast<uintptr_t>(data) % align_bytes == 0) return data;
        const std::span<uint64_t> copy = body_.array<uint64_t>(byte_count / sizeof(uint64_t) + 1);
        if (byte_count != 0) std::memcpy(copy.data(), data, byte_count);
        return copy.data();
    }

    bool read_quantization(accel_tensor_desc &tensor, uint32_t index)
    {
        const uint32_t quantized = reader_.u32();
        if (!cut()) return false;
        if (quantized == 0) return true;
        if (quantized != 1) return refuse("tensor %u: flag %u is neither 0 nor 1", index, quantized);
        if (tensor.rank == ACCEL_RANK_UNKNOWN) return refuse("tensor %u is quantised, and its rank is unknown", index);
        accel_quantization &quantization = body_.array<accel_quantization>(1)[0];
        quantization.struct_size = sizeof quantization;
        quantization.kind = reader_.u32();
        quantization.scale_type = reader_.u32();
        quantization.zero_point_type = reader_.u32();
        quantization.rank = reader_.count(8);
        const std::span<int64_t> block_dims = body_.array<int64_t>(quantization.rank);
        for (int64_t &size : block_dims) size = reader_.i64();
        quantization.block_dims = block_dims.data();
        quantization.count = reader_.u64();
        if (!cut() || !read_scales(quantization, index)) return false;
        const accel_dim *dims = tensor.dims;
        int64_t sizes[kMaxRank];
        for (uint32_t axis = 0; axis < tensor.rank; ++axis) sizes[axis] = dims[axis].symbol == ACCEL_SYMBOL_NONE ? dims[axis].size : -1;
        const std::string why = broken_rule(quantization, tensor.type, std::span(sizes, tensor.rank));
        if (!why.empty()) return refuse("tensor %u is quantised, but %s", index, why.c_str());
        tensor.quantization = &quantization;
        return true;
    }

    bool read_scales(accel_quantization &quantization, uint32_t index)
    {
        // No number has less than two bits, and none more than two words.
        if (quantization.count > reader_.remaining() * uint64_t{4}) return refuse("tensor %u: %llu scales do not fit the bytes", index, static_cast<unsigned long long>(quantization.count));
        const auto read = [this](uint64_t byte_count) {
            const uint8_t *bytes = reader_.raw(byte_count);
            return bytes ? aligned(bytes, byte_count, sizeof(uint64_t)) : nullptr;
        };
        quantization.scales = read(scale_bytes(quantization));
        const void *zero_points = read(zero_point_bytes(quantization));
        quantization.zero_points = quantization.zero_point_type == 0 ? nullptr : zero_points;
        return cut();
    }

    bool read_indices(std::span<uint32_t> &out, const Body::Arrays &arrays, bool absent_allowed = false)
    {
        out = body_.array<uint32_t>(reader_.count(4));
        for (uint32_t &index : out) {
            index = reader_.u32();
            const bool absent = absent_allowed && index == ACCEL_TENSOR_NONE;
            if (!absent && index >= arrays.tensors.size()) return refuse("tensor index %u, there are %zu", index, arrays.tensors.size());
        }
        return cut();
    }

    bool read_nodes(Body::Arrays &arrays, uint32_t depth)
    {
        const uint32_t count = reader_.count(52);
        arrays.nodes = body_.array<accel_node_desc>(count);
        for (accel_node_desc &node : arrays.nodes) {
            beat();
            if (!read_node(arrays, node, depth)) return false;
        }
        arrays.desc.nodes = arrays.nodes.data();
        arrays.desc.node_count = count;
        arrays.desc.node_size = sizeof(accel_node_desc);
        return cut();
    }

    bool read_node(const Body::Arrays &arrays, accel_node_desc &node, uint32_t depth)
    {
        node.name = reader_.string();
        node.operation = reader_.u32();
        node.revision = reader_.u32();
        node.rounding = reader_.u32();
        node.domain = reader_.string();
        node.custom_name = reader_.string();
        node.overload = reader_.string();
        node.reason = reader_.string();
        std::span<uint32_t> inputs, outputs;
        if (!read_indices(inputs, arrays, true) || !read_indices(outputs, arrays, true)) return false;
        node.inputs = inputs.data();
        node.input_count = static_cast<uint32_t>(inputs.size());
        node.outputs = outputs.data();
        node.output_count = static_cast<uint32_t>(outputs.size());
        return read_attributes(arrays, node) && read_regions(arrays, node, depth) && has_named_regions(node);
    }

    bool read_attributes(const Body::Arrays &arrays, accel_node_desc &node)
    {
        const std::span<accel_attribute> attributes = body_.array<accel_attribute>(reader_.count(17));
        for (accel_attribute &attribute : attributes) {
            attribute.key = reader_.u32();
            attribute.kind = reader_.u32();
            attribute.name = reader_.string();
            if (!cut() || !read_values(arrays, node, attribute)) return false;
        }
        node.attributes = attributes.data();
        node.attribute_count = static_cast<uint32_t>(attributes.size());
        return cut();
    }

    bool read_values(const Body::Arrays &arrays, const accel_node_desc &node, accel_attribute &attribute)
    {
        switch (attribute.kind) {
        case ACCEL_ATTRIBUTE_KIND_FLOAT: return read_each<float>(attribute, 4, true, [this](float &value) { value = reader_.f32(); });
        case ACCEL_ATTRIBUTE_KIND_FLOATS: return read_each<float>(attribute, 4, false, [this](float &value) { value = reader_.f32(); });
        case ACCEL_ATTRIBUTE_KIND_INT: return read_each<int64_t>(attribute, 8, true, [this](int64_t &value) { value = reader_.i64(); });
        case ACCEL_ATTRIBUTE_KIND_INTS: return read_each<int64_t>(attribute, 8, false, [this](int64_t &value) { value = reader_.i64(); });
        case ACCEL_ATTRIBUTE_KIND_DOUBLE: return read_each<double>(attribute, 8, true, [this](double &value) { value = reader_.f64(); });
        case ACCEL_ATTRIBUTE_KIND_DOUBLES: return read_each<double>(attribute, 8, false, [this](double &value) { value = reader_.f64(); });
        case ACCEL_ATTRIBUTE_KIND_STRING:
        case ACCEL_ATTRIBUTE_KIND_TYPE: return read_each<accel_bytes>(attribute, 5, true, [this](accel_bytes &value) { value = read_bytes(); });
        case ACCEL_ATTRIBUTE_KIND_STRINGS:
        case ACCEL_ATTRIBUTE_KIND_TYPES: return read_each<accel_bytes>(attribute, 5, false, [this](accel_bytes &value) { value = read_bytes(); });
        case ACCEL_ATTRIBUTE_KIND_TENSOR:
        case ACCEL_ATTRIBUTE_KIND_TENSORS:
            return read_each<uint32_t>(attribute, 4, attribute.kind == ACCEL_ATTRIBUTE_KIND_TENSOR, [&](uint32_t &value) { value = read_constant_index(arrays, node); });
        case ACCEL_ATTRIBUTE_KIND_GRAPH:
        case ACCEL_ATTRIBUTE_KIND_GRAPHS:
            return read_each<uint32_t>(attribute, 4, attribute.kind == ACCEL_ATTRIBUTE_KIND_GRAPH, [this](uint32_t &value) { value = reader_.u32(); });
        case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR:
        case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS:
            return read_each<accel_sparse_tensor>(attribute, 12, attribute.kind == ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR,
                                                  [&](accel_sparse_tensor &value) { read_sparse(arrays, node, value); });
        default: return refuse("node '%.60s': attribute of unknown kind %u", node.name, attribute.kind);
        }
    }

    template <class Value, class Read> bool read_each(accel_attribute &attribute, size_t value_bytes, bool one, Read read)
    {
        const std::span<Value> values = body_.array<Value>(reader_.count(value_bytes));
        if (one && cut() && values.size() != 1) return refuse("an attribute of kind %u with %zu values", attribute.kind, values.size());
        for (Value &value : values) read(value);
        attribute.values = values.data();
        attribute.count = values.size();
        return cut();
    }

    accel_bytes read_bytes()
    {
        uint32_t length = 0;
        const char *bytes = reader_.string(length);
        return {bytes, length};
    }

    uint32_t read_constant_index(const Body::Arrays &arrays, const accel_node_desc &node)
    {
        const uint32_t index = reader_.u32();
        if (reader_.ok() && (index >= arrays.tensors.size() || !arrays.tensors[index].data)) refuse("node '%.60s': an attribute names tensor %u, which is no constant", node.name, index);
        return index;
    }

    void read_sparse(const Body::Arrays &arrays, const accel_node_desc &node, accel_sparse_tensor &tensor)
    {
        tensor.values = read_constant_index(arrays, node);
        tensor.indices = read_constant_index(arrays, node);
        tensor.rank = reader_.count(8);
        if (tensor.rank > kMaxRank) return void(refuse("node '%.60s': a sparse tensor of rank %u, at most %u", node.name, tensor.rank, kMaxRank));
        const std::span<int64_t> dims = body_.array<int64_t>(tensor.rank);
        for (int64_t &size : dims) size = reader_.i64();
        tensor.dims = dims.data();
    }

    /// Attributes come before the regions that they number.
    bool has_named_regions(const accel_node_desc &node)
    {
        for (uint32_t i = 0; i < node.attribute_count; ++i) {
            const accel_attribute &attribute = node.attributes[i];
            if (attribute.kind != ACCEL_ATTRIBUTE_KIND_GRAPH && attribute.kind != ACCEL_ATTRIBUTE_KIND_GRAPHS) continue;
            for (uint64_t k = 0; k < attribute.count; ++k) {
                const uint32_t region = static_cast<const uint32_t *>(attribute.values)[k];
                if (region >= node.region_count) return refuse("node '%.60s': an attribute names region %u, there are %u", node.name, region, node.region_count);
            }
        }
        return true;
    }

    bool read_regions(const Body::Arrays &arrays, accel_node_desc &node, uint32_t depth)
    {
        const uint32_t count = reader_.count(29);
        if (!cut()) return false;
        const std::span<const accel_region *> regions = body_.array<const accel_region *>(count);
        const std::span<accel_region> all = body_.array<accel_region>(count);
        for (uint32_t i = 0; i < count; ++i) {
            if (!read_region(arrays, node, all[i], depth)) return false;
            regions[i] = &all[i];
        }
        node.regions = regions.data();
        node.region_count = count;
        return true;
    }

    bool read_region(const Body::Arrays &arrays, const accel_node_desc &node, accel_region &region, uint32_t depth)
    {
        region.struct_size = sizeof region;
        region.role = reader_.u32();
        if (reader_.ok() && (region.role < ACCEL_REGION_ROLE_BODY || region.role > ACCEL_REGION_ROLE_CUSTOM)) return refuse("node '%.60s': a region of role %u", node.name, region.role);
        const std::span<accel_capture> captures = body_.array<accel_capture>(reader_.count(8));
        for (accel_capture &capture : captures) {
            capture.outer = reader_.u32();
            capture.inner = reader_.u32();
            if (reader_.ok() && (capture.outer >= arrays.tensors.size() || arrays.tensors[capture.outer].data))
                return refuse("node '%.60s': a region captures tensor %u, which is no value of the graph around it", node.name, capture.outer);
        }
        if (!cut()) return false;
        region.captures = captures.data();
        region.capture_count = static_cast<uint32_t>(captures.size());
        region.graph = read_graph(depth + 1, captures);
        if (!region.graph) return false;
        for (const accel_capture &capture : captures) {
            if (!is_same(arrays.tensors[capture.outer], region.graph->tensors[capture.inner])) return refuse("node '%.60s': a region captures tensor %u as another type or shape", node.name, capture.outer);
        }
        if (region.role == ACCEL_REGION_ROLE_CUSTOM) return true;
        return read_ports(node, region.graph->input_count, region.inputs) && read_ports(node, region.graph->output_count, region.outputs);
    }

    static bool is_same(const accel_tensor_desc &outer, const accel_tensor_desc &inner)
    {
        if (outer.type != inner.type || outer.rank != inner.rank) return false;
        if (outer.rank == ACCEL_RANK_UNKNOWN) return true;
        return std::equal(outer.dims, outer.dims + outer.rank, inner.dims, [](const accel_dim &a, const accel_dim &b) { return a.size == b.size && a.symbol == b.symbol; });
    }

    bool read_ports(const accel_node_desc &node, uint32_t count, const accel_region_port *&out)
    {
        if (uint64_t{count} * 24 > reader_.remaining()) return refuse("node '%.60s': the ports of a region are cut", node.name);
        const std::span<accel_region_port> ports = body_.array<accel_region_port>(count);
        for (accel_region_port &port : ports) {
            port.kind = reader_.u32();
            port.operand = reader_.u32();
            port.result = reader_.u32();
            port.reversed = reader_.u32();
            port.axis = reader_.i64();
            const bool there = (port.operand == ACCEL_OPERAND_NONE || port.operand < node.input_count) && (port.result == ACCEL_OPERAND_NONE || port.result < node.output_count);
            if (reader_.ok() && !there) return refuse("node '%.60s': a region is connected to operand %u and result %u", node.name, port.operand, port.result);
            if (reader_.ok() && (port.kind < ACCEL_REGION_PORT_KIND_VALUE || port.kind > ACCEL_REGION_PORT_KIND_CONDITION)) return refuse("node '%.60s': a region has a port of kind %u", node.name, port.kind);
        }
        out = ports.data();
        return cut();
    }

    bool has_inputs_without_makers(const Body::Arrays &arrays)
    {
        for (const uint32_t input : arrays.inputs) {
            if (arrays.tensors[input].data) return refuse("tensor %u is an input and a constant", input);
        }
        return true;
    }

    /// Every operand and capture is an input, a constant, captured, or the result of an earlier node; nothing is made twice.
    bool is_ordered(const Body::Arrays &arrays, std::span<const accel_capture> captured)
    {
        std::vector<bool> known(arrays.tensors.size());
        for (size_t i = 0; i < arrays.tensors.size(); ++i) known[i] = arrays.tensors[i].data != nullptr;
        for (const uint32_t input : arrays.inputs) {
            if (known[input]) return refuse("tensor %u is an input twice", input);
            known[input] = true;
        }
        for (const accel_capture &capture : captured) {
            if (capture.inner >= known.size() || known[capture.inner]) return refuse("a region captures tensor %u, which is none of its own or is there already", capture.inner);
            known[capture.inner] = true;
        }
        for (const accel_node_desc &node : arrays.nodes) {
            for (uint32_t r = 0; r < node.region_count; ++r) {
                for (uint32_t i = 0; i < node.regions[r]->capture_count; ++i) {
                    if (!known[node.regions[r]->captures[i].outer]) return refuse("node '%.60s': a region captures tensor %u before it is made", node.name, node.regions[r]->captures[i].outer);
                }
            }
            for (uint32_t i = 0; i < node.input_count; ++i) {
                if (node.inputs[i] != ACCEL_TENSOR_NONE && !known[node.inputs[i]])
                    return refuse("node '%.60s' reads tensor %u before it is made", node.name, node.inputs[i]);
            }
            for (uint32_t i = 0; i < node.output_count; ++i) {
                const uint32_t output = node.outputs[i];
                if (output == ACCEL_TENSOR_NONE) continue;
                if (known[output]) return refuse("node '%.60s' makes tensor %u, which exists already", node.name, output);
                known[output] = true;
            }
        }
        for (const uint32_t output : arrays.outputs) {
            if (!known[output]) return refuse("output tensor %u is never made", output);
        }
        return true;
    }

    void beat() const
    {
        if (pulse_) pulse_();
    }

    ByteReader reader_;
    const Constants &constants_;
    Body &body_;
    const Body::Arrays *outermost_ = nullptr;
    std::string *error_;
    Pulse pulse_;
};

} // namespace

FlatGraph::FlatGraph(std::unique_ptr<Body> body) : body_(std::move(body)) {}
FlatGraph::FlatGraph(FlatGraph &&) noexcept = default;
FlatGraph &FlatGraph::operator=(FlatGraph &&) noexcept = default;
FlatGraph::~FlatGraph() = default;

const accel_graph_desc &FlatGraph::desc() const
{
    return *body_->top;
}

std::optional<FlatGraph> FlatGraph::parse(const void *bytes, size_t byte_count, const accel_bk_constant *constants, uint32_t constant_count,
                                          std::string *out_error, Pulse pulse)
{
    if (out_error) out_error->clear();
    const auto refuse = [out_error](const char *why) -> std::optional<FlatGraph> {
        if (out_error) *out_error = why;
        return std::nullopt;
    };
    const auto *start = static_cast<const uint8_t *>(bytes);
    ByteReader header(start, byte_count);
    const uint32_t magic = header.u32();
    const uint32_t format = header.u32();
    const uint64_t all_bytes = header.u64();
    const uint64_t structure_bytes = header.u64();
    if (!header.ok() || magic != kMagic) return refuse("not a flat graph");
    if (format != kFormat) return refuse("a flat graph of another format");
    if (all_bytes != byte_count) return refuse("the flat graph is cut or has bytes too many");
    if (structure_bytes > byte_count - kHeaderBytes) return refuse("the structure is longer than the bytes");
    const uint64_t data_start = (kHeaderBytes + structure_bytes + kConstantAlignBytes - 1) / kConstantAlignBytes * kConstantAlignBytes;
    if (data_start > byte_count) return refuse("the flat graph is cut before its constants");
    const Constants given{start + data_start, byte_count - data_start, constants, constant_count};
    auto body = std::make_unique<Body>();
    Parser parser(ByteReader(start + kHeaderBytes, structure_bytes), given, *body, out_error, pulse);
    body->top = parser.run();
    if (!body->top) return std::nullopt;
    return FlatGraph(std::move(body));
}

} // namespace accel::graph
