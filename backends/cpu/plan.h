// SPDX-License-Identifier: MIT
// A graph made ready to run: steps in order, and where their values lie.
#pragma once

#include "fusions.h"
#include "graph.h"
#include "memory.h"
#include "step.h"

#include <memory>
#include <vector>

namespace accel::cpu {

// A tensor as it lies in a value. Strides count elements.
struct View {
    uint32_t value = 0;
    uint32_t type = 0;
    Dims dims;
    Dims strides;
};

enum class Source { kArena,
                    kPort,
                    kConstant };

struct Value {
    Source source = Source::kArena;
    uint64_t size_bytes = 0;
    uint32_t port = 0;
    uint64_t offset_bytes = 0;              // in the arena
    std::byte *data = nullptr;              // of a constant; never written
    uint32_t first = UINT32_MAX, last = 0;  // steps between which it lives
};

// Why work is on one thread.
enum class Whole { kLittleWork,
                   kNoCut };

struct Undivided {
    uint32_t node;  // of the graph
    Whole why;
};

// What a step is for its node.
enum class Part { kWork,
                  kLayout,
                  kOutput };

struct Origin {
    uint32_t node;  // of the graph; kNone: an input that is an output, too
    Part part;
};

class Descriptions;

struct Plan {
    std::vector<Value> values;
    std::shared_ptr<Descriptions> descriptions;  // that the steps share
    std::vector<std::unique_ptr<Step>> steps;
    std::vector<Origin> origins;      // by step
    std::vector<uint32_t> done_by;    // by node: in whose steps it is done, which may be its own
    std::vector<AlignedBytes> owned;  // constants that were rearranged
    uint64_t arena_bytes = 0;
    uint32_t port_count = 0;
    int threads = 1;
    bool uses_team = false;            // some step runs on more threads than the caller's
    std::vector<Undivided> undivided;  // nodes whose convolution or product is on one thread, though the plan has more
};

// What tests change to see what a plan does otherwise.
struct PlanRules {
    Trust trust = shown_right;  // null: every node stays a step of its own
    // A convolution or product of less work stays on one thread: about 10 us of one core. Handing a part to a helper that is awake costs 1 us.
    int64_t least_multiply_adds = 500000;
    class Packed *packed = nullptr;  // outlives the plan, as the constants do; null: the plan keeps what it rearranges
};

// The graph's constants must outlive the plan. Every node passes check_node. Throws std::bad_alloc; std::runtime_error where a library
// refuses; nothing when an output has no maker.
std::unique_ptr<Plan> make_plan(Graph graph, int threads, const PlanRules &rules = {});

}  // namespace accel::cpu
