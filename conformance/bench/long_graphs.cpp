// SPDX-License-Identifier: MIT
// Writes the long graphs as ONNX bytes, one function for each shape.
#include "long_graphs.h"

#include <stdexcept>

#include "support/onnx_bytes.h"

namespace accel::conformance {

namespace {

using namespace onnx_bytes;

/// Gathers nodes and constants; tensors are named by numbers.
class Writer {
public:
    std::string node(const char *operation, const std::vector<std::string> &inputs, const std::string &attributes = {})
    {
        const std::string output = "t" + std::to_string(count_++);
        std::string bytes;
        for (const std::string &input : inputs) bytes += field(1, input);
        nodes_ += field(1, bytes + field(2, output) + text(4, operation) + attributes);
        return output;
    }

    std::string constant(const std::vector<uint64_t> &dims, size_t count)
    {
        const std::string name = "c" + std::to_string(count_++);
        std::string values;
        for (size_t i = 0; i < count; ++i) {
            const float value = 0.5f + static_cast<float>(i % 7) * 0.01f;
            values.append(reinterpret_cast<const char *>(&value), sizeof value);
        }
        std::string tensor;
        for (const uint64_t size : dims) tensor += field(1, size);
        constants_ += field(5, tensor + field(2, kFloat) + field(8, name) + field(9, values));
        return name;
    }

    /// The constant operand of a Reshape.
    std::string sizes(const std::vector<int64_t> &values)
    {
        const std::string name = "c" + std::to_string(count_++);
        constants_ += field(5, field(1, uint64_t{values.size()}) + field(2, kInt64) + field(8, name) +
                                   field(9, std::string(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(int64_t))));
        return name;
    }

    std::string finish(const std::vector<uint64_t> &x, const std::string &last, const std::vector<uint64_t> &y) const
    {
        return model(nodes_ + text(2, "graph") + constants_ + field(11, value_info("x", kFloat, x)) + field(12, value_info(last.c_str(), kFloat, y)));
    }

private:
    std::string nodes_, constants_;
    uint32_t count_ = 0;
};

std::string ints_attribute(const char *name, const std::vector<uint64_t> &values)
{
    std::string bytes = text(1, name) + field(20, uint64_t{7});
    for (const uint64_t value : values) bytes += field(8, value);
    return field(5, bytes);
}

std::string integer_attribute(const char *name, uint64_t value) { return field(5, text(1, name) + field(20, uint64_t{2}) + field(3, value)); }

const std::vector<uint64_t> kVector{1, 16};

std::string chain(uint32_t nodes)
{
    Writer w;
    std::string at = "x";
    for (uint32_t i = 0; i < nodes; ++i) at = w.node(i % 2 ? "Sigmoid" : "Tanh", {at});
    return w.finish(kVector, at, kVector);
}

std::string ladder(uint32_t nodes)
{
    Writer w;
    std::string left = w.node("Tanh", {"x"}), right = w.node("Sigmoid", {"x"});
    for (uint32_t i = 2; i + 1 < nodes; i += 2) {
        const std::string next = w.node("Add", {left, right});
        right = w.node("Mul", {right, left});
        left = next;
    }
    return w.finish(kVector, w.node("Add", {left, right}), kVector);
}

std::string wide(uint32_t nodes)
{
    Writer w;
    std::vector<std::string> all;
    for (uint32_t i = 0; i + 1 < nodes; ++i) all.push_back(w.node(i % 2 ? "Sigmoid" : "Tanh", {"x"}));
    return w.finish(kVector, w.node("Concat", all, integer_attribute("axis", 1)), {1, 16 * uint64_t{nodes - 1}});
}

/// A U: what the way down makes the way up reads, the latest first.
std::string skip(uint32_t nodes)
{
    Writer w;
    std::vector<std::string> down{"x"};
    while (down.size() < nodes / 2) down.push_back(w.node("Tanh", {down.back()}));
    std::string at = down.back();
    for (size_t i = down.size(); i-- > 1;) at = w.node("Add", {at, down[i]});
    return w.finish(kVector, at, kVector);
}

std::string transposes(uint32_t nodes)
{
    Writer w;
    const std::string turned = ints_attribute("perm", {1, 0});
    std::string at = "x";
    for (uint32_t i = 0; i < nodes / 2 * 2; ++i) at = w.node("Transpose", {at}, turned);
    return w.finish(kVector, w.node("Tanh", {at}), kVector);
}

std::string identities(uint32_t nodes)
{
    Writer w;
    std::string at = "x";
    for (uint32_t i = 0; i < nodes; ++i) at = w.node(i % 4 ? "Identity" : "Tanh", {at});
    return w.finish(kVector, at, kVector);
}

/// Moves that undo each other, the innermost first: taking out one pair makes the next one meet.
std::string nest(uint32_t nodes)
{
    Writer w;
    const std::string turned = ints_attribute("perm", {1, 0});
    const std::string wide = w.sizes({2, 8}), square = w.sizes({4, 4});
    const auto shape_before = [&](uint32_t layer) { return layer % 2 ? square : wide; };
    std::string at = w.node("Reshape", {"x", shape_before(0)});
    const uint32_t layers = nodes / 4;
    const auto turn_square = [&](uint32_t layer) { at = layer % 2 ? w.node("Transpose", {at}, turned) : at; };
    for (uint32_t i = 0; i < layers; ++i) {
        turn_square(i);
        at = w.node("Reshape", {at, shape_before(i + 1)});
    }
    for (uint32_t i = layers; i-- > 0;) {
        at = w.node("Reshape", {at, shape_before(i)});
        turn_square(i);
    }
    return w.finish(kVector, w.node("Tanh", {at}), {2, 8});
}

const std::vector<uint64_t> kMap{1, 4, 4, 4};

/// Convolutions of one shape, each with weights of its own, and what stands behind them.
std::string convolutions(uint32_t nodes, bool normalised)
{
    Writer w;
    std::string at = "x";
    const std::string kernel = ints_attribute("kernel_shape", {1, 1});
    const uint32_t each = normalised ? 3 : 2;
    for (uint32_t i = 0; i < nodes / each; ++i) {
        at = w.node("Conv", {at, w.constant({4, 4, 1, 1}, 16)}, kernel);
        if (normalised) at = w.node("BatchNormalization", {at, w.constant({4}, 4), w.constant({4}, 4), w.constant({4}, 4), w.constant({4}, 4)});
        at = w.node("Relu", {at});
    }
    return w.finish(kMap, at, kMap);
}

}  // namespace

std::vector<std::string> long_graph_kinds() { return {"chain", "ladder", "wide", "skip", "transposes", "identities", "nest", "convolutions", "normalised"}; }

std::string long_graph(const std::string &kind, uint32_t nodes)
{
    if (kind == "chain") return chain(nodes);
    if (kind == "ladder") return ladder(nodes);
    if (kind == "wide") return wide(nodes);
    if (kind == "skip") return skip(nodes);
    if (kind == "transposes") return transposes(nodes);
    if (kind == "identities") return identities(nodes);
    if (kind == "nest") return nest(nodes);
    if (kind == "convolutions") return convolutions(nodes, false);
    if (kind == "normalised") return convolutions(nodes, true);
    throw std::invalid_argument("no kind '" + kind + "'");
}

}  // namespace accel::conformance
