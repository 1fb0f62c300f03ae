// SPDX-License-Identifier: MIT
// ONNX messages for tests, and imports of them.
#pragma once

#include <accel/backend.h>

#include "base/constant_budget.h"
#include "files/file_set.h"

#include <protozero/pbf_writer.hpp>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace accel::onnx::test {

/// Writes the messages of onnx.proto that tests need. Every function returns the bytes of one message.
struct Attr {
    std::string bytes;
};
Attr attr_int(std::string_view name, int64_t value);
Attr attr_ints(std::string_view name, const std::vector<int64_t> &values);
Attr attr_real(std::string_view name, float value);
Attr attr_reals(std::string_view name, const std::vector<float> &values);
Attr attr_string(std::string_view name, std::string_view value);
Attr attr_strings(std::string_view name, const std::vector<std::string> &values);
Attr attr_tensor(std::string_view name, const std::string &tensor);

struct NodeText {
    std::string operation;
    std::vector<std::string> inputs;
    std::vector<std::string> outputs = {};
    std::vector<Attr> attributes = {};
    std::string name = {};
    std::string domain = {};
};
std::string node(const NodeText &text);

/// A size, or a name, or (size kOpen) neither.
constexpr int64_t kOpen = -2;
struct DimText {
    DimText(int64_t fixed) : size(fixed) {}
    DimText(const char *symbol) : name(symbol) {}
    int64_t size = kOpen;
    std::string name;
};
/// A value of which the name alone is known.
std::string named(std::string_view name);
std::string value_info(std::string_view name, int32_t type, const std::vector<DimText> &dims);

constexpr int32_t kFloat = 1, kUint8 = 2, kInt8 = 3, kInt32 = 6, kInt64 = 7, kBool = 9, kDouble = 11;

std::string raw_tensor(std::string_view name, int32_t type, const std::vector<int64_t> &dims, std::string_view bytes);
std::string ints_tensor(std::string_view name, const std::vector<int64_t> &values);
/// The same in any number of axes.
std::string indices_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<int64_t> &values);
std::string scalar_tensor(std::string_view name, float value);
std::string floats_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<float> &values);
/// Of float.
std::string ones(std::string_view name, const std::vector<int64_t> &dims);
std::string bytes_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<int8_t> &values);
std::string external_tensor(std::string_view name, const std::vector<int64_t> &dims, const std::vector<std::pair<std::string, std::string>> &entries);

struct ModelText {
    int64_t opset = 17;
    int64_t ir_version = 8;
    std::vector<std::string> nodes;
    std::vector<std::string> initializers;
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    std::vector<std::string> value_infos = {};
    std::vector<std::pair<std::string, int64_t>> more_opsets;
    std::vector<std::string> functions = {};
};
struct FunctionText {
    std::string name;
    std::vector<std::string> inputs, outputs, nodes;
    std::vector<std::string> attributes = {};
    std::vector<Attr> defaults = {};
    std::string domain = "local";
    std::vector<std::pair<std::string, int64_t>> opsets = {{"", 17}, {"local", 1}};
};
std::string function(const FunctionText &text);
/// In a function: an attribute of a node that has the value of one of the call's.
Attr attr_reference(std::string_view name, std::string_view of_call, int32_t type);
std::string graph(const ModelText &text);
std::string model(const ModelText &text);
/// A body: nodes, initializers, inputs, outputs and value_infos of the text.
Attr attr_graph(std::string_view name, const ModelText &body);

/// One input x of float, one node, one output y of float with no declared shape.
std::string single(int64_t opset, const std::vector<DimText> &x, NodeText text, const std::vector<std::string> &initializers = {});

/// The import of some bytes, with what the host heard.
class Imported {
public:
    explicit Imported(std::string_view bytes, int folder_fd = -1, uint64_t budget_bytes = 0);
    ~Imported();
    Imported(const Imported &) = delete;
    Imported &operator=(const Imported &) = delete;

    accel_status status = ACCEL_STATUS_OK;
    std::string message;
    std::vector<std::string> log;

    const accel_graph_desc &graph() const { return *model_->entries[0].graph; }
    const accel_node_desc &node(uint32_t index) const { return graph().nodes[index]; }
    const accel_tensor_desc &output(uint32_t index = 0) const { return graph().tensors[graph().outputs[index]]; }
    const accel_tensor_desc &tensor(uint32_t index) const { return graph().tensors[index]; }
    const accel_tensor_desc &named(std::string_view name) const;
    /// Of a quantised tensor.
    static float scale(const accel_tensor_desc &tensor, size_t index = 0) { return static_cast<const float *>(tensor.quantization->scales)[index]; }
    static int32_t zero_point(const accel_tensor_desc &tensor, size_t index = 0) { return static_cast<const int32_t *>(tensor.quantization->zero_points)[index]; }
    /// Sizes of a tensor; -1 for a symbol.
    static std::vector<int64_t> sizes(const accel_tensor_desc &tensor);
    /// "N x 3", with the names of symbols.
    std::string shown(const accel_tensor_desc &tensor) const;
    std::vector<int64_t> ints(uint32_t node_index, accel_attribute_key key) const;
    std::vector<float> floats(uint32_t node_index, accel_attribute_key key) const;
    std::vector<std::string> texts(uint32_t node_index, accel_attribute_key key) const;
    /// "" where there is none.
    std::string text(uint32_t node_index, accel_attribute_key key) const;
    /// What a value operand holds; nothing if it is absent or computed.
    std::vector<int64_t> held_ints(uint32_t node_index, uint32_t position) const;
    std::vector<float> held_floats(uint32_t node_index, uint32_t position) const;
    std::vector<uint32_t> operations() const;
    /// "" if the graph obeys the rules G-* and constants are aligned, else what is wrong.
    std::string broken_rule() const;
    /// Bytes of constants that lie in the model's own bytes, and of those that lie elsewhere.
    struct Placed {
        uint64_t in_place = 0, elsewhere = 0;
    };
    Placed constant_bytes() const;
    /// Is a custom node of it so, by "NAME (OPERATOR of DOMAIN): REASON"?
    bool keeps(std::string_view part) const;
    bool keeps_any() const { return keeps(""); }
    bool says(std::string_view part) const { return message.find(part) != std::string::npos; }

private:
    accel_bk_source describe();
    accel_status heard(accel_status status);

    accel_bk_host host_{};
    std::string bytes_;
    runtime::FileSet files_;
    runtime::ConstantBudget budget_;
    accel_bk_model *model_ = nullptr;
};

std::string read_file(const std::string &path);

}  // namespace accel::onnx::test
