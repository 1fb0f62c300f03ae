// SPDX-License-Identifier: MIT
// The rules that are checked before anything of a described graph is read: arrays, sizes, indices, depth.
#include "graph_check.h"

#include <accel/graph/expressions.h>
#include <accel/graph/quantization.h>

#include "base/catalog.h"
#include "base/check.h"

namespace accel::runtime {

namespace {

constexpr size_t kElementSizeMax = 4096;

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

const char *shown(const char *name)
{
    return name ? name : "";
}

class Structure {
public:
    Structure(const accel_graph_desc &desc, const RegionWalk &walk) : desc_(desc),
                                                                      walk_(walk) {}

    accel_status check()
    {
        const bool whole = (desc_.tensors || !desc_.tensor_count) && (desc_.nodes || !desc_.node_count) && (desc_.symbols || !desc_.symbol_count) && (desc_.expressions || !desc_.expression_count) && (desc_.variables || !desc_.variable_count);
        if (!whole) return fail(kBad, "G-1", nullptr, "graph '%s': an array with a count above 0 is NULL", shown(desc_.name));
        if (auto status = check_element_sizes(); status != ACCEL_STATUS_OK) return status;
        if (walk_.depth == 0) ACCEL_TRY(check_symbols());
        for (uint32_t i = 0; i < desc_.variable_count; ++i) ACCEL_TRY(check_variable(i));
        for (uint32_t i = 0; i < desc_.tensor_count; ++i) {
            if (auto status = check_tensor(i); status != ACCEL_STATUS_OK) return status;
        }
        for (uint32_t i = 0; i < desc_.node_count; ++i) {
            if (auto status = check_node_structure(i); status != ACCEL_STATUS_OK) return status;
        }
        if (auto status = check_indices(desc_.inputs, desc_.input_count, "graph inputs", false); status != ACCEL_STATUS_OK) return status;
        return check_indices(desc_.outputs, desc_.output_count, "graph outputs", false);
    }

private:
    accel_status check_element_size(const char *what, uint32_t given, size_t first, size_t known)
    {
        if (given >= first && given <= kElementSizeMax && given % 8 == 0) return ACCEL_STATUS_OK;
        return fail(kBad, "A-24", nullptr, "graph '%s': %s_size is %u, expected the sizeof of its maker's header, which is %zu here", shown(desc_.name), what, given, known);
    }

    accel_status check_element_sizes()
    {
        if (desc_.tensor_count) ACCEL_TRY(check_element_size("tensor", desc_.tensor_size, kFirstSize<accel_tensor_desc>, sizeof(accel_tensor_desc)));
        if (desc_.node_count) ACCEL_TRY(check_element_size("node", desc_.node_size, kFirstSize<accel_node_desc>, sizeof(accel_node_desc)));
        if (desc_.symbol_count) ACCEL_TRY(check_element_size("symbol", desc_.symbol_size, kFirstSize<accel_symbol>, sizeof(accel_symbol)));
        if (desc_.variable_count) ACCEL_TRY(check_element_size("variable", desc_.variable_size, kFirstSize<accel_variable>, sizeof(accel_variable)));
        return ACCEL_STATUS_OK;
    }

    accel_status check_symbols()
    {
        std::vector<uint32_t> expressions;
        for (uint32_t i = 0; i < desc_.symbol_count; ++i) {
            const accel_symbol symbol = symbol_at(desc_, i);
            ACCEL_TRY(check_tail(desc_.symbols, desc_.symbol_size, sizeof(accel_symbol), i, "symbol"));
            if (!symbol.name || !*symbol.name) return fail(kBad, "G-10", nullptr, "symbol %u has no name", i);
            if (symbol.kind < ACCEL_SYMBOL_KIND_FREE || symbol.kind > ACCEL_SYMBOL_KIND_DATA)
                return fail(kBad, "G-19", nullptr, "symbol '%s' is of kind %u, expected one of enum accel_symbol_kind", symbol.name, symbol.kind);
            if (symbol.kind == ACCEL_SYMBOL_KIND_FREE && symbol.expression != ACCEL_EXPRESSION_NONE)
                return fail(kBad, "G-19", nullptr, "symbol '%s' is free and has an expression, expected ACCEL_EXPRESSION_NONE", symbol.name);
            if (symbol.multiple < 1)
                return fail(kBad, "G-19", nullptr, "symbol '%s' is a multiple of %lld, expected at least 1", symbol.name, static_cast<long long>(symbol.multiple));
            expressions.push_back(symbol.kind == ACCEL_SYMBOL_KIND_DERIVED ? symbol.expression : ACCEL_EXPRESSION_NONE);
            if (symbol.min_size < 0 || symbol.max_size < symbol.min_size)
                return fail(kBad, "G-10", nullptr, "symbol '%s' ranges from %lld to %lld, expected 0 <= min <= max", symbol.name,
                            static_cast<long long>(symbol.min_size), static_cast<long long>(symbol.max_size));
        }
        return check_expressions(expressions);
    }

