// SPDX-License-Identifier: MIT
// What must hold of an attribute before it can be copied.
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "base/check.h"
#include "graph_check.h"
#include <accel/graph/attribute.h>

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

class AttributeStructure {
public:
    AttributeStructure(const accel_graph_desc &graph, const accel_node_desc &node, const accel_attribute &attribute, uint32_t index)
        : graph_(graph),
          node_(node),
          attribute_(attribute),
          kind_(attribute_kind(attribute.kind)),
          index_(index)
    {
    }

    accel_status check() const
    {
        if (kind_.held == Held::kNothing) return refuse("A-26", "has unknown kind " + std::to_string(attribute_.kind));
        if (!kind_.list && attribute_.count != 1) return refuse("G-6", "is of kind " + std::to_string(attribute_.kind) + ", which is one value, and announces " + std::to_string(attribute_.count));
        if (attribute_.count > UINT32_MAX) return refuse("G-6", "announces " + std::to_string(attribute_.count) + " values, expected less than 2^32");
        if (attribute_.count && !attribute_.values) return refuse("G-1", "announces " + std::to_string(attribute_.count) + " values, the array is NULL");
        if (reinterpret_cast<uintptr_t>(attribute_.values) % kind_.align_bytes)
            return refuse("G-6", "has values at an address that is no multiple of " + std::to_string(kind_.align_bytes) + ", the alignment of its type");
        switch (kind_.held) {
        case Held::kBytes: return check_bytes();
        case Held::kTensors: return check_tensors();
        case Held::kRegions: return check_regions();
        case Held::kSparse: return check_sparse();
        default: return ACCEL_STATUS_OK;
        }
    }

private:
    accel_status refuse(const char *rule, const std::string &what) const
    {
        return fail(kBad, rule, nullptr, "node '%s': attribute %u '%s' %s", node_.name ? node_.name : "", index_, attribute_.name ? attribute_.name : "", what.c_str());
    }

    template <class Value> std::span<const Value> values() const { return {static_cast<const Value *>(attribute_.values), static_cast<size_t>(attribute_.count)}; }

    accel_status check_bytes() const
    {
        for (const accel_bytes &bytes : values<accel_bytes>()) {
            if (bytes.byte_count > UINT32_MAX) return refuse("G-6", "has a string of " + std::to_string(bytes.byte_count) + " bytes, expected less than 2^32");
            if (bytes.byte_count && !bytes.data) return refuse("G-1", "has a string of " + std::to_string(bytes.byte_count) + " bytes whose data is NULL");
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_constant(uint32_t tensor) const
    {
        if (tensor >= graph_.tensor_count) return refuse("G-1", "names tensor " + std::to_string(tensor) + ", the graph has " + std::to_string(graph_.tensor_count));
        if (!tensor_at(graph_, tensor).data) return refuse("G-6", "names tensor " + std::to_string(tensor) + ", which is no constant; a value that is computed is an operand");
        return ACCEL_STATUS_OK;
    }

    accel_status check_tensors() const
    {
        for (const uint32_t tensor : values<uint32_t>()) ACCEL_TRY(check_constant(tensor));
        return ACCEL_STATUS_OK;
    }

    accel_status check_regions() const
    {
        for (const uint32_t region : values<uint32_t>())
            if (region >= node_.region_count) return refuse("G-1", "names region " + std::to_string(region) + ", the node has " + std::to_string(node_.region_count));
        return ACCEL_STATUS_OK;
    }

    accel_status check_sparse() const
    {
        for (const accel_sparse_tensor &tensor : values<accel_sparse_tensor>()) {
            if (tensor.reserved) return refuse("A-3", "has a sparse tensor whose reserved is not 0");
            if (tensor.rank > kMaxRank) return refuse("G-3", "has a sparse tensor of rank " + std::to_string(tensor.rank) + ", at most " + std::to_string(kMaxRank));
            if (tensor.rank && !tensor.dims) return refuse("G-1", "has a sparse tensor of rank " + std::to_string(tensor.rank) + " whose dims is NULL");
            ACCEL_TRY(check_constant(tensor.values));
            ACCEL_TRY(check_constant(tensor.indices));
            ACCEL_TRY(check_indices(tensor));
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_indices(const accel_sparse_tensor &sparse) const
    {
        int64_t elements = 1;
        for (uint32_t axis = 0; axis < sparse.rank; ++axis)
            if (sparse.dims[axis] < 0 || __builtin_mul_overflow(elements, sparse.dims[axis], &elements))
                return refuse("G-3", "has a sparse tensor of size " + std::to_string(sparse.dims[axis]) + " along axis " + std::to_string(axis) + ", expected at least 0 and less than 2^63 elements in all");
        const accel_tensor_desc values = tensor_at(graph_, sparse.values), indices = tensor_at(graph_, sparse.indices);
        const bool linear = indices.rank == 1;
        if (values.rank != 1 || indices.type != ACCEL_TYPE_I64 || (!linear && (indices.rank != 2 || indices.dims[1].size != sparse.rank)) || indices.dims[0].size != values.dims[0].size)
            return refuse("G-6", "has a sparse tensor of rank " + std::to_string(sparse.rank) + " whose indices are neither [n] nor [n, rank] of i64 for n values");
        int64_t last = -1;
        for (int64_t i = 0; i < values.dims[0].size; ++i) {
            const std::optional<int64_t> at = linear ? element(indices, i) : place(sparse, indices, i);
            if (!at || *at <= last || *at >= elements)
                return refuse("G-6", "has a sparse tensor whose index number " + std::to_string(i) + " lies outside of its dims or does not ascend");
            last = *at;
        }
        return ACCEL_STATUS_OK;
    }

    /// An application's constants lie at any byte.
    static int64_t element(const accel_tensor_desc &indices, int64_t position)
    {
        int64_t value = 0;
        std::memcpy(&value, static_cast<const char *>(indices.data) + position * static_cast<int64_t>(sizeof value), sizeof value);
        return value;
    }

    /// Coordinates as a linear index; nothing outside of the dims.
    static std::optional<int64_t> place(const accel_sparse_tensor &sparse, const accel_tensor_desc &indices, int64_t position)
    {
        int64_t at = 0;
        for (uint32_t axis = 0; axis < sparse.rank; ++axis) {
            const int64_t coordinate = element(indices, position * sparse.rank + axis);
            if (coordinate < 0 || coordinate >= sparse.dims[axis]) return std::nullopt;
            at = at * sparse.dims[axis] + coordinate;
        }
        return at;
    }

    const accel_graph_desc &graph_;
    const accel_node_desc &node_;
    const accel_attribute &attribute_;
    const AttributeKind kind_;
    const uint32_t index_;
};

}  // namespace

accel_status check_attribute(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index)
{
    const accel_attribute attribute = attribute_at(graph, node, index);
    return AttributeStructure(graph, node, attribute, index).check();
}

}  // namespace accel::runtime
