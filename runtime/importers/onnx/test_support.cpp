// SPDX-License-Identifier: MIT
// Encodes the messages of models for tests.
#include "test_support.h"

#include <fstream>
#include <sstream>

namespace accel::onnx::test {

using protozero::pbf_writer;

namespace {

template <typename Fill>
std::string message(Fill fill)
{
    std::string bytes;
    pbf_writer writer(bytes);
    fill(writer);
    return bytes;
}

}  // namespace

Attr attr_int(std::string_view name, int64_t value)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_int64(3, value);
        w.add_int32(20, 2);
    })};
}

Attr attr_ints(std::string_view name, const std::vector<int64_t> &values)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_packed_int64(8, values.begin(), values.end());
        w.add_int32(20, 7);
    })};
}

Attr attr_real(std::string_view name, float value)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_float(2, value);
        w.add_int32(20, 1);
    })};
}

Attr attr_reals(std::string_view name, const std::vector<float> &values)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_packed_float(7, values.begin(), values.end());
        w.add_int32(20, 6);
    })};
}

Attr attr_strings(std::string_view name, const std::vector<std::string> &values)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        for (const std::string &value : values) {
            w.add_bytes(9, value);
        }
        w.add_int32(20, 8);
    })};
}

Attr attr_string(std::string_view name, std::string_view value)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_bytes(4, value.data(), value.size());
        w.add_int32(20, 3);
    })};
}

Attr attr_tensor(std::string_view name, const std::string &tensor)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_message(5, tensor);
        w.add_int32(20, 4);
    })};
}

std::string node(const NodeText &text)
{
    return message([&](pbf_writer &w) {
        for (const std::string &input : text.inputs) {
            w.add_string(1, input);
        }
        for (const std::string &output : text.outputs) {
            w.add_string(2, output);
        }
        w.add_string(3, text.name);
        w.add_string(4, text.operation);
        for (const Attr &attribute : text.attributes) {
            w.add_message(5, attribute.bytes);
        }
        w.add_string(7, text.domain);
    });
}

std::string named(std::string_view name)
{
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name.data(), name.size());
    return bytes;
}

std::string value_info(std::string_view name, int32_t type, const std::vector<DimText> &dims)
{
    // Nested writers leave empty messages out, but an empty shape or dimension says something: so they are made apart.
    const std::string shape = message([&](pbf_writer &w) {
        for (const DimText &dim : dims) {
            w.add_message(1, message([&](pbf_writer &dim_writer) {
                              if (!dim.name.empty()) {
                                  dim_writer.add_string(2, dim.name);
                              } else if (dim.size != kOpen) {
                                  dim_writer.add_int64(1, dim.size);
                              }
                          }));
        }
    });
    return message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        pbf_writer type_writer(w, 2);
        pbf_writer tensor(type_writer, 1);
        tensor.add_int32(1, type);
        tensor.add_message(2, shape);
    });
}

namespace {

void write_header(pbf_writer &w, std::string_view name, int32_t type, const std::vector<int64_t> &dims)
{
    w.add_packed_int64(1, dims.begin(), dims.end());
    w.add_int32(2, type);
    w.add_string(8, name.data(), name.size());
}

}  // namespace

std::string raw_tensor(std::string_view name, int32_t type, const std::vector<int64_t> &dims, std::string_view bytes)
{
    return message([&](pbf_writer &w) {
        write_header(w, name, type, dims);
        w.add_bytes(9, bytes.data(), bytes.size());
    });
}

std::string ints_tensor(std::string_view name, const std::vector<int64_t> &values)
{
    return raw_tensor(name, kInt64, {static_cast<int64_t>(values.size())}, {reinterpret_cast<const char *>(values.data()), values.size() * 8});
}

std::string indices_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<int64_t> &values)
{
    return raw_tensor(name, kInt64, dims, {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(int64_t)});
}

std::string scalar_tensor(std::string_view name, float value)
{
    return raw_tensor(name, kFloat, {}, {reinterpret_cast<const char *>(&value), 4});
}

