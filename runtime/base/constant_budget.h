// SPDX-License-Identifier: MIT
// Memory for constants that importing and compiling make or copy: bounded by what the application allows, not by what a small model can ask for.
#pragma once

#include <accel/accel.h>
#include <accel/graph/graph.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace accel::runtime {

class ConstantBudget : public graph::Budget {
public:
    /// What the application gave; where that is 0, 256 MiB or 4 times the model's bytes, whichever is more.
    static uint64_t limit_for(uint64_t given_bytes, uint64_t model_bytes);

    explicit ConstantBudget(uint64_t limit_bytes, uint64_t used_bytes = 0) : limit_bytes_(limit_bytes),
                                                                             used_(std::make_shared<std::atomic<uint64_t>>(used_bytes)) {}

    /// Counts as used until the grant goes. Throws Stopped with LIMIT (G-17) and the error detail.
    graph::Grant grant(uint64_t byte_count, const std::string &purpose) override;
    /// For memory that is kept as long as what the budget is of; purpose as in grant(). Errors: LIMIT (G-17), with the error detail.
    accel_status keep(uint64_t byte_count, const char *purpose);
    void set_limit(uint64_t limit_bytes) { limit_bytes_ = limit_bytes; }
    uint64_t used_bytes() const { return used_->load(std::memory_order_relaxed); }

private:
    uint64_t limit_bytes_;
    std::shared_ptr<std::atomic<uint64_t>> used_;
};

}  // namespace accel::runtime
