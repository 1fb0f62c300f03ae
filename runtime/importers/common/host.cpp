// SPDX-License-Identifier: MIT
// Calls the runtime's services, and ends the import where one refuses.
#include "host.h"

#include "failure.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace accel::importer {
namespace {

/// Of the 100 ms that are promised. A pace is microseconds of work, so the clock need not be read at each.
constexpr uint64_t kSilenceNs = 25'000'000;
constexpr uint32_t kPacesPerLook = 64;

uint64_t now_ns()
{
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

}  // namespace

Host::Host(const char *format, const accel_bk_host *host, const accel_bk_source &source) : format_(format),
                                                                                           host_(host)
{
    std::memcpy(&source_, &source, std::min(source.struct_size, sizeof source_));
}

void Host::log(accel_log_level level, const std::string &message) const
{
    if (host_ != nullptr && host_->log != nullptr && host_->log_enabled != nullptr && host_->log_enabled(host_->context, level)) {
        host_->log(host_->context, level, message.c_str());
    }
}

void Host::fault_point(const char *step, const std::string &message) const
{
    if (host_ == nullptr || host_->fault_point == nullptr) {
        return;
    }
    const accel_status injected = host_->fault_point(host_->context, text(format_, ".", step).c_str());
    if (injected != ACCEL_STATUS_OK) {
        fail(injected, message);
    }
}

std::span<const char> Host::map(const char *location, const std::string &purpose) const
{
    fault_point("external", text(purpose, ": '", location, "' failed"));
    if (source_.map == nullptr) {
        fail(ACCEL_STATUS_PERMISSION, purpose, ": '", location, "' cannot be opened because the model came without a folder; import it by path");
    }
    const void *bytes = nullptr;
    uint64_t byte_count = 0;
    const accel_status status = source_.map(source_.context, location, purpose.c_str(), &bytes, &byte_count);
    if (status != ACCEL_STATUS_OK) {
        throw ToldFailure(status);
    }
    return {static_cast<const char *>(bytes), byte_count};
}

void Host::charge(uint64_t byte_count, const std::string &purpose) const
{
    if (source_.charge == nullptr) {
        return;
    }
    const accel_status status = source_.charge(source_.context, byte_count, purpose.c_str());
    if (status != ACCEL_STATUS_OK) {
        throw ToldFailure(status);
    }
}

void Host::pace(uint64_t done, uint64_t all)
{
    if (++paces_ % kPacesPerLook == 0) {
        look(done, all);
    }
}

void Host::look(uint64_t done, uint64_t all)
{
    if (source_.progress == nullptr) {
        return;
    }
    const uint64_t now = now_ns();
    if (now - told_ns_ < kSilenceNs) {
        return;
    }
    told_ns_ = now;
    const accel_progress progress = {sizeof progress, all == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(all), "reading the model"};
    if (source_.progress(source_.progress_user, &progress) != 0) {
        fail(ACCEL_STATUS_CANCELLED, "the import was cancelled");
    }
}

}  // namespace accel::importer
