// SPDX-License-Identifier: MIT
// Versions of the contract: which ones this library serves, and what it says about the others.
#pragma once

#include <accel/backend.h>

#include <compare>
#include <string>

namespace accel::runtime {

/// The patch number plays no part.
struct ContractVersion {
    unsigned major, minor;
    auto operator<=>(const ContractVersion &) const = default;
};

inline constexpr ContractVersion kContract{ACCEL_VERSION_MAJOR, ACCEL_VERSION_MINOR};
/// The first that later ones go on serving.
inline constexpr ContractVersion kOldestContract{0, 2};

constexpr ContractVersion contract_version(uint32_t number) { return {number >> 22, number >> 12 & 0x3ff}; }

/// Why a module that was made for that contract cannot be used; "" if it can. A newer one of the same major version can: it looks at what the library is.
inline std::string why_not_served(ContractVersion given)
{
    const std::string built = "built for contract " + std::to_string(given.major) + "." + std::to_string(given.minor) + "; this library serves ";
    const std::string oldest = std::to_string(kOldestContract.major) + "." + std::to_string(kOldestContract.minor);
    if (given < kOldestContract)
        return built + oldest + " and newer: build it with newer headers";
    if (given.major > kContract.major)
        return built + oldest + " to " + std::to_string(kContract.major) + ".x: install a newer library";
    return "";
}

}  // namespace accel::runtime
