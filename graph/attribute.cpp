// SPDX-License-Identifier: MIT
// Copies attributes of every kind in, and describes them again.
#include <accel/graph/attribute.h>

#include <span>

namespace accel::graph {

namespace {

template <class Value> AttributeKind kind_of(Held held, bool list) { return {held, list, sizeof(Value), alignof(Value)}; }

template <class Value> std::span<const Value> values_of(const accel_attribute &desc)
{
    return {static_cast<const Value *>(desc.values), static_cast<size_t>(desc.count)};
}

template <class Value> std::vector<Value> copied(const accel_attribute &desc)
{
    const auto values = values_of<Value>(desc);
    return {values.begin(), values.end()};
}

std::vector<std::string> copy_bytes(const accel_attribute &desc)
{
    std::vector<std::string> out;
    for (const accel_bytes &bytes : values_of<accel_bytes>(desc)) out.emplace_back(static_cast<const char *>(bytes.data), bytes.byte_count);
    return out;
}

std::vector<SparseTensor> copy_sparse(const accel_attribute &desc)
{
    std::vector<SparseTensor> out;
    for (const accel_sparse_tensor &from : values_of<accel_sparse_tensor>(desc)) out.push_back({from.values, from.indices, {from.dims, from.dims + from.rank}});
    return out;
}

/// There from the start, so that no child of fork waits for the thread that was making it, and to the end.
template <class Value> struct Lasting {
    union {
        std::vector<Value> value;
    };
    constexpr Lasting() : value() {}
    constexpr ~Lasting() {}
};

template <class Value> constinit const Lasting<Value> kNothing;

template <class Value> const std::vector<Value> &held_or_nothing(const Attribute::Values &values)
{
    const auto *held = std::get_if<std::vector<Value>>(&values);
    return held ? *held : kNothing<Value>.value;
}

}  // namespace

Attribute::Values::Values(const Values &other) : Held()
{
    std::visit([this](const auto &held) { Held::operator=(std::decay_t<decltype(held)>(held)); }, static_cast<const Held &>(other));
}

Attribute::Values &Attribute::Values::operator=(const Values &other) { return *this = Values(other); }

const std::vector<int64_t> &Attribute::ints() const { return held_or_nothing<int64_t>(values); }
const std::vector<float> &Attribute::floats() const { return held_or_nothing<float>(values); }

std::string_view Attribute::text() const
{
    const auto &strings = held_or_nothing<std::string>(values);
    return strings.empty() ? std::string_view() : strings.front();
}

AttributeKind attribute_kind(uint32_t kind)
{
    switch (kind) {
    case ACCEL_ATTRIBUTE_KIND_FLOAT:
    case ACCEL_ATTRIBUTE_KIND_FLOATS: return kind_of<float>(Held::kFloats, kind == ACCEL_ATTRIBUTE_KIND_FLOATS);
    case ACCEL_ATTRIBUTE_KIND_INT:
    case ACCEL_ATTRIBUTE_KIND_INTS: return kind_of<int64_t>(Held::kInts, kind == ACCEL_ATTRIBUTE_KIND_INTS);
    case ACCEL_ATTRIBUTE_KIND_DOUBLE:
    case ACCEL_ATTRIBUTE_KIND_DOUBLES: return kind_of<double>(Held::kDoubles, kind == ACCEL_ATTRIBUTE_KIND_DOUBLES);
    case ACCEL_ATTRIBUTE_KIND_STRING:
    case ACCEL_ATTRIBUTE_KIND_TYPE: return kind_of<accel_bytes>(Held::kBytes, false);
    case ACCEL_ATTRIBUTE_KIND_STRINGS:
    case ACCEL_ATTRIBUTE_KIND_TYPES: return kind_of<accel_bytes>(Held::kBytes, true);
    case ACCEL_ATTRIBUTE_KIND_TENSOR:
    case ACCEL_ATTRIBUTE_KIND_TENSORS: return kind_of<uint32_t>(Held::kTensors, kind == ACCEL_ATTRIBUTE_KIND_TENSORS);
    case ACCEL_ATTRIBUTE_KIND_GRAPH:
    case ACCEL_ATTRIBUTE_KIND_GRAPHS: return kind_of<uint32_t>(Held::kRegions, kind == ACCEL_ATTRIBUTE_KIND_GRAPHS);
    case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR:
    case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS: return kind_of<accel_sparse_tensor>(Held::kSparse, kind == ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS);
    default: return {Held::kNothing, false, 0, 0};
    }
}

Attribute copy_attribute(const accel_attribute &desc)
{
    Attribute attribute{desc.key, desc.kind, desc.name ? desc.name : "", {}};
    switch (attribute_kind(desc.kind).held) {
    case Held::kInts: attribute.values = copied<int64_t>(desc); break;
    case Held::kFloats: attribute.values = copied<float>(desc); break;
    case Held::kDoubles: attribute.values = copied<double>(desc); break;
    case Held::kBytes: attribute.values = copy_bytes(desc); break;
    case Held::kTensors:
    case Held::kRegions: attribute.values = copied<uint32_t>(desc); break;
    case Held::kSparse: attribute.values = copy_sparse(desc); break;
    case Held::kNothing: break;
    }
    return attribute;
}

accel_attribute AttributeArrays::describe(const Attribute &attribute)
{
    accel_attribute desc{attribute.key, attribute.kind, attribute.name.c_str(), nullptr, 0};
    const auto point_to = [&desc](const auto &values) {
        desc.values = values.data();
        desc.count = values.size();
    };
    if (const auto *strings = std::get_if<std::vector<std::string>>(&attribute.values)) {
        std::vector<accel_bytes> &bytes = bytes_.emplace_back();
        for (const std::string &string : *strings) bytes.push_back({string.data(), string.size()});
        point_to(bytes);
    } else if (const auto *sparse = std::get_if<std::vector<SparseTensor>>(&attribute.values)) {
        std::vector<accel_sparse_tensor> &tensors = sparse_.emplace_back();
        for (const SparseTensor &from : *sparse) tensors.push_back({from.values, from.indices, static_cast<uint32_t>(from.dims.size()), 0, from.dims.data()});
        point_to(tensors);
    } else {
        std::visit([&](const auto &values) { point_to(values); }, attribute.values);
    }
    return desc;
}

}  // namespace accel::graph
