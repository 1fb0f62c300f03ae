// SPDX-License-Identifier: MIT
#include "symbols.h"

#include <algorithm>

#include "../check.h"
#include "../graph_shapes.h"
#include "../progress.h"
#include "set_aside.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

class Specialiser {
public:
    explicit Specialiser(Graph &graph) : graph_(graph), values_(graph.symbols.size())
    {
        for (size_t i = 0; i < values_.size(); ++i) {
            if (graph.symbols[i].min_size == graph.symbols[i].max_size) values_[i] = graph.symbols[i].min_size;
        }
    }

    accel_status take(const accel_symbol_value &given)
    {
        if (!given.name) return fail_null("symbols.name");
        for (size_t i = 0; i < values_.size(); ++i) {
            if (graph_.symbols[i].name == given.name) return bind(i, given.size, "the program description");
        }
        std::string known;
        for (const Symbol &symbol : graph_.symbols) known += (known.empty() ? "" : ", ") + symbol.name;
        return fail(kBad, "P-7", nullptr, "the model has no symbol '%s'; it has: %s", given.name, known.empty() ? "none" : known.c_str());
    }

    accel_status run()
    {
        for (Tensor &tensor : graph_.tensors) resolve(tensor.shape);
        for (Node &node : graph_.nodes) ACCEL_TRY(visit(node));
        for (Tensor &tensor : graph_.tensors) resolve(tensor.shape);
        ACCEL_TRY(check_sizes());
        set_aside_unsized(graph_);
        for (Node &node : graph_.nodes) settle_attributes(node);
        return ACCEL_STATUS_OK;
    }

private:
    accel_status bind(size_t symbol, int64_t size, const std::string &who)
    {
        const Symbol &row = graph_.symbols[symbol];
        if (size < row.min_size || size > row.max_size)
            return fail(kBad, "P-7", nullptr, "symbol '%s' is %lld by %s, expected %lld to %lld", row.name.c_str(), static_cast<long long>(size), who.c_str(),
                        static_cast<long long>(row.min_size), static_cast<long long>(row.max_size));
        if (values_[symbol] && *values_[symbol] != size)
            return fail(kBad, "P-7", nullptr, "symbol '%s' is %lld by %s, but it is %lld already", row.name.c_str(), static_cast<long long>(size), who.c_str(),
                        static_cast<long long>(*values_[symbol]));
        values_[symbol] = size;
        return ACCEL_STATUS_OK;
    }

    void resolve(Shape &shape) const
    {
        for (Dim &dim : shape) {
            if (dim.symbol != ACCEL_SYMBOL_NONE && values_[dim.symbol]) dim = Dim{*values_[dim.symbol]};
        }
    }

    accel_status visit(const Node &node)
    {
        pace();
        for (const uint32_t input : node.inputs) {
            if (input != ACCEL_TENSOR_NONE) resolve(graph_.tensors[input].shape);
        }
        std::string why;
        const auto shapes = infer_shapes(graph_, node, &why);
        if (!shapes) return fail(kBad, "G-7", nullptr, "with the given symbols, %s: %s", node_text(node).c_str(), why.c_str());
        for (size_t i = 0; i < node.outputs.size() && i < shapes->size(); ++i) {
            if (node.outputs[i] != ACCEL_TENSOR_NONE && (*shapes)[i]) ACCEL_TRY(adopt(node, node.outputs[i], *(*shapes)[i]));
        }
        return ACCEL_STATUS_OK;
    }

    accel_status adopt(const Node &node, uint32_t tensor, const Shape &inferred)
    {
        Shape &shape = graph_.tensors[tensor].shape;
        resolve(shape);
        for (size_t axis = 0; axis < shape.size() && axis < inferred.size(); ++axis) {
            if (!inferred[axis].fixed()) continue;
            if (shape[axis].symbol != ACCEL_SYMBOL_NONE) ACCEL_TRY(bind(shape[axis].symbol, inferred[axis].size, node_text(node)));
        }
        resolve(shape);
        if (!shapes_agree(graph_, shape, inferred))
            return fail(kBad, "G-7", nullptr, "with the given symbols, %s: result %s has shape %s, expected %s", node_text(node).c_str(),
                        tensor_text(graph_, tensor).c_str(), text(graph_, shape).c_str(), text(graph_, inferred).c_str());
        return ACCEL_STATUS_OK;
    }

