// SPDX-License-Identifier: MIT
// A compiler table for tests: takes the operations it is told to, one group per connected wish, and remembers what it was asked.
#pragma once

#include <accel/backend.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
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
    uint32_t roundings = (1u << ACCEL_ROUNDING_HALF_EVEN) | (1u << ACCEL_ROUNDING_TFLITE);
    uint32_t flags = 0;                               ///< enum accel_bk_target_flag
    std::function<void(accel_bk_support &)> distort;  ///< break the contract
    std::function<accel_status(std::span<const accel_graph_desc *const>, accel_bk_blob **)> build;

    accel_status query(const accel_graph_desc *graph, accel_bk_support *out);
    accel_status target_info(uint32_t index, accel_bk_target_info *info);

private:
    uint32_t slot_;
    std::string name_;
    Claim claim_;
};

inline FakeCompiler *slots[FakeCompiler::kSlots];

template <uint32_t slot> accel_status slot_info(uint32_t index, accel_bk_target_info *info)
{
    return slots[slot]->target_info(index, info);
}
template <uint32_t slot>
accel_status slot_query(const accel_bk_host *, const accel_graph_desc *graph, const accel_bk_compile_options *, accel_bk_support *out)
{
    return slots[slot]->query(graph, out);
}

template <uint32_t slot>
accel_status slot_build(const accel_bk_host *, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *, accel_bk_blob **out)
{
    return slots[slot]->build({graphs, graph_count}, out);
}

/// Whatever its claim says.
inline const auto every_operation = [] {
    std::array<accel_bk_operation, 64> all{};
    for (uint32_t i = 0; i < all.size(); ++i) all[i] = {i + 1, 1};
    return all;
}();

template <uint32_t slot> accel_bk_compiler table()
{
    accel_bk_compiler compiler{};
    compiler.struct_size = sizeof compiler;
    compiler.operations = every_operation.data();
    compiler.operation_count = every_operation.size();
    compiler.target_info = slot_info<slot>;
    compiler.query = slot_query<slot>;
    compiler.build = slot_build<slot>;
    return compiler;
}
inline const accel_bk_compiler tables[] = {table<0>(), table<1>(), table<2>()};

inline FakeCompiler::FakeCompiler(uint32_t slot, std::string name, Claim claim) : slot_(slot),
                                                                                  name_(std::move(name)),
                                                                                  claim_(std::move(claim))
{
    slots[slot] = this;
}

inline FakeCompiler::~FakeCompiler()
{
    slots[slot_] = nullptr;
}

inline runtime::CompileTarget FakeCompiler::target() const
{
    runtime::CompileTarget target;
    target.compiler = &tables[slot_];
    target.name = target.backend = target.label = name_;
    runtime::look_up(target);
    return target;
}

inline accel_status FakeCompiler::target_info(uint32_t index, accel_bk_target_info *info)
{
    if (index != 0) return ACCEL_STATUS_NOT_FOUND;
    info->name = name_.c_str();
    info->roundings = roundings;
    info->flags = flags;
    return ACCEL_STATUS_OK;
}

inline accel_status FakeCompiler::query(const accel_graph_desc *graph, accel_bk_support *out)
{
    ++query_count;
    for (uint32_t i = 0; i < graph->node_count; ++i) {
        const uint32_t group = claim_(*graph, runtime::node_at(*graph, i));
        out[i] = accel_bk_support{group, group ? 0u : uint32_t{ACCEL_REASON_OPERATION}, ACCEL_TENSOR_NONE, 0, 0, 0};
        if (distort) distort(out[i]);
    }
    return ACCEL_STATUS_OK;
}

/// Claims these operations, all in group 1.
inline FakeCompiler::Claim takes(std::vector<uint32_t> operations)
{
    return [operations](const accel_graph_desc &, const accel_node_desc &node) {
        return std::find(operations.begin(), operations.end(), node.operation) != operations.end() ? 1u : 0u;
    };
}

}  // namespace accel::testing
