// SPDX-License-Identifier: MIT
// Imports of bytes for tests, and what they gave.
#include "test_support.h"

#include "base/progress.h"
#include "graph/graph_check.h"
#include "import.h"
#include "types.h"

#include <unistd.h>

#include <functional>

namespace accel::onnx::test {

/// The detail of what the runtime's own parts refuse.
accel_status Imported::heard(accel_status refused)
{
    if (refused != ACCEL_STATUS_OK) {
        message = accel_last_error()->message;
    }
    return refused;
}

accel_bk_source Imported::describe()
{
    accel_bk_source source{sizeof(accel_bk_source), bytes_.data(), bytes_.size(), files_.folder_fd(), 0, ""};
    source.context = this;
    source.map = [](void *context, const char *location, const char *purpose, const void **out_bytes, uint64_t *out_byte_count) {
        auto &self = *static_cast<Imported *>(context);
        runtime::Progress silent(nullptr, nullptr);
        const runtime::WatchedFile *file = nullptr;
        const accel_status opened = self.files_.open_beneath(location, purpose, silent, &file);
        *out_bytes = file != nullptr ? file->bytes() : nullptr;
        *out_byte_count = file != nullptr ? file->size_bytes() : 0;
        return self.heard(opened);
    };
    source.charge = [](void *context, uint64_t byte_count, const char *purpose) {
        auto &self = *static_cast<Imported *>(context);
        return self.heard(self.budget_.keep(byte_count, purpose));
    };
    return source;
}

namespace {

template <typename T>
std::vector<T> held(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t position)
{
    const uint32_t tensor = position < node.input_count ? node.inputs[position] : ACCEL_TENSOR_NONE;
    std::vector<T> out;
    if (tensor != ACCEL_TENSOR_NONE && graph.tensors[tensor].data != nullptr) {
        out.resize(graph.tensors[tensor].data_bytes / sizeof(T));
        std::memcpy(out.data(), graph.tensors[tensor].data, out.size() * sizeof(T));
    }
    return out;
}

}  // namespace

Imported::Imported(std::string_view bytes, int folder_fd, uint64_t budget_bytes)
    : bytes_(bytes),
      files_(runtime::FileOptions{}, border::Fd(folder_fd < 0 ? -1 : dup(folder_fd))),
      budget_(runtime::ConstantBudget::limit_for(budget_bytes, bytes.size()))
{
    host_.struct_size = sizeof host_;
    host_.context = this;
    host_.log_enabled = [](void *, accel_log_level) { return 1; };
    host_.log = [](void *self, accel_log_level, const char *line) { static_cast<Imported *>(self)->log.emplace_back(line); };
    host_.set_error = [](void *self, const char *, const char *sentence) { static_cast<Imported *>(self)->message = sentence; };
    // A heap block of exactly this size, so that a sanitizer sees every read beyond it.
    bytes_.shrink_to_fit();
    const accel_bk_source source = describe();
    status = import_model(&host_, source, &model_);
}

Imported::~Imported()
{
    if (model_ != nullptr) {
        model_->release(model_);
    }
}

const accel_tensor_desc &Imported::named(std::string_view name) const
{
    for (uint32_t i = 0; i < graph().tensor_count; ++i) {
        if (graph().tensors[i].name == name) {
            return graph().tensors[i];
        }
    }
    throw std::runtime_error("no tensor " + std::string(name));
}

std::vector<int64_t> Imported::sizes(const accel_tensor_desc &tensor)
{
    std::vector<int64_t> out;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
        out.push_back(tensor.dims[axis].size);
    }
    return out;
}

std::string Imported::shown(const accel_tensor_desc &tensor) const
{
    std::string out;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
        const accel_dim &dim = tensor.dims[axis];
        out += axis == 0 ? "" : " x ";
        out += dim.symbol == ACCEL_SYMBOL_NONE ? std::to_string(dim.size) : accel_graph_symbol(&graph(), dim.symbol)->name;
    }
    return out;
}

