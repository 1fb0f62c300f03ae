// SPDX-License-Identifier: MIT
// Mutants of the campaign: every operation of the catalog, wrong in one way at a time. The module plants them, the kill matrix lists them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operations/rows.h"

namespace accel::faults {

/// What becomes of the results of one operation.
enum class Harm {
    Value,       ///< the middle element is a little off
    Tail,        ///< the last element, where the number of elements is no multiple of 16
    Channel,     ///< the second index of the second axis has what the first has
    Saturation,  ///< what lies at the upper end of its type has left it
    Nan,         ///< NaN is 0
    Order,       ///< the first two results, or the first element and the last one that differs from it, are exchanged
    Unsaid       ///< an attribute is not heeded
};

struct Mutant {
    std::string name;  ///< "mutant-conv-tail", "mutant-gemm-without-alpha"
    const conformance::OperationRow *row;
    Harm harm;
    uint32_t key = 0;  ///< of Unsaid: the attribute
    std::string what;  ///< what the module does
};

inline std::string dashed(std::string_view name)
{
    std::string text;
    for (const char byte : name) text.push_back(byte == '_' ? '-' : static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte));
    return text;
}

/// Of the composites, which reach the module as steps without their attributes, those that the CPU lists, and that have attributes which a mutant can leave unsaid.
constexpr bool listed_with_attributes(accel_operation operation)
{
    return operation == ACCEL_OPERATION_GLOBAL_AVERAGE_POOL || operation == ACCEL_OPERATION_LAYER_NORMALIZATION || operation == ACCEL_OPERATION_RMS_NORMALIZATION;
}

/// Of every operation that modules see, in the order of the catalog.
inline std::vector<Mutant> all_mutants()
{
    struct Kind {
        Harm harm;
        const char *name, *what;
    };
    constexpr Kind kKinds[] = {{Harm::Value, "value", "gets one element a little wrong"},
                               {Harm::Tail, "tail", "gets the last element wrong where there is no multiple of 16"},
                               {Harm::Channel, "channel", "gives the second channel the first one's results"},
                               {Harm::Saturation, "saturation", "leaves the type at its upper end"},
                               {Harm::Nan, "nan", "makes 0 of NaN"},
                               {Harm::Order, "order", "exchanges two results"}};
    struct Key {
        uint32_t key;
        const char *name;
    };
    // Those that change no sizes.
    constexpr Key kKeys[] = {{ACCEL_ATTRIBUTE_ALPHA, "alpha"}, {ACCEL_ATTRIBUTE_BETA, "beta"}, {ACCEL_ATTRIBUTE_EPSILON, "epsilon"}, {ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, "count-include-pad"}, {ACCEL_ATTRIBUTE_FMOD, "fmod"}, {ACCEL_ATTRIBUTE_DETECT_POSITIVE, "detect-positive"}, {ACCEL_ATTRIBUTE_DETECT_NEGATIVE, "detect-negative"}};
    constexpr Key kClamps[] = {{ACCEL_ATTRIBUTE_CLAMP_MIN, "clamp-min"}, {ACCEL_ATTRIBUTE_CLAMP_MAX, "clamp-max"}};
    std::vector<Mutant> mutants;
    for (const auto &row : conformance::kOperationRows) {
        if (row.resolved) continue;
        const std::string prefix = std::string("mutant-").append(dashed(row.name)).append("-");
        const auto unsaid = [&](const Key &key) { mutants.push_back({prefix + "without-" + key.name, &row, Harm::Unsaid, key.key, std::string(row.name) + " does not heed " + key.name}); };
        for (const auto &kind : kKinds) mutants.push_back({prefix + kind.name, &row, kind.harm, 0, std::string(row.name) + " " + kind.what});
        if (row.composite && !listed_with_attributes(row.operation)) continue;
        for (const auto &key : kKeys)
            if (row.has(static_cast<accel_attribute_key>(key.key))) unsaid(key);
        for (const auto &key : kClamps)
            if (row.clamps) unsaid(key);
    }
    return mutants;
}

}  // namespace accel::faults