std::string floats_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<float> &values)
{
    return raw_tensor(name, kFloat, dims, {reinterpret_cast<const char *>(values.data()), values.size() * 4});
}

std::string ones(std::string_view name, const std::vector<int64_t> &dims)
{
    int64_t count = 1;
    for (const int64_t size : dims) {
        count *= size;
    }
    return floats_tensor(name, dims, std::vector<float>(static_cast<size_t>(count), 1.0f));
}

std::string bytes_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<int8_t> &values)
{
    return raw_tensor(name, kInt8, dims, {reinterpret_cast<const char *>(values.data()), values.size()});
}

std::string external_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<std::pair<std::string, std::string>> &entries)
{
    return message([&](pbf_writer &w) {
        write_header(w, name, kFloat, dims);
        for (const auto &[key, value] : entries) {
            pbf_writer entry(w, 13);
            entry.add_string(1, key);
            entry.add_string(2, value);
        }
        w.add_int32(14, 1);
    });
}

std::string graph(const ModelText &text)
{
    return message([&](pbf_writer &w) {
        for (const std::string &bytes : text.nodes) {
            w.add_message(1, bytes);
        }
        w.add_string(2, "graph");
        for (const std::string &bytes : text.initializers) {
            w.add_message(5, bytes);
        }
        for (const std::string &bytes : text.inputs) {
            w.add_message(11, bytes);
        }
        for (const std::string &bytes : text.outputs) {
            w.add_message(12, bytes);
        }
        for (const std::string &bytes : text.value_infos) {
            w.add_message(13, bytes);
        }
    });
}

Attr attr_graph(std::string_view name, const ModelText &body)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_message(6, graph(body));
        w.add_int32(20, 5);
    })};
}

Attr attr_reference(std::string_view name, std::string_view of_call, int32_t type)
{
    return {message([&](pbf_writer &w) {
        w.add_string(1, name.data(), name.size());
        w.add_int32(20, type);
        w.add_string(21, of_call.data(), of_call.size());
    })};
}

namespace {

void add_opset(pbf_writer &w, uint32_t field, std::string_view domain, int64_t version)
{
    pbf_writer opset(w, field);
    opset.add_string(1, domain.data(), domain.size());
    opset.add_int64(2, version);
}

}  // namespace

std::string function(const FunctionText &text)
{
    return message([&](pbf_writer &w) {
        w.add_string(1, text.name);
        for (const std::string &input : text.inputs) {
            w.add_string(4, input);
        }
        for (const std::string &output : text.outputs) {
            w.add_string(5, output);
        }
        for (const std::string &attribute : text.attributes) {
            w.add_string(6, attribute);
        }
        for (const std::string &bytes : text.nodes) {
            w.add_message(7, bytes);
        }
        for (const auto &[domain, version] : text.opsets) {
            add_opset(w, 9, domain, version);
        }
        w.add_string(10, text.domain);
        for (const Attr &attribute : text.defaults) {
            w.add_message(11, attribute.bytes);
        }
    });
}

std::string model(const ModelText &text)
{
    return message([&](pbf_writer &w) {
        w.add_int64(1, text.ir_version);
        w.add_message(7, graph(text));
        add_opset(w, 8, "", text.opset);
        for (const auto &[domain, version] : text.more_opsets) {
            add_opset(w, 8, domain, version);
        }
        for (const std::string &bytes : text.functions) {
            w.add_message(25, bytes);
        }
    });
}

std::string single(int64_t opset, const std::vector<DimText> &x, NodeText text, const std::vector<std::string> &initializers)
{
    if (text.outputs.empty()) {
        text.outputs = {"y"};
    }
    const std::string y = message([&](pbf_writer &w) { w.add_string(1, "y"); });
    ModelText whole;
    whole.opset = opset;
    whole.nodes = {node(text)};
    whole.initializers = initializers;
    whole.inputs = {value_info("x", kFloat, x)};
    whole.outputs = {y};
    return model(whole);
}

std::string read_file(const std::string &path)
{
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    return stream ? content.str() : std::string();
}

}  // namespace accel::onnx::test
