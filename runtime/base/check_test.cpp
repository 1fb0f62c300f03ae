// SPDX-License-Identifier: MIT
// Structs and versions at the application door.
#include <catch2/catch_test_macros.hpp>

#include "loader/testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;

TEST_CASE("A-23 an application of 0.1 is refused with both versions and a remedy", "[check]")
{
    accel_instance *instance = nullptr;
    accel_instance_desc desc{};
    const auto refused = [&](const accel_instance_desc *given, const char *sentence) {
        CHECK(accel_instance_create(given, &instance) == ACCEL_STATUS_INCOMPATIBLE);
        CHECK(instance == nullptr);
        CHECK(last_error_says(sentence));
    };
    // Whatever its size is: 0.1 had flags where the version is.
    for (const size_t size : {size_t{0}, size_t{72}, sizeof desc}) {
        desc.struct_size = size;
        desc.api_version = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS | ACCEL_INSTANCE_FLAG_SIMULATED;
        refused(&desc, "compiled for libaccel 0.1; this library, 0.2.0, serves 0.2 and newer: compile it again");
    }
    refused(nullptr, "or passes NULL, which names no version");
    desc.api_version = ACCEL_MAKE_VERSION(1u, 0u, 0u);
    refused(&desc, "compiled for libaccel 1.0; this library, 0.2.0, serves 0.2 to 0.x: install a newer one");
    CHECK(std::string(accel_last_error()->rule) == "A-9");
}

TEST_CASE("A-27 no size above 4096 clears a stack", "[check]")
{
    accel_instance *instance = nullptr;
    accel_instance_desc desc{};
    desc.api_version = ACCEL_VERSION;
    for (const size_t size : {size_t{4097}, size_t{1} << 63}) {
        desc.struct_size = size;
        CHECK(accel_instance_create(&desc, &instance) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(std::string(accel_last_error()->rule) == "A-1");
    }
}

TEST_CASE("A-1 A-2 A-3 structs of other versions", "[check]")
{
    accel_instance *instance = nullptr;
    accel_instance_desc desc{};
    desc.api_version = ACCEL_VERSION;
    desc.struct_size = 4;
    CHECK(accel_instance_create(&desc, &instance) == ACCEL_STATUS_INVALID_ARGUMENT);
    struct Newer {
        accel_instance_desc known;
        uint64_t unknown;
    } newer{};
    newer.known.struct_size = sizeof newer;
    newer.known.api_version = ACCEL_VERSION;
    newer.known.flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
    newer.unknown = 1;
    CHECK(accel_instance_create(&newer.known, &instance) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-2");
    newer.unknown = 0;
    REQUIRE(accel_instance_create(&newer.known, &instance) == ACCEL_STATUS_OK);
    accel_instance_unref(instance);
    newer.known.flags = 1u << 20;
    CHECK(accel_instance_create(&newer.known, &instance) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(instance == nullptr);
}
