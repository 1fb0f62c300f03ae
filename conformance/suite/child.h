// SPDX-License-Identifier: MIT
// The side that runs cases: one process per group, reporting line by line over a pipe.
#pragma once

#include <string>
#include <vector>

#include "verdict.h"

namespace accel::conformance {

/// Run the named cases in this process; every start and every end is a JSON line on report_fd.
int run_child(const std::vector<std::string> &ids, int report_fd);

/// End the running case as a skip, because the device does not claim a capability. key names the fact, such as "buffer.export.dma_buf".
[[noreturn]] void skip(const std::string &key, const std::string &reason);

/// End the running case as a skip with the key "program": the device, asked, refused these operations.
[[noreturn]] void skip_refused(const std::vector<Refusal> &refusals);

}  // namespace accel::conformance
