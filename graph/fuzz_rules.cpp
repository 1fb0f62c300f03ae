// SPDX-License-Identifier: MIT
// Nodes of the catalog's operations made from arbitrary bytes: the rules refuse them with a sentence, or say shapes that a tensor can have; folding reads no byte too many.
#include <accel/graph/catalog.h>

#include <algorithm>
#include <cstdlib>

#include "test_node.h"

namespace {

using namespace accel::graph;
using accel::graph::testing::TestNode;

/// Endless: zeros follow the bytes.
class Choices {
public:
    Choices(const uint8_t *bytes, size_t count) : bytes_(bytes),
                                                  count_(count) {}
    uint8_t byte() { return at_ < count_ ? bytes_[at_++] : 0; }
    uint32_t below(uint32_t limit) { return byte() % limit; }
    /// Mostly small, sometimes absurd.
    int64_t number()
    {
        const uint8_t kind = byte();
        if (kind < 200) return kind % 9;
        if (kind < 230) return -(kind % 9);
        uint64_t value = 0;
        for (int i = 0; i < 8; ++i) value = value << 8 | byte();
        return static_cast<int64_t>(value);
    }

private:
    const uint8_t *bytes_;
    size_t count_;
    size_t at_ = 0;
};

constexpr uint32_t kSymbols = 2;

/// As tensors of a checked graph have them: sizes from 0 to 2^40.
Shape make_shape(Choices &choose)
{
    Shape shape;
    const bool small = choose.below(2) == 0;
    for (uint32_t axis = choose.below(kMaxRank + 1); axis > 0; --axis) {
        const uint32_t kind = small ? 3 : choose.below(8);
        if (kind == 0)
            shape.push_back(kUnknownDim);
        else if (kind == 1)
            shape.push_back({-1, choose.below(kSymbols)});
        else
            shape.push_back(kind == 2 ? static_cast<int64_t>(static_cast<uint64_t>(choose.number()) % (kMaxTensorBytes + 1)) : choose.below(9));
    }
    return shape;
}

/// Known, of the operand's kind or not.
void make_value(Choices &choose, ValueKind kind, TestNode &node)
{
    if (kind == ValueKind::kReal) {
        node.constant<float>({}, ACCEL_TYPE_F32, {static_cast<float>(choose.number())});
        return;
    }
    std::vector<int64_t> values(choose.below(2 * kMaxRank + 2));
    for (int64_t &value : values) value = choose.number();
    if (kind != ValueKind::kReals) return void(node.list(values));
    const std::vector<float> reals(values.begin(), values.end());
    node.constant<float>({static_cast<int64_t>(reals.size())}, ACCEL_TYPE_F32, reals);
}

constexpr uint64_t kMostElements = 1 << 12;

/// A constant often, of its size mostly.
void make_operand(Choices &choose, TestNode &node)
{
    const Shape shape = make_shape(choose);
    const uint32_t type = choose.below(12);
    const auto count = element_count(shape);
    const auto byte_count = count && *count <= kMostElements ? packed_size_bytes(type, *count) : std::nullopt;
    if (!byte_count || choose.below(4) == 0) return void(node.operand(shape, type));
    std::vector<uint8_t> bytes(*byte_count + (choose.below(16) == 0 ? 1 : 0));
    for (uint8_t &byte : bytes) byte = choose.byte();
    node.constant(shape, type, bytes);
}

void make_operands(Choices &choose, const OperationRow &row, TestNode &node)
{
    const uint32_t most = row.input_count_max == kUnbounded ? row.input_count_min + 3 : row.input_count_max;
    const uint32_t count = row.input_count_min + choose.below(most - row.input_count_min + 1);
    for (uint32_t i = 0; i < count; ++i) {
        const bool optional = i >= row.input_count_min && row.input_count_max != kUnbounded;
        if (optional && choose.below(4) == 0)
            node.absent();
        else if (i >= row.first_value && choose.below(8) != 0)
            make_value(choose, row.values[i - row.first_value].kind, node);
        else
            make_operand(choose, node);
    }
}

/// The result as a checked graph has it: of the shape that was inferred. Where that is small, its value.
void fold_it(Choices &choose, const Shape &shape, TestNode &node)
{
    const auto count = element_count(shape);
    if (!count || *count > kMostElements) return;
    node.set_result(shape, choose.below(12));
    const bool may = may_fold(node.get());
    const auto bytes = fold(node.get(), [] {});
    if (bytes && (!may || bytes->size() != packed_size_bytes(node.get().results[0]->type, *count))) std::abort();
}

void make_attributes(Choices &choose, const OperationRow &row, TestNode &node)
{
    for (const uint32_t key : row.attributes) {
        if (choose.below(3) == 0) continue;
        const accel_attribute_kind kind = find_attribute(key)->kind;
        if (kind == ACCEL_ATTRIBUTE_KIND_STRING) {
            node.string(key, choose.below(2) ? "SAME_UPPER" : choose.below(2) ? "bidirectional"
                                                                              : std::string(choose.below(3), 'x'));
            continue;
        }
        if (kind == ACCEL_ATTRIBUTE_KIND_STRINGS) {
            static constexpr const char *kNames[] = {"Tanh", "Sigmoid", "Affine", "Elu", "HardSigmoid", "", "none"};
            std::vector<std::string> names(choose.below(8));
            for (std::string &name : names) name = kNames[choose.below(std::size(kNames))];
            node.strings(key, names);
            continue;
        }
        if (kind == ACCEL_ATTRIBUTE_KIND_FLOATS || kind == ACCEL_ATTRIBUTE_KIND_FLOAT) {
            node.floats(key, std::vector<float>(kind == ACCEL_ATTRIBUTE_KIND_FLOAT ? 1 : choose.below(8), static_cast<float>(choose.byte()) - 9));
            continue;
        }
        if (kind != ACCEL_ATTRIBUTE_KIND_INT && kind != ACCEL_ATTRIBUTE_KIND_INTS) continue;
        std::vector<int64_t> values(kind == ACCEL_ATTRIBUTE_KIND_INT ? 1 : choose.below(2 * kMaxRank + 2));
        for (int64_t &value : values) value = choose.number();
        node.ints(key, values);
    }
}

/// No symbol but those of the operands, no size that later arithmetic could not hold.
bool plausible(const Shape &shape)
{
    constexpr int64_t kMost = int64_t{1} << 43;
    return std::all_of(shape.begin(), shape.end(), [](const Dim &dim) { return dim.fixed() ? dim.size <= kMost : dim.symbol < kSymbols || dim == kUnknownDim; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    Choices choose(bytes, byte_count);
    const OperationRow &row = operations()[choose.below(static_cast<uint32_t>(operations().size()))];
    TestNode node(row.operation);
    for (uint32_t i = 0; i < kSymbols; ++i) node.symbol(std::string(1, static_cast<char>('M' + i)), 0, choose.byte());
    make_operands(choose, row, node);
    const uint32_t results = row.output_count_max == kUnbounded ? 1 + choose.below(4) : row.output_count_max;
    for (uint32_t i = 0; i < results; ++i) node.result(make_shape(choose));
    make_attributes(choose, row, node);

    Contradiction why;
    const auto shapes = infer_shapes(node.get(), &why);
    if (!shapes && why.sentence.empty()) std::abort();
    if (shapes && shapes->size() != results) std::abort();
    if (shapes && !std::all_of(shapes->begin(), shapes->end(), [](const auto &shape) { return !shape || plausible(*shape); })) std::abort();
    if (!shapes) return 0;
    work_macs(node.get());
    if (results == 1 && shapes->front()) fold_it(choose, *shapes->front(), node);
    return 0;
}
