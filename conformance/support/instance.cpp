// SPDX-License-Identifier: MIT
// Makes instances with the target's manifests and options.
#include "instance.h"

#include <array>

namespace accel::conformance {

accel_status create_instance(const Target &target, accel_log_fn log, accel_instance **out_instance)
{
    // Not from the heap: cases call this while there is none.
    std::array<const char *, 64> paths{};
    for (size_t index = 0; index < target.module_paths.size(); ++index) paths.at(index) = target.module_paths[index].c_str();
    auto desc = sized<accel_instance_desc>();
    desc.api_version = ACCEL_VERSION;
    if (target.simulated) desc.flags |= ACCEL_INSTANCE_FLAG_SIMULATED;
    if (target.only_given_paths) desc.flags |= ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
    desc.module_paths = paths.data();
    desc.module_path_count = static_cast<uint32_t>(target.module_paths.size());
    desc.log = log;
    return accel_instance_create(&desc, out_instance);
}

Instance make_instance(const Target &target)
{
    accel_instance *instance = nullptr;
    check(create_instance(target, nullptr, &instance));
    return Instance(instance);
}

}  // namespace accel::conformance
