// SPDX-License-Identifier: MIT
// ONNX files for cases, written as protocol buffers by hand: good ones, and such as no library would write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace accel::conformance::onnx_bytes {

inline constexpr uint64_t kFloat = 1, kInt64 = 7;

std::string varint(uint64_t value);
std::string field(unsigned number, const std::string &bytes);
std::string field(unsigned number, uint64_t value);
std::string text(unsigned number, const char *value);

/// ValueInfoProto.
std::string value_info(const char *name, uint64_t type, const std::vector<uint64_t> &sizes);
/// The graph's field with a node.
std::string node(const char *operation, const std::vector<const char *> &inputs, const char *output);
/// ModelProto of opset 13 around the fields of a graph.
std::string model(const std::string &graph);

}  // namespace accel::conformance::onnx_bytes
