// SPDX-License-Identifier: MIT
// accel doctor: what stands between this machine and its accelerators, with a remedy for each problem.
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "commands.h"
#include "facts.h"
#include "findings.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

std::string version_text(uint32_t version)
{
    return std::to_string(version >> 22) + "." + std::to_string(version >> 12 & 0x3ff) + "." + std::to_string(version & 0xfff);
}

void check_library(Findings &findings)
{
    const uint32_t loaded = accel_version();
    const std::string both = "library " + version_text(loaded) + ", this tool was compiled for " + version_text(ACCEL_VERSION);
    if (loaded >> 12 < ACCEL_VERSION >> 12) findings.problem(both, "install the tool and libaccel.so.0 from the same release, or check LD_LIBRARY_PATH");
    else findings.ok(both);
}

void check_kernel(Findings &findings, const std::string &sysfs_root)
{
    utsname system{};
    uname(&system);
    int major = 0, minor = 0;
    std::sscanf(system.release, "%d.%d", &major, &minor);
    const std::string name = std::string("kernel ") + system.release;
    // First kernels: accel class 6.2, dma-buf sync_file export and import 6.0, ethosu 6.19 (kernel sources).
    if (major < 6 || (major == 6 && minor < 2)) findings.problem(name + " has no accel subsystem", "use Linux 6.2 or newer; ethosu needs 6.19, rocket 6.18");
    else findings.ok(name);
    const std::string accelerators = sysfs_root + "/class/accel";
    if (!fs::exists(accelerators))
        findings.note("the kernel shows no accelerator class (" + accelerators + " is missing)",
                      "if there is an NPU in this machine, load its driver (modprobe ethosu, intel_vpu, amdxdna …) or use a kernel built with CONFIG_DRM_ACCEL");
    else if (fs::is_empty(accelerators))
        findings.note("no driver has claimed an accelerator", "`dmesg | grep -i accel` and `lspci -k` tell which device lacks a driver");
}

void check_device(Findings &findings, const Device &device)
{
    const auto info = device.info();
    if (*info.node) {
        // Why it may not be opened, and the remedy, is a line of the instance's report.
        if (access(info.node, R_OK | W_OK) != 0) return;
        findings.ok(std::string(info.node) + " may be opened");
    }
    try {
        device.open();
    } catch (const Error &error) {
        return findings.problem(std::string(info.id) + " cannot be opened: " + error.what(), "the sentence names the cause; `accel devices --report` shows what was tried");
    }
    check_open_device(findings, device.info());
}

void check_report(Findings &findings, const Instance &instance)
{
    for (const auto &line : report_lines(instance)) {
        if (line.kind == ACCEL_REPORT_KIND_MANIFEST && line.status == ACCEL_STATUS_OK && line.action != "shadowed") check_contract(findings, line.path);
        if (line.kind == ACCEL_REPORT_KIND_DEVICE || line.status == ACCEL_STATUS_OK) continue;
        const std::string what = line.subject + (line.path.empty() ? "" : " (" + line.path + ")") + ": " + line.action + ": " + line.reason;
        if (line.kind == ACCEL_REPORT_KIND_NODE || line.status != ACCEL_STATUS_NOT_FOUND) findings.problem(what, line.remedy);
        else findings.note(what, line.remedy);
    }
}

int print(const Findings &findings, bool json)
{
    int problems = 0;
    auto list = nlohmann::json::array();
    for (const auto &finding : findings.list) {
        problems += finding.level == "problem";
        list.push_back({{"level", finding.level}, {"what", finding.what}, {"remedy", finding.remedy}});
        if (json) continue;
        std::cout << (finding.level == "ok" ? "ok       " : finding.level == "note" ? "note     " : "PROBLEM  ") << text::printable(finding.what) << "\n";
        if (!finding.remedy.empty()) std::cout << "         remedy: " << text::printable(finding.remedy) << "\n";
    }
    if (json) print_json(nlohmann::json{{"problems", problems}, {"findings", list}});
    else std::cout << (problems ? std::to_string(problems) + " problem(s)\n" : "no problem found\n");
    return problems;
}

}  // namespace

void add_doctor(CLI::App &app)
{
    struct Options {
        InstanceOptions instance;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand("doctor", "check kernel, drivers, firmware, backends, versions and permissions; opens every device once");
    options->instance.add_to(*command);
    command->add_flag("--json", options->json, "machine-readable output");
    command->callback([options] {
        Findings findings;
        check_library(findings);
        check_kernel(findings, options->instance.sysfs_root);
        const Instance instance = options->instance.create();
        check_report(findings, instance);
        for (const Device &device : instance.devices()) check_device(findings, device);
        if (print(findings, options->json)) throw CLI::RuntimeError(1);
    });
}

}  // namespace accel::tool
