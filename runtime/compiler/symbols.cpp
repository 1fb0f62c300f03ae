// SPDX-License-Identifier: MIT
// Infers shapes node by node, as symbols get their sizes.
#include "symbols.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "base/progress.h"
#include "branches.h"
#include "fold_sizes.h"
#include "graph/graph_check.h"
#include "rewrite.h"
#include "set_aside.h"
#include "settle_regions.h"
#include "settle_sizes.h"
#include "symbol_sizes.h"
#include "value_operands.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

class Specialiser {
public:
    /// sizes: of the outermost graph, which regions share.
    Specialiser(Graph &graph, SymbolSizes &sizes) : graph_(graph),
                                                    outputs_(output_flags(graph)),
                                                    sizes_(sizes)
    {
        remember_declared(0);
    }

    template <class Size> accel_status take(const Size &given) { return sizes_.take(given); }

    accel_status run()
    {
        ACCEL_TRY(infer());
        ACCEL_TRY(check_sizes());
        return settle();
    }

    accel_status run_open()
    {
        ACCEL_TRY(infer());
        ACCEL_TRY(check_followed(used_tensors()));
        for (Node &node : graph_.nodes) ACCEL_TRY(resolve_regions(node));
        set_aside_open(graph_);
        for (Node &node : graph_.nodes)
            if (!node.aside) settle_sizes(graph_, node);
        return ACCEL_STATUS_OK;
    }

    accel_status sizes(std::vector<int64_t> *out)
    {
        ACCEL_TRY(infer());
        ACCEL_TRY(check_sizes());
        for (uint32_t i = 0; i < graph_.symbols.size(); ++i) out->push_back(sizes_.of(i).value_or(-1));
        return ACCEL_STATUS_OK;
    }

    accel_status find_open(std::vector<uint32_t> *out)
    {
        ACCEL_TRY(infer());
        for (const auto &[symbol, tensor] : missing(used_tensors())) out->push_back(symbol);
        return ACCEL_STATUS_OK;
    }

private:
    /// All sizes that follow.
    accel_status infer()
    {
        for (Tensor &tensor : graph_.tensors) resolve(tensor.shape);
        ACCEL_TRY(infer_nodes(graph_.nodes));
        sweep(graph_);
        for (Tensor &tensor : graph_.tensors) resolve(tensor.shape);
        return ACCEL_STATUS_OK;
    }

    /// A branch that the condition chooses stands in the place of its node from then on.
    accel_status infer_nodes(std::vector<Node> &nodes)
    {
        std::vector<bool> dead(nodes.size());
        BranchesTaken taken;
        for (uint32_t i = 0; i < nodes.size(); ++i) {
            if (const Region *region = known_branch(graph_, nodes[i])) {
                const size_t tensor_count = graph_.tensors.size();
                std::vector<Node> &inside = taken[i] = nodes_of_branch(graph_, nodes[i], *region);
                outputs_.resize(graph_.tensors.size());
                remember_declared(tensor_count);
                for (size_t tensor = tensor_count; tensor < graph_.tensors.size(); ++tensor) resolve(graph_.tensors[tensor].shape);
                ACCEL_TRY(infer_nodes(inside));
                continue;
            }
            ACCEL_TRY(visit(nodes[i]));
            dead[i] = fold_sizes(graph_, nodes[i], outputs_);
        }
        put_branches(nodes, std::move(taken), dead);
        return ACCEL_STATUS_OK;
    }

    /// Shapes with symbols, of tensors from the first on.
    void remember_declared(size_t first)
    {
        for (size_t i = first; i < graph_.tensors.size(); ++i) {
            if (!fixed(graph_.tensors[i].shape)) declared_.emplace(static_cast<uint32_t>(i), graph_.tensors[i].shape);
        }
    }

    /// Both branches of a node whose condition is not known.
    accel_status infer_branches(Node &node)
    {
        if (!has_branches(node)) return ACCEL_STATUS_OK;
        for (Region &region : node.regions) {
            auto inside = std::make_shared<Graph>(copy_of(*region.graph));
            hand_in(graph_, region, *inside);
            ACCEL_TRY(Specialiser(*inside, sizes_).infer());
            region.graph = std::move(inside);
        }
        return ACCEL_STATUS_OK;
    }