    /// A symbol of an input is given; one that only results have may depend on what a custom node computes.
    std::vector<bool> symbols_to_give() const
    {
        const bool custom = std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [](const Node &node) { return node.operation == ACCEL_OPERATION_CUSTOM; });
        std::vector<bool> give(graph_.symbols.size(), !custom);
        for (const uint32_t input : graph_.inputs) {
            for (const Dim &dim : graph_.tensors[input].shape) {
                if (dim.symbol != ACCEL_SYMBOL_NONE) give[dim.symbol] = true;
            }
        }
        return give;
    }

    accel_status check_sizes() const
    {
        const std::vector<bool> give = symbols_to_give();
        std::vector<bool> used(graph_.tensors.size());
        for (const uint32_t input : graph_.inputs) used[input] = true;
        for (const Node &node : graph_.nodes) {
            for (const uint32_t tensor : node.inputs) {
                if (tensor != ACCEL_TENSOR_NONE) used[tensor] = true;
            }
            for (const uint32_t tensor : node.outputs) {
                if (tensor != ACCEL_TENSOR_NONE) used[tensor] = true;
            }
        }
        for (uint32_t i = 0; i < graph_.tensors.size(); ++i) {
            if (!used[i]) continue;
            for (const Dim &dim : graph_.tensors[i].shape) {
                if (dim.symbol != ACCEL_SYMBOL_NONE && give[dim.symbol])
                    return fail(kBad, "P-7", nullptr, "symbol '%s' of tensor %s has no value (accel_program_desc.symbols)", graph_.symbols[dim.symbol].name.c_str(),
                                tensor_text(graph_, i).c_str());
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

    void settle_attributes(Node &node) const
    {
        if (node.operation == ACCEL_OPERATION_RESHAPE) {
            std::vector<int64_t> sizes;
            for (const Dim &dim : graph_.tensors[node.outputs[0]].shape) sizes.push_back(dim.size);
            node.set_ints(ACCEL_ATTRIBUTE_SHAPE, std::move(sizes));
        }
        if (node.operation == ACCEL_OPERATION_SLICE) settle_slice(node);
    }

    /// "To the end" becomes the end.
    void settle_slice(Node &node) const
    {
        const Shape &x = graph_.tensors[node.inputs[0]].shape;
        std::vector<int64_t> starts = node.ints(ACCEL_ATTRIBUTE_STARTS, {}), ends = node.ints(ACCEL_ATTRIBUTE_ENDS, {});
        std::vector<int64_t> axes = node.ints(ACCEL_ATTRIBUTE_AXES, {});
        for (size_t i = axes.size(); i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
        const std::vector<int64_t> steps = node.ints(ACCEL_ATTRIBUTE_STEPS, std::vector<int64_t>(starts.size(), 1));
        for (size_t i = 0; i < starts.size(); ++i) {
            const int64_t size = x[static_cast<size_t>(axes[i])].size;
            const bool forward = steps[i] > 0;
            starts[i] = std::clamp<int64_t>(starts[i], 0, forward ? size : std::max<int64_t>(size - 1, 0));
            ends[i] = std::clamp<int64_t>(ends[i], forward ? 0 : -1, size);
        }
        node.set_ints(ACCEL_ATTRIBUTE_STARTS, std::move(starts));
        node.set_ints(ACCEL_ATTRIBUTE_ENDS, std::move(ends));
        node.set_ints(ACCEL_ATTRIBUTE_AXES, std::move(axes));
        node.set_ints(ACCEL_ATTRIBUTE_STEPS, steps);
    }

    Graph &graph_;
    std::vector<std::optional<int64_t>> values_;
};

}  // namespace

accel_status specialise(Graph &graph, const accel_symbol_value *values, uint32_t value_count)
{
    if (value_count && !values) return fail_null("symbols");
    Specialiser specialiser(graph);
    for (uint32_t i = 0; i < value_count; ++i) ACCEL_TRY(specialiser.take(values[i]));
    return specialiser.run();
}

}  // namespace accel::runtime
