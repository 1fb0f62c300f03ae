// SPDX-License-Identifier: MIT
// Facts of devices, in words and in JSON.
#include "facts.h"

#include <absl/strings/str_join.h>

#include <iostream>

#include "rounding_choice.h"
#include "text/printable.h"

namespace accel::tool {
namespace {
constexpr const char *kHandleNames[] = {"", "dma_buf", "memfd", "host_pointer", "vulkan_opaque_fd", "sync_file", "drm_syncobj", "eventfd", "vulkan_timeline"};

nlohmann::json kinds_json(uint32_t kinds)
{
    auto list = nlohmann::json::array();
    for (uint32_t kind = 1; kind < std::size(kHandleNames); ++kind)
        if (kinds & ACCEL_HANDLE_BIT(kind)) list.push_back(kHandleNames[kind]);
    return list;
}

nlohmann::json roundings_json(uint32_t roundings)
{
    auto list = nlohmann::json::array();
    for (const uint32_t rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL})
        if (roundings >> rounding & 1) list.push_back(rounding_name(rounding));
    return list;
}

}  // namespace

std::string worker_id(accel_device *device)
{
    if (!device) return "libaccel";
    auto info = sized<accel_device_info>();
    check(accel_device_query(device, &info));
    return info.id;
}

std::string version_text(uint32_t version)
{
    return version ? std::to_string(version >> 22) + "." + std::to_string(version >> 12 & 0x3ff) + "." + std::to_string(version & 0xfff) : "";
}

const char *kind_name(uint32_t kind)
{
    static constexpr const char *kNames[] = {"?", "cpu", "npu", "gpu", "other"};
    return kind < std::size(kNames) ? kNames[kind] : "?";
}

const char *isolation_name(uint32_t isolation)
{
    static constexpr const char *kNames[] = {"unknown", "process", "iommu", "kernel validator", "none"};
    return isolation < std::size(kNames) ? kNames[isolation] : "?";
}

std::string handle_kinds_text(uint32_t kinds)
{
    std::vector<const char *> names;
    for (uint32_t kind = 1; kind < std::size(kHandleNames); ++kind)
        if (kinds & ACCEL_HANDLE_BIT(kind)) names.push_back(kHandleNames[kind]);
    return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

nlohmann::json device_json(const accel_device_info &info)
{
    return {{"id", info.id}, {"name", info.name}, {"kind", kind_name(info.kind)}, {"backend", info.backend}, {"backend_version", info.backend_version}, {"target", info.target}, {"node", info.node}, {"bus_path", info.bus_path}, {"driver", info.driver}, {"driver_version", info.driver_version}, {"firmware_version", info.firmware_version}, {"simulated", (info.flags & ACCEL_DEVICE_FLAG_SIMULATED) != 0}, {"open", (info.flags & ACCEL_DEVICE_FLAG_OPEN) != 0}, {"isolation", isolation_name(info.isolation)}, {"job_timeout_ns", info.job_timeout_ns}, {"memory_bytes", info.memory_bytes}, {"buffer_align_bytes", info.buffer_align_bytes}, {"roundings", roundings_json(info.roundings)}, {"queue_depth", info.queue_depth}, {"context_count", info.context_count}, {"buffer_import", kinds_json(info.buffer_import_kinds)}, {"buffer_export", kinds_json(info.buffer_export_kinds)}, {"fence_export", kinds_json(info.fence_export_kinds)}, {"fence_wait", kinds_json(info.fence_wait_kinds)}};
}

std::vector<ReportLine> report_lines(const Instance &instance)
{
    std::vector<ReportLine> lines;
    instance.report([&](const accel_report_entry &entry) {
        lines.push_back({entry.kind, entry.status, entry.subject, entry.path, entry.action, entry.reason, entry.remedy});
    });
    return lines;
}

nlohmann::json report_json(const Instance &instance)
{
    static constexpr const char *kKinds[] = {"?", "manifest", "node", "device"};
    auto list = nlohmann::json::array();
    for (const auto &line : report_lines(instance))
        list.push_back({{"kind", kKinds[line.kind < 4 ? line.kind : 0]}, {"status", accel_status_name(static_cast<accel_status>(line.status))}, {"subject", line.subject}, {"path", line.path}, {"action", line.action}, {"reason", line.reason}, {"remedy", line.remedy}});
    return list;
}

void print_report(const Instance &instance)
{
    std::cout << "\n";
    for (const auto &line : report_lines(instance)) {
        const std::string what = line.subject + (line.path.empty() ? "" : " (" + line.path + ")") + ": " + line.action + (line.reason.empty() ? "" : ": " + line.reason);
        std::cout << (line.status == ACCEL_STATUS_OK ? "ok    " : "note  ") << text::printable(what) << "\n";
        if (!line.remedy.empty()) std::cout << "      remedy: " << text::printable(line.remedy) << "\n";
    }
}

}  // namespace accel::tool
