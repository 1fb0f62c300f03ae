// SPDX-License-Identifier: MIT
// Reads the flat form back without trusting a byte, in a few large blocks: what it makes, and who reads which part.
#pragma once

#include <accel/graph/bytes.h>
#include <accel/graph/flat.h>
#include <accel/graph/graph.h>

#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

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

namespace flat {

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
        : reader_(reader),
          constants_(constants),
          body_(body),
          error_(error),
          pulse_(pulse)
    {
    }

    const accel_graph_desc *run()
    {
        const accel_graph_desc *graph = read_graph(0, {});
        if (graph && reader_.remaining() != 0) return refuse("%zu bytes follow the graph", reader_.remaining()), nullptr;
        return graph;
    }

private:
    [[gnu::format(printf, 2, 3)]] bool refuse(const char *format, ...);
    bool cut() { return reader_.ok() || refuse("the structure ends early at byte %zu", reader_.position()); }
    /// captured: tensors that come from around it.
    const accel_graph_desc *read_graph(uint32_t depth, std::span<const accel_capture> captured);
    /// Those of the outermost graph.
    bool share_symbols(Body::Arrays &arrays) const;

    bool read_symbols(Body::Arrays &arrays);
    bool read_expressions(Body::Arrays &arrays, const std::vector<uint32_t> &derived);

    bool read_tensors(Body::Arrays &arrays);
    bool read_tensor(Body::Arrays &arrays, uint32_t index);
    /// out_size_bytes: of the whole tensor; nothing where its type or a size is open.
    bool read_dims(Body::Arrays &arrays, accel_tensor_desc &tensor, uint32_t index, std::optional<uint64_t> *out_size_bytes);
    bool read_data(accel_tensor_desc &tensor, uint32_t index, const std::optional<uint64_t> &size_bytes);
    /// They point into the bytes.
    bool read_strings(accel_tensor_desc &tensor, uint32_t index, uint64_t size_bytes);
    /// Bytes from files may lie anywhere; typed access needs alignment.
    const void *aligned(const uint8_t *data, uint64_t byte_count, uint32_t align_bytes);
    bool read_quantization(accel_tensor_desc &tensor, uint32_t index);
    bool read_scales(accel_quantization &quantization, uint32_t index);
    bool read_indices(std::span<uint32_t> &out, const Body::Arrays &arrays, bool absent_allowed = false);

    bool read_nodes(Body::Arrays &arrays, uint32_t depth);
    bool read_node(const Body::Arrays &arrays, accel_node_desc &node, uint32_t depth);
    bool read_attributes(const Body::Arrays &arrays, accel_node_desc &node);
    bool read_values(const Body::Arrays &arrays, const accel_node_desc &node, accel_attribute &attribute);
    template <class Value, class Read> bool read_each(accel_attribute &attribute, size_t value_bytes, bool one, Read read)
    {
        const std::span<Value> values = body_.array<Value>(reader_.count(value_bytes));
        if (one && cut() && values.size() != 1) return refuse("an attribute of kind %u with %zu values", attribute.kind, values.size());
        for (Value &value : values) read(value);
        attribute.values = values.data();
        attribute.count = values.size();
        return cut();
    }
    accel_bytes read_bytes();
    uint32_t read_constant_index(const Body::Arrays &arrays, const accel_node_desc &node);
    void read_sparse(const Body::Arrays &arrays, const accel_node_desc &node, accel_sparse_tensor &tensor);
    /// Attributes come before the regions that they number.
    bool has_named_regions(const accel_node_desc &node);

    bool read_regions(const Body::Arrays &arrays, accel_node_desc &node, uint32_t depth);
    bool read_region(const Body::Arrays &arrays, const accel_node_desc &node, accel_region &region, uint32_t depth);
    static bool is_same(const accel_tensor_desc &outer, const accel_tensor_desc &inner);
    bool read_ports(const accel_node_desc &node, uint32_t count, const accel_region_port *&out);

    bool has_inputs_without_makers(const Body::Arrays &arrays);
    /// Every operand and capture is an input, a constant, captured, or the result of an earlier node; nothing is made twice.
    bool is_ordered(const Body::Arrays &arrays, std::span<const accel_capture> captured);
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

}  // namespace flat

}  // namespace accel::graph
