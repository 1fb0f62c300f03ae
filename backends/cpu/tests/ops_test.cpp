// SPDX-License-Identifier: MIT
// Every row of the table over nodes that are drawn: what is claimed is built, runs and is right. Some of what is drawn has to be refused.
#include "evaluate.h"

#include <catch2/catch_test_macros.hpp>

#include "ops/ops.h"

#include <accel/graph/rules.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace accel::cpu::test;
using accel::cpu::Dims;
using accel::cpu::quantizable;
namespace graph = accel::graph;

namespace
{

// One node in a graph: random operands, mostly of types that kernels know, results of the sizes that the rules infer.
class Draw
{
public:
    Draw(uint32_t operation, uint32_t seed) : random_(seed), operation_(operation)
    {
        constexpr uint32_t kTypes[] = {ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_I8,  ACCEL_TYPE_I8,
                                       ACCEL_TYPE_I8,  ACCEL_TYPE_U8,  ACCEL_TYPE_U8,  ACCEL_TYPE_U8,  ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL, ACCEL_TYPE_F64};
        type_ = kTypes[below(std::size(kTypes))];
        scales_ = scales();
        operands();
        const uint32_t results = operation_ == ACCEL_OPERATION_SPLIT ? 2 : 1;
        for (uint32_t i = 0; i < results; ++i)
            results_.push_back(graph_.tensor(result_type(), {1}, result_scales()));
        if (below(3) == 0 && !quantizable(type_) && clamps())
            attributes_.floats = {{ACCEL_ATTRIBUTE_CLAMP_MIN, {-0.25f}}, {ACCEL_ATTRIBUTE_CLAMP_MAX, {0.5f}}};
        attributes_.rounding = quantizable(type_) || operation_ == ACCEL_OPERATION_QUANTIZE ? ACCEL_ROUNDING_HALF_EVEN + below(3) : 0;
        graph_.node(operation_, inputs_, results_, attributes_);
        for (const uint32_t result : results_)
            graph_.output(result);
        fit();
    }

    const accel_graph_desc &desc() { return graph_.desc(); }
    const std::vector<Bytes> &data() const { return data_; }

    // The same with values for its inputs.
    accel_graph_desc known(std::vector<accel_tensor_desc> &tensors)
    {
        accel_graph_desc desc = graph_.desc();
        tensors.assign(desc.tensors, desc.tensors + desc.tensor_count);
        for (uint32_t i = 0; i < desc.input_count; ++i) {
            tensors[desc.inputs[i]].data = data_[i].data();
            tensors[desc.inputs[i]].data_bytes = data_[i].size();
        }
        desc.tensors = tensors.data();
        return desc;
    }

private:
    uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
    int64_t between(int64_t low, int64_t high) { return low + static_cast<int64_t>(below(static_cast<uint32_t>(high - low + 1))); }
    Dims dims(size_t rank)
    {
        Dims made;
        while (made.size() < rank)
            made.push_back(between(1, 5));
        return made;
    }
    std::optional<Scales> scales()
    {
        if (!quantizable(type_) || below(12) == 0)
            return std::nullopt;
        return Scales{{0.01f * static_cast<float>(between(1, 9))}, {type_ == ACCEL_TYPE_U8 ? 128 : static_cast<int32_t>(between(-9, 9))}, 0};
    }
    bool clamps() const { return operation_ <= ACCEL_OPERATION_DIV; }

