// SPDX-License-Identifier: MIT
// What the witness module sees and how it is told to behave. Lives in the case; the module finds it by the address in ACCEL_WITNESS. Both sides are
// built together and run in one process, so C++ types may cross.
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace accel::witness {

struct Ledger {
    // Orders.
    std::atomic<accel_status> open_answer{ACCEL_STATUS_OK};        ///< of the next device_open
    std::atomic<accel_status> create_answer{ACCEL_STATUS_OK};      ///< of the next buffer_create; with a detail sentence
    std::atomic<accel_status> run_create_answer{ACCEL_STATUS_OK};  ///< of the next run_create
    std::atomic<accel_status> bind_answer{ACCEL_STATUS_OK};        ///< of the next run_bind but binds_before
    std::atomic<int> binds_before{0};
    std::atomic<accel_status> submit_answer{ACCEL_STATUS_OK};  ///< of the next queue_submit
    std::atomic<accel_status> ticket_answer{ACCEL_STATUS_OK};  ///< what the next submission ends with
    std::atomic<int64_t> tells_more{0};                        ///< added to what run_sizes tells
    std::atomic<bool> hold{false};                             ///< work does not end while this is set
    std::atomic<bool> takes_entries{false};                    ///< build takes several graphs
    std::atomic<bool> takes_open{false};                       ///< graphs with open sizes are built, with custom nodes of the domain "witness"
    std::atomic<bool> takes_custom{false};                     ///< the same custom nodes, where their sizes are known
    std::atomic<bool> writes_in_place{false};                  ///< sums may have the memory of their first operand
    uint32_t queue_depth = 4;
    /// How ports of rank 4 lie: row-major, channels in blocks of four (NC1HWC2), or as the library wishes where it wishes something.
    enum class Lie { Dense,
                     Blocked,
                     Wished } lie = Lie::Dense;
    bool claims_zeros = false;  ///< padding of blocked ports is ZERO_BITS, else ANY
    bool converts = false;      ///< queue_transfer takes conversions

    // Observations.
    std::vector<std::string> violations() const
    {
        const std::lock_guard guard(lock_);
        return violations_;
    }
    uint64_t calls(const std::string &slot) const
    {
        const std::lock_guard guard(lock_);
        const auto found = calls_.find(slot);
        return found == calls_.end() ? 0 : found->second;
    }
    uint64_t all_calls() const
    {
        const std::lock_guard guard(lock_);
        uint64_t sum = 0;
        for (const auto &[slot, count] : calls_) sum += count;
        return sum;
    }
    uint64_t live() const { return live_; }
    std::atomic<uint64_t> mapped_to_write_bytes{0};  ///< of all buffer_maps that write
    std::atomic<uint64_t> output_wish_count{0};      ///< wishes for outputs that came with builds
    /// Where the constants of all loads lay, one after the other.
    std::vector<const void *> constants() const
    {
        const std::lock_guard guard(lock_);
        return constants_;
    }
    /// Priorities that came with the calls of a slot, in their order; of queue_submit the queue's.
    std::vector<int32_t> priorities(const std::string &slot) const
    {
        const std::lock_guard guard(lock_);
        const auto found = priorities_.find(slot);
        return found == priorities_.end() ? std::vector<int32_t>{} : found->second;
    }

    /// By symbol, those that came with each run_bind of a graph with open sizes.
    std::vector<std::vector<int64_t>> sizes() const
    {
        const std::lock_guard guard(lock_);
        return sizes_;
    }
    /// By symbol, those that came with each build of such a graph.
    std::vector<std::vector<int64_t>> planned() const
    {
        const std::lock_guard guard(lock_);
        return planned_;
    }

    // The module's side.
    void sized(std::vector<int64_t> sizes)
    {
        const std::lock_guard guard(lock_);
        sizes_.push_back(std::move(sizes));
    }
    void plans(std::vector<int64_t> sizes)
    {
        const std::lock_guard guard(lock_);
        planned_.push_back(std::move(sizes));
    }
    void called(const char *slot)
    {
        const std::lock_guard guard(lock_);
        ++calls_[slot];
    }
    void ranked(const char *slot, int32_t priority)
    {
        const std::lock_guard guard(lock_);
        priorities_[slot].push_back(priority);
    }
    void violated(const char *rule, const std::string &what)
    {
        const std::lock_guard guard(lock_);
        violations_.push_back(std::string(rule) + ": " + what);
    }
    void loaded(const void *constant)
    {
        const std::lock_guard guard(lock_);
        constants_.push_back(constant);
    }
    std::atomic<uint64_t> live_{0};  ///< objects that exist, devices included

private:
    mutable std::mutex lock_;
    std::vector<std::string> violations_;
    std::vector<const void *> constants_;
    std::vector<std::vector<int64_t>> sizes_, planned_;
    std::map<std::string, uint64_t> calls_;
    std::map<std::string, std::vector<int32_t>> priorities_;
};

}  // namespace accel::witness
