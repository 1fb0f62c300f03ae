// SPDX-License-Identifier: MIT
// Translators of operators whose values follow from a few numbers: windows of a signal, and weights of a mel spectrum.
#include "ops.h"
#include "steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace accel::onnx::ops {
namespace {

/// What output_datatype says.
uint32_t real_result(Node &node)
{
    const auto given = static_cast<DataType>(node.integer("output_datatype", static_cast<int64_t>(DataType::kFloat)));
    const uint32_t type = accel_type_of(given);
    if (type != ACCEL_TYPE_F32 && type != ACCEL_TYPE_F64) {
        node.fail_unsupported("a result of type ", name_of(given));
    }
    return type;
}

/// Result 0, in the type that output_datatype says.
void define_reals(Node &node, const std::vector<double> &values, Dims dims)
{
    const uint32_t type = real_result(node);
    node.charge(values.size() * size_bytes_of(type));
    Value value;
    value.type = type;
    value.dims = std::move(dims);
    value.data = type == ACCEL_TYPE_F64 ? static_cast<const void *>(node.graph.memory.copy(values)) : node.graph.memory.copy(std::vector<float>(values.begin(), values.end()));
    value.data_bytes = values.size() * size_bytes_of(type);
    node.define_output(0, std::move(value));
}

int64_t one_integer(const Node &node, size_t index, const char *what, int64_t least)
{
    const std::vector<int64_t> given = node.constant_integers(index, what);
    if (given.size() != 1 || given[0] < least || given[0] > kSizeMax) {
        node.fail_corrupt(what, " '", node.input(index).name, "' is no number from ", least, " to ", kSizeMax);
    }
    return given[0];
}

double one_real(const Node &node, size_t index, const char *what)
{
    const Value &value = node.input(index);
    if (value.data == nullptr || element_count(value.dims) != 1 || (value.type != ACCEL_TYPE_F32 && value.type != ACCEL_TYPE_F64)) {
        node.fail_unsupported(what, " '", value.name, "' must be one constant number");
    }
    float narrow = 0;
    double wide = 0;
    std::memcpy(value.type == ACCEL_TYPE_F32 ? static_cast<void *>(&narrow) : &wide, value.data, size_bytes_of(value.type));
    return value.type == ACCEL_TYPE_F32 ? static_cast<double>(narrow) : wide;
}

/// The same of a size that is computed, as operations in F64.
void open_window(Node &node, double middle, double first, double second)
{
    Steps steps{node};
    const auto real = [&](double value) { return one_value(node, ACCEL_TYPE_F64, value); };
    const ValueId size = steps.convert(steps.shaped(node.input_id(0), {}), ACCEL_TYPE_I64);
    const ValueId places = steps.make(ACCEL_OPERATION_RANGE, {one_value(node, ACCEL_TYPE_I64, 0), size, one_value(node, ACCEL_TYPE_I64, 1)}, ACCEL_TYPE_I64, {open_dim()});
    ValueId period = steps.convert(size, ACCEL_TYPE_F64);
    if (node.integer("periodic", 1) == 0) {
        period = steps.make(ACCEL_OPERATION_MAX, steps.make(ACCEL_OPERATION_SUB, period, real(1)), real(1));
    }
    const ValueId turn = steps.make(ACCEL_OPERATION_DIV, real(2 * std::numbers::pi), period);
    const ValueId angle = steps.make(ACCEL_OPERATION_MUL, steps.convert(places, ACCEL_TYPE_F64), turn);
    const auto wave = [&](ValueId at, double size_of) { return steps.make(ACCEL_OPERATION_MUL, steps.make(ACCEL_OPERATION_COS, at), real(size_of)); };
    ValueId made = steps.make(ACCEL_OPERATION_ADD, wave(angle, -first), real(middle));
    if (second != 0) {
        made = steps.make(ACCEL_OPERATION_ADD, made, wave(steps.make(ACCEL_OPERATION_MUL, angle, real(2)), second));
    }
    steps.give(0, made, real_result(node));
}

/// A constant less one cosine, and more of another one twice as fast.
void window(Node &node, double middle, double first, double second)
{
    node.expect_operands(1, 1, 1, 1);
    if (!integers_of(node.input(0)) && element_count(node.input(0).dims) == 1) {
        node.expect_type(0, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
        open_window(node, middle, first, second);
        return;
    }
    const int64_t size = one_integer(node, 0, "size", 1);
    const bool periodic = node.integer("periodic", 1) != 0;
    // One value alone has no period.
    const double turn = 2 * std::numbers::pi / static_cast<double>(std::max<int64_t>(periodic ? size : size - 1, 1));
    node.charge(static_cast<uint64_t>(size) * sizeof(double));
    std::vector<double> values;
    for (int64_t at = 0; at < size; ++at) {
        const double angle = turn * static_cast<double>(at);
        values.push_back(middle - first * std::cos(angle) + second * std::cos(2 * angle));
    }
    define_reals(node, values, {fixed_dim(size)});
}

constexpr double kMelScale = 2595, kMelBreak = 700;

double mel_of(double hertz) { return kMelScale * std::log10(1 + hertz / kMelBreak); }
double hertz_of(double mel) { return kMelBreak * (std::pow(10, mel / kMelScale) - 1); }

}  // namespace

void hann_window(Node &node) { window(node, 0.5, 0.5, 0); }
void hamming_window(Node &node) { window(node, 25.0 / 46, 21.0 / 46, 0); }
void blackman_window(Node &node) { window(node, 0.42, 0.5, 0.08); }

void mel_weight_matrix(Node &node)
{
    node.expect_operands(5, 5, 1, 1);
    const int64_t bands = one_integer(node, 0, "num_mel_bins", 1), length = one_integer(node, 1, "dft_length", 1), rate = one_integer(node, 2, "sample_rate", 1), bins = length / 2 + 1;
    const double low = mel_of(one_real(node, 3, "lower_edge_hertz")), step = (mel_of(one_real(node, 4, "upper_edge_hertz")) - low) / static_cast<double>(bands + 2);
    std::vector<int64_t> edges;
    for (int64_t edge = 0; edge < bands + 2; ++edge) {
        const double bin = std::floor(static_cast<double>(length + 1) * hertz_of(low + static_cast<double>(edge) * step) / static_cast<double>(rate));
        if (!(bin >= 0 && bin < static_cast<double>(bins)) || (edge > 0 && bin < static_cast<double>(edges.back()))) {
            node.fail_corrupt("the edges of the bands leave the spectrum of ", bins, " values");
        }
        edges.push_back(static_cast<int64_t>(bin));
    }
    node.charge(static_cast<uint64_t>(bins) * static_cast<uint64_t>(bands) * sizeof(double));
    std::vector<double> weights(static_cast<size_t>(bins * bands));
    for (int64_t band = 0; band < bands; ++band) {
        node.pace();
        const int64_t begin = edges[static_cast<size_t>(band)], middle = edges[static_cast<size_t>(band) + 1], end = edges[static_cast<size_t>(band) + 2];
        const auto at = [&](int64_t bin) -> double & { return weights[static_cast<size_t>(bin * bands + band)]; };
        for (int64_t bin = begin; bin <= middle; ++bin) {
            at(bin) = begin == middle ? 1 : static_cast<double>(bin - begin) / static_cast<double>(middle - begin);
        }
        for (int64_t bin = middle; bin < end; ++bin) {
            at(bin) = static_cast<double>(end - bin) / static_cast<double>(end - middle);
        }
    }
    define_reals(node, weights, {fixed_dim(bins), fixed_dim(bands)});
}

}  // namespace accel::onnx::ops