    /// What is left once all sizes are known that will be.
    accel_status settle()
    {
        for (Node &node : graph_.nodes) {
            if (!has_branches(node)) {
                ACCEL_TRY(resolve_regions(node));
                continue;
            }
            for (Region &region : node.regions) {
                auto inside = std::make_shared<Graph>(copy_of(*region.graph));
                hand_in(graph_, region, *inside);
                Specialiser settled(*inside, sizes_);
                for (Tensor &tensor : inside->tensors) resolve(tensor.shape);
                ACCEL_TRY(settled.settle());
                region.graph = std::move(inside);
            }
        }
        set_aside_unsized(graph_);
        for (Node &node : graph_.nodes) settle_sizes(graph_, node);
        return ACCEL_STATUS_OK;
    }

    void resolve(Shape &shape) const
    {
        for (Dim &dim : shape) {
            if (dim.symbol == ACCEL_SYMBOL_NONE) continue;
            if (const auto size = sizes_.of(dim.symbol)) dim = Dim{*size};
        }
    }

    void resolve(const std::vector<uint32_t> &tensors)
    {
        for (const uint32_t tensor : tensors) {
            if (tensor != ACCEL_TENSOR_NONE) resolve(graph_.tensors[tensor].shape);
        }
    }

    /// The same with the sizes that are known; null: nothing is different.
    std::shared_ptr<const Graph> resolved(const Graph &graph) const
    {
        const auto has_size = [this](const Dim &dim) { return dim.symbol != ACCEL_SYMBOL_NONE && sizes_.of(dim.symbol); };
        bool differs = std::any_of(graph.tensors.begin(), graph.tensors.end(), [&](const Tensor &tensor) { return std::any_of(tensor.shape.begin(), tensor.shape.end(), has_size); });
        std::vector<std::shared_ptr<const Graph>> inner;
        for (const Node &node : graph.nodes) {
            for (const Region &region : node.regions) differs = (inner.emplace_back(resolved(*region.graph)) != nullptr) || differs;
        }
        if (!differs) return nullptr;
        pace();
        auto out = std::make_shared<Graph>(graph);
        for (Tensor &tensor : out->tensors) resolve(tensor.shape);
        size_t next = 0;
        for (Node &node : out->nodes) {
            for (Region &region : node.regions) {
                if (const auto &graph_inside = inner[next++]) region.graph = graph_inside;
            }
        }
        return out;
    }

    accel_status resolve_regions(Node &node) const
    {
        bool differs = false;
        for (Region &region : node.regions) {
            auto graph = resolved(*region.graph);
            differs = graph || differs;
            if (graph) region.graph = std::move(graph);
        }
        if (!differs || check_regions(graph_, node) == ACCEL_STATUS_OK) return ACCEL_STATUS_OK;
        const accel_error *error = accel_last_error();
        return fail(kBad, error->rule, nullptr, "with the given symbols, %s", std::string(error->message).c_str());
    }

    /// "[1,rows = floor((H + 3) / 2)]"
    std::string named_text(const Shape &shape) const
    {
        std::string text;
        for (const Dim &dim : shape) {
            text += text.empty() ? "[" : ",";
            if (dim.symbol == ACCEL_SYMBOL_NONE)
                text += std::to_string(dim.size);
            else
                text += sizes_.text(dim.symbol);
        }
        return text + "]";
    }

    /// What the shapes of a node's operands are by name, for a sentence that has told their sizes.
    std::string by_name(const Node &node) const
    {
        std::string named;
        for (const uint32_t input : node.inputs) {
            const auto found = declared_.find(input);
            if (found != declared_.end()) named += (named.empty() ? "; by name " : ", ") + tensor_text(graph_, input) + " is " + named_text(found->second);
        }
        return named;
    }

