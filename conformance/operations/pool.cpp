// SPDX-License-Identifier: MIT
// Pools and means.
#include <cmath>
#include <limits>

#include "../support/operation.h"
#include "makers.h"

namespace accel::conformance {
namespace {

Window draw_pool(Draw &draw)
{
    Window window;
    window.height = window.width = 8;
    window.channels_in = draw.plain() ? 16 : 8;
    window.kernel_height = window.kernel_width = window.stride_y = window.stride_x = 2;
    if (!draw.even()) {
        window.images = draw.size(1, 2), window.channels_in = draw.size(1, 20);
        window.kernel_height = draw.size(1, 4), window.kernel_width = draw.size(1, 4), window.stride_y = draw.size(1, 3), window.stride_x = draw.size(1, 3);
        window.height = window.kernel_height + draw.size(0, 9), window.width = window.kernel_width + draw.size(0, 9);
        // Less padding than window: none is empty.
        window.pad_top = draw.size(0, static_cast<int>(window.kernel_height) / 2), window.pad_bottom = draw.size(0, static_cast<int>(window.kernel_height) / 2);
        window.pad_left = draw.size(0, static_cast<int>(window.kernel_width) / 2), window.pad_right = draw.size(0, static_cast<int>(window.kernel_width) / 2);
    }
    window.channels_out = window.channels_in;
    return window;
}

/// The elements of x that count for each output, and by how many their sum is divided.
struct Groups {
    Dims dims;
    std::vector<std::vector<size_t>> members;
    std::vector<int64_t> divisors;
};

int32_t mean_of(const Subject &subject, int64_t sum, int64_t divisor, const Quantization &qx, const Quantization &qy)
{
    const auto mean = subject.operation == ACCEL_OPERATION_REDUCE_MEAN ? reduced_mean_stored : average_stored;
    return mean(sum, divisor, stored_type(qx), stored_type(qy), subject.rounding, stored_range(subject.type));
}

/// A maximum or a mean of each group.
Expected chosen(const Subject &subject, const Groups &groups, const Quantization &qx, const Quantization &qy, const std::vector<char> &given, bool maximum)
{
    std::vector<char> bits;
    std::vector<double> values;
    DotProducts means;
    for (size_t output = 0; output < groups.members.size(); ++output) {
        int64_t sum = 0, highest = INT32_MIN;
        double real_sum = 0, mass = 0, real_highest = -std::numeric_limits<double>::infinity();
        for (const size_t member : groups.members[output]) {
            if (is_byte(subject.type)) {
                sum += stored_at(subject.type, given, member);
                highest = std::max<int64_t>(highest, stored_at(subject.type, given, member));
                continue;
            }
            float value;
            std::memcpy(&value, &given[member * 4], 4);
            real_sum += static_cast<double>(value), mass += static_cast<double>(std::fabs(value)), real_highest = std::max(real_highest, static_cast<double>(value));
        }
        const auto divisor = static_cast<double>(groups.divisors[output]);
        if (is_byte(subject.type))
            bits.push_back(static_cast<char>(maximum ? highest : mean_of(subject, sum, groups.divisors[output], qx, qy)));
        else if (maximum) values.push_back(real_highest);
        else {
            means.exact.push_back(real_sum / divisor), means.mass.push_back(mass / divisor);
            means.products = std::max(means.products, static_cast<int64_t>(groups.members[output].size()));
        }
    }
    if (is_byte(subject.type)) return Expected::exactly(subject.type, groups.dims, bits);
    if (maximum) return Expected::within_ulps(groups.dims, values, 0);
    means.has_bias = true;  // the division rounds once more
    return Expected::dot_products(groups.dims, means);
}

Probe finish(const Subject &subject, Draw &draw, const Dims &x_dims, const Groups &groups, const GraphBuilder::Attributes &attributes, bool maximum)
{
    const auto qx = quantization_of(subject, draw);
    const auto qy = maximum || draw.coin() ? qx : quantization_of(subject, draw);
    Probe probe;
    const uint32_t x = probe.graph.input("x", subject.type, x_dims, qx), y = probe.graph.tensor("y", subject.type, groups.dims, qy);
    probe.graph.node(subject.operation, {x}, {y}, attributes, subject.rounding);
    probe.graph.output(y);
    probe.about = shape_text(x_dims) + " to " + shape_text(groups.dims);
    const size_t count = element_count(x_dims);
    // All below 0 in F32 half of the time, where padding with 0 would win.
    const double middle = draw.coin() ? -4 : 0;
    probe.inputs = {is_byte(subject.type) ? draw.elements(subject.type, count) : to_bytes(draw.reals(count, middle - 3, middle + 3))};
    probe.expect = [subject, groups, qx, qy, maximum, given = probe.inputs[0]] { return std::vector{chosen(subject, groups, qx, qy, given, maximum)}; };
    return probe;
}

}  // namespace

Probe probe_pool(const Subject &subject, Draw &draw)
{
    const Window window = draw_pool(draw);
    const bool maximum = subject.operation == ACCEL_OPERATION_MAX_POOL, includes = !maximum && subject.type == ACCEL_TYPE_F32 && !draw.even() && draw.coin();
    Groups groups;
    groups.dims = window.y_dims();
    for_each_pool(window, [&](const std::vector<size_t> &covered) {
        groups.members.push_back(covered);
        groups.divisors.push_back(includes ? window.kernel_height * window.kernel_width : static_cast<int64_t>(covered.size()));
    });
    auto attributes = window_attributes(window, true, false);
    if (includes) attributes.ints.push_back({ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {1}});
    auto probe = finish(subject, draw, window.x_dims(), groups, attributes, maximum);
    probe.about += ", kernel " + std::to_string(window.kernel_height) + "x" + std::to_string(window.kernel_width) + ", strides " + std::to_string(window.stride_y) + "x" +
                   std::to_string(window.stride_x) + (includes ? ", padding counts" : "");
    return probe;
}

Probe probe_global_average(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims(4, 4);
    Groups groups;
    groups.dims = {x[0], x[1], 1, 1};
    groups.members.resize(static_cast<size_t>(x[0] * x[1]));
    for_each_index(x, [&](const Dims &index) { groups.members[static_cast<size_t>(index[0] * x[1] + index[1])].push_back(position_of(x, index)); });
    groups.divisors.assign(groups.members.size(), x[2] * x[3]);
    return finish(subject, draw, x, groups, {}, false);
}

Probe probe_reduce_mean(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims();
    std::vector<bool> reduced(x.size());
    for (size_t axis = 0; axis < x.size(); ++axis) reduced[axis] = draw.even() ? axis >= 2 : draw.coin();
    if (std::find(reduced.begin(), reduced.end(), true) == reduced.end()) reduced.back() = true;
    const bool keep = draw.plain() || draw.coin();
    Dims axes, kept = x, y;
    int64_t divisor = 1;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        if (reduced[axis]) axes.push_back(static_cast<int64_t>(axis)), divisor *= x[axis], kept[axis] = 1;
        if (!reduced[axis] || keep) y.push_back(kept[axis]);
    }
    Groups groups;
    groups.dims = y;
    groups.members.resize(element_count(kept));
    groups.divisors.assign(groups.members.size(), divisor);
    for_each_index(x, [&](Dims index) {
        const size_t position = position_of(x, index);
        for (size_t axis = 0; axis < x.size(); ++axis)
            if (reduced[axis]) index[axis] = 0;
        groups.members[position_of(kept, index)].push_back(position);
    });
    auto probe = finish(subject, draw, x, groups, {{{ACCEL_ATTRIBUTE_KEEPDIMS, {keep}}}, {}, {{ACCEL_OPERAND_REDUCE_MEAN_AXES, axes}}}, false);
    probe.about += ", axes " + shape_text(axes);
    return probe;
}

}  // namespace accel::conformance