std::vector<int64_t> Imported::ints(uint32_t node_index, accel_attribute_key key) const
{
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute &attribute = node(node_index).attributes[i];
        if (attribute.key == key) {
            const auto *values = static_cast<const int64_t *>(attribute.values);
            return {values, values + attribute.count};
        }
    }
    return {};
}

std::vector<float> Imported::floats(uint32_t node_index, accel_attribute_key key) const
{
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute &attribute = node(node_index).attributes[i];
        if (attribute.key == key) {
            const auto *values = static_cast<const float *>(attribute.values);
            return {values, values + attribute.count};
        }
    }
    return {};
}

std::vector<std::string> Imported::texts(uint32_t node_index, accel_attribute_key key) const
{
    std::vector<std::string> out;
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute &attribute = node(node_index).attributes[i];
        for (uint64_t at = 0; attribute.key == key && at < attribute.count; ++at) {
            const auto &text = static_cast<const accel_bytes *>(attribute.values)[at];
            out.emplace_back(static_cast<const char *>(text.data), text.byte_count);
        }
    }
    return out;
}

std::vector<int64_t> Imported::held_ints(uint32_t node_index, uint32_t position) const
{
    return held<int64_t>(graph(), node(node_index), position);
}

std::string Imported::text(uint32_t node_index, accel_attribute_key key) const
{
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute &attribute = node(node_index).attributes[i];
        if (attribute.key == key) {
            const auto &bytes = *static_cast<const accel_bytes *>(attribute.values);
            return {static_cast<const char *>(bytes.data), bytes.byte_count};
        }
    }
    return {};
}

std::vector<float> Imported::held_floats(uint32_t node_index, uint32_t position) const
{
    return held<float>(graph(), node(node_index), position);
}

std::vector<uint32_t> Imported::operations() const
{
    std::vector<uint32_t> out;
    for (uint32_t i = 0; i < graph().node_count; ++i) {
        out.push_back(node(i).operation);
    }
    return out;
}

std::string Imported::broken_rule() const
{
    // Constants are read as their type by kernels.
    for (uint32_t i = 0; i < graph().tensor_count; ++i) {
        const accel_tensor_desc &t = graph().tensors[i];
        if (t.data != nullptr && size_bytes_of(t.type) != 0 && reinterpret_cast<uintptr_t>(t.data) % size_bytes_of(t.type) != 0) {
            return std::string("constant ") + t.name + " is not aligned";
        }
    }
    if (runtime::check_structure(graph()) == ACCEL_STATUS_OK && runtime::check_rules(runtime::copy_graph(graph())) == ACCEL_STATUS_OK) {
        return {};
    }
    return std::string(accel_last_error()->rule) + ": " + accel_last_error()->message;
}

bool Imported::keeps(std::string_view part) const
{
    for (uint32_t i = 0; model_ != nullptr && i < graph().node_count; ++i) {
        const accel_node_desc &custom = node(i);
        if (custom.operation != ACCEL_OPERATION_CUSTOM) {
            continue;
        }
        const std::string domain = *custom.domain == '\0' ? "ai.onnx" : custom.domain;
        const std::string text = std::string(custom.name) + " (" + custom.custom_name + " of " + domain + "): " + custom.reason;
        if (text.find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

Imported::Placed Imported::constant_bytes() const
{
    Placed placed;
    for (uint32_t i = 0; i < graph().tensor_count; ++i) {
        const accel_tensor_desc &t = graph().tensors[i];
        const auto *begin = static_cast<const char *>(t.data);
        const bool inside = std::less_equal<>()(bytes_.data(), begin) && std::less<>()(begin, bytes_.data() + bytes_.size());
        if (begin != nullptr) {
            (inside ? placed.in_place : placed.elsewhere) += t.data_bytes;
        }
    }
    return placed;
}

}  // namespace accel::onnx::test
