// SPDX-License-Identifier: MIT
// The owned graph, by the names that this library says without the graph library's.
#pragma once

#include <accel/backend.h>
#include <accel/graph/description.h>
#include <accel/graph/graph.h>

namespace accel::runtime {

using graph::Attribute;
using graph::AttributeArrays;
using graph::AttributeKind;
using graph::Dim;
using graph::Graph;
using graph::GraphDesc;
using graph::Held;
using graph::Node;
using graph::NodeDesc;
using graph::Origins;
using graph::Quantization;
using graph::Region;
using graph::Shape;
using graph::SparseTensor;
using graph::Symbol;
using graph::Tensor;

using graph::kMaxRank;
using graph::kMaxRegionDepth;
using graph::kMaxTensorBytes;
using graph::kUnknownDim;

using graph::attribute_at;
using graph::attribute_kind;
using graph::broadcast;
using graph::compact;
using graph::copy_attribute;
using graph::copy_graph;
using graph::element_count;
using graph::for_each_read;
using graph::for_each_tensor;
using graph::infer_shapes;
using graph::largest;
using graph::makers;
using graph::node_at;
using graph::node_text;
using graph::output_flags;
using graph::readers;
using graph::shapes_agree;
using graph::size_bytes;
using graph::sizes_of;
using graph::symbol_at;
using graph::tensor_at;
using graph::tensor_of;
using graph::tensor_text;
using graph::text;
using graph::variable_at;
using graph::work_macs;

}  // namespace accel::runtime
