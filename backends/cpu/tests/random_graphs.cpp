// SPDX-License-Identifier: MIT
// Draws graphs of one operation and what may be fused with it.
#include "random_graphs.h"

#include "window.h"

#include <limits>
#include <sstream>

namespace accel::cpu::test {
namespace {

using Attributes = GraphMaker::Attributes;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

int64_t between(std::mt19937 &random, int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); }

bool one_in(std::mt19937 &random, int64_t count) { return between(random, 1, count) == 1; }

template <typename T> T one_of(std::mt19937 &random, std::initializer_list<T> values)
{
    return values.begin()[between(random, 0, static_cast<int64_t>(values.size()) - 1)];
}

// Collects a chain of nodes, its inputs, and what it says of itself.
class Chain {
public:
    explicit Chain(std::mt19937 &random) : random_(random) {}

    uint32_t input(const Dims &dims)
    {
        std::vector<float> values = random_floats(count(dims), static_cast<uint32_t>(random_()));
        if (!values.empty() && one_in(random_, 4)) {
            finite_ = false;
            for (const float end : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()})
                values[static_cast<size_t>(between(random_, 0, static_cast<int64_t>(values.size()) - 1))] = end;
        }
        inputs_.push_back(bytes_of(values));
        return graph_->input(ACCEL_TYPE_F32, dims);
    }
    uint32_t constant(const Dims &dims)
    {
        return graph_->constant(ACCEL_TYPE_F32, dims, random_floats(count(dims), static_cast<uint32_t>(random_())));
    }
    uint32_t node(const char *name, uint32_t operation, std::vector<uint32_t> operands, const Dims &dims, const Attributes &attributes = {})
    {
        const uint32_t result = graph_->tensor(ACCEL_TYPE_F32, dims);
        graph_->node(operation, std::move(operands), {result}, attributes);
        text_ << ' ' << name;
        for (const int64_t size : dims)
            text_ << ' ' << size;
        for (const auto &[key, values] : attributes.ints) {
            text_ << " (" << key << ':';
            for (const int64_t value : values)
                text_ << ' ' << value;
            text_ << ')';
        }
        return result;
    }
    uint32_t activation(uint32_t x, const Dims &dims)
    {
        if (one_in(random_, 2))
            return node("relu", ACCEL_OPERATION_RELU, {x}, dims);
        const float low = one_of(random_, {0.0f, -0.5f, -1.0f, -kInfinity});
        const float high = one_of(random_, {0.5f, 1.5f, kInfinity});
        return node("clip", ACCEL_OPERATION_CLIP, {x, graph_->real(low), graph_->real(high)}, dims);
    }
    RandomGraph finish(uint32_t result)
    {
        graph_->output(result);
        return {std::move(graph_), std::move(inputs_), text_.str(), finite_};
    }
    std::ostringstream &text() { return text_; }

private:
    std::mt19937 &random_;
    std::unique_ptr<GraphMaker> graph_ = std::make_unique<GraphMaker>();
    std::vector<Bytes> inputs_;
    std::ostringstream text_;
    bool finite_ = true;
};

struct ConvolutionShape {
    int64_t groups = 1;
    Dims x, w, y;
    std::vector<int64_t> strides, dilations, pads;
};

// Sizes that blocked kernels like, and sizes that they do not.
int64_t channels(std::mt19937 &random) { return one_of<int64_t>(random, {1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 24, 32, 33, 48}); }

ConvolutionShape random_shape(std::mt19937 &random)
{
    ConvolutionShape shape;
    const auto axes = one_of<size_t>(random, {1, 2, 2, 2, 2, 3});
    int64_t in = channels(random), out = channels(random);
    if (one_in(random, 4))
        shape.groups = in, out = in * one_of<int64_t>(random, {1, 1, 1, 2});  // depthwise
    else if (one_in(random, 4))
        shape.groups = one_of<int64_t>(random, {2, 3, 4, 8}), in *= shape.groups, out *= shape.groups;
    shape.x = {one_of<int64_t>(random, {1, 1, 1, 2, 3}), in};
    shape.w = {out, in / shape.groups};
    shape.y = {shape.x[0], out};
    const bool point = one_in(random, 4), one_row = one_in(random, 4);
    std::vector<int64_t> ends;
    for (size_t axis = 0; axis < axes; ++axis) {
        const int64_t kernel = point ? 1 : between(random, 1, 4), dilation = one_in(random, 4) ? between(random, 2, 6) : 1;
        const int64_t stride = one_in(random, 3) ? between(random, 2, 3) : 1, reach = dilation * (kernel - 1) + 1;
        const bool padded = !one_in(random, 3) && !(point && one_in(random, 2));
        const int64_t begin = padded ? between(random, 0, one_in(random, 5) ? reach + 1 : reach / 2) : 0;  // also windows of padding alone
        const int64_t end = padded ? between(random, 0, one_in(random, 5) ? reach + 1 : reach / 2) : 0;
        const int64_t most = one_row && axis == 0 ? 1 : axes == 3 ? 6
                                                                  : 14;
        const int64_t size = std::max(between(random, 1, most), reach - begin - end);
        shape.x.push_back(size);
        shape.w.push_back(kernel);
        shape.y.push_back((size + begin + end - reach) / stride + 1);
        shape.strides.push_back(stride), shape.dilations.push_back(dilation);
        shape.pads.push_back(begin), ends.push_back(end);
    }
    shape.pads.insert(shape.pads.end(), ends.begin(), ends.end());
    return shape;
}

}  // namespace

