// SPDX-License-Identifier: MIT
// Graphs to lists of jobs. Pure: no hardware is touched here.
#pragma once

#include <module/built.h>

#include <memory>
#include <span>

namespace accel::template_drm {

/// The one compile target of this room.
constexpr const char *kTarget = "template_drm";
constexpr uint64_t kAlignBytes = 64;

struct Compiler {
    static constexpr accel_bk_operation kOperations[] = {{ACCEL_OPERATION_ADD, 1}, {ACCEL_OPERATION_MUL, 1}, {ACCEL_OPERATION_RELU, 1}};

    static accel_status target_info(uint32_t index, accel_bk_target_info &info);
    static accel_status query(const accel_graph_desc &graph, const accel_bk_compile_options &options, std::span<accel_bk_support> nodes);
    static accel_status build(std::span<const accel_graph_desc *const> graphs, const accel_bk_compile_options &options, std::unique_ptr<module::Built> &out);
    static accel_status check(std::span<const uint8_t> bytes, const char *target, accel_fit &fit);
};

}  // namespace accel::template_drm
