// SPDX-License-Identifier: MIT
// The live part of a graph, in order.
#pragma once

#include "common/host.h"
#include "common/names.h"
#include "proto.h"

#include <vector>

namespace accel::onnx {

/// What the outputs of a graph depend on. Nothing else of a model is judged: it may be of any operator, type or form.
struct LiveParts {
    std::vector<uint32_t> nodes;  ///< positions in the file, makers before readers: in the file's order where that is such an order
    std::vector<bool> initializers;
    std::vector<bool> sparse_initializers;
    Names read;  ///< every name that one of the nodes, or a body inside one, or an output reads

    bool is_read(std::string_view name) const { return read.find(name) != Names::kNone; }
};

/// CORRUPT where something live is made by nothing, by two, or by itself. What a body does not make comes from around it.
LiveParts live_parts(const GraphProto &graph, bool is_body, Host &host);

}  // namespace accel::onnx
