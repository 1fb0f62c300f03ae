// SPDX-License-Identifier: MIT
// Finds what the outputs need, in an order in which it can be translated.
#include "order.h"

#include "captures.h"
#include "common/failure.h"

#include <queue>
#include <utility>

namespace accel::onnx {
namespace {

/// Where names come from: numbers of one table, for initializers, sparse initializers, inputs and nodes in this order.
class Sources {
public:
    Sources(const GraphProto &graph, Host &host)
        : sparse_begin_(static_cast<uint32_t>(graph.initializers.size())),
          input_begin_(sparse_begin_ + static_cast<uint32_t>(graph.sparse_initializers.size())),
          node_begin_(input_begin_ + static_cast<uint32_t>(graph.inputs.size()))
    {
        table_.reserve(node_begin_ + graph.nodes.size());
        for (uint32_t i = 0; i < graph.initializers.size(); ++i) {
            host.pace(0, 1);
            add(read_tensor_name(graph.initializers[i]), i);
        }
        for (uint32_t i = 0; i < graph.sparse_initializers.size(); ++i) {
            add(read_sparse_tensor_name(graph.sparse_initializers[i]), sparse_begin_ + i);
        }
        for (uint32_t i = 0; i < graph.inputs.size(); ++i) {
            // An input that is an initializer too is that initializer, where nothing is given.
            const std::string_view name = read_value_name(graph.inputs[i]);
            if (!is_constant(table_.find(name))) {
                add(name, input_begin_ + i);
            }
        }
        for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
            host.pace(i, 4 * graph.nodes.size());
            for (const std::string_view output : read_node_edges(graph.nodes[i]).outputs) {
                add(output, node_begin_ + i);
            }
        }
    }

    /// kNone: nothing makes it. CORRUPT if two do.
    uint32_t find(std::string_view name) const
    {
        if (twice_.find(name) != Names::kNone) {
            corrupt("two values are named '", name, "'");
        }
        return table_.find(name);
    }
    bool is_initializer(uint32_t source) const { return source < sparse_begin_; }
    bool is_sparse(uint32_t source) const { return source >= sparse_begin_ && source < input_begin_; }
    bool is_node(uint32_t source) const { return source != Names::kNone && source >= node_begin_; }
    uint32_t sparse(uint32_t source) const { return source - sparse_begin_; }
    uint32_t node(uint32_t source) const { return source - node_begin_; }

private:
    bool is_constant(uint32_t source) const { return source < input_begin_; }
    void add(std::string_view name, uint32_t source)
    {
        if (!name.empty() && !table_.add(name, source)) {
            twice_.add(name, source);
        }
    }

    uint32_t sparse_begin_, input_begin_, node_begin_;
    Names table_;
    Names twice_;
};

class Search {
public:
    Search(const GraphProto &graph, bool is_body, Host &host) : graph_(graph),
                                                                is_body_(is_body),
                                                                host_(host),
                                                                sources_(graph, host),
                                                                waiting_(graph.nodes.size(), kDead)
    {
        live_.initializers.resize(graph.initializers.size());
        live_.sparse_initializers.resize(graph.sparse_initializers.size());
    }

    LiveParts run()
    {
        for (const Bytes bytes : graph_.outputs) {
            const std::string_view name = read_value_name(bytes);
            const uint32_t source = name.empty() ? Names::kNone : sources_.find(name);
            if (source == Names::kNone && is_body_ && !name.empty()) {
                live_.read.add(name, 0);
                continue;
            }
            if (source == Names::kNone) {
                corrupt("graph output '", name, "' at byte ", bytes.offset(), " is made by nothing");
            }
            reach(name, source);
        }
        while (!open_.empty()) {
            host_.pace(graph_.nodes.size() + found_, 4 * graph_.nodes.size());
            const uint32_t node = open_.back();
            open_.pop_back();
            read_by(node);
        }
        sort();
        return std::move(live_);
    }

private:
    static constexpr uint32_t kDead = UINT32_MAX;

