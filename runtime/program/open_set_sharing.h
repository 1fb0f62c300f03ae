// SPDX-License-Identifier: MIT
// What the planner asks about memory in common, answered by a set of open devices.
#pragma once

#include <memory>
#include <vector>

#include "compiler/plan.h"
#include "device/share.h"

namespace accel::runtime {

class OpenSetSharing : public Sharing {
public:
    explicit OpenSetSharing(const std::vector<std::shared_ptr<OpenDevice>> &devices) : devices_(devices) {}
    bool together(const std::vector<uint32_t> &wanted) const override
    {
        std::vector<std::shared_ptr<OpenDevice>> set;
        for (const uint32_t device : wanted) set.push_back(devices_[device]);
        return plan_share(set).possible();
    }
    bool either_way(uint32_t a, uint32_t b) const override { return share_kind(*devices_[a], *devices_[b]) && share_kind(*devices_[b], *devices_[a]); }

private:
    const std::vector<std::shared_ptr<OpenDevice>> &devices_;
};

}  // namespace accel::runtime
