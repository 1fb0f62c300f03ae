// SPDX-License-Identifier: MIT
// Encodes messages, and imports them as the runtime would.
#include "test_support.h"

#include "../../graph_check.h"
#include "../../progress.h"
#include "import.h"
#include "types.h"

#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>

namespace accel::onnx::test {

using protozero::pbf_writer;

namespace {

template <typename Fill>
std::string message(Fill fill) {
    std::string bytes;
    pbf_writer writer(bytes);
    fill(writer);
    return bytes;
}

}  // namespace

Attr attr_int(std::string_view name, int64_t value) {
    return {message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        w.add_int64(3, value);
        w.add_int32(20, 2);
    })};
}

Attr attr_ints(std::string_view name, const std::vector<int64_t>& values) {
    return {message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        w.add_packed_int64(8, values.begin(), values.end());
        w.add_int32(20, 7);
    })};
}

Attr attr_real(std::string_view name, float value) {
    return {message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        w.add_float(2, value);
        w.add_int32(20, 1);
    })};
}

Attr attr_string(std::string_view name, std::string_view value) {
    return {message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        w.add_bytes(4, value.data(), value.size());
        w.add_int32(20, 3);
    })};
}

Attr attr_tensor(std::string_view name, const std::string& tensor) {
    return {message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        w.add_message(5, tensor);
        w.add_int32(20, 4);
    })};
}

std::string node(const NodeText& text) {
    return message([&](pbf_writer& w) {
        for (const std::string& input : text.inputs) {
            w.add_string(1, input);
        }
        for (const std::string& output : text.outputs) {
            w.add_string(2, output);
        }
        w.add_string(3, text.name);
        w.add_string(4, text.operation);
        for (const Attr& attribute : text.attributes) {
            w.add_message(5, attribute.bytes);
        }
        w.add_string(7, text.domain);
    });
}

std::string named(std::string_view name) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name.data(), name.size());
    return bytes;
}

std::string value_info(std::string_view name, int32_t type, const std::vector<DimText>& dims) {
    // Nested writers leave empty messages out, but an empty shape or dimension says something: so they are made apart.
    const std::string shape = message([&](pbf_writer& w) {
        for (const DimText& dim : dims) {
            w.add_message(1, message([&](pbf_writer& dim_writer) {
                              if (!dim.name.empty()) {
                                  dim_writer.add_string(2, dim.name);
                              } else if (dim.size != kOpen) {
                                  dim_writer.add_int64(1, dim.size);
                              }
                          }));
        }
    });
    return message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        pbf_writer type_writer(w, 2);
        pbf_writer tensor(type_writer, 1);
        tensor.add_int32(1, type);
        tensor.add_message(2, shape);
    });
}

namespace {

void write_header(pbf_writer& w, std::string_view name, int32_t type, const std::vector<int64_t>& dims) {
    w.add_packed_int64(1, dims.begin(), dims.end());
    w.add_int32(2, type);
    w.add_string(8, name.data(), name.size());
}

}  // namespace

std::string raw_tensor(std::string_view name, int32_t type, const std::vector<int64_t>& dims, std::string_view bytes) {
    return message([&](pbf_writer& w) {
        write_header(w, name, type, dims);
        w.add_bytes(9, bytes.data(), bytes.size());
    });
}

std::string ints_tensor(std::string_view name, const std::vector<int64_t>& values) {
    return raw_tensor(name, kInt64, {static_cast<int64_t>(values.size())}, {reinterpret_cast<const char*>(values.data()), values.size() * 8});
}

std::string scalar_tensor(std::string_view name, float value) {
    return raw_tensor(name, kFloat, {}, {reinterpret_cast<const char*>(&value), 4});
}

std::string floats_tensor(std::string_view name, const std::vector<int64_t>& dims, const std::vector<float>& values) {
    return raw_tensor(name, kFloat, dims, {reinterpret_cast<const char*>(values.data()), values.size() * 4});
}

std::string bytes_tensor(std::string_view name, const std::vector<int64_t>& dims, const std::vector<int8_t>& values) {
    return raw_tensor(name, kInt8, dims, {reinterpret_cast<const char*>(values.data()), values.size()});
}

