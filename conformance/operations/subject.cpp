// SPDX-License-Identifier: MIT
// What a subject is called, and which there are.
#include "subject.h"

#include <cctype>
#include <stdexcept>

#include "reference/tensor.h"

namespace accel::conformance {
namespace {

constexpr uint32_t kNoRounding = 1u << ACCEL_ROUNDING_NONE;
constexpr const char *kRoundingNames[] = {"none", "half_even", "tflite", "natural"};

}  // namespace

const char *type_name(accel_type type)
{
    for (const auto &row : kTypeRows)
        if (row.type == type) return row.name;
    throw std::runtime_error("the catalog has no type " + std::to_string(type));
}

const OperationRow &row_of(accel_operation operation)
{
    for (const auto &row : kOperationRows)
        if (row.operation == operation) return row;
    throw std::runtime_error("the catalog has no operation " + std::to_string(operation));
}

std::string Subject::id() const
{
    std::string text = "operations.";
    text.append(row_of(operation).name).append(".").append(type_name(type));
    if (rounding != ACCEL_ROUNDING_NONE) text.append("-").append(kRoundingNames[rounding]);
    for (char &byte : text) byte = byte == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
    return text;
}

std::string Subject::text() const
{
    std::string text = row_of(operation).name;
    text.append(" in ").append(type_name(type));
    if (rounding != ACCEL_ROUNDING_NONE) text.append(" with rounding ").append(kRoundingNames[rounding]);
    return text;
}

const char *Subject::rule() const
{
    if (rounding != ACCEL_ROUNDING_NONE) return "N-3";
    if (is_real(type)) return row_of(operation).real_rule;
    return operation == ACCEL_OPERATION_CAST || operation == ACCEL_OPERATION_DEQUANTIZE || row_of(operation).numeric_class == NumericClass::Ulp ? "N-12" : "N-4";
}

std::vector<Subject> subjects_of(const OperationRow &row)
{
    std::vector<Subject> list;
    for (const auto &[type, name] : kTypeRows) {
        if (!(row.types >> type & 1)) continue;
        const bool requantises = is_byte(type) && row.roundings != kNoRounding;
        for (uint32_t rounding = 0; rounding <= ACCEL_ROUNDING_NATURAL; ++rounding)
            if (requantises ? row.roundings >> rounding & 1 : rounding == 0) list.push_back({row.operation, type, static_cast<accel_rounding>(rounding)});
    }
    return list;
}

const std::vector<Subject> &all_subjects()
{
    static const std::vector<Subject> subjects = [] {
        std::vector<Subject> list;
        for (const auto &row : kOperationRows)
            for (const auto &subject : subjects_of(row)) list.push_back(subject);
        return list;
    }();
    return subjects;
}

}  // namespace accel::conformance
