// SPDX-License-Identifier: MIT
// Compares the key of a skip with the device's facts.
#include "claims.h"

#include <accel/accel.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace accel::conformance {
namespace {

constexpr std::string_view kHandleNames[] = {"", "dma_buf", "memfd", "host_pointer", "vulkan_opaque_fd", "sync_file", "drm_syncobj", "eventfd", "vulkan_timeline"};
constexpr std::string_view kRoundingNames[] = {"", "half_even", "tflite", "natural"};

struct Family {
    std::string_view prefix, fact;
    const std::string_view *names;
    size_t count;
};
constexpr std::array<Family, 5> kFamilies{{{"buffer.import.", "buffer_import_kinds", kHandleNames, std::size(kHandleNames)},
                                           {"buffer.export.", "buffer_export_kinds", kHandleNames, std::size(kHandleNames)},
                                           {"fence.export.", "fence_export_kinds", kHandleNames, std::size(kHandleNames)},
                                           {"fence.wait.", "fence_wait_kinds", kHandleNames, std::size(kHandleNames)},
                                           {"rounding.", "roundings", kRoundingNames, std::size(kRoundingNames)}}};

/// Excuses that the case itself has proved when it makes them.
constexpr std::string_view kProvedByCase[] = {"device.second", "module.compiler", "module.device", "module.cancel", "module.coherent", "module.fence", "module.in-place", "module.fault-points", "module.regions", "module.stored-integers", "module.value-operands", "module.after_fork", "transport.copying", "suite.modules", "importer.onnx"};

}  // namespace

Claim claim_of(const nlohmann::json &facts, const std::string &key)
{
    if (std::find(std::begin(kProvedByCase), std::end(kProvedByCase), key) != std::end(kProvedByCase)) return Claim::Absent;
    for (const auto &family : kFamilies) {
        if (key.rfind(family.prefix, 0) != 0) continue;
        const auto name = std::string_view(key).substr(family.prefix.size());
        const auto *end = family.names + family.count;
        const auto *found = std::find(family.names + 1, end, name);
        if (found == end) return Claim::Unknown;
        const auto bits = facts.value(std::string(family.fact), 0u);
        return bits >> (found - family.names) & 1 ? Claim::Present : Claim::Absent;
    }
    return Claim::Unknown;
}

std::string objection_to(const nlohmann::json &facts, const Result &skipped)
{
    if (skipped.key == "program") {
        if (skipped.refusals.empty()) return "skipped because of a program, without the device's answer that it does not take it: ";
        for (const auto &refusal : skipped.refusals)
            if (refusal.reason == ACCEL_REASON_OK || refusal.reason > ACCEL_REASON_REGION)
                return "skipped because the device refuses " + refusal.operation + " with reason " + std::to_string(refusal.reason) + ", which is none: ";
        return "";
    }
    switch (claim_of(facts, skipped.key)) {
    case Claim::Absent: return "";
    case Claim::Present: return "skipped for want of " + skipped.key + ", which the device claims: ";
    default: return "skipped with the unknown key '" + skipped.key + "': ";
    }
}

}  // namespace accel::conformance
