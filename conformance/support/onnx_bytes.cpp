// SPDX-License-Identifier: MIT
// Encodes fields and messages of protocol buffers.
#include "onnx_bytes.h"

namespace accel::conformance::onnx_bytes {

std::string varint(uint64_t value)
{
    std::string bytes;
    for (; value > 127; value >>= 7) bytes += static_cast<char>(value | 128);
    return bytes + static_cast<char>(value);
}

std::string field(unsigned number, const std::string &bytes) { return varint(number << 3 | 2) + varint(bytes.size()) + bytes; }
std::string field(unsigned number, uint64_t value) { return varint(number << 3) + varint(value); }
std::string text(unsigned number, const char *value) { return field(number, std::string(value)); }

std::string value_info(const char *name, uint64_t type, const std::vector<uint64_t> &sizes)
{
    std::string shape;
    for (const uint64_t size : sizes) shape += field(1, field(1, size));
    return text(1, name) + field(2, field(1, field(1, type) + field(2, shape)));
}

std::string node(const char *operation, const std::vector<const char *> &inputs, const char *output)
{
    std::string bytes;
    for (const char *input : inputs) bytes += text(1, input);
    return field(1, bytes + text(2, output) + text(4, operation));
}

std::string model(const std::string &graph) { return field(1, uint64_t{8}) + field(7, graph) + field(8, field(2, uint64_t{13})); }

}  // namespace accel::conformance::onnx_bytes
