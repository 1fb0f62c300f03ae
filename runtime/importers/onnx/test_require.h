// SPDX-License-Identifier: MIT
// What most tests of imports ask first.
#pragma once

#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

namespace accel::onnx::test {

inline void require_good(const Imported& model) {
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_OK);
    REQUIRE(model.broken_rule() == "");
}

}  // namespace accel::onnx::test
