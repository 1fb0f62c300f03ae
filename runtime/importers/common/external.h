// SPDX-License-Identifier: MIT
// Files beside a model.
#pragma once

#include "host.h"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace accel::importer {

/// Files beside the model that hold weights. The runtime maps or reads each once, and keeps it for as long as the model lives.
class ExternalFiles {
public:
    explicit ExternalFiles(Host &host) : host_(host) {}

    /// All bytes of a file at or below the folder. tensor is for messages.
    std::span<const char> map(std::string_view location, std::string_view tensor);

private:
    Host &host_;
    std::map<std::string, std::span<const char>, std::less<>> known_;
};

}  // namespace accel::importer
