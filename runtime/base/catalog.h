// SPDX-License-Identifier: MIT
// The catalog by the names that this library says without the graph library's.
#pragma once

#include <accel/graph/catalog.h>

namespace accel::runtime {

using graph::AttributeRow;
using graph::find_attribute;
using graph::find_operation;
using graph::find_reason;
using graph::find_retired_attribute;
using graph::find_rounding;
using graph::find_type;
using graph::has_attribute;
using graph::kUnbounded;
using graph::NameRow;
using graph::OperationRow;
using graph::packed_size_bytes;
using graph::RetiredRow;
using graph::type_bit;
using graph::type_has_ports;
using graph::type_size_bytes;
using graph::type_text;
using graph::TypeRow;
using graph::types;
using graph::ValueKind;
using graph::ValueRow;

}  // namespace accel::runtime
