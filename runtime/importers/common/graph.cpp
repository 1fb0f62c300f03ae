// SPDX-License-Identifier: MIT
// Adds values, operations and bodies, and makes computed values real where they are read.
#include "graph.h"

#include "failure.h"

#include <algorithm>
#include <cstring>

namespace accel::importer {
namespace {

template <typename T>
void append(const Value &value, int64_t count, std::vector<Element> &out)
{
    for (int64_t i = 0; i < count; ++i) {
        T element;
        std::memcpy(&element, static_cast<const char *>(value.data) + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
        out.push_back({static_cast<int64_t>(element)});
    }
}

template <typename T>
void store(ModelMemory &memory, Value &value, const std::vector<T> &values)
{
    static constexpr int64_t kNothing = 0;
    value.data = values.empty() ? static_cast<const void *>(&kNothing) : memory.copy(values);
    value.data_bytes = values.size() * sizeof(T);
}

}  // namespace

void make_custom(Operation &operation, std::string reason)
{
    operation.operation = ACCEL_OPERATION_CUSTOM;
    operation.custom = std::make_shared<const Custom>(Custom{operation.origin, {}, std::move(reason), {}});
}

std::vector<int64_t> block_dims_of(const Quantization &quantization, size_t rank)
{
    std::vector<int64_t> block_dims = quantization.block_dims;
    if (block_dims.empty() && quantization.per_axis()) {
        block_dims.resize(rank);
        block_dims[quantization.axis] = 1;
    }
    return block_dims;
}

Graph::Graph(Graph &around) : memory(around.memory),
                              sizes(around.sizes),
                              scopes_(around.scope_count()),
                              around_(&around) {}

uint32_t Graph::named_size(std::string_view name)
{
    if (!is_body()) {
        return sizes.symbol(name);
    }
    const auto [place, added] = named_sizes_.emplace(name, 0);
    if (added) {
        place->second = sizes.turning_symbol(name);
    }
    return place->second;
}

uint32_t Graph::unnamed_size(std::string_view tensor, size_t axis)
{
    return is_body() ? sizes.turning_symbol(text(tensor, ".dim", axis)) : sizes.unnamed_symbol(tensor, axis);
}

ValueId Graph::add(Value value)
{
    values_.push_back(std::move(value));
    return static_cast<ValueId>(values_.size() - 1);
}

void Graph::materialise(ValueId id)
{
    Value &value = values_[id];
    if (value.data != nullptr || !value.is_constant()) {
        return;
    }
    const auto integers = integers_of(value);
    if (value.type == ACCEL_TYPE_I32) {
        store(memory, value, std::vector<int32_t>(integers->begin(), integers->end()));
    } else if (value.type == ACCEL_TYPE_BOOL) {
        store(memory, value, std::vector<uint8_t>(integers->begin(), integers->end()));
    } else {
        store(memory, value, *integers);
    }
}

ValueId Graph::add_named(Value value)
{
    const std::string_view name = value.name;
    const ValueId id = add(std::move(value));
    alias(name, id);
    return id;
}

void Graph::alias(std::string_view name, ValueId id)
{
    if (!scopes_.back().names.add(name, id)) {
        corrupt("two values are named '", name, "'");
    }
}

ValueId Graph::redefine(Value value)
{
    const std::string_view name = value.name;
    const ValueId id = add(std::move(value));
    scopes_.back().names.set(name, id);
    return id;
}

void Graph::set_quantization(ValueId id, Quantization quantization)
{
    values_[id].quantization = std::move(quantization);
    newly_quantized_.push_back(id);
}

void Graph::mark()
{
    marked_values_ = values_.size();
    marked_operations_ = operations.size();
    newly_quantized_.clear();
}

void Graph::roll_back()
{
    for (const ValueId id : newly_quantized_) {
        values_[id].quantization.reset();
    }
    newly_quantized_.clear();
    while (values_.size() > marked_values_) {
        values_.pop_back();
    }
    operations.erase(operations.begin() + static_cast<std::ptrdiff_t>(marked_operations_), operations.end());
    while (!captures_.empty() && captures_.back().inner >= marked_values_) {
        taken_.erase(captures_.back().outer);
        captures_.pop_back();
    }
    std::erase_if(taken_, [this](const auto &pair) { return pair.second >= marked_values_; });
}

ValueId Graph::add_real(float value)
{
    Value made;
    made.type = ACCEL_TYPE_F32;
    made.data = memory.copy(std::span<const float>(&value, 1));
    made.data_bytes = sizeof value;
    return add(std::move(made));
}

ValueId Graph::find(std::string_view name, size_t scope_count)
{
    static_assert(Names::kNone == kNoValue);
    for (size_t scope = std::min(scope_count, scopes_.size()); scope-- > 0;) {
        if (const ValueId id = scopes_[scope].names.find(name); id != kNoValue) {
            return id;
        }
        if (scopes_[scope].is_closed) {
            return kNoValue;
        }
    }
    const ValueId outer = around_ == nullptr ? kNoValue : around_->find(name, scope_count);
    return outer == kNoValue ? kNoValue : take(outer);
}

/// A constant is one of the body's own, with the same data.
ValueId Graph::take(ValueId outer)
{
    const auto [place, added] = taken_.emplace(outer, kNoValue);
    if (!added) {
        return place->second;
    }
    // Many bodies may take one value: what it has in lists of its own is not copied to each.
    around_->materialise(outer);
    const Value &from = around_->value(outer);
    Value taken;
    taken.name = from.name;
    taken.type = from.type;
    taken.type_name = from.type_name;
    taken.dims = from.dims;
    taken.ranked = from.ranked;
    taken.data = from.data;
    taken.data_bytes = from.data_bytes;
    taken.quantization = from.quantization;
    if (from.data == nullptr && from.elements && from.elements->size() <= kRankMax) {
        taken.elements = from.elements;
    }
    const ValueId inner = place->second = add(std::move(taken));
    if (!from.is_constant()) {
        captures_.push_back({outer, inner});
    }
    return inner;
}

void Graph::clear(const Pace &pace)
{
    scopes_ = std::vector<Scope>(1);
    pace();
    operations = {};
    pace();
    while (!values_.empty()) {
        values_.pop_back();
    }
    pace();
}

Element Graph::element_of(Size size) const
{
    const auto value = sizes.calculate().number(size);
    return value ? Element{*value} : Element{-1, size};
}

std::optional<std::vector<Element>> elements_of(const Value &value)
{
    if (value.elements) {
        return value.elements;
    }
    const auto count = value.ranked ? element_count(value.dims) : std::nullopt;
    const bool empty = count && *count == 0;
    if ((value.data == nullptr && !empty) || !count || *count > kSmallElementsMax) {
        return std::nullopt;
    }
    std::vector<Element> out;
    switch (value.type) {
    case ACCEL_TYPE_I64: append<int64_t>(value, *count, out); break;
    case ACCEL_TYPE_I32: append<int32_t>(value, *count, out); break;
    case ACCEL_TYPE_BOOL: append<uint8_t>(value, *count, out); break;
    default: return std::nullopt;
    }
    return out;
}

std::optional<std::vector<int64_t>> integers_of(const Value &value)
{
    const auto elements = elements_of(value);
    if (!elements) {
        return std::nullopt;
    }
    std::vector<int64_t> out;
    for (const Element &element : *elements) {
        if (!element.is_number()) {
            return std::nullopt;
        }
        out.push_back(element.value);
    }
    return out;
}

}  // namespace accel::importer
