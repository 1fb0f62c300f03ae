// SPDX-License-Identifier: MIT
// Graphs made from arbitrary bytes: the rules refuse them or the passes survive them.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "compiler/constants.h"
#include "compiler/prepare.h"
#include "graph/graph_check.h"

namespace {

using namespace accel::runtime;

/// Endless: zeros follow the bytes.
class Choices {
public:
    Choices(const uint8_t *bytes, size_t count) : bytes_(bytes),
                                                  count_(count) {}
    uint8_t byte() { return at_ < count_ ? bytes_[at_++] : 0; }
    uint32_t below(uint32_t limit) { return limit ? byte() % limit : 0; }
    bool empty() const { return at_ >= count_; }
    /// Mostly small, sometimes absurd.
    int64_t number()
    {
        const uint8_t kind = byte();
        if (kind < 200) return kind % 9;
        int64_t value = 0;
        for (int i = 0; i < 8; ++i) value = static_cast<int64_t>(static_cast<uint64_t>(value) << 8 | byte());
        return kind < 230 ? -(kind % 9) : value;
    }

private:
    const uint8_t *bytes_;
    size_t count_;
    size_t at_ = 0;
};

const std::vector<uint8_t> &pool()
{
    static const std::vector<uint8_t> bytes(1 << 16, 1);
    return bytes;
}

/// Of any kind and types, in blocks that may fit.
Quantization in_blocks(Choices &choose, uint32_t rank)
{
    auto form = std::make_shared<Quantization::Form>();
    form->kind = choose.below(3);
    form->scale_type = choose.below(28);
    form->zero_point_type = choose.below(2) ? 0 : choose.below(28);
    for (uint32_t i = 0, n = choose.below(8) ? rank : choose.below(9); i < n; ++i) form->block_dims.push_back(choose.below(16) ? choose.below(4) : choose.number());
    form->count = choose.below(12);
    for (int i = 0; i < 24; ++i) form->scales.push_back(uint64_t{choose.byte()} << choose.below(60)), form->zero_points.push_back(choose.byte());
    return {{}, {}, 0, std::move(form)};
}

/// A constant that a value operand may be.
Tensor make_list(Choices &choose, Tensor tensor, uint64_t count)
{
    std::vector<int64_t> wide;
    for (uint64_t i = 0; i < count; ++i) wide.push_back(choose.number());
    if (tensor.type == ACCEL_TYPE_I64)
        own_values(tensor, wide);
    else
        own_values(tensor, std::vector<int32_t>(wide.begin(), wide.end()));
    return tensor;
}

Tensor make_tensor(Choices &choose, const Graph &graph)
{
    Tensor tensor;
    tensor.name = std::string(1, static_cast<char>('a' + choose.below(26)));
    tensor.type = choose.below(32);
    const uint32_t drawn = choose.below(7), rank = drawn < 6 ? drawn : 0;
    tensor.ranked = drawn < 6;
    uint64_t count = 1;
    for (uint32_t i = 0; i < rank; ++i) {
        const auto symbols = static_cast<uint32_t>(graph.all_symbols().size());
        const bool symbol = choose.below(16) == 0 && symbols != 0;
        tensor.shape.push_back(symbol ? Dim{-1, choose.below(symbols)} : Dim{choose.number()});
        count *= static_cast<uint64_t>(tensor.shape.back().size);
    }
    const bool integers = tensor.type == ACCEL_TYPE_I64 || tensor.type == ACCEL_TYPE_I32;
    if (choose.below(3) == 0 && count <= 4096) {
        if (integers && rank <= 1 && count <= 8) return make_list(choose, std::move(tensor), count);
        tensor.data = pool().data() + choose.below(3);
        tensor.data_bytes = size_bytes(tensor).value_or(count);
    }
    if (choose.below(3) == 0) {
        Quantization &quantization = tensor.quantization.emplace();
        quantization.axis = choose.below(4);
        for (uint32_t i = 0, n = choose.below(3); i < n; ++i) {
            quantization.scales.push_back(static_cast<float>(choose.byte()) / 16.0f);
            quantization.zero_points.push_back(choose.byte() - 128);
        }
        if (choose.below(4) == 0) quantization = in_blocks(choose, rank);
    }
    return tensor;
}

/// Sizes that follow from the first, by an expression or by what nodes make of it.
void make_derived(Choices &choose, Graph &graph)
{
    for (uint32_t i = 0, n = choose.below(8); i < n; ++i) {
        const uint32_t op = 1 + choose.below(11);
        const bool number = op == ACCEL_EXPRESSION_CONSTANT, symbol = op == ACCEL_EXPRESSION_SYMBOL;
        graph.expressions.push_back({op, number ? 0u : choose.below(symbol ? 3 : i + 1), number || symbol ? 0u : choose.below(i + 1), 0, number ? choose.number() : 0});
    }
    for (uint32_t i = 0, n = choose.below(3); i < n; ++i) {
        const uint32_t row = choose.below(static_cast<uint32_t>(graph.expressions.size()) + 1);
        const bool open = row == graph.expressions.size();
        graph.symbols.push_back({"derived" + std::to_string(i), 0, 1 << 20, ACCEL_SYMBOL_KIND_DERIVED, open ? ACCEL_EXPRESSION_NONE : row, 1});
    }
}

template <class Value, class Make> std::vector<Value> some(Choices &choose, Make make)
{
    std::vector<Value> values;
    for (uint32_t i = 0, n = choose.below(4); i < n; ++i) values.push_back(make());
    return values;
}

/// By name, of any kind, also of those that do not exist.
Attribute make_attribute(Choices &choose, uint32_t tensors)
{
    Attribute attribute{0, choose.below(36), choose.below(8) ? "a" : "", {}};
    const auto index = [&] { return choose.below(tensors + 1); };
    switch (attribute_kind(attribute.kind).held) {
    case Held::kFloats: attribute.values = some<float>(choose, [&] { return static_cast<float>(choose.number()); }); break;
    case Held::kDoubles: attribute.values = some<double>(choose, [&] { return static_cast<double>(choose.number()); }); break;
    case Held::kBytes: attribute.values = some<std::string>(choose, [&] { return std::string(choose.below(5), 'x'); }); break;
    case Held::kTensors:
    case Held::kRegions: attribute.values = some<uint32_t>(choose, index); break;
    case Held::kSparse:
        attribute.values = some<SparseTensor>(choose, [&] { return SparseTensor{index(), index(), some<int64_t>(choose, [&] { return choose.number(); })}; });
        break;
    default: attribute.values = some<int64_t>(choose, [&] { return choose.number(); }); break;
    }
    return attribute;
}

Node make_node(Choices &choose, const Graph &graph, int depth);

/// Captures and ports that may fit, or name what is not there.
Region make_region(Choices &choose, const Graph &outer, const Node &node, int depth)
{
    auto inner = std::make_shared<Graph>();
    inner->outer_symbols = outer.outer_symbols ? outer.outer_symbols : std::make_shared<const std::vector<Symbol>>(outer.symbols);
    const uint32_t tensors = 1 + choose.below(4);
    for (uint32_t i = 0; i < tensors; ++i) inner->tensors.push_back(choose.below(2) && !outer.tensors.empty() ? outer.tensors[choose.below(static_cast<uint32_t>(outer.tensors.size()))] : make_tensor(choose, *inner));
    for (uint32_t i = 0, n = choose.below(3); i < n; ++i) inner->inputs.push_back(choose.below(tensors + 1));
    for (uint32_t i = 0, n = choose.below(3); i < n; ++i) inner->outputs.push_back(choose.below(tensors + 1));
    for (uint32_t i = 0, n = choose.below(3); i < n; ++i) inner->nodes.push_back(make_node(choose, *inner, depth + 1));
    Region region;
    region.role = choose.below(8);
    const auto place = [&](size_t count) { return choose.below(3) == 0 ? ACCEL_OPERAND_NONE : choose.below(static_cast<uint32_t>(count) + 1); };
    const auto port = [&] { return accel_region_port{choose.below(7), place(node.inputs.size()), place(node.outputs.size()), choose.below(16) == 0, choose.below(8) == 0 ? choose.number() : 0}; };
    for (size_t i = 0; i < inner->inputs.size(); ++i) region.inputs.push_back(port());
    for (size_t i = 0; i < inner->outputs.size(); ++i) region.outputs.push_back(port());
    for (uint32_t i = 0, n = choose.below(3); i < n; ++i) region.captures.push_back({choose.below(static_cast<uint32_t>(outer.tensors.size()) + 1), choose.below(tensors + 1)});
    region.graph = std::move(inner);
    return region;
}

Node make_node(Choices &choose, const Graph &graph, int depth)
{
    const auto tensors = static_cast<uint32_t>(graph.tensors.size());
    Node node;
    node.operation = choose.below(36);
    if (node.operation == ACCEL_OPERATION_CUSTOM) node.custom_name = "Custom";
    for (uint32_t i = 0, n = choose.below(6); i < n; ++i) node.inputs.push_back(choose.below(tensors + 1));
    for (uint32_t i = 0, n = 1 + choose.below(2); i < n; ++i) node.outputs.push_back(choose.below(tensors + 1));
    for (uint32_t i = 0, n = choose.below(5); i < n; ++i) {
        const uint32_t key = choose.below(31);
        if (key == ACCEL_ATTRIBUTE_AUTO_PAD) {
            node.attributes.push_back({key, ACCEL_ATTRIBUTE_KIND_STRING, "", std::vector<std::string>{choose.below(2) ? "SAME_UPPER" : "SAME_LOWER"}});
            continue;
        }
        if (key == 30) {
            node.attributes.push_back(make_attribute(choose, tensors));
            continue;
        }
        if (choose.below(4) == 0) {
            node.set_real(key, static_cast<float>(choose.number()));
            continue;
        }
        std::vector<int64_t> values;
        for (uint32_t k = 0, count = choose.below(7); k < count; ++k) values.push_back(choose.number());
        node.set_ints(key, values);
    }
    node.rounding = choose.below(5);
    const bool custom = node.operation == ACCEL_OPERATION_CUSTOM;
    for (uint32_t i = 0, n = custom && depth < 3 ? choose.below(3) : 0; i < n; ++i) node.regions.push_back(make_region(choose, graph, node, depth));
    return node;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    Choices choose(bytes, byte_count);
    Graph graph;
    if (choose.below(2)) graph.symbols.push_back({"n", choose.number(), choose.number()});
    if (!graph.symbols.empty()) make_derived(choose, graph);
    const uint32_t tensors = 1 + choose.below(16);
    for (uint32_t i = 0; i < tensors; ++i) graph.tensors.push_back(make_tensor(choose, graph));
    for (uint32_t i = 0, n = 1 + choose.below(3); i < n; ++i) graph.inputs.push_back(choose.below(tensors + 1));
    for (uint32_t i = 0, n = 1 + choose.below(2); i < n; ++i) graph.outputs.push_back(choose.below(tensors + 1));
    while (!choose.empty() && graph.nodes.size() < 12) graph.nodes.push_back(make_node(choose, graph, 0));

    const GraphDesc desc(graph);
    if (check_structure(desc.get()) != ACCEL_STATUS_OK) return 0;
    Graph copy = copy_graph(desc.get());
    compact(copy);
    if (check_rules(copy) != ACCEL_STATUS_OK) return 0;
    const accel_symbol_value size{"n", nullptr, 3};
    // INTERNAL would be a pass that broke a rule.
    if (prepare(copy, {&size, copy.symbols.empty() ? 0u : 1u, 0}) == ACCEL_STATUS_INTERNAL) {
        std::fputs(accel_last_error()->message, stderr);
        std::abort();
    }
    return 0;
}
