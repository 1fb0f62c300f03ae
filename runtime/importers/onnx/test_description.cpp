// SPDX-License-Identifier: MIT
// A graph as text that two graphs share if nothing but their names differs.
#include "test_description.h"

#include "test_support.h"

#include <map>
#include <sstream>
#include <stdexcept>

namespace accel::onnx::test {
namespace {

/// All that a graph says, without names: tensors are numbered in the order in which they are met.
class Description {
public:
    explicit Description(const Imported &imported) : imported_(imported)
    {
        const accel_graph_desc &graph = imported.graph();
        list("inputs", graph.inputs, graph.input_count);
        for (uint32_t i = 0; i < graph.node_count; ++i) {
            describe_node(imported.node(i));
        }
        list("outputs", graph.outputs, graph.output_count);
    }
    std::string text() const { return out_.str(); }

private:
    void list(const char *what, const uint32_t *tensors, uint32_t count)
    {
        out_ << what;
        for (uint32_t i = 0; i < count; ++i) {
            describe_tensor(tensors[i]);
        }
        out_ << '\n';
    }

    void describe_node(const accel_node_desc &node)
    {
        out_ << "operation " << node.operation << " rounding " << node.rounding << '\n';
        for (uint32_t i = 0; i < node.attribute_count; ++i) {
            const accel_attribute &attribute = node.attributes[i];
            out_ << "  attribute " << attribute.key << " kind " << attribute.kind << ':';
            for (uint64_t at = 0; at < attribute.count; ++at) {
                if (attribute.kind == ACCEL_ATTRIBUTE_KIND_INT || attribute.kind == ACCEL_ATTRIBUTE_KIND_INTS) {
                    out_ << ' ' << static_cast<const int64_t *>(attribute.values)[at];
                } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOAT || attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOATS) {
                    out_ << ' ' << static_cast<const float *>(attribute.values)[at];
                } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_STRING || attribute.kind == ACCEL_ATTRIBUTE_KIND_STRINGS) {
                    const auto &text = static_cast<const accel_bytes *>(attribute.values)[at];
                    out_ << ' ' << std::string_view(static_cast<const char *>(text.data), text.byte_count);
                } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_GRAPH) {
                    const accel_region &region = *node.regions[static_cast<const uint32_t *>(attribute.values)[at]];
                    out_ << " role " << region.role << " nodes " << region.graph->node_count << " takes " << region.capture_count;
                } else {
                    throw std::runtime_error("an attribute of kind " + std::to_string(attribute.kind));
                }
            }
            out_ << '\n';
        }
        list("  takes", node.inputs, node.input_count);
        list("  makes", node.outputs, node.output_count);
    }

    void describe_tensor(uint32_t index)
    {
        if (index == ACCEL_TENSOR_NONE) {
            out_ << " none";
            return;
        }
        const auto [known, added] = numbers_.emplace(index, numbers_.size());
        out_ << " t" << known->second;
        if (!added) {
            return;
        }
        const accel_tensor_desc &tensor = imported_.tensor(index);
        out_ << "(type " << tensor.type << " [";
        for (const int64_t size : Imported::sizes(tensor)) {
            out_ << size << ' ';
        }
        out_ << ']';
        for (uint64_t i = 0; tensor.data != nullptr && i < tensor.data_bytes; ++i) {
            out_ << (i == 0 ? " data " : ".") << int{static_cast<const uint8_t *>(tensor.data)[i]};
        }
        const accel_quantization *quantization = tensor.quantization;
        for (uint32_t i = 0; quantization != nullptr && i < quantization->count; ++i) {
            out_ << " scale " << Imported::scale(tensor, i) << " zero point " << Imported::zero_point(tensor, i);
        }
        out_ << ')';
    }

    const Imported &imported_;
    std::map<uint32_t, size_t> numbers_;
    std::ostringstream out_;
};

}  // namespace

std::string describe(const std::string &bytes)
{
    const Imported imported(bytes);
    if (imported.status != ACCEL_STATUS_OK) {
        return "refused: " + imported.message;
    }
    return imported.broken_rule().empty() ? Description(imported).text() : "broken: " + imported.broken_rule();
}

}  // namespace accel::onnx::test
