// SPDX-License-Identifier: MIT
// A device, or a target without hardware, as the partitioner sees it; and the questions put to its compiler.
#pragma once

#include <accel/backend.h>

#include <string>
#include <vector>

#include "base/elements.h"
#include "graph/graph.h"

namespace accel::runtime {

/// Measured speeds, for balancing. The defaults are those of an unmeasured device.
struct Speed {
    double macs_per_s = 1e9;
    double overhead_ns = 20e3;  ///< of one more segment
    double copy_bytes_per_s = 2e9;
};

struct CompileTarget {
    const accel_bk_compiler *compiler = nullptr;
    const accel_bk_host *host = nullptr;
    accel_bk_sizes sizes = kNativeSizes;
    std::string name;     ///< of the compile target: "ethos-u65-256"
    std::string backend;  ///< module, for messages
    std::string label;    ///< device id, or the target's name when there is no device
    uint32_t roundings = 0;
    bool takes_open = false;            ///< graphs with open sizes are built once
    bool takes_entries = false;         ///< build takes several graphs
    bool takes_custom = false;          ///< else the module never sees a custom node
    bool takes_regions = false;         ///< else it never sees a node with regions
    std::vector<accel_option> options;  ///< those whose name begins with the module's
    Speed speed;
};

/// What all questions of one build share.
struct CompileRequest {
    uint32_t precisions = 0;
    accel_progress_fn progress = nullptr;
    void *progress_user = nullptr;
    const std::vector<int64_t> *planned = nullptr;  ///< by symbol, where graphs are open; null: all sizes are known
};

accel_bk_compile_options options_for(const CompileTarget &target, const CompileRequest &request);

/// Fill in facts from target_info. Errors: UNSUPPORTED the module does not know the target.
accel_status look_up(CompileTarget &target);

/// Ask about every node that may be shown; the others are refused for the module. A piece that was built for open sizes is the target's that takes these. The answer is checked against rules C-3 and C-7; roundings that the target does not offer are refused whatever it says.
accel_status ask(const CompileTarget &target, const Graph &graph, const CompileRequest &request, std::vector<accel_bk_support> *out);

}  // namespace accel::runtime
