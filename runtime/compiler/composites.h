// SPDX-License-Identifier: MIT
// Composite operations as steps of core operations. The tables come from the records of the catalog (api/catalog/ops); here they are computed for one node, whose sizes are known.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace accel::runtime {

struct ElementType {
    uint32_t number = 0;
    bool operator==(const ElementType &) const = default;
};

/// What an expression gives.
using Datum = std::variant<int64_t, double, std::vector<int64_t>, std::vector<double>, std::string, ElementType, bool>;

/// What is known about the node. Operands count without those that shape the result.
struct NodeFacts {
    std::function<std::optional<std::span<const int64_t>>(uint32_t operand)> shape;  ///< nothing: the operand is absent
    std::function<uint32_t(uint32_t operand)> type;
    std::function<std::optional<Datum>(uint32_t key)> attribute;           ///< nothing: absent
    std::function<std::optional<Datum>(uint32_t position)> operand_value;  ///< of an operand that shapes the result, counted among all
};

struct PlacedOperand {
    enum class Source { kValue,
                        kConstant,
                        kAbsent } source = Source::kAbsent;
    uint32_t value = 0;  ///< number of the value; of a constant: of the one whose element type it has
    Datum constant;
};

struct PlacedAttribute {
    uint32_t key;
    int operand;  ///< position of the value operand that it is, and key is CUSTOM; else -1
    Datum value;
};

struct PlacedStep {
    accel_operation operation;
    accel_rounding rounding;
    std::vector<PlacedOperand> operands;
    std::vector<uint32_t> results;
    std::vector<PlacedAttribute> attributes;
};

/// Values are numbered: first the node's operands, absent ones too, then what steps make.
struct Decomposition {
    uint32_t value_count = 0;
    std::vector<uint32_t> results;  ///< of the node, by value
    std::vector<PlacedStep> steps;
};

struct Composite;

/// Null: a core operation, or none of the catalog's.
const Composite *find_composite(accel_operation operation);
/// Of an operator that importers write with other operations, too.
const Composite *find_composite(std::string_view domain, std::string_view onnx_name);

/// The steps for one node; nothing, and why, when its attributes and sizes do not go together.
std::optional<Decomposition> decompose(const Composite &composite, const NodeFacts &facts, std::string *why);

}  // namespace accel::runtime
