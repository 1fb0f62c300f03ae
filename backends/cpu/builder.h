// SPDX-License-Identifier: MIT
// Collects steps and values while nodes are prepared, and keeps track of how each tensor lies.
//
// Two layouts are used inside: row-major in the graph's axis order, and channels last (N, spatial…, C), which convolutions and pools want.
// A tensor is converted where a step needs the other one, at most once; where both are the same bytes nothing happens.
#pragma once

#include "fusions.h"
#include "plan.h"
#include "window.h"

#include <algorithm>
#include <span>
#include <unordered_map>

namespace accel::cpu {

enum class Layout { kRowMajor,
                    kChannelsLast };

Dims strides_of(const Dims &dims, Layout layout);

// Do two stride lists address the same elements? Axes of size 1 do not matter.
bool same_strides(const Dims &dims, const Dims &a, const Dims &b);

class Builder {
public:
    Builder(const Graph &graph, Plan &plan, const PlanRules &rules);

    const Graph &graph() const { return graph_; }
    // What the step of the node does besides.
    const Fusion &fusion() const { return graph_.fusions[node_]; }
    int threads() const { return plan_.threads; }
    // What an implementation may do besides its own operation.
    unsigned trusted(Kernel kernel, std::string_view implementation) const
    {
        return rules_.trust == nullptr ? kNoFusion : rules_.trust(kernel, implementation);
    }
    // Some step opens a team by the number of its elements.
    void expect_team() { plan_.uses_team = plan_.uses_team || plan_.threads > 1; }
    // Threads for a step of that much work; notes in the plan when they are more than one.
    int threads_for(int64_t multiply_adds)
    {
        const int count = multiply_adds < rules_.least_multiply_adds ? 1 : plan_.threads;
        plan_.uses_team = plan_.uses_team || count > 1;
        if (count == 1)
            note_undivided(Whole::kLittleWork);
        return count;
    }
    // What follows is for that node of the graph.
    void begin(uint32_t node) { node_ = node; }
    // Of a node that passed the check; integers are those of a value operand, none where it is absent.
    Window window(const Node &node, const Dims &kernel) const;
    Dims integers(const Node &node, size_t position) const;
    // A convolution or product stays on one thread.
    void note_undivided(Whole why)
    {
        if (plan_.threads > 1)
            plan_.undivided.push_back({node_, why});
    }
    // In how many parts that work is cut for that many threads: two each of large work, so that one which loses its core delays little.
    int64_t parts_for(int threads, int64_t multiply_adds) const
    {
        constexpr int64_t kLarge = 16;  // times the least work: 160 us, against which what a part costs by itself is nothing
        const bool large = multiply_adds / threads / kLarge >= rules_.least_multiply_adds;
        return threads > 1 && large ? 2 * threads : threads;
    }

    // The tensor as it lies now.
    const View &view(uint32_t tensor) const;
    // The tensor in that layout; adds a conversion where needed.
    View in_layout(uint32_t tensor, Layout layout);
    Layout layout_of(uint32_t tensor) const;

    // Memory for a node's result: an output port where the layout allows, else the arena.
    View define(uint32_t tensor, Layout layout);
    // The tensor is the same bytes as an existing view.
    void alias(uint32_t tensor, View view);

    // Working memory of the next added step alone.
    uint32_t scratch(uint64_t size_bytes);
    // Of the steps' memory.
    Descriptions &descriptions() { return *plan_.descriptions; }
    // Where constants are rearranged for several plans; null: nowhere.
    Packed *packed() const { return rules_.packed; }
    // Memory that lives as long as the plan.
    std::byte *own(uint64_t size_bytes);
    uint32_t constant(std::byte *data, uint64_t size_bytes);
    // First byte of a constant value; null for any other.
    const std::byte *constant_data(const View &view) const;

    void add(std::unique_ptr<Step> step, std::span<const uint32_t> values);
    void add(std::unique_ptr<Step> step, std::initializer_list<uint32_t> values)
    {
        add(std::move(step), std::span(values.begin(), values.size()));
    }

    // Copies what does not lie in its output port yet. False: an output has no maker.
    bool finish();

private:
    uint32_t new_value(Value value);
    View arena_view(const View &like, Layout layout);
    void copy(const View &from, const View &to, Part part);

    const Graph &graph_;
    Plan &plan_;
    const PlanRules rules_;
    uint32_t node_ = kNone;
    Part part_ = Part::kWork;
    std::vector<View> views_;                                    // per tensor
    std::vector<uint32_t> makers_;                               // per tensor: the node that the view is of; kNone for inputs and constants
    std::vector<bool> known_;                                    // per tensor
    std::vector<uint32_t> port_value_;                           // per output port; UINT32_MAX until something writes there directly
    std::unordered_map<uint32_t, uint32_t> port_of_;             // output tensor, its position among the outputs
    std::unordered_map<uint32_t, std::vector<View>> converted_;  // by value: the same elements in other layouts
};

}  // namespace accel::cpu
