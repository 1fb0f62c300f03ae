// SPDX-License-Identifier: MIT
// What somebody who mistyped may have meant.
#pragma once

#include <string>
#include <vector>

namespace accel::tool {

/// The known word with the fewest mistakes in between: a character too many, too few, wrong, or two exchanged; "" where a third of it or more would be wrong. Words of one length of mistakes: the first.
std::string nearest(const std::string &given, const std::vector<std::string> &known);

/// ", perhaps 'bench' is meant", or "".
std::string perhaps(const std::string &given, const std::vector<std::string> &known);

}  // namespace accel::tool
