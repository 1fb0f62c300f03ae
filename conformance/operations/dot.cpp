// SPDX-License-Identifier: MIT
// Sums of products: CONV, GEMM, MATMUL.
#include <cmath>

#include "../support/operation.h"
#include "makers.h"

namespace accel::conformance {
namespace {

/// One output is the sum of products of a and b at these positions, plus a bias.
struct Product {
    size_t a, b;
};
struct Sums {
    Dims dims;
    int64_t products = 1;                          ///< per output
    std::vector<std::vector<Product>> terms;       ///< of each output
    std::vector<size_t> channels;                  ///< of each output: index of its bias and weight scale
    bool has_bias = false;
    double bias_factor = 1, factor = 1;            ///< of a GEMM
};

/// Every other round has small whole numbers, whose sums are exact; the others have reals, judged by the bound.
bool draws_whole(Draw &draw) { return draw.coin(); }

std::vector<float> factors(Draw &draw, size_t count, bool whole) { return whole ? whole_numbers<float>(draw.random, count, -8, 8) : draw.reals(count, -1, 1); }

Expected real_sums(const Sums &sums, bool whole, const std::vector<float> &a, const std::vector<float> &b, const std::vector<float> &bias)
{
    DotProducts reference;
    reference.products = sums.products;
    reference.has_bias = sums.has_bias;
    for (size_t output = 0; output < sums.terms.size(); ++output) {
        double exact = 0, mass = 0;
        for (const auto &term : sums.terms[output]) {
            const double product = static_cast<double>(a[term.a]) * static_cast<double>(b[term.b]);
            exact += product;
            mass += std::fabs(product);
        }
        const double offset = sums.has_bias ? sums.bias_factor * static_cast<double>(bias[sums.channels[output]]) : 0;
        reference.exact.push_back(sums.factor * exact + offset);
        reference.mass.push_back(std::fabs(sums.factor) * mass + std::fabs(offset));
    }
    return whole ? Expected::within_ulps(sums.dims, reference.exact, 0) : Expected::dot_products(sums.dims, reference);
}

/// The operands of a quantised sum.
struct Quantised {
    Quantization x, w, bias_scale, y;
    std::vector<int8_t> weights;
    std::vector<int32_t> bias;
};

/// The weight scale is per index of the weights' axis of output channels, or one for all.
Quantised draw_quantised(Draw &draw, accel_type type, size_t weight_count, size_t channels, uint32_t channel_axis, int64_t products)
{
    Quantised drawn;
    drawn.x = draw.quantization(type);
    drawn.y = draw.quantization(type);
    drawn.w.scales = draw.reals(draw.even() || draw.coin() ? channels : 1, 0.005, 0.02);
    drawn.w.zero_points.assign(drawn.w.scales.size(), 0);
    drawn.w.axis = drawn.w.scales.size() > 1 ? channel_axis : 0;
    // Most results fill the stored range, some leave it.
    drawn.y.scales[0] = static_cast<float>(static_cast<double>(drawn.x.scales[0]) * 0.012 * 60 * std::sqrt(static_cast<double>(products)));
    drawn.weights = whole_numbers<int8_t>(draw.random, weight_count, -127, 127);
    drawn.bias = whole_numbers<int32_t>(draw.random, channels, -2000, 2000);
    for (size_t channel = 0; channel < channels; ++channel) drawn.bias_scale.scales.push_back(drawn.x.scales[0] * drawn.w.scales[drawn.w.scales.size() == 1 ? 0 : channel]);
    drawn.bias_scale.zero_points.assign(channels, 0);
    return drawn;
}

Expected stored_sums(const Subject &subject, const Sums &sums, const Quantised &drawn, const std::vector<char> &x)
{
    std::vector<char> results;
    for (size_t output = 0; output < sums.terms.size(); ++output) {
        const size_t channel = sums.channels[output];
        int64_t sum = sums.has_bias ? drawn.bias[channel] : 0;
        for (const auto &term : sums.terms[output]) sum += int64_t{stored_at(subject.type, x, term.a) - drawn.x.zero_points[0]} * drawn.weights[term.b];
        const double multiplier = stored_type(drawn.x).scale * stored_type(drawn.w, channel).scale / stored_type(drawn.y).scale;
        results.push_back(static_cast<char>(requantise(sum, multiplier, subject.rounding, drawn.y.zero_points[0], stored_range(subject.type))));
    }
    return Expected::exactly(subject.type, sums.dims, results);
}

/// Everything about the operands that does not depend on the operation.
struct Operands {
    Dims x_dims, w_dims, bias_dims;
    size_t channels = 1;
    uint32_t channel_axis = 0;
    bool constant_weights = true;
};

/// A probe of y = operation(x, w [, bias]) in the subject's type.
Probe finish(const Subject &subject, Draw &draw, const Operands &operands, const Sums &sums, const GraphBuilder::Attributes &attributes)
{
    Probe probe;
    const size_t x_count = element_count(operands.x_dims), w_count = element_count(operands.w_dims);
    probe.about = shape_text(operands.x_dims) + " by " + shape_text(operands.w_dims) + " to " + shape_text(sums.dims) + (sums.has_bias ? " with bias" : "");
    std::vector<uint32_t> inputs;
    uint32_t y = 0;
    if (subject.type == ACCEL_TYPE_F32) {
        const bool whole = draws_whole(draw);
        const auto x = factors(draw, x_count, whole), w = factors(draw, w_count, whole), bias = factors(draw, operands.channels, whole);
        inputs.push_back(probe.graph.input("x", ACCEL_TYPE_F32, operands.x_dims));
        inputs.push_back(operands.constant_weights ? probe.graph.constant<float>("w", ACCEL_TYPE_F32, operands.w_dims, w) : probe.graph.input("w", ACCEL_TYPE_F32, operands.w_dims));
        if (sums.has_bias) inputs.push_back(probe.graph.constant<float>("b", ACCEL_TYPE_F32, operands.bias_dims, bias));
        y = probe.graph.tensor("y", ACCEL_TYPE_F32, sums.dims);
        probe.inputs = {to_bytes(x)};
        if (!operands.constant_weights) probe.inputs.push_back(to_bytes(w));
        probe.expect = [sums, whole, x, w, bias] { return std::vector{real_sums(sums, whole, x, w, bias)}; };
    } else {
        const auto drawn = draw_quantised(draw, subject.type, w_count, operands.channels, operands.channel_axis, sums.products);
        inputs.push_back(probe.graph.input("x", subject.type, operands.x_dims, drawn.x));
        inputs.push_back(probe.graph.constant<int8_t>("w", ACCEL_TYPE_I8, operands.w_dims, drawn.weights, drawn.w));
        if (sums.has_bias) inputs.push_back(probe.graph.constant<int32_t>("b", ACCEL_TYPE_I32, operands.bias_dims, drawn.bias, drawn.bias_scale));
        y = probe.graph.tensor("y", subject.type, sums.dims, drawn.y);
        probe.inputs = {draw.elements(subject.type, x_count)};
        probe.expect = [subject, sums, drawn, x = probe.inputs[0]] { return std::vector{stored_sums(subject, sums, drawn, x)}; };
    }
    probe.graph.node(subject.operation, inputs, {y}, attributes, subject.rounding);
    probe.graph.output(y);
    return probe;
}

Window draw_window(Draw &draw)
{
    Window window;
    const auto set = [&](int64_t in, int64_t out, int64_t kernel, int64_t pad) {
        window.channels_in = in, window.channels_out = out, window.height = 8, window.width = 8, window.kernel_height = window.kernel_width = kernel;
        window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = pad;
    };
    if (draw.even()) {
        set(draw.plain() ? 16 : 8, 16, draw.plain() ? 3 : 1, draw.plain() ? 1 : 0);
        return window;
    }
    window.images = draw.size(1, 2);
    window.groups = draw.coin() ? 1 : draw.size(2, 4);
    const bool depthwise = window.groups > 1 && draw.coin();
    window.channels_in = window.groups * (depthwise ? 1 : draw.size(1, 9)), window.channels_out = window.groups * draw.size(1, depthwise ? 2 : 7);
    window.kernel_height = draw.size(1, 4), window.kernel_width = draw.size(1, 4);
    window.stride_y = draw.size(1, 3), window.stride_x = draw.size(1, 3);
    if (draw.coin()) window.dilation_y = draw.size(1, 3), window.dilation_x = draw.size(1, 3);
    window.pad_top = draw.size(0, 2), window.pad_left = draw.size(0, 2), window.pad_bottom = draw.size(0, 2), window.pad_right = draw.size(0, 2);
    window.height = (window.kernel_height - 1) * window.dilation_y + draw.size(1, 9), window.width = (window.kernel_width - 1) * window.dilation_x + draw.size(1, 9);
    return window;
}

}  // namespace

Probe probe_conv(const Subject &subject, Draw &draw)
{
    const Window window = draw_window(draw);
    Sums sums;
    sums.dims = window.y_dims();
    sums.products = window.products();
    sums.has_bias = draw.even() || draw.coin();
    const int64_t out_per_group = window.channels_out / window.groups;
    for_each_index(sums.dims, [&](const Dims &index) {
        auto &terms = sums.terms.emplace_back();
        const auto channel = index[1];
        sums.channels.push_back(static_cast<size_t>(channel));
        for (int64_t in = 0; in < window.channels_per_group(); ++in)
            under_window(window, index[0], channel / out_per_group * window.channels_per_group() + in, index[2], index[3], [&](size_t x, int64_t ky, int64_t kx) {
                terms.push_back({x, static_cast<size_t>(((channel * window.channels_per_group() + in) * window.kernel_height + ky) * window.kernel_width + kx)});
            });
    });
    const Operands operands{window.x_dims(), window.w_dims(), {window.channels_out}, static_cast<size_t>(window.channels_out), 0, true};
    auto probe = finish(subject, draw, operands, sums, window_attributes(window, true, true));
    probe.about += ", strides " + std::to_string(window.stride_y) + "x" + std::to_string(window.stride_x) + ", dilations " + std::to_string(window.dilation_y) + "x" +
                   std::to_string(window.dilation_x) + ", groups " + std::to_string(window.groups);
    return probe;
}

Probe probe_gemm(const Subject &subject, Draw &draw)
{
    const int64_t rows = draw.even() ? 1 : draw.size(1, 9), inner = draw.even() ? 32 : draw.size(1, 70), columns = draw.even() ? 16 : draw.size(1, 20);
    const bool real = subject.type == ACCEL_TYPE_F32;
    const bool trans_a = real && !draw.even() && draw.coin(), trans_b = draw.even() || draw.coin();
    Sums sums;
    sums.dims = {rows, columns};
    sums.products = inner;
    sums.has_bias = draw.even() || draw.coin();
    GraphBuilder::Attributes attributes{{{ACCEL_ATTRIBUTE_TRANS_A, {trans_a}}, {ACCEL_ATTRIBUTE_TRANS_B, {trans_b}}}, {}};
    if (real && !draw.even() && draw.coin()) {
        sums.factor = 2, sums.bias_factor = 0.5;
        attributes.floats = {{ACCEL_ATTRIBUTE_ALPHA, {2}}, {ACCEL_ATTRIBUTE_BETA, {0.5f}}};
    }
    for_each_index(sums.dims, [&](const Dims &index) {
        auto &terms = sums.terms.emplace_back();
        sums.channels.push_back(static_cast<size_t>(index[1]));
        for (int64_t k = 0; k < inner; ++k)
            terms.push_back({static_cast<size_t>(trans_a ? k * rows + index[0] : index[0] * inner + k), static_cast<size_t>(trans_b ? index[1] * inner + k : k * columns + index[1])});
    });
    const Operands operands{trans_a ? Dims{inner, rows} : Dims{rows, inner}, trans_b ? Dims{columns, inner} : Dims{inner, columns}, {columns}, static_cast<size_t>(columns),
                            trans_b ? 0u : 1u, draw.even() || !real || draw.coin()};
    return finish(subject, draw, operands, sums, attributes);
}

Probe probe_matmul(const Subject &subject, Draw &draw)
{
    const bool real = subject.type == ACCEL_TYPE_F32;
    const int64_t rows = draw.even() ? 1 : draw.size(1, 9), inner = draw.even() ? 32 : draw.size(1, 70), columns = draw.even() ? 16 : draw.size(1, 20);
    // Matrices in front of the matrix: of both, or of the first operand only.
    const Dims outer = draw.even() || draw.coin() ? Dims{} : Dims{draw.size(1, 3)};
    const bool both = real && !outer.empty() && draw.coin();
    Sums sums;
    sums.dims = outer;
    sums.dims.push_back(rows);
    sums.dims.push_back(columns);
    sums.products = inner;
    for_each_index(sums.dims, [&](const Dims &index) {
        auto &terms = sums.terms.emplace_back();
        const int64_t matrix = outer.empty() ? 0 : index[0], row = index[index.size() - 2], column = index.back();
        sums.channels.push_back(static_cast<size_t>(column));
        for (int64_t k = 0; k < inner; ++k)
            terms.push_back({static_cast<size_t>((matrix * rows + row) * inner + k), static_cast<size_t>(((both ? matrix : 0) * inner + k) * columns + column)});
    });
    Operands operands{outer, both ? outer : Dims{}, {columns}, static_cast<size_t>(columns), 1, draw.even() || !real || draw.coin()};
    operands.x_dims.insert(operands.x_dims.end(), {rows, inner});
    operands.w_dims.insert(operands.w_dims.end(), {inner, columns});
    return finish(subject, draw, operands, sums, {});
}

}  // namespace accel::conformance
