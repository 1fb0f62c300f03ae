// SPDX-License-Identifier: MIT
// What most tests of imports ask first.
#pragma once

#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

namespace accel::onnx::test {

inline void require_good(const Imported &model)
{
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_OK);
    REQUIRE(model.broken_rule() == "");
}

/// UNSUPPORTED: the node is kept as a custom one, with this reason.
inline void require_refused(const Imported &model, accel_status status, const char *part)
{
    INFO(model.message);
    if (status == ACCEL_STATUS_UNSUPPORTED) {
        REQUIRE(model.status == ACCEL_STATUS_OK);
        REQUIRE(model.broken_rule() == "");
        REQUIRE(model.keeps(part));
        return;
    }
    REQUIRE(model.status == status);
    REQUIRE(model.says(part));
}

}  // namespace accel::onnx::test
