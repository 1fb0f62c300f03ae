// SPDX-License-Identifier: MIT
// accel doctor: what stands between this machine and its accelerators, with a remedy for each problem.
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "commands.h"
#include "examine.h"
#include "facts.h"
#include "findings.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

void check_library(Findings &findings)
{
    const uint32_t loaded = accel_version();
    const std::string both = "library " + version_text(loaded) + ", this tool was compiled for " + version_text(ACCEL_VERSION);
    if (loaded >> 12 < ACCEL_VERSION >> 12)
        findings.problem(both, "install the tool and libaccel.so.0 from the same release, or check LD_LIBRARY_PATH");
    else
        findings.ok(both);
}

void check_kernel(Findings &findings, const std::string &sysfs_root)
{
    utsname system{};
    uname(&system);
    int major = 0, minor = 0;
    std::sscanf(system.release, "%d.%d", &major, &minor);
    const std::string name = std::string("kernel ") + system.release;
    // First kernels: accel class 6.2, dma-buf sync_file export and import 6.0, ethosu 6.19 (kernel sources).
    if (major < 6 || (major == 6 && minor < 2))
        findings.problem(name + " has no accel subsystem", "use Linux 6.2 or newer; ethosu needs 6.19, rocket 6.18");
    else
        findings.ok(name);
    const std::string accelerators = sysfs_root + "/class/accel";
    if (!fs::exists(accelerators))
        findings.note("the kernel shows no accelerator class (" + accelerators + " is missing)",
                      "if there is an NPU in this machine, load its driver (modprobe ethosu, intel_vpu, amdxdna …) or use a kernel built with CONFIG_DRM_ACCEL");
    else if (fs::is_empty(accelerators))
        findings.note("no driver has claimed an accelerator", "`dmesg | grep -i accel` and `lspci -k` tell which device lacks a driver");
}

bool has_problem(const Findings &modules, const std::string &manifest_path)
{
    return std::any_of(modules.list.begin(), modules.list.end(), [&](const Finding &finding) {
        return finding.level == "problem" && finding.what.find("(" + manifest_path + ")") != std::string::npos;
    });
}

/// modules: what their examination has found; one with a problem is not called right in anything.
void check_report(Findings &findings, const Instance &instance, const Findings &modules)
{
    for (const auto &line : report_lines(instance)) {
        const bool usable = line.kind == ACCEL_REPORT_KIND_MANIFEST && line.status == ACCEL_STATUS_OK && line.action != "shadowed";
        if (usable && !has_problem(modules, line.path)) check_contract(findings, line.path);
        if (line.kind == ACCEL_REPORT_KIND_DEVICE || line.status == ACCEL_STATUS_OK) continue;
        const std::string what = line.subject + (line.path.empty() ? "" : " (" + line.path + ")") + ": " + line.action + ": " + line.reason;
        if (line.kind == ACCEL_REPORT_KIND_NODE || line.status != ACCEL_STATUS_NOT_FOUND)
            findings.problem(what, line.remedy);
        else
            findings.note(what, line.remedy);
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
        std::cout << (finding.level == "ok" ? "ok       " : finding.level == "note" ? "note     "
                                                                                    : "PROBLEM  ")
                  << text::printable(finding.what) << "\n";
        if (!finding.remedy.empty()) std::cout << "         remedy: " << text::printable(finding.remedy) << "\n";
    }
    if (json)
        print_json(nlohmann::json{{"problems", problems}, {"findings", list}});
    else
        std::cout << (problems ? std::to_string(problems) + " problem(s)\n" : "no problem found\n");
    return problems;
}

}  // namespace

void add_doctor(CLI::App &app)
{
    struct Options {
        InstanceOptions instance;
        std::string module;
        bool listing = false;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand("doctor", "check kernel, drivers, firmware, backends, versions and permissions; opens every device once, each module in a process of its own");
    options->instance.add_to(*command);
    command->add_option("--module", options->module, "examine this module alone, in this process");
    command->add_flag("--listing", options->listing, "only list, and open nothing: what doctor tries first")->group("");
    command->add_flag("--json", options->json, "machine-readable output");
    command->callback([options] {
        Findings findings;
        if (options->listing) {
            options->instance.create();
        } else if (!options->module.empty()) {
            examine_module(findings, options->instance, options->module);
        } else {
            check_library(findings);
            check_kernel(findings, options->instance.sysfs_root);
            Findings modules;
            if (examine_modules(modules, options->instance)) check_report(findings, options->instance.create(), modules);
            findings.list.insert(findings.list.end(), modules.list.begin(), modules.list.end());
        }
        if (print(findings, options->json)) throw CLI::RuntimeError(1);
    });
}

}  // namespace accel::tool
