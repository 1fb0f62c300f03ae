// SPDX-License-Identifier: MIT
// Shapes, attributes and values of one node and its tensors.
#include <accel/graph/applied.h>

#include <accel/graph/catalog.h>
#include <accel/graph/reals.h>
#include <accel/graph/values.h>

namespace accel::graph {

Shape Applied::shape_of(const accel_tensor_desc &tensor)
{
    Shape shape;
    shape.reserve(tensor.rank);
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) shape.emplace_back(tensor.dims[axis]);
    return shape;
}

const accel_attribute *Applied::find(uint32_t key) const
{
    const auto *at = reinterpret_cast<const char *>(node->attributes);
    for (uint32_t i = 0; i < node->attribute_count; ++i, at += attribute_size) {
        const auto *attribute = reinterpret_cast<const accel_attribute *>(at);
        if (attribute->key == key) return attribute;
    }
    return nullptr;
}

std::span<const int64_t> Applied::ints(uint32_t key) const
{
    const accel_attribute *found = find(key);
    if (!found || (found->kind != ACCEL_ATTRIBUTE_KIND_INT && found->kind != ACCEL_ATTRIBUTE_KIND_INTS)) return {};
    return {static_cast<const int64_t *>(found->values), static_cast<size_t>(found->count)};
}

int64_t Applied::integer(uint32_t key, int64_t otherwise) const
{
    const auto values = ints(key);
    return values.empty() ? otherwise : values[0];
}

std::string_view Applied::string(uint32_t key) const
{
    const accel_attribute *found = find(key);
    if (!found || found->kind != ACCEL_ATTRIBUTE_KIND_STRING || found->count == 0) return {};
    const auto &bytes = *static_cast<const accel_bytes *>(found->values);
    return {static_cast<const char *>(bytes.data), static_cast<size_t>(bytes.byte_count)};
}

std::optional<std::vector<int64_t>> Applied::integers(size_t position) const
{
    return operand(position) ? read_integers(Values::of(*operand(position)), nullptr) : std::nullopt;
}

std::optional<float> Applied::real(size_t position) const { return operand(position) ? read_real(Values::of(*operand(position)), nullptr) : std::nullopt; }

size_t Applied::unknown_shape() const
{
    const OperationRow *row = find_operation(operation());
    for (size_t i = 0; row && i < row->values.size(); ++i) {
        const size_t position = row->first_value + i;
        if (!operand(position) || row->values[i].kind == ValueKind::kReal) continue;
        if (row->values[i].kind == ValueKind::kReals ? !reals_at(*this, position) : !integers(position)) return position;
    }
    return 0;
}

std::string Applied::name(size_t position) const
{
    const char *name = operands[position]->name;
    return name && *name ? "'" + std::string(name) + "'" : "number " + std::to_string(node->inputs[position]);
}

std::string Applied::shown(size_t position) const { return "operand " + name(position) + " has shape " + text(symbols, shape(position)); }

}  // namespace accel::graph
