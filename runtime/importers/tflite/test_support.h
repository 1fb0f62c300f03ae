// SPDX-License-Identifier: MIT
// Imports of bytes for tests, and writers of small files.
#pragma once

#include "common/test_host.h"
#include "import.h"

#include <tflite_schema.h>

#include <string>
#include <string_view>
#include <vector>

namespace accel::tflite::test {

/// One of the models that record.py wrote.
std::string recorded(const std::string &name);
/// All of them, by name.
std::vector<std::string> recorded_names();

/// The import of some bytes, which lie in a block of exactly their size, so that a sanitizer sees every read beyond it.
class Imported {
public:
    explicit Imported(std::string_view bytes, uint64_t budget_bytes = uint64_t{64} << 20);
    ~Imported();
    Imported(const Imported &) = delete;
    Imported &operator=(const Imported &) = delete;

    accel_status status = ACCEL_STATUS_OK;

    const std::string &message() const { return host_.sentence; }
    bool says(std::string_view part) const { return message().find(part) != std::string::npos; }
    const accel_graph_desc &graph() const { return *model_->entries[0].graph; }
    const accel_node_desc &node(uint32_t index) const { return graph().nodes[index]; }
    const accel_tensor_desc &operand(uint32_t node_index, uint32_t position) const { return graph().tensors[node(node_index).inputs[position]]; }
    /// The first node of this operation; fails the test where there is none.
    uint32_t find(accel_operation operation) const;
    size_t count(accel_operation operation) const;
    std::vector<int64_t> ints(uint32_t node_index, accel_attribute_key key) const;
    /// "" if the graph obeys the rules G-*, else what is wrong.
    std::string broken_rule() const;
    /// Why a custom node of it is one, as "NAME of DOMAIN: REASON"; "" if there is none.
    std::string kept() const;
    static std::vector<int64_t> sizes(const accel_tensor_desc &tensor);

private:
    importer::test::TestHost host_;
    std::vector<char> bytes_;
    accel_bk_model *model_ = nullptr;
};

struct TensorText {
    std::string name;
    std::vector<int32_t> shape;
    schema::TensorType type = schema::TensorType::FLOAT32;
    std::string data = {};
    std::vector<float> scales = {};
    std::vector<int64_t> zero_points = {};
    int32_t axis = 0;
    bool is_variable = false;
};

struct OperatorText {
    schema::BuiltinOperator builtin;
    std::vector<int32_t> inputs, outputs;
    std::string custom_code = {}, custom_options = {};
};

/// A file of one subgraph. Options of operators are left out: those of an empty table are meant.
struct ModelText {
    std::vector<TensorText> tensors;
    std::vector<OperatorText> operators;
    std::vector<int32_t> inputs{0}, outputs;
    uint32_t version = 3;
    int32_t subgraphs = 1;
    uint64_t buffer_offset = 0, buffer_size = 0;  ///< of every constant, where it is not inside of the tables
    std::string bytes() const;
};

/// One operator that reads float x of this shape, and makes y.
ModelText single(schema::BuiltinOperator builtin, std::vector<int32_t> shape);

}  // namespace accel::tflite::test
