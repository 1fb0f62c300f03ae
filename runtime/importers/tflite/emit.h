// SPDX-License-Identifier: MIT
// Adds operations of the catalog, and what stands between the format's tensors and them.
#pragma once

#include "common/constant.h"
#include "common/graph.h"

namespace accel::tflite {

using importer::AttributeList;
using importer::Dims;
using importer::Graph;
using importer::kNoValue;
using importer::Operator;
using importer::Quantization;
using importer::Value;
using importer::ValueId;

using Perm = std::vector<int64_t>;

/// Makes unnamed values by operations, all of which stand for the operator that is being read. Constants are moved now, other values when the model runs.
class Emitter {
public:
    Emitter(Graph &graph, importer::ConstantStore &store) : graph_(graph),
                                                            store_(store) {}

    /// What the operations from here on stand for. name lives as long as the model.
    void begin(const char *name, Operator origin);
    const char *name() const { return name_; }
    const Operator &origin() const { return origin_; }
    Graph &graph() { return graph_; }
    const Value &value(ValueId id) const { return graph_.value(id); }
    std::vector<int64_t> sizes(ValueId id) const;

    /// An operation with one result. CORRUPT where the result is larger than a tensor may be.
    ValueId emit(accel_operation operation, std::vector<ValueId> inputs, uint32_t type, std::vector<int64_t> sizes, AttributeList attributes = {}, uint32_t rounding = ACCEL_ROUNDING_NONE);
    /// A result of an operation that has several.
    ValueId result(uint32_t type, std::vector<int64_t> sizes, std::optional<Quantization> quantization = {});
    void push(accel_operation operation, std::vector<ValueId> inputs, std::vector<ValueId> outputs, AttributeList attributes = {}, uint32_t rounding = ACCEL_ROUNDING_NONE);

    ValueId list(const std::vector<int64_t> &values);
    ValueId real(float value) { return graph_.add_real(value); }
    ValueId reals(std::vector<int64_t> sizes, const std::vector<float> &values);
    /// A constant of the importer's own; a byte for each element where type is 8 bit wide.
    ValueId constant(uint32_t type, std::vector<int64_t> sizes, const void *data, uint64_t byte_count);
    /// Memory for one, paid for.
    void *granted(uint64_t byte_count);

    /// Axis i of the result is axis perm[i] of x. Where only axes of size 1 move, no element does.
    ValueId transposed(ValueId x, const Perm &perm);
    ValueId reshaped(ValueId x, std::vector<int64_t> sizes);
    ValueId cast(ValueId x, uint32_t type);
    /// The same stored values, with what they mean.
    ValueId meaning(ValueId x, const Quantization &quantization);
    /// Real values of stored ones, and back with halves away from zero, as the format's reference kernels do it. Bytes carry their quantisation; what is wider is scaled by arithmetic.
    ValueId dequantised(ValueId x);
    ValueId dequantised(ValueId x, const Quantization &quantization);
    ValueId quantised(ValueId x, uint32_t type, const Quantization &quantization);

private:
    ValueId widened(ValueId x);
    ValueId moved_constant(ValueId x, const Perm &perm);
    ValueId rounded(ValueId x, uint32_t type, const Quantization &quantization);

    Graph &graph_;
    importer::ConstantStore &store_;
    const char *name_ = "";
    Operator origin_;
};

/// Is it stored in the way that quantised operations of the catalog take?
constexpr bool is_byte(uint32_t type)
{
    return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8;
}

/// CORRUPT where these are no sizes of a tensor.
Dims checked_sizes(std::span<const int64_t> sizes);
int64_t count_of(std::span<const int64_t> sizes);
std::vector<int64_t> permuted(std::span<const int64_t> sizes, const Perm &perm);

}  // namespace accel::tflite
