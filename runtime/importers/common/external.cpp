// SPDX-License-Identifier: MIT
// Asks the runtime for a file once.
#include "external.h"

#include "failure.h"

namespace accel::importer {

std::span<const char> ExternalFiles::map(std::string_view location, std::string_view tensor)
{
    const auto found = known_.find(location);
    if (found != known_.end()) {
        return found->second;
    }
    const std::string name(location);
    const std::span<const char> bytes = host_.map(name.c_str(), text("external data of tensor '", tensor, "'"));
    return known_.emplace(name, bytes).first->second;
}

}  // namespace accel::importer
