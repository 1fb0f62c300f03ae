// SPDX-License-Identifier: MIT
// Asks the catalog's signatures and its rules of shapes.
#include "admission.h"

#include "common/failure.h"

#include <accel/graph/catalog.h>
#include <accel/graph/rules.h>
#include <accel/graph/typing.h>

#include <algorithm>
#include <deque>

namespace accel::tflite {

using namespace importer;

namespace {

constexpr uint32_t bit(uint32_t type) { return 1u << type; }
constexpr uint32_t kBytes = bit(ACCEL_TYPE_I8) | bit(ACCEL_TYPE_U8);

class Types {
public:
    Types(const Graph &graph, const Operation &operation, const graph::OperationRow &row) : graph_(graph),
                                                                                            inputs_(operation.inputs),
                                                                                            row_(row) {}

    void expect() const
    {
        switch (row_.operation) {
        case ACCEL_OPERATION_CONV:
        case ACCEL_OPERATION_GEMM:
        case ACCEL_OPERATION_MATMUL:
            for (size_t i = 0; i < inputs_.size(); ++i) {
                expect(i, bit(ACCEL_TYPE_F32));
            }
            return;
        case ACCEL_OPERATION_QUANTIZE: return expect(0, bit(ACCEL_TYPE_F32) | kBytes);
        case ACCEL_OPERATION_CAST:
        case ACCEL_OPERATION_GATHER: return expect(0, row_.types);
        case ACCEL_OPERATION_DEQUANTIZE: return;
        default:
            expect_typing();
            expect_scales();
        }
    }

private:
    void expect(size_t position, uint32_t types) const
    {
        const uint32_t type = graph_.value(inputs_[position]).type;
        if ((types & bit(type)) == 0) {
            unsupported("the catalog's ", row_.name, " takes no ", graph::type_text(type), " as operand ", position);
        }
    }
    void expect_typing() const
    {
        const std::span<const graph::Typed> rows = graph::find_typing(row_.operation)->operands;
        for (size_t i = 0; i < std::min<size_t>(inputs_.size(), row_.first_value); ++i) {
            const graph::Typed &typed = rows[std::min(i, rows.size() - 1)];
            if (inputs_[i] != kNoValue) {
                const bool own = typed.like < 0 || typed.like == static_cast<int>(i);
                expect(i, own ? typed.types : bit(graph_.value(inputs_[static_cast<size_t>(typed.like)]).type));
            }
        }
    }
    /// Bytes of what computes on stored values need their scales, unless it computes on whole numbers, too.
    void expect_scales() const
    {
        if (inputs_.empty() || !row_.quantised || row_.operation == ACCEL_OPERATION_MAX_POOL) {
            return;
        }
        const Value &first = graph_.value(inputs_[0]);
        if ((kBytes & bit(first.type)) != 0 && !first.quantization && (graph::find_typing(row_.operation)->plain_types & bit(first.type)) == 0) {
            unsupported("the catalog's ", row_.name, " takes bytes with a scale only");
        }
    }

    const Graph &graph_;
    const std::vector<ValueId> &inputs_;
    const graph::OperationRow &row_;
};

/// The operation in the words of the ABI, for the rules.
class Described {
public:
    Described(Graph &graph, const Operation &operation) : attributes_(operation.attributes.entries.size())
    {
        node_.operation = operation.operation;
        node_.revision = 1;
        for (size_t i = 0; i < attributes_.size(); ++i) {
            describe(operation.attributes.entries[i], attributes_[i]);
        }
        node_.attributes = attributes_.data();
        node_.attribute_count = static_cast<uint32_t>(attributes_.size());
        for (const ValueId id : operation.inputs) {
            operands_.push_back(tensor(graph, id));
        }
        for (const ValueId id : operation.outputs) {
            results_.push_back(tensor(graph, id));
        }
        applied_.node = &node_;
        applied_.operands = operands_;
        applied_.results = results_;
    }
    Described(const Described &) = delete;
    Described &operator=(const Described &) = delete;

    const graph::Applied &get() const { return applied_; }

private:
    void describe(const AttributeList::Entry &from, accel_attribute &to)
    {
        to.key = from.key;
        to.kind = accel_attribute_kind_of(from.key);
        if (!from.strings.empty()) {
            auto &words = strings_.emplace_back();
            for (const auto &word : from.strings) words.push_back({word.data(), word.size()});
            to.values = words.data();
            to.count = words.size();
        } else if (!from.floats.empty()) {
            to.values = from.floats.data();
            to.count = from.floats.size();
        } else {
            to.values = from.ints.data();
            to.count = from.ints.size();
        }
    }

    const accel_tensor_desc *tensor(Graph &graph, ValueId id)
    {
        if (id == kNoValue) {
            return nullptr;
        }
        graph.materialise(id);
        const Value &value = graph.value(id);
        accel_tensor_desc &desc = tensors_.emplace_back();
        desc.name = "";
        desc.type = value.type;
        desc.rank = value.ranked ? static_cast<uint32_t>(value.dims.size()) : ACCEL_RANK_UNKNOWN;
        desc.dims = value.dims.data();
        desc.data = value.data;
        desc.data_bytes = value.data_bytes;
        return &desc;
    }

    accel_node_desc node_{};
    std::vector<accel_attribute> attributes_;
    std::deque<std::vector<accel_bytes>> strings_;
    std::deque<accel_tensor_desc> tensors_;
    std::vector<const accel_tensor_desc *> operands_, results_;
    graph::Applied applied_;
};

void expect_sizes(Graph &graph, const Operation &operation, const graph::OperationRow &row)
{
    const Described described(graph, operation);
    graph::Contradiction why;
    const auto shapes = graph::infer_shapes(described.get(), &why);
    if (!shapes) {
        unsupported("the catalog's ", row.name, why.sentence.empty() ? std::string(" has no sizes for these operands") : ": " + why.sentence);
    }
    for (size_t i = 0; i < shapes->size() && i < operation.outputs.size(); ++i) {
        const std::optional<graph::Shape> &shape = (*shapes)[i];
        if (shape && *shape != graph::Applied::shape_of(*described.get().results[i])) {
            unsupported("the catalog's ", row.name, " makes other sizes than ", to_text(graph.value(operation.outputs[i]).dims));
        }
    }
}

}  // namespace

void expect_admitted(Graph &graph, const Operation &operation)
{
    const graph::OperationRow &row = *graph::find_operation(operation.operation);
    Types(graph, operation, row).expect();
    expect_sizes(graph, operation, row);
}

}  // namespace accel::tflite