RandomGraph random_convolution(std::mt19937 &random)
{
    const ConvolutionShape shape = random_shape(random);
    Chain chain(random);
    const uint32_t x = chain.input(shape.x), w = chain.constant(shape.w);
    chain.text() << "x " << shape.x[1] << " channels, groups " << shape.groups;
    const Attributes attributes{{{ACCEL_ATTRIBUTE_STRIDES, shape.strides},
                                 {ACCEL_ATTRIBUTE_DILATIONS, shape.dilations},
                                 {ACCEL_ATTRIBUTE_PADS, shape.pads},
                                 {ACCEL_ATTRIBUTE_GROUP, {shape.groups}}},
                                {},
                                0};
    uint32_t last = chain.node("conv", ACCEL_OPERATION_CONV, one_in(random, 3) ? std::vector{x, w, chain.constant({shape.y[1]})} : std::vector{x, w},
                               shape.y, attributes);
    if (one_in(random, 2)) {
        Dims per_channel(shape.y.size() - 1, 1);
        per_channel[0] = shape.y[1];
        last = chain.node("bias", ACCEL_OPERATION_ADD, {last, chain.constant(per_channel)}, shape.y);
    }
    if (one_in(random, 2))
        last = chain.node("residual", ACCEL_OPERATION_ADD, {last, chain.input(shape.y)}, shape.y);
    if (one_in(random, 2))
        last = chain.activation(last, shape.y);
    return chain.finish(last);
}

RandomGraph random_product(std::mt19937 &random)
{
    const int64_t rows = one_in(random, 3) ? 1 : between(random, 2, 40), depth = between(random, 1, 70), columns = between(random, 1, 70);
    Chain chain(random);
    uint32_t last = 0;
    Dims y{rows, columns};
    if (one_in(random, 2)) {
        const bool trans_a = one_in(random, 3), trans_b = one_in(random, 3);
        std::vector<uint32_t> operands{chain.input(trans_a ? Dims{depth, rows} : Dims{rows, depth})};
        const Dims b = trans_b ? Dims{columns, depth} : Dims{depth, columns};
        operands.push_back(one_in(random, 3) ? chain.input(b) : chain.constant(b));
        if (!one_in(random, 3))
            operands.push_back(one_in(random, 2) ? chain.constant({columns}) : chain.input(one_in(random, 2) ? y : Dims{rows, 1}));
        last = chain.node("gemm", ACCEL_OPERATION_GEMM, operands, y,
                          {{{ACCEL_ATTRIBUTE_TRANS_A, {trans_a}}, {ACCEL_ATTRIBUTE_TRANS_B, {trans_b}}},
                           {{ACCEL_ATTRIBUTE_ALPHA, {one_of(random, {1.0f, 1.0f, 0.5f})}}, {ACCEL_ATTRIBUTE_BETA, {one_of(random, {1.0f, 2.0f})}}},
                           0});
    } else {
        const int64_t batch = between(random, 1, 4);
        const bool batched_b = one_in(random, 3);
        y = {batch, rows, columns};
        const uint32_t a = chain.input({batch, rows, depth});
        const Dims b = batched_b ? Dims{one_in(random, 2) ? batch : 1, depth, columns} : Dims{depth, columns};
        last = chain.node("matmul", ACCEL_OPERATION_MATMUL, {a, one_in(random, 3) ? chain.input(b) : chain.constant(b)}, y);
        if (one_in(random, 2))
            last = chain.node("bias", ACCEL_OPERATION_ADD, {last, chain.constant({columns})}, y);
    }
    if (one_in(random, 2))
        last = chain.activation(last, y);
    return chain.finish(last);
}

RandomGraph random_activated(std::mt19937 &random)
{
    Chain chain(random);
    const Dims dims{between(random, 1, 2), channels(random), between(random, 4, 9), between(random, 4, 9)};
    const uint32_t x = chain.input(dims);
    switch (between(random, 0, 3)) {
    case 0: {
        const Dims y{dims[0], dims[1], dims[2] - 2, dims[3] - 1};
        const bool average = one_in(random, 2);
        const uint32_t pooled = chain.node(average ? "average" : "maximum", average ? ACCEL_OPERATION_AVERAGE_POOL : ACCEL_OPERATION_MAX_POOL, {x}, y,
                                           {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 2}}}, {}, 0});
        return chain.finish(chain.activation(pooled, y));
    }
    case 1: {
        const Dims y{dims[0], dims[1], 1, 1};
        return chain.finish(chain.activation(chain.node("global", ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {x}, y), y));
    }
    default: {
        const auto operation = one_of<uint32_t>(random, {ACCEL_OPERATION_ADD, ACCEL_OPERATION_SUB, ACCEL_OPERATION_MUL, ACCEL_OPERATION_DIV});
        const uint32_t other = one_in(random, 2) ? chain.input(dims) : chain.constant({dims[1], 1, 1});
        return chain.finish(chain.activation(chain.node("binary", operation, {x, other}, dims), dims));
    }
    }
}

}  // namespace accel::cpu::test