    accel_status visit(Node &node)
    {
        pace();
        resolve(node.inputs);
        resolve(node.outputs);
        std::string unread;
        if (!resolve_values(graph_, node, &unread)) return fail(kBad, "G-7", nullptr, "with the given symbols, %s: %s%s", node_text(node).c_str(), unread.c_str(), by_name(node).c_str());
        ACCEL_TRY(infer_branches(node));
        graph::Contradiction why;
        const auto shapes = infer_shapes(graph_, node, &why);
        if (!shapes) return fail(kBad, "G-7", nullptr, "with the given symbols, %s: %s%s", node_text(node).c_str(), why.sentence.c_str(), by_name(node).c_str());
        for (size_t i = 0; i < node.outputs.size() && i < shapes->size(); ++i) {
            if (node.outputs[i] != ACCEL_TENSOR_NONE && (*shapes)[i]) ACCEL_TRY(adopt(node, node.outputs[i], *(*shapes)[i]));
        }
        return ACCEL_STATUS_OK;
    }

    accel_status adopt(const Node &node, uint32_t tensor, const Shape &inferred)
    {
        Shape &shape = graph_.tensors[tensor].shape;
        for (size_t axis = 0; axis < shape.size() && axis < inferred.size(); ++axis) {
            if (!inferred[axis].fixed()) continue;
            if (shape[axis].symbol != ACCEL_SYMBOL_NONE) ACCEL_TRY(sizes_.bind(shape[axis].symbol, inferred[axis].size, node_text(node)));
        }
        resolve(shape);
        if (!shapes_agree(graph_, shape, inferred))
            return fail(kBad, "G-7", nullptr, "with the given symbols, %s: result %s has shape %s, expected %s%s", node_text(node).c_str(),
                        tensor_text(graph_, tensor).c_str(), text(graph_, shape).c_str(), text(graph_, inferred).c_str(), by_name(node).c_str());
        return ACCEL_STATUS_OK;
    }

    /// A symbol of an input is given; a free one that only results have may depend on what a custom node computes.
    std::vector<bool> symbols_to_give() const
    {
        const bool custom = std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [](const Node &node) { return node.operation == ACCEL_OPERATION_CUSTOM; });
        std::vector<bool> give;
        for (const Symbol &symbol : graph_.symbols) give.push_back(!custom && symbol.kind == ACCEL_SYMBOL_KIND_FREE);
        for (const uint32_t input : graph_.inputs) {
            for (const Dim &dim : graph_.tensors[input].shape) {
                if (dim.symbol != ACCEL_SYMBOL_NONE) give[dim.symbol] = graph_.symbols[dim.symbol].kind == ACCEL_SYMBOL_KIND_FREE;
            }
        }
        return give;
    }

    std::vector<bool> used_tensors() const
    {
        std::vector<bool> used(graph_.tensors.size());
        for (const uint32_t input : graph_.inputs) used[input] = true;
        for (const Node &node : graph_.nodes) {
            for_each_read(node, [&](uint32_t tensor) { used[tensor] = true; });
            for (const uint32_t tensor : node.outputs) {
                if (tensor != ACCEL_TENSOR_NONE) used[tensor] = true;
            }
        }
        return used;
    }

    struct Missing {
        uint32_t symbol, tensor;
    };

    /// Symbols that are to be given and were not, each with the first tensor that has it.
    std::vector<Missing> missing(const std::vector<bool> &used) const
    {
        const std::vector<bool> give = symbols_to_give();
        std::vector<bool> named(graph_.symbols.size());
        std::vector<Missing> found;
        for (uint32_t i = 0; i < graph_.tensors.size(); ++i) {
            if (!used[i]) continue;
            for (const Dim &dim : graph_.tensors[i].shape) {
                if (dim.symbol == ACCEL_SYMBOL_NONE || !give[dim.symbol] || named[dim.symbol]) continue;
                named[dim.symbol] = true;
                found.push_back({dim.symbol, i});
            }
        }
        return found;
    }

    /// All that have no value, in one sentence.
    accel_status check_given(const std::vector<bool> &used) const
    {
        std::string first, others;
        for (const auto &[symbol, tensor] : missing(used)) {
            if (first.empty())
                first = "symbol '" + graph_.symbols[symbol].name + "' of tensor " + tensor_text(graph_, tensor) + " has no value (accel_program_desc.symbols)";
            else
                others += (others.empty() ? "; nor has '" : ", '") + graph_.symbols[symbol].name + "'";
        }
        return first.empty() ? ACCEL_STATUS_OK : fail(kBad, "P-7", nullptr, "%s%s", first.c_str(), others.c_str());
    }

    accel_status check_sizes() const
    {
        const std::vector<bool> used = used_tensors();
        ACCEL_TRY(check_given(used));
        return check_followed(used);
    }

    /// What is known goes together, and is not too large.
    accel_status check_followed(const std::vector<bool> &used) const
    {
        for (uint32_t i = 0; i < graph_.symbols.size(); ++i) ACCEL_TRY(sizes_.check_expression(i));
        for (uint32_t i = 0; i < graph_.tensors.size(); ++i) {
            if (!used[i]) continue;
            for (const Dim &dim : graph_.tensors[i].shape) {
                if (dim.symbol != ACCEL_SYMBOL_NONE) ACCEL_TRY(sizes_.check_derived(dim.symbol));
            }
            if (!fixed(graph_.tensors[i].shape)) continue;
            if (graph_.tensors[i].known() && !size_bytes(graph_.tensors[i]))
                return fail(kBad, "G-3", nullptr, "with the given symbols, tensor %s with shape %s passes 2^40 bytes", tensor_text(graph_, i).c_str(),
                            text(graph_, graph_.tensors[i].shape).c_str());
        }
        return ACCEL_STATUS_OK;
    }

    static bool fixed(const Shape &shape)
    {
        return std::all_of(shape.begin(), shape.end(), [](const Dim &dim) { return dim.fixed(); });
    }

    Graph &graph_;
    std::vector<bool> outputs_;
    SymbolSizes &sizes_;
    std::unordered_map<uint32_t, Shape> declared_;  ///< shapes with symbols, by tensor
};

}  // namespace