    Bytes values(uint32_t type, int64_t number)
    {
        Bytes bytes;
        const auto fill = [&]<typename T>(T least, int64_t low, int64_t high, double unit) {
            std::vector<T> made;
            while (static_cast<int64_t>(made.size()) < number)
                made.push_back(static_cast<T>(static_cast<double>(between(low, high)) * unit + static_cast<double>(least)));
            bytes = bytes_of(made);
        };
        if (type == ACCEL_TYPE_F32)
            fill(float{}, -100, 100, 0.01);
        else if (type == ACCEL_TYPE_F64)
            fill(double{}, -100, 100, 0.01);
        else if (type == ACCEL_TYPE_I32)
            fill(int32_t{1}, -50, 50, 2); // no divisor is 0
        else if (type == ACCEL_TYPE_I64)
            fill(int64_t{1}, -50, 50, 2);
        else
            fill(uint8_t{}, 0, type == ACCEL_TYPE_BOOL ? 1 : 255, 1);
        return bytes;
    }
    uint32_t given(uint32_t type, const Dims &dims, std::optional<Scales> scales, Bytes bytes, bool constant)
    {
        if (constant)
            return inputs_.emplace_back(graph_.constant(type, dims, bytes, std::move(scales)));
        data_.push_back(std::move(bytes));
        return inputs_.emplace_back(graph_.input(type, dims, std::move(scales)));
    }
    void operand(const Dims &dims, bool constant = false) { given(type_, dims, scales_, values(type_, count(dims)), constant); }
    // Weights and their bias, which is of words where the weights are stored.
    void weights(const Dims &dims) { given(type_, dims, scales_, values(type_, count(dims)), below(4) != 0); }
    void bias(int64_t channels)
    {
        const uint32_t type = quantizable(type_) ? uint32_t{ACCEL_TYPE_I32} : type_;
        if (below(2))
            given(type, {channels}, std::nullopt, values(type, channels), below(4) != 0);
    }
    void list(const Dims &list) { inputs_.push_back(graph_.list(list)); }
    void ints(uint32_t key, Dims list) { attributes_.ints.push_back({key, std::move(list)}); }

    void window(size_t axes, bool wide)
    {
        Dims strides, pads;
        for (size_t axis = 0; axis < 2 * axes; ++axis) {
            strides.push_back(between(1, 2));
            pads.push_back(below(wide ? 3 : 2));
        }
        strides.resize(axes);
        ints(ACCEL_ATTRIBUTE_STRIDES, strides);
        ints(ACCEL_ATTRIBUTE_PADS, pads);
    }
    void operands();
    uint32_t result_type();
    std::optional<Scales> result_scales();
    void fit();

