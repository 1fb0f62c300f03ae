// SPDX-License-Identifier: MIT
#include <cctype>
#include <stdexcept>

#include "makers.h"

namespace accel::conformance {
namespace {

enum Types : uint32_t {
    kF32 = 1u << ACCEL_TYPE_F32,
    kBytes = 1u << ACCEL_TYPE_I8 | 1u << ACCEL_TYPE_U8,
    kI32 = 1u << ACCEL_TYPE_I32,
    kWhole = kI32 | 1u << ACCEL_TYPE_I64,
    kAll = kF32 | kBytes | kWhole | 1u << ACCEL_TYPE_BOOL
};

/// Roundings of the stored bytes.
enum Roundings : uint32_t {
    kNone = 1u << ACCEL_ROUNDING_NONE,
    kHalfEvenAndTflite = 1u << ACCEL_ROUNDING_HALF_EVEN | 1u << ACCEL_ROUNDING_TFLITE,
    kThree = kHalfEvenAndTflite | 1u << ACCEL_ROUNDING_NATURAL
};

struct Row {
    accel_operation operation;
    const char *name;  ///< as the catalog has it
    uint32_t types, roundings;
    const char *real_rule;  ///< for F32; whole numbers and moved values have rules of their own
    Maker make;
};

// docs/operations.md, "The list"; NATURAL is defined for sums of products, averages, MUL and QUANTIZE.
constexpr Row kRows[] = {
    {ACCEL_OPERATION_CONV, "CONV", kF32 | kBytes, kThree, "N-2", probe_conv},
    {ACCEL_OPERATION_GEMM, "GEMM", kF32 | kBytes, kThree, "N-2", probe_gemm},
    {ACCEL_OPERATION_MATMUL, "MATMUL", kF32 | kBytes, kThree, "N-2", probe_matmul},
    {ACCEL_OPERATION_MAX_POOL, "MAX_POOL", kF32 | kBytes, kNone, "N-4", probe_pool},
    {ACCEL_OPERATION_AVERAGE_POOL, "AVERAGE_POOL", kF32 | kBytes, kThree, "N-2", probe_pool},
    {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, "GLOBAL_AVERAGE_POOL", kF32 | kBytes, kThree, "N-2", probe_global_average},
    {ACCEL_OPERATION_ADD, "ADD", kF32 | kBytes | kWhole, kHalfEvenAndTflite, "N-5", probe_binary},
    {ACCEL_OPERATION_SUB, "SUB", kF32 | kBytes | kWhole, kHalfEvenAndTflite, "N-5", probe_binary},
    {ACCEL_OPERATION_MUL, "MUL", kF32 | kBytes | kWhole, kThree, "N-5", probe_binary},
    {ACCEL_OPERATION_DIV, "DIV", kF32 | kWhole, kNone, "N-5", probe_binary},
    {ACCEL_OPERATION_RELU, "RELU", kF32 | kBytes, kNone, "N-4", probe_choose},
    {ACCEL_OPERATION_CLIP, "CLIP", kF32 | kBytes, kNone, "N-4", probe_choose},
    {ACCEL_OPERATION_SIGMOID, "SIGMOID", kF32, kNone, "N-5", probe_function},
    {ACCEL_OPERATION_TANH, "TANH", kF32, kNone, "N-5", probe_function},
    {ACCEL_OPERATION_EXP, "EXP", kF32, kNone, "N-5", probe_function},
    {ACCEL_OPERATION_SOFTMAX, "SOFTMAX", kF32, kNone, "N-5", probe_softmax},
    {ACCEL_OPERATION_RESHAPE, "RESHAPE", kAll, kNone, "N-4", probe_reshape},
    {ACCEL_OPERATION_TRANSPOSE, "TRANSPOSE", kAll, kNone, "N-4", probe_transpose},
    {ACCEL_OPERATION_CONCAT, "CONCAT", kAll, kNone, "N-4", probe_concat},
    {ACCEL_OPERATION_SLICE, "SLICE", kAll, kNone, "N-4", probe_slice},
    {ACCEL_OPERATION_BATCH_NORMALIZATION, "BATCH_NORMALIZATION", kF32, kNone, "N-5", probe_batch_normalization},
    {ACCEL_OPERATION_QUANTIZE, "QUANTIZE", kF32 | kBytes, kThree, "N-3", probe_quantize},
    {ACCEL_OPERATION_DEQUANTIZE, "DEQUANTIZE", kBytes | kI32, kNone, "N-4", probe_dequantize},
    {ACCEL_OPERATION_REDUCE_MEAN, "REDUCE_MEAN", kF32 | kBytes, kThree, "N-2", probe_reduce_mean},
    {ACCEL_OPERATION_PAD, "PAD", kF32 | kBytes, kNone, "N-4", probe_pad},
    {ACCEL_OPERATION_CAST, "CAST", kAll, kNone, "N-4", probe_cast},
    {ACCEL_OPERATION_IDENTITY, "IDENTITY", kAll, kNone, "N-4", probe_identity},
    {ACCEL_OPERATION_LEAKY_RELU, "LEAKY_RELU", kF32, kNone, "N-5", probe_function},
    {ACCEL_OPERATION_SPLIT, "SPLIT", kAll, kNone, "N-4", probe_split},
    {ACCEL_OPERATION_GATHER, "GATHER", kAll, kNone, "N-4", probe_gather},
};

constexpr const char *kRoundingNames[] = {"none", "half_even", "tflite", "natural"};

const Row &row_of(accel_operation operation)
{
    for (const auto &row : kRows)
        if (row.operation == operation) return row;
    throw std::runtime_error("the suite has no probe for operation " + std::to_string(operation));
}

}  // namespace

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
    if (type == ACCEL_TYPE_F32) return row_of(operation).real_rule;
    return operation == ACCEL_OPERATION_CAST || operation == ACCEL_OPERATION_DEQUANTIZE || (operation >= ACCEL_OPERATION_ADD && operation <= ACCEL_OPERATION_DIV) ? "N-12" : "N-4";
}

const std::vector<Subject> &all_subjects()
{
    static const std::vector<Subject> subjects = [] {
        std::vector<Subject> list;
        for (const auto &row : kRows)
            for (uint32_t type = 1; type <= ACCEL_TYPE_BOOL; ++type) {
                if (!(row.types >> type & 1)) continue;
                const bool requantises = is_byte(static_cast<accel_type>(type)) && row.roundings != kNone;
                for (uint32_t rounding = 0; rounding <= ACCEL_ROUNDING_NATURAL; ++rounding)
                    if (requantises ? row.roundings >> rounding & 1 : rounding == 0)
                        list.push_back({row.operation, static_cast<accel_type>(type), static_cast<accel_rounding>(rounding)});
            }
        return list;
    }();
    return subjects;
}

Probe make_probe(const Subject &subject, uint64_t seed, size_t round)
{
    // Neighbouring subjects must not draw the same shapes.
    Draw draw(seed + 7919 * subject.operation + 104729 * subject.type + 1299709 * subject.rounding, round);
    auto probe = row_of(subject.operation).make(subject, draw);
    probe.about = subject.text() + ", " + probe.about;
    return probe;
}

}  // namespace accel::conformance
