// SPDX-License-Identifier: MIT
// What all shape rules share: operands, results, quantisations, clamps.
#include "form.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

namespace accel::conformance {

namespace {

struct FormRow {
    std::string_view shape_rule;
    Former form;
};
constexpr size_t kMostTypesInTurns = 16;  ///< where there are more, two of them meet in too few cases, and kinds of types take turns

/// Whole numbers with and without signs, reals, and both of a byte or less.
size_t kind_of(accel_type type)
{
    if (is_whole(type)) return is_unsigned(type) ? 1 : 0;
    if (!is_real(type)) return 3;
    return bytes_of(type) > 1 ? 2 : 4;
}

/// Choice 0, which plain, special and extreme values of every type have, is a whole number with a sign: what they become shows every way of rounding.
accel_type type_of_kind(const std::vector<accel_type> &types, size_t kind, uint64_t turn)
{
    std::vector<accel_type> own;
    std::copy_if(types.begin(), types.end(), std::back_inserter(own), [kind](accel_type type) { return kind_of(type) == kind % kTypesAtOnce; });
    return own.empty() ? types[turn % types.size()] : own[turn % own.size()];
}

constexpr FormRow kForms[] = {
    {"same", form_same},
    {"same_along_axis", form_same_along_axis},
    {"per_channel", form_per_channel},
    {"broadcast", form_broadcast},
    {"normalization", form_normalization},
    {"grouped_channels", form_grouped_channels},
    {"same_along_axes", form_same_along_axes},
    {"beside_channels", form_beside_channels},
    {"per_feature", form_per_feature},
    {"with_one_scale", form_with_one_scale},
    {"convolution", form_convolution},
    {"transposed_convolution", form_transposed_convolution},
    {"integer_convolution", form_integer_convolution},
    {"window", form_window},
    {"global_window", form_global_window},
    {"gemm", form_gemm},
    {"matmul", form_matmul},
    {"recurrent", form_recurrent},
    {"integer_matmul", form_integer_matmul},
    {"depth_to_space", form_depth_to_space},
    {"space_to_depth", form_space_to_depth},
    {"range", form_range},
    {"reshape", form_reshape},
    {"permute", form_permute},
    {"concat", form_concat},
    {"slice", form_slice},
    {"split", form_split},
    {"pad", form_pad},
    {"gather", form_gather},
    {"reduce", form_reduce},
    {"reduce_one", form_reduce_one},
    {"along_given_axis", form_along_given_axis},
    {"sizes", form_sizes},
    {"scalar", form_sizes},
    {"expand", form_expand},
    {"tile", form_tile},
    {"as_indices", form_as_indices},
    {"gather_nd", form_gather_nd},
    {"scatter_elements", form_scatter_elements},
    {"scatter_nd", form_scatter_nd},
    {"triangle", form_triangle},
    {"resize", form_resize},
    {"top", form_top},
    {"sampled", form_sampled},
    {"reinterpreted", form_reinterpreted},
    {"places_found", form_places_found},
    {"boxes_kept", form_boxes_kept},
    {"region", form_region},
};

std::vector<accel_type> types_in(uint32_t bits)
{
    std::vector<accel_type> types;
    for (uint32_t type = 1; type < 32; ++type)
        if (bits >> type & 1) types.push_back(static_cast<accel_type>(type));
    return types;
}

/// Are values seen in relation to a sum of others? One that is no number spoils all of them.
bool relates_values(std::string_view shape)
{
    constexpr std::string_view kRelating[] = {"per_channel", "normalization", "grouped_channels", "same_along_axes", "beside_channels"};
    return std::find(std::begin(kRelating), std::end(kRelating), shape) != std::end(kRelating);
}

}  // namespace

Former former_of(std::string_view shape_rule)
{
    for (const auto &row : kForms)
        if (row.shape_rule == shape_rule) return row.form;
    throw std::runtime_error("the suite draws no operands for the shape rule '" + std::string(shape_rule) + "'");
}

Form::Form(const Subject &of, const std::vector<Aspect> &aspects, const Configuration &configuration, Draw &drawn)
    : subject(of),
      row(row_of(of.operation)),
      draw(drawn),
      aspects_(aspects),
      configuration_(configuration)
{
    question.operation = subject.operation;
    question.rounding = subject.rounding;
    // A QUANTIZE of real values keeps the rounding that its node says.
    if (row.numeric_class == NumericClass::Quant && is_real(subject.type)) question.rounding = static_cast<accel_rounding>(ACCEL_ROUNDING_HALF_EVEN + choice("rounding"));
}

size_t Form::choice(std::string_view aspect) const
{
    for (size_t index = 0; index < aspects_.size(); ++index)
        if (aspects_[index].name == aspect) return configuration_[index];
    return 0;
}

size_t Form::choice(accel_attribute_key key) const
{
    for (const auto &attribute : row.attributes)
        if (attribute.key == key) return choice(attribute.name);
    return 0;
}

Reals Form::range() const
{
    switch (row.numeric_class) {
    case NumericClass::Dot: return {-1, 1, 0, 20, true};
    // Of the functions of recurrent cells the arguments are sums.
    case NumericClass::Approx: return row.shape == std::string_view("recurrent") ? Reals{-2, 2, 0, 4, true} : Reals{-20, 20, 0, 7, relates_values(row.shape)};
    case NumericClass::Ulp: return {0, 0, 30, 120};
    case NumericClass::Exact: return row.has(ACCEL_ATTRIBUTE_TO) || row.operation == ACCEL_OPERATION_CAST_LIKE ? Reals{-300, 300, 0, 70} : Reals{};
    default: return {-30, 30, 0, 100};
    }
}

bool Form::quantised() const
{
    if (is_real(subject.type)) return false;
    const uint32_t bit = 1u << subject.type;
    if (requantises() || !(row.plain_types & bit)) return (row.quantised_types & bit) != 0;
    return row.moves && is_byte(subject.type) && choice("stored") == 0;
}

const Tensor &Form::operand(accel_type type, const Dims &dims, std::vector<char> bytes, bool constant, const Quantization &quantization)
{
    const Tensor &kept = tensors_.emplace_back(Tensor{type, dims, quantization, std::move(bytes)});
    question.operands.push_back(&kept);
    constant_.push_back(constant);
    return kept;
}

const Tensor &Form::x(const Dims &dims)
{
    Quantization quantization;
    if (quantised()) quantization = is_byte(subject.type) ? draw.quantization(subject.type) : Quantization{{static_cast<float>(0.001 + draw.random.unit() * 0.0005)}, {0}};
    auto bytes = draw.elements(subject.type, element_count(dims), values(), range());
    if (quantised() && subject.type == ACCEL_TYPE_I32) {
        // Whole numbers that binary32 holds exactly.
        bytes.clear();
        for (size_t index = 0; index < element_count(dims); ++index) append_whole(subject.type, bytes, values() == kZeroValues ? 0 : draw.random.whole(-(1 << 23), 1 << 23));
    }
    // One scale per index of an axis.
    if (quantised() && !requantises() && choice("per-axis") && !dims.empty()) {
        quantization.axis = static_cast<uint32_t>(draw.random.next() % dims.size());
        quantization.scales = draw.reals(static_cast<size_t>(dims[quantization.axis]), 0.01, 0.2);
        quantization.zero_points.assign(quantization.scales.size(), quantization.zero_points[0]);
    }
    return operand(subject.type, dims, std::move(bytes), false, quantization);
}

void Form::list(const Dims &values)
{
    const size_t position = question.operands.size();
    const bool narrow = position < row.operands.size() && row.operands[position].types >> ACCEL_TYPE_I32 & 1 && !draw.plain() && draw.coin();
    std::vector<char> bytes;
    for (const int64_t value : values) append_whole(narrow ? ACCEL_TYPE_I32 : ACCEL_TYPE_I64, bytes, value);
    operand(narrow ? ACCEL_TYPE_I32 : ACCEL_TYPE_I64, {static_cast<int64_t>(values.size())}, std::move(bytes), true);
}

void Form::real(float value)
{
    std::vector<char> bytes;
    append_real(bytes, value);
    operand(ACCEL_TYPE_F32, {}, std::move(bytes), true);
}

accel_type Form::type_of(size_t position) const
{
    if (!row.types_apart(position)) return subject.type;
    return type_among(row.operands[position].types, choice("second-type"));
}

accel_type Form::type_among(uint32_t bits, size_t choice) const
{
    const auto types = types_in(bits);
    if (types.size() > kMostTypesInTurns) return type_of_kind(types, choice, draw.seed + sizes() + values());
    const size_t turns = std::max<size_t>(3, (types.size() + kTypesAtOnce - 1) / kTypesAtOnce);
    return types[(choice + kTypesAtOnce * (sizes() % turns)) % types.size()];
}

accel_type Form::result_type() const
{
    if (!row.result_types) return subject.type;
    const auto types = types_in(row.result_types);
    if (row.has(ACCEL_ATTRIBUTE_TO)) return static_cast<accel_type>(question.ints.at(ACCEL_ATTRIBUTE_TO)[0]);
    if (row.result_like > 0) return question.operands[static_cast<size_t>(row.result_like)]->type;
    if (requantises() || row.numeric_class == NumericClass::Quant) {
        const accel_type own = is_byte(subject.type) ? subject.type : ACCEL_TYPE_I8;
        return choice("result") == 3 ? (own == ACCEL_TYPE_I8 ? ACCEL_TYPE_U8 : ACCEL_TYPE_I8) : own;
    }
    return types.at(0);
}

void Form::result(double scale, const Dims &declared)
{
    if (!requantises() && row.numeric_class != NumericClass::Quant) return same_result(declared);
    Tensor y;
    y.type = result_type();
    y.dims = declared;
    y.quantization = draw.quantization(y.type);
    y.quantization.scales[0] = static_cast<float>(scale * (0.8 + 0.2 * draw.random.unit()));
    // Equal to x's, which TFLITE treats in its own way; or so small that most results leave the range.
    if (choice("result") == 1 && y.type == subject.type && question.x().quantization.scales.size() == 1) y.quantization = question.x().quantization;
    if (choice("result") == 2) y.quantization.scales[0] /= 20;
    question.results.push_back(std::move(y));
}

void Form::same_result(const Dims &declared)
{
    Tensor y;
    y.type = result_type();
    y.dims = declared;
    if (y.type == subject.type && !row.has(ACCEL_ATTRIBUTE_TO)) y.quantization = question.x().quantization;
    question.results.push_back(std::move(y));
}

void Form::clamp(const std::vector<Answer> &unbounded)
{
    const size_t which = choice("clamp");
    // Bounds are real values, and integers have none.
    if (which == 0 || !(is_real(subject.type) || quantised())) return;
    std::vector<double> results;
    for (const double value : unbounded.at(0).values)
        if (std::isfinite(static_cast<float>(nearest(question.results[0].type, value)))) results.push_back(value);
    if (quantised()) {
        const Tensor stored{question.results[0].type, unbounded[0].dims, {}, unbounded[0].bits};
        const StoredType type = stored_type(question.results[0]);
        for (size_t index = 0; index < stored.count(); ++index) results.push_back(static_cast<double>(stored.whole(index) - type.zero_point) * type.scale);
    }
    std::sort(results.begin(), results.end());
    const size_t count = results.size();
    if (which != 2) set_real(ACCEL_ATTRIBUTE_CLAMP_MIN, count ? results[count * 3 / 10] : -1);
    if (which != 1) set_real(ACCEL_ATTRIBUTE_CLAMP_MAX, count ? results[count * 7 / 10] : 1);
}

size_t drawn_axis(Form &form, const Dims &dims, size_t plain)
{
    switch (form.choice(ACCEL_ATTRIBUTE_AXIS)) {
    case 0: return std::min(plain, dims.size() - 1);
    case 1: return 0;
    case 2: return dims.size() - 1;
    case 3: return form.draw.random.next() % dims.size();
    default: {
        for (const auto &attribute : form.row.attributes)
            if (attribute.key == ACCEL_ATTRIBUTE_AXIS && attribute.required) return dims.size() / 2;
        return SIZE_MAX;
    }
    }
}

}  // namespace accel::conformance
