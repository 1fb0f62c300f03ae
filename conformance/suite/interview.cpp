// SPDX-License-Identifier: MIT
// Asks device and compiler in a child, and listens until it ends or is late.
#include "interview.h"

#include <poll.h>
#include <unistd.h>

#include <accel/accel.hpp>
#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "digest.h"
#include "operations/probe.h"
#include "process.h"
#include "support/instance.h"
#include "support/module_door.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

constexpr size_t kGraphsPerSubject = 12;
constexpr int kSilence_s = 120;  ///< a module that is slow goes on saying that it is there; one that hangs does not

nlohmann::json facts_of(const accel_device_info &info)
{
    return {{"id", info.id}, {"name", info.name}, {"backend", info.backend}, {"backend_version", info.backend_version}, {"target", info.target}, {"node", info.node}, {"driver", info.driver}, {"driver_version", info.driver_version}, {"firmware_version", info.firmware_version}, {"simulated", (info.flags & ACCEL_DEVICE_FLAG_SIMULATED) != 0}, {"job_timeout_ns", info.job_timeout_ns}, {"queue_depth", info.queue_depth}, {"buffer_import_kinds", info.buffer_import_kinds}, {"buffer_export_kinds", info.buffer_export_kinds}, {"fence_export_kinds", info.fence_export_kinds}, {"fence_wait_kinds", info.fence_wait_kinds}, {"roundings", info.roundings}};
}

nlohmann::json module_of()
{
    try {
        const std::string library = ModuleDoor::find_library();
        return {{"file", library}, {"sha256", sha256_of(library)}};
    } catch (const std::exception &error) {
        return {{"error", error.what()}};
    }
}

nlohmann::json claims_of(const Instance &instance, const Device &device, uint64_t seed, int report_fd)
{
    // Last first, and other numbers: an answer that depends on what was asked before, or on the shapes of the cases, differs here.
    nlohmann::json claims = nlohmann::json::array();
    auto subjects = all_subjects();
    std::reverse(subjects.begin(), subjects.end());
    for (const auto &subject : subjects) {
        unsigned taken = 0;
        std::string example;
        for (size_t round = 0; round < kGraphsPerSubject; ++round) {
            auto probe = make_probe(subject, ~seed, round);
            if (!refusals_of(instance, {device}, probe.graph).empty()) continue;
            if (++taken == 1) example = probe.about;
        }
        // White space before the answer.
        if (write(report_fd, " ", 1) != 1) throw std::runtime_error("nobody listens any more");
        claims.push_back({{"id", subject.id()}, {"text", subject.text()}, {"asked", kGraphsPerSubject}, {"taken", taken}, {"example", example}});
    }
    return claims;
}

nlohmann::json answer(bool with_claims, int report_fd)
{
    const Target &target = Target::current();
    nlohmann::json told{{"status", ACCEL_STATUS_INTERNAL}};
    try {
        const Instance instance = make_instance(target);
        const Device device = instance.device(target.device.c_str());
        told["facts"] = facts_of(device.info());
        told["module"] = module_of();
        device.open();
        told["facts"] = facts_of(device.info());
        if (with_claims) told["claims"] = claims_of(instance, device, target.seed, report_fd);
        told["status"] = ACCEL_STATUS_OK;
    } catch (const Error &error) {
        told["status"] = error.status();
        told["error"] = error.what();
    } catch (const std::exception &error) {
        told["error"] = error.what();
    }
    return told;
}

/// Everything that the child reports until it closes its side or is silent for too long: then nothing.
std::string listen(int fd)
{
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() + std::chrono::seconds(kSilence_s);
    std::string text;
    char bytes[65536];
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd poller{fd, POLLIN, 0};
        const int ready = left > 0 ? poll(&poller, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return "";
        const ssize_t count = read(fd, bytes, sizeof(bytes));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        text.append(bytes, static_cast<size_t>(count));
        end = Clock::now() + std::chrono::seconds(kSilence_s);
    }
}

}  // namespace

Interview interview(const Target &target, bool with_claims, const std::string &log_path)
{
    const auto child = start_self("interview", target, with_claims ? std::vector<std::string>{"--claims"} : std::vector<std::string>{}, log_path);
    const std::string text = listen(child.report_fd);
    const int state = finish_process(child, text.empty());
    const auto told = nlohmann::json::parse(text, nullptr, false);
    Interview result;
    if (!told.is_object()) {
        result.error = "asked for its facts, the module did not answer: the process was " + end_text(state);
        return result;
    }
    result.status = static_cast<accel_status>(told.value("status", static_cast<int>(ACCEL_STATUS_INTERNAL)));
    result.error = told.value("error", "");
    result.facts = told.value("facts", nlohmann::json::object());
    result.module = told.value("module", nlohmann::json::object());
    for (const auto &claim : told.value("claims", nlohmann::json::array()))
        result.claims[claim.at("id")] = {claim.at("text"), claim.at("asked"), claim.at("taken"), claim.at("example")};
    return result;
}

int answer_interview(bool with_claims, int report_fd) { return report_line(report_fd, answer(with_claims, report_fd)) ? 0 : 1; }

}  // namespace accel::conformance
