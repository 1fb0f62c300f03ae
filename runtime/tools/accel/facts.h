// SPDX-License-Identifier: MIT
// Facts about devices and the discovery report, for people and as JSON.
#pragma once

#include "common.h"

namespace accel::tool {

/// "1.2.3" of a packed version; "" of 0.
std::string version_text(uint32_t version);
const char *kind_name(uint32_t kind);
const char *isolation_name(uint32_t isolation);
std::string handle_kinds_text(uint32_t kinds);
/// Who did work: the device's id, and "libaccel" where it is none.
std::string worker_id(accel_device *device);
nlohmann::json device_json(const accel_device_info &info);

struct ReportLine {
    uint32_t kind, status;
    std::string subject, path, action, reason, remedy;
};
std::vector<ReportLine> report_lines(const Instance &instance);
nlohmann::json report_json(const Instance &instance);
void print_report(const Instance &instance);

}  // namespace accel::tool
