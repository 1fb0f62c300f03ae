// SPDX-License-Identifier: MIT
// One node of a graph as the reference sees it, and what the reference answers.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "requantise.h"
#include "tensor.h"

namespace accel::conformance {

/// What one result must be. How far a device may be from it follows from the numeric class of the operation's record.
struct Answer {
    Dims dims;
    std::vector<char> bits;       ///< what is fixed to the bit: integers, and what only moves; else empty, and:
    std::vector<double> values;   ///< in binary64
    std::vector<double> mass;     ///< of sums: the terms' magnitudes added up, for each value
    std::vector<double> allowed;  ///< of approximated functions: how far each value may be off
    int64_t terms = 1;            ///< roundings of one sum: its products
    bool one_more = false;        ///< a bias, or a division
    bool exact = false;           ///< sums of whole numbers, however they are ordered
};

struct Question {
    accel_operation operation = ACCEL_OPERATION_ADD;
    accel_rounding rounding = ACCEL_ROUNDING_NONE;
    std::vector<const Tensor *> operands;  ///< in the catalog's order, value operands among them; null: absent
    std::vector<Tensor> results;           ///< types, quantisations, and sizes as declared: those count where nothing else says them
    std::map<uint32_t, Dims> ints;         ///< attributes by key
    std::map<uint32_t, float> reals;
    std::map<uint32_t, std::vector<float>> real_lists;
    std::string auto_pad;  ///< "": none
    std::map<uint32_t, std::string> texts;
    std::map<uint32_t, std::vector<std::string>> text_lists;
    std::function<std::vector<Answer>(bool condition)> branches;  ///< of an operation with regions: what each computes

    const Tensor *operand(size_t position) const { return position < operands.size() ? operands[position] : nullptr; }
    const Tensor &x() const { return *operands.at(0); }
    int64_t integer(uint32_t key, int64_t fallback) const { return ints.count(key) ? ints.at(key).at(0) : fallback; }
    Dims list(uint32_t key, const Dims &fallback) const { return ints.count(key) && !ints.at(key).empty() ? ints.at(key) : fallback; }
    std::string text(uint32_t key) const { return texts.count(key) ? texts.at(key) : std::string(); }
    std::vector<float> real_list(uint32_t key) const { return real_lists.count(key) ? real_lists.at(key) : std::vector<float>(); }
    std::vector<std::string> text_list(uint32_t key) const { return text_lists.count(key) ? text_lists.at(key) : std::vector<std::string>(); }
    double real(uint32_t key, double fallback) const { return reals.count(key) ? static_cast<double>(reals.at(key)) : fallback; }
    /// The list that a value operand holds; nothing where it is absent.
    std::optional<Dims> values(size_t position) const;
    /// The real number that a value operand holds.
    double value(size_t position, double fallback) const { return operand(position) ? operand(position)->real(0) : fallback; }
    /// An axis that may count from the end.
    size_t axis(uint32_t key, int64_t fallback) const;

    /// Of stored integers that stand for real numbers.
    bool quantised() const { return !x().quantization.scales.empty() && is_byte(x().type) && !results.at(0).quantization.scales.empty(); }
    double clamped(double value) const;
    /// The range of the result's stored type, narrowed by the activation.
    StoredRange range() const;
};

/// Scale and zero point of one element.
inline StoredType stored_type(const Tensor &tensor, size_t scale = 0)
{
    const size_t index = tensor.quantization.scales.size() > 1 ? scale : 0;
    return {static_cast<double>(tensor.quantization.scales.at(index)), tensor.quantization.zero_points.at(index)};
}

inline StoredRange stored_range(accel_type type) { return type == ACCEL_TYPE_U8 ? StoredRange{0, 255} : StoredRange{-128, 127}; }

}  // namespace accel::conformance
