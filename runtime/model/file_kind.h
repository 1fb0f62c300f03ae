// SPDX-License-Identifier: MIT
// What a file is that was meant to be a model and is none.
#pragma once

#include <string_view>

namespace accel::runtime {

/// What the first bytes show the file to be, and what to do about it: "is a Git LFS pointer, not the model; `git lfs pull` fetches it". Null where they show nothing. Asked
/// only when no importer takes the file, for some formats begin like others.
const char *foreign_kind(std::string_view bytes);

}  // namespace accel::runtime
