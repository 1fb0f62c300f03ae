// SPDX-License-Identifier: MIT
// Memory for constants that importing and compiling make or copy: bounded by what the application allows, not by what a small model can ask for.
#pragma once

#include <accel/accel.h>

#include <atomic>
#include <memory>
#include <utility>

namespace accel::runtime {

/// Bytes that count as used until their owner goes.
class Charge {
public:
    Charge() = default;
    Charge(std::shared_ptr<std::atomic<uint64_t>> used, uint64_t byte_count) : used_(std::move(used)), byte_count_(byte_count) {}
    Charge(Charge &&other) noexcept : used_(std::move(other.used_)), byte_count_(std::exchange(other.byte_count_, 0)) {}
    Charge &operator=(Charge &&other) noexcept
    {
        std::swap(used_, other.used_);
        std::swap(byte_count_, other.byte_count_);
        return *this;
    }
    ~Charge()
    {
        if (used_) used_->fetch_sub(byte_count_, std::memory_order_relaxed);
    }

private:
    std::shared_ptr<std::atomic<uint64_t>> used_;
    uint64_t byte_count_ = 0;
};

class ConstantBudget {
public:
    /// What the application gave; where that is 0, 256 MiB or 4 times the model's bytes, whichever is more.
    static uint64_t limit_for(uint64_t given_bytes, uint64_t model_bytes);

    explicit ConstantBudget(uint64_t limit_bytes, uint64_t used_bytes = 0) : limit_bytes_(limit_bytes), used_(std::make_shared<std::atomic<uint64_t>>(used_bytes)) {}

    /// Ask for memory; purpose begins the sentence: "node 'fold_me' (Transpose)". Errors: LIMIT (G-17), with the error detail.
    accel_status take(uint64_t byte_count, const char *purpose, Charge *out);
    /// The same for memory that is kept as long as what the budget is of.
    accel_status keep(uint64_t byte_count, const char *purpose);
    void set_limit(uint64_t limit_bytes) { limit_bytes_ = limit_bytes; }
    uint64_t used_bytes() const { return used_->load(std::memory_order_relaxed); }

private:
    uint64_t limit_bytes_;
    std::shared_ptr<std::atomic<uint64_t>> used_;
};

}  // namespace accel::runtime
