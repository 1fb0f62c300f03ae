// SPDX-License-Identifier: MIT
// Looks up the generated rows, and ties each operation to its rules.
#include <accel/graph/catalog.h>

#include <accel/graph/reals.h>
#include <accel/graph/typing.h>

#include <algorithm>

#include "fold/rules.h"
#include "shapes/rules.h"
#include "work.h"

namespace accel::graph {

namespace {

#include "catalog_tables.inc"

template <class Row, size_t N, class Value> const Row *find_value(const Row (&rows)[N], Value Row::*member, uint32_t value)
{
    for (const Row &row : rows)
        if (static_cast<uint32_t>(row.*member) == value)
            return &row;
    return nullptr;
}

}  // namespace

bool has_attribute(const OperationRow &row, uint32_t key) { return std::find(row.attributes.begin(), row.attributes.end(), key) != row.attributes.end(); }

std::span<const TypeRow> types() { return kTypes; }
std::span<const OperationRow> operations() { return kOperations; }

const TypeRow *find_type(uint32_t type) { return find_value(kTypes, &TypeRow::type, type); }
const NameRow *find_rounding(uint32_t rounding) { return find_value(kRoundings, &NameRow::value, rounding); }
const NameRow *find_reason(uint32_t reason) { return find_value(kReasons, &NameRow::value, reason); }
const AttributeRow *find_attribute(uint32_t key) { return find_value(kAttributes, &AttributeRow::key, key); }
const RetiredRow *find_retired_attribute(uint32_t key) { return find_value(kRetired, &RetiredRow::key, key); }
const OperationRow *find_operation(uint32_t operation) { return find_value(kOperations, &OperationRow::operation, operation); }
const Typing *find_typing(uint32_t operation) { return find_value(kTypings, &Typing::operation, operation); }

const char *type_text(uint32_t type)
{
    const TypeRow *row = find_type(type);
    return row ? row->name : "unknown";
}

uint32_t type_size_bytes(uint32_t type)
{
    const TypeRow *row = find_type(type);
    return row && row->size_bits % 8 == 0 ? row->size_bits / 8 : 0;
}

std::optional<uint64_t> packed_size_bytes(uint32_t type, uint64_t element_count)
{
    const TypeRow *row = find_type(type);
    uint64_t bits;
    if (!row || __builtin_mul_overflow(element_count, uint64_t{row->size_bits}, &bits))
        return std::nullopt;
    return bits / 8 + (bits % 8 != 0);
}

bool type_has_ports(uint32_t type) { return type != ACCEL_TYPE_STRING && accel_type_bits(type) != 0; }

}  // namespace accel::graph
