// SPDX-License-Identifier: MIT
//
// How the parts of the model stop a job: they throw, Npu::run() turns it into a Result.
#pragma once

#include <string>
#include <utility>

#include "npu.h"

namespace accel::devices::ethosu {

struct Fault {
    Stop stop;
    std::string detail;
};

[[noreturn]] inline void parse_error(std::string detail)
{
    throw Fault{Stop::ParseError, std::move(detail)};
}

}  // namespace accel::devices::ethosu