std::string external_tensor(std::string_view name, const std::vector<int64_t>& dims, const std::vector<std::pair<std::string, std::string>>& entries) {
    return message([&](pbf_writer& w) {
        write_header(w, name, kFloat, dims);
        for (const auto& [key, value] : entries) {
            pbf_writer entry(w, 13);
            entry.add_string(1, key);
            entry.add_string(2, value);
        }
        w.add_int32(14, 1);
    });
}

std::string graph(const ModelText& text) {
    return message([&](pbf_writer& w) {
        for (const std::string& bytes : text.nodes) {
            w.add_message(1, bytes);
        }
        w.add_string(2, "graph");
        for (const std::string& bytes : text.initializers) {
            w.add_message(5, bytes);
        }
        for (const std::string& bytes : text.inputs) {
            w.add_message(11, bytes);
        }
        for (const std::string& bytes : text.outputs) {
            w.add_message(12, bytes);
        }
        for (const std::string& bytes : text.value_infos) {
            w.add_message(13, bytes);
        }
    });
}

Attr attr_graph(std::string_view name, const ModelText& body) {
    return {message([&](pbf_writer& w) {
        w.add_string(1, name.data(), name.size());
        w.add_message(6, graph(body));
        w.add_int32(20, 5);
    })};
}

std::string model(const ModelText& text) {
    return message([&](pbf_writer& w) {
        w.add_int64(1, text.ir_version);
        w.add_message(7, graph(text));
        const auto add_opset = [&](std::string_view domain, int64_t version) {
            pbf_writer opset(w, 8);
            opset.add_string(1, domain.data(), domain.size());
            opset.add_int64(2, version);
        };
        add_opset("", text.opset);
        for (const auto& [domain, version] : text.more_opsets) {
            add_opset(domain, version);
        }
    });
}

std::string single(int64_t opset, const std::vector<DimText>& x, NodeText text, const std::vector<std::string>& initializers) {
    if (text.outputs.empty()) {
        text.outputs = {"y"};
    }
    const std::string y = message([&](pbf_writer& w) { w.add_string(1, "y"); });
    ModelText whole;
    whole.opset = opset;
    whole.nodes = {node(text)};
    whole.initializers = initializers;
    whole.inputs = {value_info("x", kFloat, x)};
    whole.outputs = {y};
    return model(whole);
}

/// The detail of what the runtime's own parts refuse.
accel_status Imported::heard(accel_status refused) {
    if (refused != ACCEL_STATUS_OK) {
        message = accel_last_error()->message;
    }
    return refused;
}

accel_bk_source Imported::describe() {
    accel_bk_source source{sizeof(accel_bk_source), bytes_.data(), bytes_.size(), files_.folder_fd(), 0, ""};
    source.context = this;
    source.map = [](void* context, const char* location, const char* purpose, const void** out_bytes, uint64_t* out_byte_count) {
        auto& self = *static_cast<Imported*>(context);
        runtime::Progress silent(nullptr, nullptr);
        const runtime::WatchedFile* file = nullptr;
        const accel_status opened = self.files_.open_beneath(location, purpose, silent, &file);
        *out_bytes = file != nullptr ? file->bytes() : nullptr;
        *out_byte_count = file != nullptr ? file->size_bytes() : 0;
        return self.heard(opened);
    };
    source.charge = [](void* context, uint64_t byte_count, const char* purpose) {
        auto& self = *static_cast<Imported*>(context);
        return self.heard(self.budget_.keep(byte_count, purpose));
    };
    return source;
}