    void reach(std::string_view name, uint32_t source)
    {
        live_.read.add(name, 0);
        if (sources_.is_initializer(source)) {
            live_.initializers[source] = true;
        } else if (sources_.is_sparse(source)) {
            live_.sparse_initializers[sources_.sparse(source)] = true;
        } else if (sources_.is_node(source) && waiting_[sources_.node(source)] == kDead) {
            waiting_[sources_.node(source)] = 0;
            ++found_;
            open_.push_back(sources_.node(source));
        }
    }

    void read_by(uint32_t node)
    {
        for (const std::string_view input : read_node_edges(graph_.nodes[node]).inputs) {
            if (!input.empty()) {
                read(node, input, sources_.find(input));
            }
        }
        // A body may use names of its own, which nothing here makes.
        for (const std::string_view name : read_captures(graph_.nodes[node])) {
            if (const uint32_t source = sources_.find(name); source != Names::kNone) {
                read(node, name, source);
            }
        }
    }

    void read(uint32_t node, std::string_view name, uint32_t source)
    {
        if (source == Names::kNone && is_body_) {
            return;
        }
        if (source == Names::kNone) {
            const NodeProto proto = read_node(graph_.nodes[node]);
            corrupt("node ", node, " '", proto.name, "' (", proto.operation, ") at byte ", proto.offset, " uses '", name, "', which nothing makes");
        }
        if (sources_.is_node(source)) {
            edges_.emplace_back(sources_.node(source), node);
            ++waiting_[node];
        }
        reach(name, source);
    }

    /// The first in the file of those that wait for nothing goes next.
    void sort()
    {
        std::vector<uint32_t> end(graph_.nodes.size() + 1);
        for (const auto &[maker, reader] : edges_) {
            ++end[maker + 1];
        }
        for (size_t i = 1; i < end.size(); ++i) {
            end[i] += end[i - 1];
        }
        std::vector<uint32_t> next(end.begin(), end.end() - 1);
        std::vector<uint32_t> readers(edges_.size());
        for (const auto &[maker, reader] : edges_) {
            readers[next[maker]++] = reader;
        }
        std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> ready;
        for (uint32_t i = 0; i < waiting_.size(); ++i) {
            if (waiting_[i] == 0) {
                ready.push(i);
            }
        }
        while (!ready.empty()) {
            host_.pace(2 * graph_.nodes.size() + live_.nodes.size(), 4 * graph_.nodes.size());
            const uint32_t node = ready.top();
            ready.pop();
            live_.nodes.push_back(node);
            for (uint32_t i = end[node]; i < end[node + 1]; ++i) {
                if (--waiting_[readers[i]] == 0) {
                    ready.push(readers[i]);
                }
            }
        }
        if (live_.nodes.size() != found_) {
            fail_cycle();
        }
    }

    [[noreturn]] void fail_cycle() const
    {
        for (uint32_t i = 0; i < waiting_.size(); ++i) {
            if (waiting_[i] != kDead && waiting_[i] != 0) {
                const NodeProto proto = read_node(graph_.nodes[i]);
                corrupt("node ", i, " '", proto.name, "' (", proto.operation, ") at byte ", proto.offset, " needs what is made of its own result: the nodes form a cycle");
            }
        }
        fail(ACCEL_STATUS_INTERNAL, "the order of the nodes was not found");
    }

    const GraphProto &graph_;
    const bool is_body_;
    Host &host_;
    const Sources sources_;
    LiveParts live_;
    std::vector<uint32_t> waiting_;  ///< by node: for how many operands, or kDead
    std::vector<uint32_t> open_;
    std::vector<std::pair<uint32_t, uint32_t>> edges_;  ///< maker and reader
    size_t found_ = 0;
};

}  // namespace

LiveParts live_parts(const GraphProto &graph, bool is_body, Host &host) { return Search(graph, is_body, host).run(); }

}  // namespace accel::onnx
