// SPDX-License-Identifier: MIT
// Which suite judged.
#pragma once

namespace accel::conformance {

extern const char *const kSuiteVersion;
/// The commit that it was built from, "+" behind it when files were changed since, or "" for a tree without history.
extern const char *const kSuiteCommit;

}  // namespace accel::conformance
