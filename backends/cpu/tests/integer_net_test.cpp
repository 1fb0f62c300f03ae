// SPDX-License-Identifier: MIT
// Whole quantised networks, bit for bit against the formulas, on one, two and four threads; run again by ctest with the instruction set capped.
#include "harness.h"
#include "reference.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <cmath>

using namespace accel::cpu::test;

namespace {

using Attributes = GraphMaker::Attributes;

constexpr uint32_t kRoundings[] = {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL};

// A tensor and what it should hold.
struct Value {
    uint32_t tensor = 0, type = 0;
    Dims dims;
    float scale = 1;
    int32_t zero_point = 0;
    std::vector<int32_t> stored;

    Scales scales() const { return {{scale}, {zero_point}, 0}; }
    int32_t low() const { return type == ACCEL_TYPE_I8 ? -128 : 0; }
    int32_t high() const { return type == ACCEL_TYPE_I8 ? 127 : 255; }
    int64_t whole(int64_t i) const { return stored[static_cast<size_t>(i)] - zero_point; }
    double real_scale() const { return static_cast<double>(scale); }
    Bytes bytes() const { return Bytes(stored.begin(), stored.end()); }
};

struct Weights {
    uint32_t type;
    int32_t zero_point;
};

constexpr float kWeightScale = 0.004f;

// Adds nodes to a graph and computes beside it.
class Net {
public:
    Net(uint32_t rounding, uint32_t type, Weights weights) : rounding_(rounding),
                                                             type_(type),
                                                             weights_(weights) {}

    Value input(Dims dims);
    Value conv(const Value &x, ConvCase shape, bool clamped = false);
    Value add(const Value &a, const Value &b);
    Value max_pool(const Value &x);
    Value mean(const Value &x);
    void check(const Value &result);

private:
    Value made(Dims dims, float scale);