    std::mt19937 random_;
    uint32_t operation_, type_ = 0;
    std::optional<Scales> scales_;
    GraphMaker graph_;
    std::vector<Bytes> data_;
    std::vector<uint32_t> inputs_, results_;
    GraphMaker::Attributes attributes_;
};

void Draw::operands()
{
    const size_t axes = 1 + below(2), rank = 1 + below(4);
    Dims x = dims(rank);
    switch (operation_) {
    case ACCEL_OPERATION_CONV: {
        const int64_t groups = between(1, 2), inputs = between(1, 3), outputs = groups * between(1, 3);
        x = dims(axes + 2), x[1] = groups * inputs;
        Dims w = dims(axes + 2);
        w[0] = outputs, w[1] = inputs;
        operand(x), weights(w), bias(outputs);
        ints(ACCEL_ATTRIBUTE_GROUP, {groups});
        return window(axes, true);
    }
    case ACCEL_OPERATION_GEMM: {
        const int64_t rows = between(1, 5), depth = between(1, 5), columns = between(1, 5), a = below(3) == 0, b = below(2);
        ints(ACCEL_ATTRIBUTE_TRANS_A, {a}), ints(ACCEL_ATTRIBUTE_TRANS_B, {b});
        operand(a ? Dims{depth, rows} : Dims{rows, depth}), weights(b ? Dims{columns, depth} : Dims{depth, columns});
        return bias(columns);
    }
    case ACCEL_OPERATION_MATMUL: {
        Dims w = below(2) ? dims(2) : dims(1 + below(3));
        w[w.size() > 1 ? w.size() - 2 : 0] = x.back();
        return operand(x), weights(w);
    }
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL: {
        Dims kernel = dims(axes);
        operand(dims(axes + 2));
        ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel), ints(ACCEL_ATTRIBUTE_CEIL_MODE, {below(2)});
        if (operation_ == ACCEL_OPERATION_AVERAGE_POOL)
            ints(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {below(2)});
        return window(axes, false);
    }
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return operand(dims(2 + axes));
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV: {
        Dims other(x.begin() + below(static_cast<uint32_t>(rank)), x.end());
        other[below(static_cast<uint32_t>(other.size()))] = below(2) ? 1 : other[0];
        return operand(x), operand(other, below(2));
    }
    case ACCEL_OPERATION_CLIP:
        operand(x);
        inputs_.push_back(graph_.real(-0.2f));
        return below(2) ? inputs_.push_back(graph_.real(0.3f)) : void();
    case ACCEL_OPERATION_SOFTMAX:
        ints(ACCEL_ATTRIBUTE_AXIS, {below(static_cast<uint32_t>(rank))});
        return operand(x);
    case ACCEL_OPERATION_RESHAPE:
        operand(x);
        return list({-1});
    case ACCEL_OPERATION_TRANSPOSE: {
        Dims perm(rank);
        for (size_t i = 0; i < rank; ++i)
            perm[i] = static_cast<int64_t>(i);
        std::shuffle(perm.begin(), perm.end(), random_);
        ints(ACCEL_ATTRIBUTE_PERM, perm);
        return operand(x);
    }
    case ACCEL_OPERATION_CONCAT: {
        const uint32_t axis = below(static_cast<uint32_t>(rank));
        ints(ACCEL_ATTRIBUTE_AXIS, {axis});
        operand(x);
        x[axis] = between(1, 5);
        return operand(x, below(2));
    }
    case ACCEL_OPERATION_SLICE:
        operand(x);
        return list({between(-5, 2)}), list({between(-1, 9)}), list({static_cast<int64_t>(rank) - 1}), list({below(4) ? 1 : -1});
    case ACCEL_OPERATION_BATCH_NORMALIZATION: {
        x = dims(2 + axes);
        operand(x);
        for (size_t i = 0; i < 3; ++i)
            operand({x[1]}, below(2));
        const std::vector<float> variance(static_cast<size_t>(x[1]), 0.5f);
        given(type_, {x[1]}, scales_, type_ == ACCEL_TYPE_F32 ? bytes_of(variance) : values(type_, x[1]), below(2));
        return;
    }
    case ACCEL_OPERATION_REDUCE_MEAN:
        operand(x);
        ints(ACCEL_ATTRIBUTE_KEEPDIMS, {below(2)});
        return below(3) ? list({below(2) ? -1 : 0}) : void();
    case ACCEL_OPERATION_PAD: {
        operand(x);
        Dims pads;
        for (size_t i = 0; i < 2 * rank; ++i)
            pads.push_back(below(3));
        return list(pads);
    }
    case ACCEL_OPERATION_SPLIT: {
        const uint32_t axis = below(static_cast<uint32_t>(rank));
        x[axis] = between(2, 5);
        ints(ACCEL_ATTRIBUTE_AXIS, {axis});
        operand(x);
        return list({1, x[axis] - 1});
    }
    case ACCEL_OPERATION_GATHER: {
        const uint32_t axis = below(static_cast<uint32_t>(rank));
        ints(ACCEL_ATTRIBUTE_AXIS, {axis});
        operand(x);
        std::vector<int64_t> indices{between(-x[axis], x[axis] - 1), 0};
        given(ACCEL_TYPE_I64, {2}, std::nullopt, bytes_of(indices), below(2));
        return;
    }
    default:
        return operand(x);
    }
}

uint32_t Draw::result_type()
{
    if (operation_ == ACCEL_OPERATION_QUANTIZE)
        return below(2) ? uint32_t{ACCEL_TYPE_I8} : uint32_t{ACCEL_TYPE_U8};
    if (operation_ == ACCEL_OPERATION_DEQUANTIZE)
        return ACCEL_TYPE_F32;
    if (operation_ == ACCEL_OPERATION_CAST)
        return std::initializer_list<uint32_t>{ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL, ACCEL_TYPE_U8}.begin()[below(5)];
    return below(12) == 0 ? uint32_t{ACCEL_TYPE_F32} : type_;
}

