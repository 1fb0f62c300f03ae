// SPDX-License-Identifier: MIT
// Turns a module's reason code and numbers into a sentence.
#include "reasons.h"

#include <set>
#include <vector>

#include "base/catalog.h"
#include "text/printable.h"

namespace accel::runtime {

namespace {

std::string type_text(int64_t type)
{
    const TypeRow *row = type > 0 && type < 64 ? find_type(static_cast<uint32_t>(type)) : nullptr;
    return row ? row->name : std::to_string(type);
}

std::string rounding_text(int64_t rounding)
{
    const NameRow *row = rounding > 0 && rounding < 64 ? find_rounding(static_cast<uint32_t>(rounding)) : nullptr;
    return row ? row->name : std::to_string(rounding);
}

/// The offered roundings, which permit the operation when one is forced.
std::string offer_text(int64_t roundings)
{
    std::string names;
    for (int64_t rounding = 1; rounding < 63; ++rounding)
        if (roundings & (int64_t{1} << rounding)) names += (names.empty() ? "" : ", ") + rounding_text(rounding);
    return names.empty() ? "" : "; it offers " + names + ": --rounding, or rounding in accel_program_desc, forces one for the whole program";
}

/// ", given 7, expected 4", or nothing when the module gave no numbers.
std::string numbers(const accel_bk_support &answer)
{
    if (answer.given == 0 && answer.expected == 0) return "";
    return " (given " + std::to_string(answer.given) + ", admitted " + std::to_string(answer.expected) + ")";
}

/// "attribute 'group'", or the operation where the module named no attribute.
std::string attribute_text(const Node &node, const accel_bk_support &answer)
{
    const AttributeRow *row = answer.attribute ? find_attribute(answer.attribute) : nullptr;
    return row ? "attribute '" + std::string(row->name) + "'" : "an attribute of " + node.label();
}

/// The free symbols that a symbol's size follows from, itself among them.
void add_free_symbols(const Graph &graph, uint32_t symbol, std::set<uint32_t> *seen, std::string *names)
{
    if (!seen->insert(symbol).second) return;
    const Symbol &row = graph.symbols[symbol];
    if (row.kind == ACCEL_SYMBOL_KIND_FREE) *names += (names->empty() ? "'" : ", '") + row.name + "'";
    if (row.kind != ACCEL_SYMBOL_KIND_DERIVED || row.expression == ACCEL_EXPRESSION_NONE) return;
    std::vector<bool> read(row.expression + size_t{1});
    read[row.expression] = true;
    for (size_t i = read.size(); i-- > 0;) {  // an expression's operands stand before it
        const accel_expression &expression = graph.expressions[i];
        if (!read[i] || expression.op == ACCEL_EXPRESSION_CONSTANT) continue;
        if (expression.op == ACCEL_EXPRESSION_SYMBOL)
            add_free_symbols(graph, expression.left, seen, names);
        else
            read[expression.left] = read[expression.right] = true;
    }
}

/// What to give so that the tensor has sizes; "" where nothing that can be given decides them.
std::string wanted_sizes(const Graph &graph, uint32_t tensor)
{
    std::set<uint32_t> seen;
    std::string names;
    for (size_t axis = 0; tensor < graph.tensors.size() && axis < graph.tensors[tensor].shape.size(); ++axis)
        if (const Dim &dim = graph.tensors[tensor].shape[axis]; dim.symbol < graph.symbols.size()) add_free_symbols(graph, dim.symbol, &seen, &names);
    return names.empty() ? "" : "; sizes follow from " + names + ": --dim, or symbols in accel_program_desc, give them";
}

std::string reason_text(const Graph &graph, const Node &node, const accel_bk_support &answer)
{
    const std::string of = answer.tensor < graph.tensors.size() ? " of tensor " + tensor_text(graph, answer.tensor) : "";
    switch (answer.reason) {
    case ACCEL_REASON_OPERATION: return "does not do " + node.label() + (of.empty() ? "" : of) + (node.reason.empty() ? "" : " (" + node.reason + ")");
    case ACCEL_REASON_TYPE: return "element type " + type_text(answer.given) + of + (answer.expected ? ", expected " + type_text(answer.expected) : "");
    case ACCEL_REASON_RANK: return "rank " + std::to_string(answer.given) + of + ", expected " + std::to_string(answer.expected);
    case ACCEL_REASON_SIZE: return "size" + of + numbers(answer);
    case ACCEL_REASON_LAYOUT: return "layout" + of + numbers(answer);
    case ACCEL_REASON_ATTRIBUTE: return attribute_text(node, answer) + of + numbers(answer);
    case ACCEL_REASON_QUANTIZATION: return "quantisation" + of + numbers(answer);
    case ACCEL_REASON_RESOURCE: return "does not fit: on-chip memory, contexts or addresses" + of + numbers(answer);
    case ACCEL_REASON_ROUNDING: return "does not requantise with rounding " + rounding_text(answer.given) + offer_text(answer.expected);
    case ACCEL_REASON_SYMBOL: return "a dimension without a value" + of + (node.reason.empty() ? "" : " (" + node.reason + ")") + wanted_sizes(graph, answer.tensor);
    case ACCEL_REASON_CONSTANT: return answer.tensor < graph.tensors.size() && graph.tensors[answer.tensor].constant() ? "must not be constant: tensor " + tensor_text(graph, answer.tensor)
                                                                                                                       : "must be constant" + (of.empty() ? ": an operand" : ": tensor " + tensor_text(graph, answer.tensor));
    case ACCEL_REASON_PROFILE: return node.label() + " is newer than the module";
    case ACCEL_REASON_REVISION: return "knows " + node.label() + " up to revision " + std::to_string(answer.expected) + ", this node is of revision " + std::to_string(answer.given);
    case ACCEL_REASON_CUSTOM: return "does not do the custom node " + node.label() + of + (node.reason.empty() ? "" : " (" + node.reason + ")");
    case ACCEL_REASON_REGION: return "does not do what is in the " + std::to_string(node.regions.size()) + (node.regions.size() == 1 ? " region of " : " regions of ") + node.label() + of;
    case ACCEL_REASON_NEIGHBOUR: return "possible only together with a neighbour that was refused";
    default: break;
    }
    return "reason " + std::to_string(answer.reason) + ", which this library does not know" + of + numbers(answer);
}

}  // namespace

std::string refusal_text(const Graph &graph, const Node &node, const accel_bk_support &answer) { return text::printable(reason_text(graph, node, answer)); }

}  // namespace accel::runtime