accel_status specialise(Graph &graph, const accel_symbol_value *values, uint32_t value_count, std::span<const KnownSize> known)
{
    if (value_count && !values) return fail_null("symbols");
    SymbolSizes sizes(graph);
    Specialiser specialiser(graph, sizes);
    for (uint32_t i = 0; i < value_count; ++i) ACCEL_TRY(specialiser.take(values[i]));
    for (const KnownSize &size : known) ACCEL_TRY(specialiser.take(size));
    return specialiser.run();
}

accel_status specialise_open(Graph &graph, const accel_symbol_value *values, uint32_t value_count, std::span<const KnownSize> known)
{
    SymbolSizes sizes(graph);
    Specialiser specialiser(graph, sizes);
    for (uint32_t i = 0; i < value_count; ++i) ACCEL_TRY(specialiser.take(values[i]));
    for (const KnownSize &size : known) ACCEL_TRY(specialiser.take(size));
    return specialiser.run_open();
}

accel_status sizes_of_symbols(Graph graph, std::span<const accel_symbol_value> values, std::span<const KnownSize> known, std::vector<int64_t> *out)
{
    SymbolSizes sizes(graph);
    Specialiser specialiser(graph, sizes);
    for (const accel_symbol_value &value : values) ACCEL_TRY(specialiser.take(value));
    for (const KnownSize &size : known) ACCEL_TRY(specialiser.take(size));
    return specialiser.sizes(out);
}

accel_status find_open_symbols(Graph &graph, const accel_symbol_value *values, uint32_t value_count, std::span<const KnownSize> known, std::vector<uint32_t> *out)
{
    SymbolSizes sizes(graph);
    Specialiser specialiser(graph, sizes);
    for (uint32_t i = 0; i < value_count; ++i) ACCEL_TRY(specialiser.take(values[i]));
    for (const KnownSize &size : known) ACCEL_TRY(specialiser.take(size));
    return specialiser.find_open(out);
}

}  // namespace accel::runtime
