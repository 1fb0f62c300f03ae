// SPDX-License-Identifier: MIT
// Tests of which remedy a failure has.
#include "remedy.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using accel::tool::remedy_of;

TEST_CASE("a failure that the tool does not foresee still has a remedy")
{
    const auto has = [](accel_status status, const char *part) { return std::string(remedy_of(status)).find(part) != std::string::npos; };
    CHECK(has(ACCEL_STATUS_UNSUPPORTED, "inspect MODEL --support"));
    CHECK(has(ACCEL_STATUS_INVALID_ARGUMENT, "correct"));
    CHECK(has(ACCEL_STATUS_INCOMPATIBLE, "one release"));
    CHECK(has(ACCEL_STATUS_OUT_OF_MEMORY, "smaller model"));
    CHECK(has(ACCEL_STATUS_JOB_FAILED, "correct the input"));
    CHECK(has(ACCEL_STATUS_BUSY, "wait for other programs"));
    CHECK(has(ACCEL_STATUS_DEVICE_LOST, "accel doctor"));
}

TEST_CASE("what was refused by a rule or by an importer has the remedy of that")
{
    using accel::tool::remedy_of_import;
    CHECK(std::string(remedy_of(ACCEL_STATUS_INVALID_ARGUMENT, "P-7")).find("--dim") != std::string::npos);
    // Sentences of rule G-15 say themselves what to do.
    CHECK(std::string(remedy_of_import(ACCEL_STATUS_CORRUPT, "G-15")).empty());
    CHECK(std::string(remedy_of_import(ACCEL_STATUS_NOT_FOUND, "G-15")).empty());
    CHECK(std::string(remedy_of_import(ACCEL_STATUS_CORRUPT, "G-9")).find("again") != std::string::npos);
    CHECK(std::string(remedy_of_import(ACCEL_STATUS_NOT_FOUND, "G-9")).find("path of an ONNX model") != std::string::npos);
    CHECK(std::string(remedy_of_import(ACCEL_STATUS_NOT_FOUND, "")).find("beside the model") != std::string::npos);
    CHECK(std::string(remedy_of_import(ACCEL_STATUS_UNSUPPORTED, "G-9")).find("operations.md") != std::string::npos);
}
