// SPDX-License-Identifier: MIT
// Counts the bytes of constants, and gives them back when nobody has them.
#include "constant_budget.h"

#include <algorithm>

#include "check.h"

namespace accel::runtime {

namespace {

constexpr uint64_t kDefaultBytes = uint64_t{256} << 20;
constexpr uint64_t kTimesModel = 4;

/// Bytes that count as used until nobody has it.
struct Charge {
    explicit Charge(std::shared_ptr<std::atomic<uint64_t>> used_) : used(std::move(used_)) {}
    Charge(const Charge &) = delete;
    Charge &operator=(const Charge &) = delete;
    ~Charge() { used->fetch_sub(byte_count, std::memory_order_relaxed); }

    const std::shared_ptr<std::atomic<uint64_t>> used;
    uint64_t byte_count = 0;
};

}  // namespace

uint64_t ConstantBudget::limit_for(uint64_t given_bytes, uint64_t model_bytes)
{
    if (given_bytes) return given_bytes;
    return std::max(kDefaultBytes, model_bytes > UINT64_MAX / kTimesModel ? UINT64_MAX : model_bytes * kTimesModel);
}

accel_status ConstantBudget::keep(uint64_t byte_count, const char *purpose)
{
    const uint64_t used = used_bytes();
    if (used > limit_bytes_ || byte_count > limit_bytes_ - used)
        return fail(ACCEL_STATUS_LIMIT, "G-17", nullptr,
                    "%s needs %llu bytes for a constant, and %llu of the %llu bytes that made or copied constants may take are used; "
                    "give a larger constant_budget_bytes (--constant-budget) if the model is meant to need them",
                    purpose, static_cast<unsigned long long>(byte_count), static_cast<unsigned long long>(used), static_cast<unsigned long long>(limit_bytes_));
    used_->fetch_add(byte_count, std::memory_order_relaxed);
    return ACCEL_STATUS_OK;
}

graph::Grant ConstantBudget::grant(uint64_t byte_count, const std::string &purpose)
{
    auto charge = std::make_shared<Charge>(used_);
    if (const accel_status status = keep(byte_count, purpose.c_str()); status != ACCEL_STATUS_OK) throw Stopped(status);
    charge->byte_count = byte_count;
    return charge;
}

}  // namespace accel::runtime