    GraphMaker graph_;
    uint32_t rounding_, type_;
    Weights weights_;
    uint32_t seed_ = 1;
    Bytes fed_;
};

Value Net::made(Dims dims, float scale)
{
    Value value{0, type_, std::move(dims), scale, type_ == ACCEL_TYPE_I8 ? static_cast<int32_t>(seed_ % 7) - 3 : 120 + static_cast<int32_t>(seed_ % 9), {}};
    value.tensor = graph_.tensor(value.type, value.dims, value.scales());
    ++seed_;
    return value;
}

Value Net::input(Dims dims)
{
    Value value{0, type_, std::move(dims), 0.03f, type_ == ACCEL_TYPE_I8 ? -5 : 128, {}};
    value.tensor = graph_.input(value.type, value.dims, value.scales());
    fed_ = bytes_of(random_bytes(count(value.dims), 77));
    for (const uint8_t byte : fed_)
        value.stored.push_back(type_ == ACCEL_TYPE_I8 ? static_cast<int8_t>(byte) : byte);
    return value;
}

// Results are scaled so that most of them stay inside the range.
Value Net::conv(const Value &x, ConvCase c, bool clamped)
{
    c.batch = x.dims[0], c.channels = x.dims[1], c.height = x.dims[2], c.width = x.dims[3];
    const int64_t depth = c.channels / c.groups * c.kernel_y * c.kernel_x;
    const std::vector<int8_t> w = random_bytes(count(c.w_dims()), ++seed_, -127, 127);
    Scales scales;
    std::vector<int32_t> bias;
    for (int64_t o = 0; o < c.outputs; ++o) {
        scales.scales.push_back(kWeightScale * (1 + 0.1f * static_cast<float>(o % 5)));
        scales.zero_points.push_back(weights_.zero_point);
        bias.push_back(static_cast<int32_t>(o * 977 % 4001) - 2000);
    }
    Value y = made(c.y_dims(), 90 * std::sqrt(static_cast<float>(depth)) * x.scale * kWeightScale);
    const uint32_t weights = graph_.constant(weights_.type, c.w_dims(), w, scales), biases = graph_.constant(ACCEL_TYPE_I32, {c.outputs}, bias);
    Attributes attributes{{{ACCEL_ATTRIBUTE_STRIDES, {c.stride_y, c.stride_x}},
                           {ACCEL_ATTRIBUTE_DILATIONS, {c.dilation_y, c.dilation_x}},
                           {ACCEL_ATTRIBUTE_PADS, {c.top, c.left, c.bottom, c.right}},
                           {ACCEL_ATTRIBUTE_GROUP, {c.groups}}},
                          {},
                          rounding_};
    if (clamped)
        attributes.floats = {{ACCEL_ATTRIBUTE_CLAMP_MIN, {0.0f}}};
    const int32_t low = clamped ? std::max(y.low(), stored_bound(0, y.scale, y.zero_point, rounding_)) : y.low();
    graph_.node(ACCEL_OPERATION_CONV, {x.tensor, weights, biases}, {y.tensor}, attributes);
    const auto weight = [&](int64_t i) -> int64_t {
        const int8_t byte = w[static_cast<size_t>(i)];
        return (weights_.type == ACCEL_TYPE_I8 ? byte : static_cast<uint8_t>(byte)) - weights_.zero_point;
    };
    const auto sums = convolve<int64_t>(
        c, [&](int64_t i) { return x.whole(i); }, weight, [&](int64_t o) { return bias[static_cast<size_t>(o)]; });
    const size_t plane = static_cast<size_t>(c.out_height() * c.out_width());
    for (size_t i = 0; i < sums.size(); ++i) {
        const double m = x.real_scale() * static_cast<double>(scales.scales[i / plane % scales.scales.size()]) / y.real_scale();
        y.stored.push_back(requantize(sums[i], m, rounding_, y.zero_point, low, y.high()));
    }
    return y;
}

Value Net::add(const Value &a, const Value &b)
{
    Value y = made(a.dims, 1.3f * std::max(a.scale, b.scale));
    graph_.node(ACCEL_OPERATION_ADD, {a.tensor, b.tensor}, {y.tensor}, {{}, {}, rounding_});
    const double common = 2 * std::max(a.real_scale(), b.real_scale());
    for (int64_t i = 0; i < count(a.dims); ++i) {
        if (rounding_ == ACCEL_ROUNDING_HALF_EVEN) {
            const float real = static_cast<float>(a.whole(i)) * a.scale + static_cast<float>(b.whole(i)) * b.scale;
            const float whole = std::rint(real / y.scale) + static_cast<float>(y.zero_point);
            y.stored.push_back(static_cast<int32_t>(std::clamp(whole, static_cast<float>(y.low()), static_cast<float>(y.high()))));
            continue;
        }
        const int64_t sum = scaled(a.whole(i) * (1 << 20), a.real_scale() / common, rounding_) + scaled(b.whole(i) * (1 << 20), b.real_scale() / common, rounding_);
        y.stored.push_back(requantize(sum, common / (1048576 * y.real_scale()), rounding_, y.zero_point, y.low(), y.high()));
    }
    return y;
}

// Windows of 2 by 2, side by side.
Value Net::max_pool(const Value &x)
{
    const int64_t height = x.dims[2] / 2, width = x.dims[3] / 2;
    Value y{0, x.type, {x.dims[0], x.dims[1], height, width}, x.scale, x.zero_point, {}};
    y.tensor = graph_.tensor(y.type, y.dims, y.scales());
    graph_.node(ACCEL_OPERATION_MAX_POOL, {x.tensor}, {y.tensor}, {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}}, {}, 0});
    for (int64_t plane = 0; plane < x.dims[0] * x.dims[1]; ++plane)
        for (int64_t row = 0; row < height; ++row)
            for (int64_t column = 0; column < width; ++column) {
                const int32_t *from = &x.stored[static_cast<size_t>((plane * x.dims[2] + 2 * row) * x.dims[3] + 2 * column)];
                y.stored.push_back(std::max(std::max(from[0], from[1]), std::max(from[x.dims[3]], from[x.dims[3] + 1])));
            }
    return y;
}

