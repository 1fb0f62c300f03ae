// SPDX-License-Identifier: MIT
// Keeps the layout of each tensor while steps are collected, and adds the steps that convert it.
#include "builder.h"

#include "held.h"
#include "host.h"
#include "nodes/nodes.h"

#include <accel/graph/description.h>

#include <algorithm>
#include <cstring>

namespace accel::cpu {
namespace {

constexpr size_t kPerPulse = 64;  // tensors

uint64_t bytes_of(const Tensor &tensor) { return static_cast<uint64_t>(element_count(dims_of(tensor)).value_or(0)) * held_bytes(tensor.type); }

View row_major(const Tensor &tensor, uint32_t value)
{
    const Dims dims = dims_of(tensor);
    return {value, tensor.type, dims, row_major_strides(dims)};
}

}  // namespace

Dims strides_of(const Dims &dims, Layout layout)
{
    if (layout == Layout::kRowMajor || dims.size() < 3)
        return row_major_strides(dims);
    Dims strides(dims.size(), 1);
    int64_t step = dims[1];
    for (size_t axis = dims.size(); axis-- > 2;) {
        strides[axis] = step;
        step *= dims[axis];
    }
    strides[0] = step;
    return strides;
}

bool same_strides(const Dims &dims, const Dims &a, const Dims &b)
{
    for (size_t axis = 0; axis < dims.size(); ++axis)
        if (dims[axis] != 1 && a[axis] != b[axis])
            return false;
    return true;
}

Builder::Builder(const Graph &graph, Plan &plan, const PlanRules &rules)
    : graph_(graph),
      plan_(plan),
      rules_(rules),
      views_(graph.tensors.size()),
      makers_(graph.tensors.size(), kNone),
      known_(graph.tensors.size(), false),
      port_value_(graph.outputs.size(), UINT32_MAX)
{
    plan_.port_count = static_cast<uint32_t>(graph.inputs.size() + graph.outputs.size());
    for (uint32_t i = 0; i < graph.outputs.size(); ++i)
        port_of_.emplace(graph.outputs[i], i);  // the first, if a tensor is several outputs
    for (uint32_t i = 0; i < graph.tensors.size(); ++i) {
        if (i % kPerPulse == 0)
            pulse();
        const Tensor &tensor = graph.tensors[i];
        const uint64_t unit_bytes = held_bytes(tensor.type);
        if (!tensor.constant() || unit_bytes == 0)
            continue;
        if (held_type(tensor.type) != tensor.type) {
            std::byte *apart = own(bytes_of(tensor));
            unpack(tensor.type, tensor.data, bytes_of(tensor), apart);
            alias(i, row_major(tensor, constant(apart, bytes_of(tensor))));
            continue;
        }
        // Only read from, whatever its type says.
        auto *data = const_cast<std::byte *>(static_cast<const std::byte *>(tensor.data));
        if (tensor.owned || reinterpret_cast<uintptr_t>(data) % unit_bytes != 0) {  // what a pass made goes with the graph
            data = own(tensor.data_bytes);
            std::memcpy(data, tensor.data, tensor.data_bytes);
        }
        alias(i, row_major(tensor, constant(data, tensor.data_bytes)));
    }
    for (uint32_t port = 0; port < graph.inputs.size(); ++port) {
        const Tensor &tensor = graph.tensors[graph.inputs[port]];
        alias(graph.inputs[port], row_major(tensor, new_value({.source = Source::kPort, .size_bytes = bytes_of(tensor), .port = port})));
    }
}

Window Builder::window(const Node &node, const Dims &kernel) const { return read_window(graph::NodeDesc(graph_, node).get(), kernel).value(); }

Dims Builder::integers(const Node &node, size_t position) const { return graph::NodeDesc(graph_, node).get().integers(position).value_or(Dims{}); }

const View &Builder::view(uint32_t tensor) const { return views_[tensor]; }

Layout Builder::layout_of(uint32_t tensor) const
{
    const View &found = views_[tensor];
    return same_strides(found.dims, found.strides, row_major_strides(found.dims)) ? Layout::kRowMajor : Layout::kChannelsLast;
}

View Builder::in_layout(uint32_t tensor, Layout layout)
{
    View found = views_[tensor];
    const Dims wanted = strides_of(found.dims, layout);
    if (same_strides(found.dims, found.strides, wanted)) {
        found.strides = wanted;
        return found;
    }
    std::vector<View> &known = converted_[found.value];
    for (const View &converted : known)
        if (converted.dims == found.dims && converted.strides == wanted)
            return converted;
    View result = arena_view(found, layout);
    copy(found, result, Part::kLayout);
    known.push_back(result);
    return result;
}

View Builder::define(uint32_t tensor, Layout layout)
{
    const Tensor &described = graph_.tensor(tensor);
    View view = row_major(described, 0);
    const Dims port_strides = view.strides;
    view.strides = strides_of(view.dims, layout);
    const bool as_port = same_strides(view.dims, view.strides, port_strides);
    if (const auto output = port_of_.find(tensor); as_port && output != port_of_.end()) {
        const auto port = static_cast<uint32_t>(graph_.inputs.size()) + output->second;
        port_value_[output->second] = view.value = new_value({.source = Source::kPort, .size_bytes = bytes_of(described), .port = port});
        alias(tensor, view);
        return view;
    }
    view = arena_view(view, layout);
    alias(tensor, view);
    return view;
}

void Builder::alias(uint32_t tensor, View view)
{
    views_[tensor] = std::move(view);
    makers_[tensor] = node_;
    known_[tensor] = true;
}

uint32_t Builder::scratch(uint64_t size_bytes) { return new_value({.size_bytes = size_bytes}); }

std::byte *Builder::own(uint64_t size_bytes)
{
    plan_.owned.push_back(allocate_aligned(size_bytes));
    return plan_.owned.back().get();
}

uint32_t Builder::constant(std::byte *data, uint64_t size_bytes)
{
    return new_value({.source = Source::kConstant, .size_bytes = size_bytes, .data = data});
}

const std::byte *Builder::constant_data(const View &view) const { return plan_.values[view.value].data; }

void Builder::add(std::unique_ptr<Step> step, std::span<const uint32_t> values)
{
    const auto number = static_cast<uint32_t>(plan_.steps.size());
    for (const uint32_t index : values) {
        Value &value = plan_.values[index];
        value.first = std::min(value.first, number);
        value.last = std::max(value.last, number);
    }
    plan_.steps.push_back(std::move(step));
    plan_.origins.push_back({node_, part_});
}

bool Builder::finish()
{
    for (uint32_t i = 0; i < graph_.outputs.size(); ++i) {
        const uint32_t tensor = graph_.outputs[i];
        if (!known_[tensor])
            return false;
        if (port_value_[i] != UINT32_MAX)
            continue;
        const View &from = views_[tensor];
        const auto port = static_cast<uint32_t>(graph_.inputs.size()) + i;
        const uint32_t value = new_value({.source = Source::kPort, .size_bytes = bytes_of(graph_.tensor(tensor)), .port = port});
        node_ = makers_[tensor];
        copy(from, {value, from.type, from.dims, row_major_strides(from.dims)}, Part::kOutput);
    }
    // Nothing is asked any more, and giving many small pieces back takes a while.
    for (; !views_.empty(); views_.pop_back())
        if (views_.size() % kPerPulse == 0)
            pulse();
    return true;
}

uint32_t Builder::new_value(Value value)
{
    plan_.values.push_back(value);
    return static_cast<uint32_t>(plan_.values.size() - 1);
}

View Builder::arena_view(const View &like, Layout layout)
{
    View view = like;
    view.strides = strides_of(like.dims, layout);
    view.value = new_value({.size_bytes = static_cast<uint64_t>(element_count(like.dims).value_or(0)) * held_bytes(like.type)});
    return view;
}

void Builder::copy(const View &from, const View &to, Part part)
{
    if (*element_count(from.dims) == 0)
        return;
    part_ = part;
    add(make_copy_step(from, to, threads()), {from.value, to.value});
    part_ = Part::kWork;
}

}  // namespace accel::cpu
