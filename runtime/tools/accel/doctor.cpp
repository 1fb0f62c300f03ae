// SPDX-License-Identifier: MIT
// accel doctor: what stands between this machine and its accelerators, with a remedy for each problem.
#include <grp.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "commands.h"
#include "facts.h"

namespace accel::tool {
namespace {

namespace fs = std::filesystem;

struct Finding {
    std::string level;  ///< "ok", "note", "problem"
    std::string what, remedy;
};

struct Findings {
    std::vector<Finding> list;
    void ok(std::string what) { list.push_back({"ok", std::move(what), ""}); }
    void note(std::string what, std::string remedy) { list.push_back({"note", std::move(what), std::move(remedy)}); }
    void problem(std::string what, std::string remedy) { list.push_back({"problem", std::move(what), std::move(remedy)}); }
};

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

void check_kernel(Findings &findings)
{
    utsname system{};
    uname(&system);
    int major = 0, minor = 0;
    std::sscanf(system.release, "%d.%d", &major, &minor);
    const std::string name = std::string("kernel ") + system.release;
    // First kernels: accel class 6.2, dma-buf sync_file export and import 6.0, ethosu 6.19 (kernel sources).
    if (major < 6 || (major == 6 && minor < 2)) findings.problem(name + " has no accel subsystem", "use Linux 6.2 or newer; ethosu needs 6.19, rocket 6.18");
    else findings.ok(name);
    if (!fs::exists("/sys/class/accel"))
        findings.note("the kernel shows no accelerator class (/sys/class/accel is missing)",
                      "if there is an NPU in this machine, load its driver (modprobe ethosu, intel_vpu, amdxdna …) or use a kernel built with CONFIG_DRM_ACCEL");
    else if (fs::is_empty("/sys/class/accel"))
        findings.note("no driver has claimed an accelerator", "`dmesg | grep -i accel` and `lspci -k` tell which device lacks a driver");
}

std::string group_of(const std::string &path)
{
    struct stat facts{};
    if (stat(path.c_str(), &facts) != 0) return "";
    const group *entry = getgrgid(facts.st_gid);
    return entry ? entry->gr_name : std::to_string(facts.st_gid);
}

void check_node(Findings &findings, const accel_device_info &info)
{
    if (!*info.node) return;
    if (access(info.node, R_OK | W_OK) == 0) return findings.ok(std::string(info.node) + " may be opened");
    const std::string group = group_of(info.node);
    findings.problem(std::string(info.node) + " may not be opened by this user",
                     group.empty() || group == "root" ? "add a udev rule that gives the node to group render: SUBSYSTEM==\"accel\", GROUP=\"render\", MODE=\"0660\""
                                                      : "add the user to group " + group + " (usermod -aG " + group + " NAME) and log in again");
}

void check_device(Findings &findings, const Device &device)
{
    const auto before = device.info();
    const std::string id = before.id;
    check_node(findings, before);
    try {
        device.open();
    } catch (const Error &error) {
        return findings.problem(id + " cannot be opened: " + error.what(), "the sentence names the cause; `accel devices --report` shows what was tried");
    }
    const auto info = device.info();
    std::string what = id + ": " + info.name + ", backend " + info.backend + " " + info.backend_version;
    if (*info.driver) what += std::string(", driver ") + info.driver + " " + info.driver_version;
    if (*info.firmware_version) what += std::string(", firmware ") + info.firmware_version;
    findings.ok(what + ", isolation " + isolation_name(info.isolation));
    if (info.conformance_version == 0 && info.kind != ACCEL_DEVICE_KIND_CPU && !(info.flags & ACCEL_DEVICE_FLAG_SIMULATED))
        findings.note(id + " has no conformance certificate", "run accel-conformance run --device " + id);
    if (*info.node && !(info.fence_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)))
        findings.note(id + " cannot make sync_files: its work cannot be polled by other drivers", "Linux 6.0 or newer and dma-buf export are needed");
}

void check_report(Findings &findings, const Instance &instance)
{
    for (const auto &line : report_lines(instance)) {
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
        std::cout << (finding.level == "ok" ? "ok       " : finding.level == "note" ? "note     " : "PROBLEM  ") << finding.what << "\n";
        if (!finding.remedy.empty()) std::cout << "         remedy: " << finding.remedy << "\n";
    }
    if (json) std::cout << nlohmann::json{{"problems", problems}, {"findings", list}}.dump(2) << "\n";
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
        check_kernel(findings);
        const Instance instance = options->instance.create();
        check_report(findings, instance);
        for (const Device &device : instance.devices()) check_device(findings, device);
        if (print(findings, options->json)) throw CLI::RuntimeError(1);
    });
}

}  // namespace accel::tool