Value Net::mean(const Value &x)
{
    const int64_t plane = x.dims[2] * x.dims[3];
    Value y = made({x.dims[0], x.dims[1], 1, 1}, x.scale / 4);
    graph_.node(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {x.tensor}, {y.tensor}, {{}, {}, rounding_});
    for (int64_t channel = 0; channel < x.dims[0] * x.dims[1]; ++channel) {
        int64_t sum = 0;
        for (int64_t i = 0; i < plane; ++i)
            sum += x.whole(channel * plane + i);
        y.stored.push_back(requantize(sum, x.real_scale() / (static_cast<double>(plane) * y.real_scale()), rounding_, y.zero_point, y.low(), y.high()));
    }
    return y;
}

// Its bits, and the bits of a SOFTMAX behind it, which are no function of integers but the same for every number of threads.
void Net::check(const Value &result)
{
    const uint32_t real = graph_.tensor(ACCEL_TYPE_F32, result.dims), likely = graph_.tensor(ACCEL_TYPE_F32, result.dims);
    graph_.node(ACCEL_OPERATION_DEQUANTIZE, {result.tensor}, {real});
    graph_.node(ACCEL_OPERATION_SOFTMAX, {real}, {likely}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph_.output(result.tensor);
    graph_.output(likely);
    Bytes softmax;
    for (const uint32_t threads : {1, 2, 4}) {
        const std::vector<Bytes> got = execute(graph_.desc(), {fed_}, threads);
        INFO("threads " << threads << ", rounding " << rounding_ << ", type " << type_ << ", zero point of weights " << weights_.zero_point);
        REQUIRE(got[0] == result.bytes());
        CHECK((threads == 1 || got[1] == softmax));
        softmax = got[1];
    }
    const auto [least, most] = std::ranges::minmax(result.stored);
    CHECK(least + 20 < most);  // something was computed
}

ConvCase window(int64_t outputs, int64_t kernel, int64_t stride, int64_t pad, int64_t groups = 1, int64_t dilation = 1)
{
    ConvCase c;
    c.outputs = outputs, c.kernel_y = c.kernel_x = kernel, c.stride_y = c.stride_x = stride, c.groups = groups;
    c.top = c.left = c.bottom = c.right = pad, c.dilation_y = c.dilation_x = dilation;
    return c;
}

}  // namespace

TEST_CASE("a network of depthwise and pointwise convolutions gives the bits of the formulas", "[quantized][net][isa]")
{
    const uint32_t type = GENERATE(ACCEL_TYPE_U8, ACCEL_TYPE_I8);
    Net net(GENERATE(from_range(kRoundings)), type, GENERATE(Weights{ACCEL_TYPE_I8, 0}, Weights{ACCEL_TYPE_U8, 117}));
    const Value stem = net.conv(net.input({1, 3, 57, 49}), window(16, 3, 2, 1), true);
    const Value wide = net.conv(net.conv(stem, window(16, 3, 1, 1, 16), true), window(64, 1, 1, 0));
    const Value deep = net.conv(net.conv(wide, window(64, 3, 1, 1, 64), true), window(48, 1, 1, 0));
    const Value inner = net.conv(net.conv(net.conv(deep, window(70, 1, 1, 0), true), window(70, 3, 1, 1, 70), true), window(48, 1, 1, 0));
    const Value narrow = net.conv(net.max_pool(net.add(deep, inner)), window(12, 3, 1, 2, 1, 2));
    net.check(net.conv(net.mean(narrow), window(10, 1, 1, 0)));
}

TEST_CASE("a network of residual blocks gives the bits of the formulas", "[quantized][net][isa]")
{
    const uint32_t type = GENERATE(ACCEL_TYPE_U8, ACCEL_TYPE_I8);
    Net net(GENERATE(from_range(kRoundings)), type, GENERATE(Weights{ACCEL_TYPE_I8, 0}, Weights{ACCEL_TYPE_U8, 128}));
    const Value stem = net.conv(net.input({2, 4, 20, 26}), window(32, 5, 2, 2));
    const Value first = net.add(net.conv(net.conv(stem, window(32, 3, 1, 1), true), window(32, 1, 1, 0)), stem);
    const Value second = net.add(first, net.conv(net.conv(first, window(64, 3, 1, 1, 4), true), window(32, 3, 1, 1)));
    const Value third = net.add(net.conv(second, window(32, 3, 1, 1, 32)), second);
    net.check(net.conv(net.max_pool(third), window(9, 1, 1, 0)));
}
