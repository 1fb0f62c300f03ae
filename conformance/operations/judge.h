// SPDX-License-Identifier: MIT
// How far a device may be from what the reference answers: as the numeric class of the operation's record says.
#pragma once

#include "reference/question.h"
#include "rows.h"
#include "support/expected.h"

namespace accel::conformance {

Expected judged(NumericClass numeric_class, accel_type type, const Answer &answer);

}  // namespace accel::conformance
