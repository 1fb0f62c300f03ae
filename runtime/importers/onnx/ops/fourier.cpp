// SPDX-License-Identifier: MIT
// Translators of Fourier transforms: products with a matrix of sines and cosines.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <cmath>
#include <numbers>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kTransformed = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});
constexpr int64_t kMatrixMax = int64_t{1} << 25;  // elements

/// One transform along an axis.
struct Transform {
    int64_t length = 0;  ///< of the whole signal
    int64_t places = 0;  ///< that are given; what is missing is 0, what is beyond the length is ignored
    int64_t parts = 1;   ///< of what is given: 1 real, 2 complex
    bool inverse = false, onesided = false;

    bool makes_real() const { return inverse && onesided; }
    int64_t bins() const { return onesided && !inverse ? length / 2 + 1 : length; }
    int64_t made_parts() const { return makes_real() ? 1 : 2; }
};

/// What a given part of a given place adds to a part of a bin.
double factor(const Transform &transform, int64_t place, int64_t part, int64_t bin, int64_t made_part)
{
    const int64_t length = transform.length;
    if (place >= length) {
        return 0;
    }
    const int64_t turn = place * bin % length;  // below 2^62: both are below 2^31
    const double angle = (transform.inverse ? 2 : -2) * std::numbers::pi * static_cast<double>(turn) / static_cast<double>(length);
    double scale = transform.inverse ? 1.0 / static_cast<double>(length) : 1.0;
    if (transform.makes_real()) {
        // Bins of which the other half is not given count twice; those of which there is one have no imaginary part.
        const bool single = place == 0 || 2 * place == length;
        if (2 * place > length || (single && part == 1)) {
            return 0;
        }
        scale *= single ? 1 : 2;
    }
    const double real = scale * std::cos(angle), imaginary = scale * std::sin(angle);
    if (part == made_part) {
        return real;
    }
    return part == 0 ? imaginary : -imaginary;
}

ValueId matrix(Node &node, const Transform &transform)
{
    const int64_t rows = transform.places * transform.parts, columns = transform.bins() * transform.made_parts();
    if (rows > kMatrixMax / columns) {
        node.fail_unsupported("a transform of ", transform.places, " places into ", transform.bins(), " bins; its matrix has at most ", kMatrixMax, " elements");
    }
    node.charge(static_cast<uint64_t>(rows * columns) * sizeof(float));
    std::vector<float> values;
    values.reserve(static_cast<size_t>(rows * columns));
    for (int64_t row = 0; row < rows; ++row) {
        node.pace();
        for (int64_t column = 0; column < columns; ++column) {
            values.push_back(static_cast<float>(factor(transform, row / transform.parts, row % transform.parts, column / transform.made_parts(), column % transform.made_parts())));
        }
    }
    Value value;
    value.type = ACCEL_TYPE_F32;
    value.dims = {fixed_dim(rows), fixed_dim(columns)};
    value.data_bytes = values.size() * sizeof(float);
    value.data = node.graph.memory.copy(values);
    return node.graph.add(std::move(value));
}

/// The axis goes in front of the last one, or back from there.
std::vector<int64_t> order_of(size_t rank, size_t axis, bool back)
{
    std::vector<int64_t> order;
    for (size_t i = 0; i < rank; ++i) {
        if (i != axis && i + 1 != rank) {
            order.push_back(static_cast<int64_t>(i));
        }
    }
    if (!back) {
        order.insert(order.end(), {static_cast<int64_t>(axis), static_cast<int64_t>(rank) - 1});
        return order;
    }
    order.clear();
    for (size_t i = 0; i + 1 < rank; ++i) {
        order.push_back(static_cast<int64_t>(i < axis ? i : i == axis ? rank - 2
                                                                      : i - 1));
    }
    order.push_back(static_cast<int64_t>(rank) - 1);
    return order;
}

/// x has complex numbers, or real ones, along its last axis; so has the result.
ValueId transformed(Steps &steps, ValueId x, size_t axis, const Transform &transform)
{
    Node &node = steps.node;
    const size_t rank = steps.dims(x).size();
    const bool moves = axis + 2 != rank;
    if (moves) {
        x = steps.permute(x, order_of(rank, axis, false));
    }
    Dims around(steps.dims(x).begin(), steps.dims(x).end() - 2), rows = around;
    if (rows.empty()) {
        rows.push_back(fixed_dim(1));
    }
    rows.push_back(fixed_dim(transform.places * transform.parts));
    const ValueId flat = define_view(node, x, std::move(rows)), factors = matrix(node, transform);
    const ValueId made = steps.make(ACCEL_OPERATION_MATMUL, {flat, factors}, ACCEL_TYPE_F32, matmul_shape(node, steps.dims(flat), steps.dims(factors)));
    around.insert(around.end(), {fixed_dim(transform.bins()), fixed_dim(transform.made_parts())});
    const ValueId parted = define_view(node, made, std::move(around));
    return moves ? steps.permute(parted, order_of(rank, axis, true)) : parted;
}

int64_t flag(Node &node, const char *name, int64_t fallback)
{
    const int64_t value = node.integer(name, fallback);
    if (value != 0 && value != 1) {
        node.fail_corrupt(name, " is ", value, ", expected is 0 or 1");
    }
    return value;
}

