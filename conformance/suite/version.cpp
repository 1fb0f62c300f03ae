// SPDX-License-Identifier: MIT
// Version and commit, as they were when the suite was built.
#include "version.h"

#include "suite_commit.h"  // written by version.cmake, each time something is built

namespace accel::conformance {

const char *const kSuiteVersion = ACCEL_SUITE_VERSION;
const char *const kSuiteCommit = ACCEL_SUITE_COMMIT;

}  // namespace accel::conformance
