// SPDX-License-Identifier: MIT
// Graphs to blobs. Pure: no hardware is touched here.
#pragma once

#include <accel/backend.h>

namespace accel::template_room {

/// What this room knows, each to its newest revision that is implemented here. The runtime shows it nothing else.
inline constexpr accel_bk_operation kOperations[] = {{ACCEL_OPERATION_ADD, 1}};

/// The one compile target of this room.
constexpr const char *kTarget = "template";

accel_status target_info(uint32_t index, accel_bk_target_info *info);
accel_status query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *out_nodes);
accel_status build(const accel_bk_host *host, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options, accel_bk_blob **out_blob);
accel_status check(const accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, accel_fit *out_fit);

}  // namespace accel::template_room
