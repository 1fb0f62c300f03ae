// SPDX-License-Identifier: MIT
// A request and all that its spans lead to, as bytes, and back: what proves that the spans are enough.
#pragma once

#include <accel/backend.h>

#include <string>

#include "connection.h"

namespace accel::carried {

/// Why the request cannot be carried, as a sentence; "" when its description is sound. `error` becomes -EINVAL for a description that breaks rule M-14,
/// -EOPNOTSUPP for memory that can only be shared, 0 else.
std::string find_fault(const accel_bk_request &request, int &error);

/// The sender's side. clock_ahead_ns: what the other side's clock shows more than this one's.
Frame pack(const accel_bk_request &request, int64_t clock_ahead_ns);
/// Puts what came back where the request says. -EPROTO for an answer that does not fit.
int take_back(const accel_bk_request &request, Frame &answer);

/// The receiver's side: unpacks into memory of its own, each piece with poison around it, makes the call, and packs what may have changed.
Frame carry_out(Frame &question, const accel_bk_transport &inner);

/// What stands around every piece, and in one that the driver is to write.
inline constexpr uint8_t kPoison = 0xa5;

}  // namespace accel::carried
