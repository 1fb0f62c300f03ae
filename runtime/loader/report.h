// SPDX-License-Identifier: MIT
// The discovery report: a line for every manifest, node and device.
#pragma once

#include <accel/accel.h>

#include <string>
#include <vector>

namespace accel::runtime {

struct ReportLine {
    accel_report_kind kind = ACCEL_REPORT_KIND_MANIFEST;
    accel_status status = ACCEL_STATUS_OK;
    std::string subject, path, action, reason, remedy;
};

using Report = std::vector<ReportLine>;

}  // namespace accel::runtime
