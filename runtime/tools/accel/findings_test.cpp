// SPDX-License-Identifier: MIT
// Tests of what doctor finds in facts.
#include "findings.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::tool;

namespace {

/// An NPU with a node, whose work can be polled.
accel_device_info node_facts()
{
    accel_device_info info{};
    info.struct_size = sizeof info;
    info.id = "ethosu@4a900000.npu";
    info.name = "Arm Ethos-U65";
    info.backend = info.driver = "ethosu";
    info.backend_version = "0.1.0";
    info.node = "/dev/accel/accel0";
    info.driver_version = "1.0.0";
    info.firmware_version = "";
    info.kind = ACCEL_DEVICE_KIND_NPU;
    info.fence_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    return info;
}

Findings findings_of(const accel_device_info &info)
{
    Findings findings;
    check_open_device(findings, info);
    return findings;
}

}  // namespace

TEST_CASE("a device with all that is wanted has one finding, which is ok")
{
    auto info = node_facts();
    info.firmware_version = "7";
    const Findings findings = findings_of(info);
    REQUIRE(findings.list.size() == 1);
    CHECK(findings.list[0].level == "ok");
    CHECK(findings.list[0].what == "ethosu@4a900000.npu: Arm Ethos-U65, backend ethosu 0.1.0, driver ethosu 1.0.0, firmware 7, isolation unknown");
}

TEST_CASE("a device with a node that makes no sync_files is noted with a remedy")
{
    auto info = node_facts();
    info.fence_export_kinds = 0;
    const Findings findings = findings_of(info);
    REQUIRE(findings.list.size() == 2);
    CHECK(findings.list[1].level == "note");
    CHECK(findings.list[1].what.find("cannot make sync_files") != std::string::npos);
    CHECK(findings.list[1].remedy.find("Linux 6.0") != std::string::npos);
    info.node = "";
    CHECK(findings_of(info).list.size() == 1);
}
