// SPDX-License-Identifier: MIT
// A whole life of everything the application door makes, from listing to the last unref, written down call by call.
#pragma once

#include <accel/accel.h>

#include <functional>
#include <string>

namespace accel::conformance {

/// Makes one call and answers its status; may do something around it, or make it again.
using Attempt = std::function<accel_status(const char *name, const std::function<accel_status()> &call)>;

/// What every call answered and what was computed, in an order and words that are the same each time when nothing goes wrong. Handles and descriptors that
/// a failed call leaves set are in it as well, and waits that end before their time.
std::string live_once(const Attempt &attempt);

}  // namespace accel::conformance