namespace {

template <typename T>
std::vector<T> held(const accel_graph_desc& graph, const accel_node_desc& node, uint32_t position) {
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
    : bytes_(bytes), files_(runtime::FileOptions{}, runtime::Descriptor(folder_fd < 0 ? -1 : dup(folder_fd))), budget_(runtime::ConstantBudget::limit_for(budget_bytes, bytes.size())) {
    host_.struct_size = sizeof host_;
    host_.context = this;
    host_.log_enabled = [](void*, accel_log_level) { return 1; };
    host_.log = [](void* self, accel_log_level, const char* line) { static_cast<Imported*>(self)->log.emplace_back(line); };
    host_.set_error = [](void* self, const char*, const char* sentence) { static_cast<Imported*>(self)->message = sentence; };
    // A heap block of exactly this size, so that a sanitizer sees every read beyond it.
    bytes_.shrink_to_fit();
    const accel_bk_source source = describe();
    status = import_model(&host_, source, &model_);
}

Imported::~Imported() {
    if (model_ != nullptr) {
        model_->release(model_);
    }
}

const accel_tensor_desc& Imported::named(std::string_view name) const {
    for (uint32_t i = 0; i < graph().tensor_count; ++i) {
        if (graph().tensors[i].name == name) {
            return graph().tensors[i];
        }
    }
    throw std::runtime_error("no tensor " + std::string(name));
}

std::vector<int64_t> Imported::sizes(const accel_tensor_desc& tensor) {
    std::vector<int64_t> out;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
        out.push_back(tensor.dims[axis].size);
    }
    return out;
}

std::string Imported::shown(const accel_tensor_desc& tensor) const {
    std::string out;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
        const accel_dim& dim = tensor.dims[axis];
        out += axis == 0 ? "" : " x ";
        out += dim.symbol == ACCEL_SYMBOL_NONE ? std::to_string(dim.size) : accel_graph_symbol(&graph(), dim.symbol)->name;
    }
    return out;
}

std::vector<int64_t> Imported::ints(uint32_t node_index, accel_attribute_key key) const {
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute& attribute = node(node_index).attributes[i];
        if (attribute.key == key) {
            const auto* values = static_cast<const int64_t*>(attribute.values);
            return {values, values + attribute.count};
        }
    }
    return {};
}

std::vector<float> Imported::floats(uint32_t node_index, accel_attribute_key key) const {
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute& attribute = node(node_index).attributes[i];
        if (attribute.key == key) {
            const auto* values = static_cast<const float*>(attribute.values);
            return {values, values + attribute.count};
        }
    }
    return {};
}

std::vector<int64_t> Imported::held_ints(uint32_t node_index, uint32_t position) const {
    return held<int64_t>(graph(), node(node_index), position);
}

std::vector<float> Imported::held_floats(uint32_t node_index, uint32_t position) const {
    return held<float>(graph(), node(node_index), position);
}

std::vector<uint32_t> Imported::operations() const {
    std::vector<uint32_t> out;
    for (uint32_t i = 0; i < graph().node_count; ++i) {
        out.push_back(node(i).operation);
    }
    return out;
}

std::string Imported::broken_rule() const {
    // Constants are read as their type by kernels.
    for (uint32_t i = 0; i < graph().tensor_count; ++i) {
        const accel_tensor_desc& t = graph().tensors[i];
        if (t.data != nullptr && size_bytes_of(t.type) != 0 && reinterpret_cast<uintptr_t>(t.data) % size_bytes_of(t.type) != 0) {
            return std::string("constant ") + t.name + " is not aligned";
        }
    }
    if (runtime::check_structure(graph()) == ACCEL_STATUS_OK && runtime::check_rules(runtime::copy_graph(graph())) == ACCEL_STATUS_OK) {
        return {};
    }
    return std::string(accel_last_error()->rule) + ": " + accel_last_error()->message;
}

bool Imported::keeps(std::string_view part) const {
    for (uint32_t i = 0; model_ != nullptr && i < graph().node_count; ++i) {
        const accel_node_desc& custom = node(i);
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

Imported::Placed Imported::constant_bytes() const {
    Placed placed;
    for (uint32_t i = 0; i < graph().tensor_count; ++i) {
        const accel_tensor_desc& t = graph().tensors[i];
        const auto* begin = static_cast<const char*>(t.data);
        const bool inside = std::less_equal<>()(bytes_.data(), begin) && std::less<>()(begin, bytes_.data() + bytes_.size());
        if (begin != nullptr) {
            (inside ? placed.in_place : placed.elsewhere) += t.data_bytes;
        }
    }
    return placed;
}

std::string read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    return stream ? content.str() : std::string();
}

}  // namespace accel::onnx::test
