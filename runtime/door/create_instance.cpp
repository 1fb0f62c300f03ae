// SPDX-License-Identifier: MIT
// Looks for modules and devices, and makes an instance of them.
#include "create_instance.h"

#include "base/check.h"
#include "queue/hold.h"

namespace accel::runtime {

accel_status create_instance(const InstanceOptions &options, accel_instance **out_instance)
{
    *out_instance = nullptr;
    Discovery found = discover(options.discovery);
    if (found.status != ACCEL_STATUS_OK)
        return fail(found.status, "I-3", nullptr, "no folder with manifests could be read: %s", found.error.c_str());
    *out_instance = new accel_instance(options, std::move(found), []() -> std::shared_ptr<Holder> { return HoldThread::make(); });
    (*out_instance)->lend_log();
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
