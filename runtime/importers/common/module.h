// SPDX-License-Identifier: MIT
// The tables of an importer's module.
#pragma once

#include <accel/backend.h>

namespace accel::importer {

inline constexpr accel_bk_sizes kModuleSizes = ACCEL_BK_SIZES;

/// Nothing of an importer outlives a call.
inline accel_status after_fork(const accel_bk_fork *)
{
    return ACCEL_STATUS_OK;
}

/// What a module answers that reads one format, and does nothing else. name and importer live as long as the module.
constexpr accel_bk_module module_of(const char *name, const accel_bk_importer &importer)
{
    return {sizeof(accel_bk_module), ACCEL_BK_API_VERSION, 0, &kModuleSizes, name, "0.1.0", nullptr, nullptr, &importer, nullptr, after_fork};
}

}  // namespace accel::importer
