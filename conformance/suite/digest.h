// SPDX-License-Identifier: MIT
// Which bytes were judged.
#pragma once

#include <string>

namespace accel::conformance {

/// The SHA-256 of a file in hexadecimal, made by the system's sha256sum; "" where there is none, or the file cannot be read. Blocks on reading the file.
std::string sha256_of(const std::string &path);

}  // namespace accel::conformance