    /// expressions: of each symbol that is the value of one.
    accel_status check_expressions(const std::vector<uint32_t> &expressions)
    {
        const std::string why = graph::broken_rule({desc_.expressions, desc_.expression_count}, expressions);
        if (!why.empty()) return fail(kBad, "G-19", nullptr, "graph '%s': %s", shown(desc_.name), why.c_str());
        for (uint32_t i = 0; i < desc_.symbol_count; ++i) {
            const accel_symbol symbol = symbol_at(desc_, i);
            if (symbol.expression != ACCEL_EXPRESSION_NONE && symbol.expression >= desc_.expression_count)
                return fail(kBad, "G-19", nullptr, "symbol '%s' has expression %u, the graph has %u", symbol.name, symbol.expression, desc_.expression_count);
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_indices(const uint32_t *indices, uint32_t count, const char *what, bool absent_allowed)
    {
        if (count && !indices) return fail(kBad, "G-1", nullptr, "%s: %u are announced, the array is NULL", what, count);
        for (uint32_t i = 0; i < count; ++i) {
            if (indices[i] >= desc_.tensor_count && !(absent_allowed && indices[i] == ACCEL_TENSOR_NONE))
                return fail(kBad, "G-1", nullptr, "%s: entry %u is tensor %u, the graph has %u", what, i, indices[i], desc_.tensor_count);
        }
        return ACCEL_STATUS_OK;
    }

    /// What an element has beyond the members that this library knows must mean nothing.
    accel_status check_tail(const void *elements, uint32_t element_size, size_t known, uint32_t index, const char *what)
    {
        if (element_size <= known || is_zero(static_cast<const char *>(elements) + size_t{element_size} * index + known, element_size - known)) return ACCEL_STATUS_OK;
        return fail(kBad, "A-2", nullptr, "%s %u has members that this library does not know and that are not 0; a newer library is needed", what, index);
    }

    accel_status check_reserved(const accel_tensor_desc &tensor, uint32_t index)
    {
        ACCEL_TRY(check_dim_tails(tensor, index));
        return check_tail(desc_.tensors, desc_.tensor_size, sizeof(accel_tensor_desc), index, "tensor");
    }

    accel_status check_dim_tails(const accel_tensor_desc &tensor, uint32_t index)
    {
        const char *name = shown(tensor.name);
        for (uint32_t axis = 0; tensor.rank != ACCEL_RANK_UNKNOWN && axis < tensor.rank; ++axis) {
            if (tensor.dims[axis].reserved) return fail(kBad, "A-3", nullptr, "tensor %u '%s': dims[%u].reserved is not 0", index, name, axis);
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_tensor(uint32_t index)
    {
        const accel_tensor_desc tensor = tensor_at(desc_, index);
        const char *name = shown(tensor.name);
        const TypeRow *type = find_type(tensor.type);
        if (!type && tensor.type != 0) return fail(kBad, "G-3", nullptr, "tensor %u '%s': unknown element type %u", index, name, tensor.type);
        uint64_t bytes = 0;
        bool fixed = tensor.rank != ACCEL_RANK_UNKNOWN;
        if (fixed) ACCEL_TRY(check_dims(tensor, index, &fixed, &bytes));
        if (auto status = check_reserved(tensor, index); status != ACCEL_STATUS_OK) return status;
        if (auto status = check_data(tensor, index, fixed, bytes); status != ACCEL_STATUS_OK) return status;
        if (tensor.flags & ~static_cast<uint32_t>(ACCEL_TENSOR_FLAG_VARIABLE | ACCEL_TENSOR_FLAG_DEFAULT))
            return fail(kBad, "A-3", nullptr, "tensor %u '%s': unknown flags 0x%x", index, name, tensor.flags);
        if ((tensor.flags & ACCEL_TENSOR_FLAG_VARIABLE) && (tensor.flags & ACCEL_TENSOR_FLAG_DEFAULT))
            return fail(kBad, "G-5", nullptr, "tensor %u '%s': it has DEFAULT and VARIABLE; a variable's first value is in its table", index, name);
        if ((tensor.flags & ACCEL_TENSOR_FLAG_VARIABLE) && tensor.variable >= desc_.variable_count)
            return fail(kBad, "G-1", nullptr, "tensor %u '%s': of variable %u, the graph has %u", index, name, tensor.variable, desc_.variable_count);
        return tensor.quantization ? check_quantization(tensor, index) : ACCEL_STATUS_OK;
    }

    /// Its values are judged with the rules, on the copy.
    accel_status check_variable(uint32_t index)
    {
        const accel_variable variable = variable_at(desc_, index);
        ACCEL_TRY(check_tail(desc_.variables, desc_.variable_size, sizeof(accel_variable), index, "variable"));
        const accel_tensor_desc tensor = tensor_of(variable);
        if (!find_type(tensor.type)) return fail(kBad, "G-12", nullptr, "variable %u '%s': unknown element type %u", index, shown(tensor.name), tensor.type);
        bool fixed = true;
        uint64_t bytes = 0;
        if (tensor.rank == ACCEL_RANK_UNKNOWN) return fail(kBad, "G-12", nullptr, "variable %u '%s': its rank is unknown", index, shown(tensor.name));
        ACCEL_TRY(check_dims(tensor, index, &fixed, &bytes));
        ACCEL_TRY(check_dim_tails(tensor, index));
        if (!tensor.data && tensor.data_bytes) return fail(kBad, "G-12", nullptr, "variable %u '%s': data_bytes is %llu, but data is NULL", index, shown(tensor.name), static_cast<unsigned long long>(tensor.data_bytes));
        return tensor.quantization ? check_quantization(tensor, index) : ACCEL_STATUS_OK;
    }

    accel_status check_quantization(const accel_tensor_desc &tensor, uint32_t index)
    {
        const char *name = shown(tensor.name);
        if (tensor.type == 0 || tensor.rank == ACCEL_RANK_UNKNOWN) return fail(kBad, "G-4", nullptr, "tensor %u '%s': a quantisation on an unknown type or rank", index, name);
        accel_quantization quantization{};
        ACCEL_TRY(copy_in(tensor.quantization, &quantization, "tensors[].quantization"));
        std::vector<int64_t> sizes;
        for (uint32_t axis = 0; axis < tensor.rank; ++axis) sizes.push_back(tensor.dims[axis].symbol == ACCEL_SYMBOL_NONE ? tensor.dims[axis].size : -1);
        const std::string why = graph::broken_rule(quantization, tensor.type, sizes);
        if (!why.empty()) return fail(kBad, "G-4", nullptr, "tensor %u '%s' is quantised, but %s", index, name, why.c_str());
        return ACCEL_STATUS_OK;
    }

    accel_status check_dims(const accel_tensor_desc &tensor, uint32_t index, bool *out_fixed, uint64_t *bytes)
    {
        const char *name = shown(tensor.name);
        if (tensor.rank > kMaxRank) return fail(kBad, "G-3", nullptr, "tensor %u '%s': rank %u, at most %u", index, name, tensor.rank, kMaxRank);
        if (tensor.rank && !tensor.dims) return fail(kBad, "G-1", nullptr, "tensor %u '%s': rank %u, but dims is NULL", index, name, tensor.rank);
        // Of an unknown type, what would be bytes.
        const uint32_t type = tensor.type ? tensor.type : uint32_t{ACCEL_TYPE_U8};
        uint64_t elements = 1;
        for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
            const accel_dim &dim = tensor.dims[axis];
            if (dim.symbol != ACCEL_SYMBOL_NONE) {
                *out_fixed = false;
                if (dim.symbol >= desc_.symbol_count)
                    return fail(kBad, "G-1", nullptr, "tensor %u '%s': axis %u is symbol %u, the graph has %u", index, name, axis, dim.symbol, desc_.symbol_count);
                if (dim.size != -1)
                    return fail(kBad, "G-10", nullptr, "tensor %u '%s': axis %u has a symbol and size %lld, expected -1", index, name, axis, static_cast<long long>(dim.size));
            } else if (dim.size < 0 || static_cast<uint64_t>(dim.size) > kMaxTensorBytes || __builtin_mul_overflow(elements, static_cast<uint64_t>(dim.size), &elements) ||
                       packed_size_bytes(type, elements).value_or(UINT64_MAX) > kMaxTensorBytes) {
                return fail(kBad, "G-3", nullptr, "tensor %u '%s': axis %u has size %lld; sizes are at least 0 and a tensor has at most 2^40 bytes", index, name, axis,
                            static_cast<long long>(dim.size));
            }
        }
        *bytes = packed_size_bytes(type, elements).value_or(0);
        return ACCEL_STATUS_OK;
    }

    accel_status check_data(const accel_tensor_desc &tensor, uint32_t index, bool fixed, uint64_t bytes)
    {
        const char *name = shown(tensor.name);
        if (!tensor.data && tensor.data_bytes)
            return fail(kBad, "G-5", nullptr, "tensor %u '%s': data_bytes is %llu, but data is NULL", index, name,
                        static_cast<unsigned long long>(tensor.data_bytes));
        if ((tensor.flags & ACCEL_TENSOR_FLAG_DEFAULT) && !tensor.data) return fail(kBad, "G-5", nullptr, "tensor %u '%s': it has DEFAULT, and data is NULL", index, name);
        if ((tensor.flags & ACCEL_TENSOR_FLAG_DEFAULT) && walk_.depth > 0) return fail(kBad, "G-5", nullptr, "tensor %u '%s': it has DEFAULT in a region, whose inputs the node gives", index, name);
        if (tensor.data && !fixed) return fail(kBad, "G-5", nullptr, "tensor %u '%s': a constant whose shape is unknown or has symbols", index, name);
        // What values of an unknown type take is for those who know it.
        if (tensor.data && tensor.type != 0 && tensor.data_bytes != bytes)
            return fail(kBad, "G-5", nullptr, "tensor %u '%s': data_bytes is %llu, its shape and type need %llu", index, name,
                        static_cast<unsigned long long>(tensor.data_bytes), static_cast<unsigned long long>(bytes));
        return tensor.data && tensor.type == ACCEL_TYPE_STRING ? check_strings(tensor, index) : ACCEL_STATUS_OK;
    }

    accel_status check_strings(const accel_tensor_desc &tensor, uint32_t index)
    {
        for (uint64_t at = 0; at < tensor.data_bytes; at += sizeof(accel_bytes)) {
            accel_bytes bytes;  // an application's constants lie at any byte
            std::memcpy(&bytes, static_cast<const char *>(tensor.data) + at, sizeof bytes);
            if ((bytes.byte_count && !bytes.data) || bytes.byte_count > UINT32_MAX)
                return fail(kBad, "G-5", nullptr, "tensor %u '%s': string number %llu has %llu bytes %s", index, shown(tensor.name), static_cast<unsigned long long>(at / sizeof bytes),
                            static_cast<unsigned long long>(bytes.byte_count), bytes.data ? "and may have less than 2^32" : "and its data is NULL");
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_node_structure(uint32_t index)
    {
        const accel_node_desc node = node_at(desc_, index);
        if (auto status = check_tail(desc_.nodes, desc_.node_size, sizeof(accel_node_desc), index, "node"); status != ACCEL_STATUS_OK) return status;
        char what[160];
        snprintf(what, sizeof what, "node %u '%.100s' inputs", index, shown(node.name));
        if (auto status = check_indices(node.inputs, node.input_count, what, true); status != ACCEL_STATUS_OK) return status;
        snprintf(what, sizeof what, "node %u '%.100s' outputs", index, shown(node.name));
        if (auto status = check_indices(node.outputs, node.output_count, what, true); status != ACCEL_STATUS_OK) return status;
        if ((node.attribute_count && !node.attributes) || (node.region_count && !node.regions))
            return fail(kBad, "G-1", nullptr, "node %u '%s': an array with a count above 0 is NULL", index, shown(node.name));
        if (node.flags) return fail(kBad, "A-3", nullptr, "node %u '%s': unknown flags 0x%x", index, shown(node.name), node.flags);
        if (node.attribute_count) ACCEL_TRY(check_element_size("attribute", desc_.attribute_size, kFirstSize<accel_attribute>, sizeof(accel_attribute)));
        for (uint32_t i = 0; i < node.attribute_count; ++i) {
            if (auto status = check_tail(node.attributes, desc_.attribute_size, sizeof(accel_attribute), i, "attribute"); status != ACCEL_STATUS_OK) return status;
            if (auto status = check_attribute(desc_, node, i); status != ACCEL_STATUS_OK) return status;
        }
        return node.region_count ? check_region_structure(desc_, node, walk_) : ACCEL_STATUS_OK;
    }

    const accel_graph_desc &desc_;
    const RegionWalk &walk_;
};

}  // namespace

accel_status check_structure(const accel_graph_desc &desc)
{
    uint64_t element_count = 0;
    return Structure(desc, {desc, 0, element_count}).check();
}

accel_status check_structure_inside(const accel_graph_desc &desc, const RegionWalk &walk)
{
    return Structure(desc, walk).check();
}

}  // namespace accel::runtime
