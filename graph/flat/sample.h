// SPDX-License-Identifier: MIT
// A small graph, for tests and as what the fuzz target starts from.
#pragma once

#include <accel/graph/flat.h>

#include <span>
#include <string>

namespace accel::graph {

/// conv with per-channel weights, then a custom node with a region and attributes of every sort.
struct FlatSample {
    accel_dim x_dims[4] = {{1, ACCEL_SYMBOL_NONE, 0}, {2, ACCEL_SYMBOL_NONE, 0}, {-1, 0, 0}, {4, ACCEL_SYMBOL_NONE, 0}};
    accel_dim w_dims[4] = {{3, ACCEL_SYMBOL_NONE, 0}, {2, ACCEL_SYMBOL_NONE, 0}, {1, ACCEL_SYMBOL_NONE, 0}, {1, ACCEL_SYMBOL_NONE, 0}};
    accel_dim y_dims[4] = {{1, ACCEL_SYMBOL_NONE, 0}, {3, ACCEL_SYMBOL_NONE, 0}, {-1, 0, 0}, {4, ACCEL_SYMBOL_NONE, 0}};
    accel_dim b_dims[1] = {{3, ACCEL_SYMBOL_NONE, 0}};
    int8_t weights[6] = {1, -2, 3, -4, 5, -6};
    int32_t bias[3] = {7, 8, 9};
    int64_t places[3] = {1, 9, 15};
    float scales[3] = {0.5f, 0.25f, 0.125f};
    int32_t zeros[3] = {0, 0, 0};
    int64_t per_channel[4] = {1, 0, 0, 0};
    accel_quantization quantization{sizeof(accel_quantization), ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I32, 4, per_channel, scales, zeros, 3};
    uint16_t block_scales[2] = {0x3c00, 0x3800};  // binary16: 1 and a half
    int64_t blocks[1] = {2};
    accel_quantization in_blocks{sizeof(accel_quantization), ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F16, 0, 1, blocks, block_scales, nullptr, 2};
    accel_symbol symbols[2] = {{"h", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 64, 1}, {"twice", ACCEL_SYMBOL_KIND_DERIVED, 1, 2, 128, 2}};
    accel_expression expressions[2] = {{ACCEL_EXPRESSION_SYMBOL, 0, 0, 0, 0}, {ACCEL_EXPRESSION_ADD, 0, 0, 0, 0}};
    accel_tensor_desc tensors[6] = {{"x", ACCEL_TYPE_I8, 4, x_dims, nullptr, 0, nullptr, 0, 0},
                                    {"w", ACCEL_TYPE_I8, 4, w_dims, weights, 6, &quantization, 0, 0},
                                    {"b", ACCEL_TYPE_I32, 1, b_dims, bias, 12, &in_blocks, 0, 0},
                                    {"t", ACCEL_TYPE_I8, 4, y_dims, nullptr, 0, nullptr, 0, 0},
                                    {"y", ACCEL_TYPE_I8, 4, y_dims, nullptr, 0, nullptr, 0, 0},
                                    {"p", ACCEL_TYPE_I64, 1, b_dims, places, 24, nullptr, 0, 0}};
    int64_t strides[2] = {1, 2};
    float clamp[1] = {6.0f};
    accel_attribute conv_attributes[2] = {{ACCEL_ATTRIBUTE_STRIDES, ACCEL_ATTRIBUTE_KIND_INTS, "", strides, 2},
                                          {ACCEL_ATTRIBUTE_CLAMP_MAX, ACCEL_ATTRIBUTE_KIND_FLOAT, "", clamp, 1}};
    accel_bytes texts[2] = {{"fa\0st", 5}, {"", 0}};
    double reals[2] = {0.1, -2.5};
    uint32_t constants[2] = {2, 1}, bodies[1] = {0};
    int64_t sparse_dims[2] = {2, 8};
    accel_sparse_tensor sparse[1] = {{2, 5, 2, 0, sparse_dims}};
    accel_attribute custom_attributes[13] = {{0, ACCEL_ATTRIBUTE_KIND_STRING, "mode", texts, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_STRINGS, "modes", texts, 2},
                                             {0, ACCEL_ATTRIBUTE_KIND_TYPE, "type", texts, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_TYPES, "types", texts, 2},
                                             {0, ACCEL_ATTRIBUTE_KIND_INT, "level", strides, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_FLOATS, "rates", clamp, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_DOUBLE, "exact", reals, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_DOUBLES, "exacts", reals, 2},
                                             {0, ACCEL_ATTRIBUTE_KIND_TENSOR, "table", constants, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_TENSORS, "tables", constants, 2},
                                             {0, ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, "few", sparse, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_GRAPH, "body", bodies, 1},
                                             {0, ACCEL_ATTRIBUTE_KIND_INTS, "none", nullptr, 0}};
    accel_tensor_desc body_tensors[2] = {{"i", ACCEL_TYPE_I8, 4, y_dims, nullptr, 0, nullptr, 0, 0}, {"taken", ACCEL_TYPE_I8, 4, x_dims, nullptr, 0, nullptr, 0, 0}};
    uint32_t body_inputs[1] = {0}, body_outputs[2] = {0, 1};
    accel_graph_desc body{sizeof(accel_graph_desc), "body", body_tensors, nullptr, body_inputs, body_outputs, symbols, expressions, nullptr, 2, sizeof(accel_tensor_desc), 0,
                          sizeof(accel_node_desc), 1, 2, 2, sizeof(accel_symbol), 2, sizeof(accel_attribute), 0, 0};
    accel_capture captures[1] = {{0, 1}};
    accel_region_port region_inputs[1] = {{ACCEL_REGION_PORT_KIND_CARRIED, 0, ACCEL_OPERAND_NONE, 0, 0}};
    accel_region_port region_outputs[2] = {{ACCEL_REGION_PORT_KIND_CARRIED, 0, ACCEL_OPERAND_NONE, 0, 0}, {ACCEL_REGION_PORT_KIND_SCANNED, ACCEL_OPERAND_NONE, 0, 1, 2}};
    accel_region region{sizeof(accel_region), &body, captures, region_inputs, region_outputs, ACCEL_REGION_ROLE_BODY, 1};
    const accel_region *regions[1] = {&region};
    uint32_t conv_in[3] = {0, 1, 2}, conv_out[1] = {3}, custom_in[2] = {3, ACCEL_TENSOR_NONE}, custom_out[1] = {4};
    accel_node_desc nodes[2] = {
        {"conv", ACCEL_OPERATION_CONV, 1, 3, 1, conv_in, conv_out, conv_attributes, nullptr, 2, 0, ACCEL_ROUNDING_TFLITE, 0, nullptr, nullptr, nullptr, nullptr},
        {"odd", ACCEL_OPERATION_CUSTOM, 0, 2, 1, custom_in, custom_out, custom_attributes, regions, 13, 1, 0, 0, "vendor", "Odd", nullptr, nullptr}};
    uint32_t inputs[1] = {0}, outputs[1] = {4};
    accel_graph_desc graph{sizeof(accel_graph_desc), "sample", tensors, nodes, inputs, outputs, symbols, expressions, nullptr, 6, sizeof(accel_tensor_desc), 2,
                           sizeof(accel_node_desc), 1, 1, 2, sizeof(accel_symbol), 2, sizeof(accel_attribute), 0, 0};
};

/// A custom node that reads what no accelerator computes with: strings, 4-bit integers, a sequence.
struct OddSample {
    std::string owned[3] = {std::string("a\0b", 3), "", "last"};
    accel_bytes strings[3] = {{owned[0].data(), 3}, {nullptr, 0}, {owned[2].data(), 4}};
    uint8_t packed[2] = {0x21, 0x03};
    accel_dim three[1] = {{3, ACCEL_SYMBOL_NONE, 0}}, none[1] = {{0, ACCEL_SYMBOL_NONE, 0}};
    accel_tensor_desc tensors[5] = {{"names", ACCEL_TYPE_STRING, 1, three, strings, sizeof strings, nullptr, 0, 0, nullptr},
                                    {"few", ACCEL_TYPE_U4, 1, three, packed, sizeof packed, nullptr, 0, 0, nullptr},
                                    {"list", 0, ACCEL_RANK_UNKNOWN, nullptr, nullptr, 0, nullptr, 0, 0, "seq(tensor(float))"},
                                    {"nameless", ACCEL_TYPE_STRING, 1, none, strings, 0, nullptr, 0, 0, nullptr},
                                    {"y", ACCEL_TYPE_F32, ACCEL_RANK_UNKNOWN, nullptr, nullptr, 0, nullptr, 0, 0, nullptr}};
    uint32_t in[4] = {0, 1, 2, 3}, out[1] = {4}, inputs[1] = {2};
    accel_node_desc node{"odd", ACCEL_OPERATION_CUSTOM, 0, 4, 1, in, out, nullptr, nullptr, 0, 0, 0, 0, "vendor", "Odd", "second", "nobody knows it"};
    accel_graph_desc graph{sizeof(accel_graph_desc), "odd", tensors, &node, inputs, out, nullptr, nullptr, nullptr, 5, sizeof(accel_tensor_desc), 1,
                           sizeof(accel_node_desc), 1, 1, 0, sizeof(accel_symbol), 0, sizeof(accel_attribute), 0, 0};
};

/// One of two regions by a condition: the square root of x, or x itself.
struct BranchSample {
    accel_dim x_dims[2] = {{2, ACCEL_SYMBOL_NONE, 0}, {3, ACCEL_SYMBOL_NONE, 0}};
    accel_tensor_desc tensors[3] = {{"c", ACCEL_TYPE_BOOL, 0, nullptr, nullptr, 0, nullptr, 0, 0}, {"x", ACCEL_TYPE_F32, 2, x_dims, nullptr, 0, nullptr, 0, 0}, {"y", ACCEL_TYPE_F32, 2, x_dims, nullptr, 0, nullptr, 0, 0}};
    accel_tensor_desc root_tensors[2] = {{"taken", ACCEL_TYPE_F32, 2, x_dims, nullptr, 0, nullptr, 0, 0}, {"root", ACCEL_TYPE_F32, 2, x_dims, nullptr, 0, nullptr, 0, 0}};
    accel_tensor_desc same_tensors[1] = {{"taken", ACCEL_TYPE_F32, 2, x_dims, nullptr, 0, nullptr, 0, 0}};
    uint32_t zero[1] = {0}, one[1] = {1}, two[1] = {2}, ports[2] = {0, 1};
    accel_node_desc root_nodes[1] = {{"root", ACCEL_OPERATION_SQRT, 1, 1, 1, zero, one, nullptr, nullptr, 0, 0, 0, 0, nullptr, nullptr, nullptr, nullptr}};
    accel_graph_desc root = graph_of("root", root_tensors, 2, root_nodes, 1, {}, {one, 1}), same = graph_of("same", same_tensors, 1, nullptr, 0, {}, {zero, 1});
    accel_capture captures[1] = {{1, 0}};
    accel_region_port outputs[1] = {{ACCEL_REGION_PORT_KIND_VALUE, ACCEL_OPERAND_NONE, 0, 0, 0}};
    accel_region then_region{sizeof(accel_region), &root, captures, nullptr, outputs, ACCEL_REGION_ROLE_THEN, 1}, else_region{sizeof(accel_region), &same, captures, nullptr, outputs, ACCEL_REGION_ROLE_ELSE, 1};
    const accel_region *regions[2] = {&then_region, &else_region};
    accel_attribute attributes[2] = {{ACCEL_ATTRIBUTE_THEN_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, "", zero, 1}, {ACCEL_ATTRIBUTE_ELSE_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, "", one, 1}};
    accel_node_desc nodes[1] = {{"choice", ACCEL_OPERATION_IF, 1, 1, 1, zero, two, attributes, regions, 2, 2, 0, 0, nullptr, nullptr, nullptr, nullptr}};
    accel_graph_desc graph = graph_of("branches", tensors, 3, nodes, 1, {ports, 2}, {two, 1});

private:
    static accel_graph_desc graph_of(const char *name, const accel_tensor_desc *tensors, uint32_t tensor_count, const accel_node_desc *nodes, uint32_t node_count, std::span<const uint32_t> inputs, std::span<const uint32_t> outputs)
    {
        return {sizeof(accel_graph_desc), name, tensors, nodes, inputs.data(), outputs.data(), nullptr, nullptr, nullptr, tensor_count, sizeof(accel_tensor_desc), node_count,
                sizeof(accel_node_desc), static_cast<uint32_t>(inputs.size()), static_cast<uint32_t>(outputs.size()), 0, sizeof(accel_symbol), 0, sizeof(accel_attribute), 0, 0};
    }
};

}  // namespace accel::graph
