// SPDX-License-Identifier: MIT
// The passes that come before any device is asked, as a table in their order: each with its name, the reason why it stands there, and its function.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/constant_budget.h"
#include "graph/graph.h"
#include "known_values.h"
#include "symbols.h"

namespace accel::runtime {

struct PrepareRequest;

/// What passes work on.
struct PassWork {
    Graph &graph;
    const PrepareRequest &request;
    std::vector<KnownSize> known_sizes;  ///< what known inputs say of symbols
    bool open = false;                   ///< sizes that nobody gave stay open
};

struct Pass {
    const char *name;
    const char *why;  ///< one sentence
    bool open_only;   ///< runs where sizes stay open, and there alone
    accel_status (*run)(PassWork &work);
};

/// In their order. A name stands for a function, so some stand there several times.
std::span<const Pass> passes();

/// What a pass has made of a graph. Nodes of regions are not counted.
struct PassTold {
    const Pass *pass = nullptr;
    struct Size {
        uint32_t nodes = 0, tensors = 0;
        uint64_t constant_bytes = 0;             ///< of all constants, those with one place in memory once
        std::map<std::string, uint32_t> labels;  ///< how many nodes of each there are
    } before, after;
    uint64_t duration_ns = 0;
};

/// Told of each pass; anything but OK ends the walk.
using PassWatch = std::function<accel_status(const PassTold &told)>;

/// Run the passes from the first of that name on. Throws Stopped.
accel_status run_passes(PassWork &work, std::string_view first);

}  // namespace accel::runtime
