// SPDX-License-Identifier: MIT
// A compiler table for tests: takes the operations it is told to, one group per connected wish, and remembers what it was asked.
#pragma once

#include <accel/backend.h>

#include <functional>
#include <string>
#include <vector>

#include "compiler/target.h"

namespace accel::testing {

/// Tables of C functions have no state of their own, so a fake lives in one of a few slots.
class FakeCompiler {
public:
    static constexpr uint32_t kSlots = 3;
    /// Group of a node, 0 to refuse it with REASON_OPERATION. Sees the whole graph it is asked about.
    using Claim = std::function<uint32_t(const accel_graph_desc &, const accel_node_desc &)>;

    FakeCompiler(uint32_t slot, std::string name, Claim claim);
    ~FakeCompiler();
    FakeCompiler(const FakeCompiler &) = delete;
    FakeCompiler &operator=(const FakeCompiler &) = delete;

    runtime::CompileTarget target() const;
    uint32_t query_count = 0;
    accel_status build_status = ACCEL_STATUS_OK;
    uint32_t roundings = (1u << ACCEL_ROUNDING_HALF_EVEN) | (1u << ACCEL_ROUNDING_TFLITE);
    std::function<void(accel_bk_support &)> distort;  ///< break the contract

    accel_status query(const accel_graph_desc *graph, accel_bk_support *out);
    accel_status target_info(uint32_t index, accel_bk_target_info *info);

private:
    uint32_t slot_;
    std::string name_;
    Claim claim_;
};

/// Claims these operations, all in group 1.
FakeCompiler::Claim takes(std::vector<uint32_t> operations);

}  // namespace accel::testing
