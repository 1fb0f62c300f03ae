// SPDX-License-Identifier: MIT
// The runtime, as an import sees it.
#pragma once

#include <accel/backend.h>

#include <span>
#include <string>

namespace accel::importer {

/// What an import may ask of the runtime. Every refusal ends the import by an exception.
class Host {
public:
    /// format: of the fault points' names, for good.
    Host(const char *format, const accel_bk_host *host, const accel_bk_source &source);

    void log(accel_log_level level, const std::string &message) const;
    /// The place is called FORMAT.STEP.
    void fault_point(const char *step, const std::string &message) const;

    /// The bytes of a file at or below the model's folder. purpose begins the sentence of a refusal, here and below.
    std::span<const char> map(const char *location, const std::string &purpose) const;
    /// Asks before so many bytes of constants are made or copied.
    void charge(uint64_t byte_count, const std::string &purpose) const;
    /// A piece of work is done, of so many: the application hears of it now and then, and may end the import.
    void pace(uint64_t done, uint64_t all);
    /// The same for a piece of milliseconds.
    void look(uint64_t done, uint64_t all);
    uint64_t bytes_read() const { return source_.byte_count; }

private:
    const char *format_;
    const accel_bk_host *host_;
    accel_bk_source source_{};  ///< members that the runtime does not know are 0
    uint64_t told_ns_ = 0;
    uint32_t paces_ = 0;
};

}  // namespace accel::importer
