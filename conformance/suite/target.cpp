// SPDX-License-Identifier: MIT
#include "target.h"

namespace accel::conformance {

Target &Target::current()
{
    static Target target;
    return target;
}

std::vector<std::string> Target::to_arguments() const
{
    std::vector<std::string> arguments{"--device", device};
    for (const auto &path : module_paths) arguments.insert(arguments.end(), {"--module-path", path});
    if (simulated) arguments.push_back("--simulated");
    if (only_given_paths) arguments.push_back("--only-given-paths");
    if (!fault.empty()) arguments.insert(arguments.end(), {"--fault", fault});
    return arguments;
}

}  // namespace accel::conformance
