// SPDX-License-Identifier: MIT
// The operation catalog as tables: names and rules of types, roundings, reasons, attributes and operations.
#pragma once

#include <accel/graph.h>
#include <accel/graph/rules.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace accel::graph {

inline constexpr uint32_t kUnbounded = UINT32_MAX;

constexpr uint32_t type_bit(accel_type type) { return 1u << type; }

struct TypeRow {
    accel_type type;
    const char *name;
    uint32_t size_bits;
};

struct NameRow {
    uint32_t value;
    const char *name;
    const char *doc;
};

struct AttributeRow {
    accel_attribute_key key;
    const char *name;  ///< as in ONNX where it exists there
    accel_attribute_kind kind;
};

/// A key that was an attribute before 0.2.
struct RetiredRow {
    uint32_t key;
    const char *name;
};

enum class ValueKind : uint32_t { kIntegers,
                                  kReal,
                                  kReals };

/// A value operand.
struct ValueRow {
    const char *name;
    ValueKind kind;
    uint32_t key;  ///< that it had as an attribute before 0.2
};

struct OperationRow {
    accel_operation operation;
    uint32_t revision;  ///< newest
    const char *name;   ///< as in ONNX
    uint32_t input_count_min;
    uint32_t input_count_max;  ///< or kUnbounded; with value operands
    uint32_t output_count_min;
    uint32_t output_count_max;
    uint32_t types;                        ///< set of type_bit
    std::span<const uint32_t> attributes;  ///< keys
    bool quantised;                        ///< computes on quantised tensors, requantising with a rounding
    uint32_t first_value;                  ///< position of the first value operand, or kUnbounded
    std::span<const ValueRow> values;
    Rules rules;
};

/// Does the operation have an attribute of this key?
bool has_attribute(const OperationRow &row, uint32_t key);

std::span<const TypeRow> types();
std::span<const OperationRow> operations();

/// Rows by value; null when the value is outside the catalog.
const TypeRow *find_type(uint32_t type);
const NameRow *find_rounding(uint32_t rounding);
const NameRow *find_reason(uint32_t reason);
const AttributeRow *find_attribute(uint32_t key);
/// Null: the key is in use, or never was.
const RetiredRow *find_retired_attribute(uint32_t key);
const OperationRow *find_operation(uint32_t operation);
/// The name for sentences; "unknown" for a type outside the catalog.
const char *type_text(uint32_t type);

/// Size of an element; 0 for an unknown type, and for one whose elements are parts of a byte.
uint32_t type_size_bytes(uint32_t type);
/// Memory for that many elements, packed; none for an unknown type or where it would not fit into 64 bits.
std::optional<uint64_t> packed_size_bytes(uint32_t type, uint64_t element_count);
/// Has memory of its own, in buffers and ports? STRING has none anywhere but in a graph.
bool type_has_ports(uint32_t type);

}  // namespace accel::graph
