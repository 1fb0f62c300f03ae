// SPDX-License-Identifier: MIT
// The table of who probes which operation, and what a subject is called.
#include <cctype>
#include <stdexcept>

#include "makers.h"
#include "rows.h"

namespace accel::conformance {
namespace {

constexpr uint32_t kNoRounding = 1u << ACCEL_ROUNDING_NONE;

struct Prober {
    accel_operation operation;
    Maker make;
};

constexpr Prober kProbers[] = {
    {ACCEL_OPERATION_CONV, probe_conv},
    {ACCEL_OPERATION_GEMM, probe_gemm},
    {ACCEL_OPERATION_MATMUL, probe_matmul},
    {ACCEL_OPERATION_MAX_POOL, probe_pool},
    {ACCEL_OPERATION_AVERAGE_POOL, probe_pool},
    {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, probe_global_average},
    {ACCEL_OPERATION_ADD, probe_binary},
    {ACCEL_OPERATION_SUB, probe_binary},
    {ACCEL_OPERATION_MUL, probe_binary},
    {ACCEL_OPERATION_DIV, probe_binary},
    {ACCEL_OPERATION_RELU, probe_choose},
    {ACCEL_OPERATION_CLIP, probe_choose},
    {ACCEL_OPERATION_SIGMOID, probe_function},
    {ACCEL_OPERATION_TANH, probe_function},
    {ACCEL_OPERATION_EXP, probe_function},
    {ACCEL_OPERATION_SOFTMAX, probe_softmax},
    {ACCEL_OPERATION_RESHAPE, probe_reshape},
    {ACCEL_OPERATION_TRANSPOSE, probe_transpose},
    {ACCEL_OPERATION_CONCAT, probe_concat},
    {ACCEL_OPERATION_SLICE, probe_slice},
    {ACCEL_OPERATION_BATCH_NORMALIZATION, probe_batch_normalization},
    {ACCEL_OPERATION_QUANTIZE, probe_quantize},
    {ACCEL_OPERATION_DEQUANTIZE, probe_dequantize},
    {ACCEL_OPERATION_REDUCE_MEAN, probe_reduce_mean},
    {ACCEL_OPERATION_PAD, probe_pad},
    {ACCEL_OPERATION_CAST, probe_cast},
    {ACCEL_OPERATION_IDENTITY, probe_identity},
    {ACCEL_OPERATION_LEAKY_RELU, probe_function},
    {ACCEL_OPERATION_SPLIT, probe_split},
    {ACCEL_OPERATION_GATHER, probe_gather},
};

constexpr const char *kRoundingNames[] = {"none", "half_even", "tflite", "natural"};

const OperationRow &row_of(accel_operation operation)
{
    for (const auto &row : kOperationRows)
        if (row.operation == operation) return row;
    throw std::runtime_error("the catalog has no operation " + std::to_string(operation));
}

Maker maker_of(accel_operation operation)
{
    for (const auto &prober : kProbers)
        if (prober.operation == operation) return prober.make;
    throw std::runtime_error(std::string("the suite has no probe for ") + row_of(operation).name);
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
        for (const auto &row : kOperationRows)
            for (uint32_t type = 1; type <= ACCEL_TYPE_BOOL; ++type) {
                if (!(row.types >> type & 1)) continue;
                const bool requantises = is_byte(static_cast<accel_type>(type)) && row.roundings != kNoRounding;
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
    auto probe = maker_of(subject.operation)(subject, draw);
    probe.about = subject.text() + ", " + probe.about;
    return probe;
}

}  // namespace accel::conformance
