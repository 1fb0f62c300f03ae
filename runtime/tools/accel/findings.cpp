// SPDX-License-Identifier: MIT
// The checks of open devices and of manifests' contracts.
#include "findings.h"

#include <accel/backend.h>

#include "facts.h"
#include "files.h"

namespace accel::tool {

void check_open_device(Findings &findings, const accel_device_info &info)
{
    const std::string id = info.id;
    std::string what = id + ": " + info.name + ", backend " + info.backend + " " + info.backend_version;
    if (*info.driver) what += std::string(", driver ") + info.driver + " " + info.driver_version;
    if (*info.firmware_version) what += std::string(", firmware ") + info.firmware_version;
    findings.ok(what + ", isolation " + isolation_name(info.isolation));
    if (*info.node && !(info.fence_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)))
        findings.note(id + " cannot make sync_files: its work cannot be polled by other drivers", "Linux 6.0 or newer and dma-buf export are needed");
}

void check_contract(Findings &findings, const std::string &manifest_path)
{
    const auto manifest = nlohmann::json::parse(read_file(manifest_path), nullptr, false);
    if (!manifest.is_object() || !manifest.contains("module")) return;
    const auto &module = manifest["module"];
    const std::string header = std::to_string(ACCEL_BK_API_VERSION_MAJOR) + "." + std::to_string(ACCEL_BK_API_VERSION_MINOR);
    findings.ok("module " + module.value("name", "?") + " " + module.value("version", "") + ": module contract " + module.value("api_version", "?") +
                ", this tool was compiled for " + header);
}

}  // namespace accel::tool