/// One whole number above 0.
int64_t length_operand(const Node &node, size_t index, const char *what)
{
    const std::vector<int64_t> values = node.constant_integers(index, what);
    if (values.size() != 1 || values[0] < 1 || values[0] > kSizeMax) {
        node.fail_corrupt(what, " '", node.input(index).name, "' is not one number from 1 to ", kSizeMax);
    }
    return values[0];
}

/// Real or complex numbers along the last axis.
int64_t parts_of(const Node &node)
{
    const accel_dim last = node.input(0).dims.back();
    if (!is_fixed(last) || (last.size != 1 && last.size != 2)) {
        node.fail_corrupt("the last axis of ", to_text(node.input(0).dims), " is neither 1, for real numbers, nor 2, for complex ones");
    }
    return last.size;
}

}  // namespace

void dft(Node &node)
{
    const bool by_operand = node.opset >= 20;
    node.expect_operands(1, by_operand ? 3 : 2, 1, 1);
    node.expect_type(0, kTransformed);
    node.expect_rank(0, 2);
    const Dims x = node.input(0).dims;
    int64_t given = by_operand ? -2 : node.integer("axis", 1);
    if (node.has_input(2)) {
        const std::vector<int64_t> values = node.constant_integers(2, "axis");
        given = values.size() == 1 ? values[0] : static_cast<int64_t>(x.size());
    }
    const size_t axis = node.axis(given, x.size());
    if (axis + 1 == x.size()) {
        node.fail_corrupt("axis ", given, " is the one of real and imaginary parts");
    }
    Transform transform;
    transform.parts = parts_of(node);
    transform.inverse = flag(node, "inverse", 0) != 0;
    transform.onesided = flag(node, "onesided", 0) != 0;
    if (transform.onesided && !transform.inverse && transform.parts == 2) {
        node.fail_corrupt("complex numbers have no one-sided transform");
    }
    if (!is_fixed(x[axis]) || x[axis].size < 1) {
        node.fail_unsupported("axis ", axis, " of ", to_text(x), " has no size that is known");
    }
    transform.places = x[axis].size;
    transform.length = transform.makes_real() ? 2 * (transform.places - 1) : transform.places;
    if (node.has_input(1)) {
        transform.length = length_operand(node, 1, "dft_length");
    }
    if (transform.length < 1 || transform.length > kSizeMax) {
        node.fail_corrupt("a signal of ", transform.length, " places");
    }
    Steps steps{node};
    steps.give(0, transformed(steps, steps.convert(node.input_id(0), ACCEL_TYPE_F32), axis, transform), node.input(0).type);
}

namespace {

/// The places of all frames: as many rows as there are frames.
ValueId frames_of(Node &node, int64_t frames, int64_t length, int64_t step)
{
    std::vector<int64_t> places;
    node.charge(static_cast<uint64_t>(frames) * static_cast<uint64_t>(length) * sizeof(int64_t));
    for (int64_t frame = 0; frame < frames; ++frame) {
        node.pace();
        for (int64_t i = 0; i < length; ++i) {
            places.push_back(frame * step + i);
        }
    }
    Value value;
    value.type = ACCEL_TYPE_I64;
    value.dims = {fixed_dim(frames), fixed_dim(length)};
    value.data_bytes = places.size() * sizeof(int64_t);
    value.data = node.graph.memory.copy(places);
    return node.graph.add(std::move(value));
}

}  // namespace

void stft(Node &node)
{
    node.expect_operands(2, 4, 1, 1);
    node.expect_type(0, kTransformed);
    node.expect_rank(0, 3, 3);
    const Dims x = node.input(0).dims;
    if (!is_fixed(x[1])) {
        node.fail_unsupported("the signal of ", to_text(x), " has a length that is only known by name");
    }
    Transform transform;
    transform.parts = parts_of(node);
    transform.onesided = flag(node, "onesided", 1) != 0;
    if (transform.onesided && transform.parts == 2) {
        node.fail_corrupt("complex numbers have no one-sided transform");
    }
    const int64_t step = length_operand(node, 1, "frame_step");
    transform.length = x[1].size;
    if (node.has_input(2)) {
        node.expect_same_type(0, 2);
        node.expect_rank(2, 1, 1);
        transform.length = is_fixed(node.input(2).dims[0]) ? node.input(2).dims[0].size : 0;
    }
    if (node.has_input(3)) {
        const int64_t told = length_operand(node, 3, "frame_length");
        if (node.has_input(2) && told != transform.length) {
            node.fail_corrupt("frame_length is ", told, ", and the window has ", transform.length, " places");
        }
        transform.length = told;
    }
    if (transform.length < 1 || transform.length > x[1].size) {
        node.fail_corrupt("frames of ", transform.length, " places of a signal of ", x[1].size);
    }
    transform.places = transform.length;
    const int64_t frames = (x[1].size - transform.length) / step + 1;
    Steps steps{node};
    const ValueId signal = steps.convert(node.input_id(0), ACCEL_TYPE_F32);
    ValueId framed = steps.make(ACCEL_OPERATION_GATHER, {signal, frames_of(node, frames, transform.length, step)}, ACCEL_TYPE_F32, {x[0], fixed_dim(frames), fixed_dim(transform.length), x[2]}, along(1));
    if (node.has_input(2)) {
        framed = steps.make(ACCEL_OPERATION_MUL, framed, define_view(node, steps.convert(node.input_id(2), ACCEL_TYPE_F32), {fixed_dim(transform.length), fixed_dim(1)}));
    }
    steps.give(0, transformed(steps, framed, 2, transform), node.input(0).type);
}

}  // namespace accel::onnx::ops