// A move or choice keeps them, and whatever computes may have its own.
std::optional<Scales> Draw::result_scales()
{
    const bool own = operation_ == ACCEL_OPERATION_QUANTIZE || (scales_ && (clamps() && operation_ != ACCEL_OPERATION_MAX_POOL));
    if (operation_ == ACCEL_OPERATION_DEQUANTIZE || operation_ == ACCEL_OPERATION_CAST)
        return std::nullopt;
    return own ? std::optional(Scales{{0.05f}, {3}, 0}) : scales_;
}

// Sizes of the results, one of them sometimes wrong; what contradicts itself keeps its own.
void Draw::fit()
{
    const graph::View view(graph_.desc());
    const auto shapes = graph::infer_shapes(graph::NodeView(view, view.node(0)).get(), nullptr);
    for (size_t i = 0; shapes && i < results_.size(); ++i) {
        Dims sizes = graph::sizes_of((*shapes)[i].value());
        if (!sizes.empty() && below(16) == 0)
            ++sizes[0];
        graph_.resize(results_[i], sizes);
    }
}

// Stored values may be one step away: their exact formulas have tests of their own.
bool near(const accel_tensor_desc &made, const Real &expected)
{
    const Real real = decode(made);
    const double unit = made.quantization ? static_cast<double>(graph::quantization(made).scales[0]) : 0;
    const int32_t zero = made.quantization ? graph::quantization(made).zero_points[0] : 0;
    const double low = made.type == ACCEL_TYPE_U8 ? 0 : -128, high = made.type == ACCEL_TYPE_U8 ? 255 : 127;
    for (size_t i = 0; i < real.values.size(); ++i) {
        const double wanted = unit != 0 ? std::clamp(expected.values[i], (low - zero) * unit, (high - zero) * unit) : expected.values[i];
        if (!(std::abs(real.values[i] - wanted) <= (unit != 0 ? 1.001 * unit : 1e-5 * (1 + std::abs(wanted)))))
            return false;
    }
    return expected.dims == real.dims || expected.values.size() == real.values.size();
}

bool right(const graph::Applied &node, size_t result, const Bytes &bytes)
{
    // What compiling folds has the bits that a device makes.
    if (const auto folded = graph::fold(node, [] {}))
        return bytes == *folded;
    Real expected = evaluate(node, result);
    accel_tensor_desc made = *node.results[result];
    made.data = bytes.data();
    made.data_bytes = bytes.size();
    if (const auto low = graph::real(*node.node, ACCEL_ATTRIBUTE_CLAMP_MIN))
        for (double &value : expected.values)
            value = std::clamp(value, static_cast<double>(*low), static_cast<double>(*graph::real(*node.node, ACCEL_ATTRIBUTE_CLAMP_MAX)));
    return near(made, expected);
}

} // namespace

TEST_CASE("what a row of the table claims is built and right", "[ops]")
{
    constexpr uint32_t kDraws = 120;
    for (const accel::cpu::CpuOp &op : accel::cpu::kOps) {
        uint32_t claimed = 0;
        for (uint32_t seed = 0; seed < kDraws; ++seed) {
            INFO("operation " << op.operation << ", draw " << seed);
            Draw draw(op.operation, seed);
            if (query(draw.desc()).group == 0)
                continue;
            ++claimed;
            const std::vector<Bytes> made = execute(draw.desc(), draw.data());
            std::vector<accel_tensor_desc> tensors;
            const accel_graph_desc known = draw.known(tensors);
            const graph::View view(known);
            const graph::NodeView node(view, view.node(0));
            REQUIRE(made.size() == node.get().results.size());
            for (size_t i = 0; i < made.size(); ++i)
                CHECK(right(node.get(), i, made[i]));
        }
        INFO("operation " << op.operation << ", claimed " << claimed);
        CHECK(claimed > kDraws / 12);
        CHECK(claimed < kDraws);
    }
}
