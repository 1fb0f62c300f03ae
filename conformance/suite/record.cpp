// SPDX-License-Identifier: MIT
#include "record.h"

#include <accel/accel.hpp>
#include <cerrno>
#include <chrono>
#include <map>
#include <utility>

#include "../support/instance.h"
#include "claims.h"
#include "file.h"

namespace accel::conformance {

nlohmann::json device_facts(const Target &target)
{
    try {
        const Instance instance = make_instance(target);
        const Device device = instance.device(target.device.c_str());
        device.open();
        const auto info = device.info();
        return {{"id", info.id}, {"name", info.name}, {"backend", info.backend}, {"backend_version", info.backend_version}, {"target", info.target},
                {"node", info.node}, {"driver", info.driver}, {"driver_version", info.driver_version}, {"firmware_version", info.firmware_version},
                {"simulated", (info.flags & ACCEL_DEVICE_FLAG_SIMULATED) != 0}, {"job_timeout_ns", info.job_timeout_ns},
                {"queue_depth", info.queue_depth}, {"buffer_import_kinds", info.buffer_import_kinds}, {"buffer_export_kinds", info.buffer_export_kinds},
                {"fence_export_kinds", info.fence_export_kinds}, {"fence_wait_kinds", info.fence_wait_kinds}, {"roundings", info.roundings},
                {"operation_profile", info.operation_profile}, {"conformance_version", info.conformance_version}};
    } catch (const std::exception &error) {
        return {{"id", target.device}, {"error", error.what()}};
    }
}

Record::Record(const std::string &path, const Target &target, size_t planned, SkipList expected_skips) : path_(path), expected_skips_(std::move(expected_skips))
{
    if (!path.empty()) {
        file_.open(temporary_name(path), std::ios::trunc);
        if (!file_) give_up_file(path, errno);
    }
    facts_ = device_facts(target);
    line({{"type", "run"}, {"format", 1}, {"library_version", accel_version()}, {"device", facts_}, {"fault", target.fault}, {"planned", planned},
          {"unix_time", std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())}});
}

void Record::add(Result result)
{
    if (result.verdict == Verdict::Skip) {
        const Claim claim = claim_of(facts_, result.key);
        if (claim != Claim::Absent) {
            result.verdict = Verdict::Fail;
            result.message = claim == Claim::Present ? "skipped for want of " + result.key + ", which the device claims: " + result.message
                                                     : "skipped with the unknown key '" + result.key + "': " + result.message;
        }
    }
    if (result.verdict == Verdict::Skip || result.verdict == Verdict::Pass) {
        const std::string objection = expected_skips_.objection(result.id, result.verdict == Verdict::Skip);
        if (!objection.empty()) {
            result.verdict = Verdict::Fail;
            result.message = objection + result.message;
        }
    }
    counts_.add(result.verdict);
    results_.push_back(result);
    nlohmann::json json{{"type", "case"}, {"id", result.id}, {"rule", result.rule}, {"verdict", name(result.verdict)}, {"seconds", result.seconds}};
    if (!result.message.empty()) json["message"] = result.message;
    if (!result.key.empty()) json["key"] = result.key;
    line(json);
}

std::vector<std::string> Record::hollow_chapters() const
{
    std::map<std::string, bool> executed;
    for (const auto &result : results_) {
        bool &any = executed[result.id.substr(0, result.id.find('.'))];
        any = any || result.verdict != Verdict::Skip;
    }
    std::vector<std::string> hollow;
    for (const auto &[chapter, any] : executed)
        if (!any) hollow.push_back(chapter);
    return hollow;
}

void Record::close()
{
    line({{"type", "end"}, {"pass", counts_.pass}, {"fail", counts_.fail}, {"skip", counts_.skip}});
    if (path_.empty()) return;
    file_.close();
    if (!file_) give_up_file(path_, errno);
    keep_file(path_);
}

void Record::line(const nlohmann::json &json)
{
    if (path_.empty()) return;
    errno = 0;
    // Line by line, so that a run that is ended leaves what it saw under the temporary name.
    file_ << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    if (!file_) give_up_file(path_, errno);
}

}  // namespace accel::conformance
