// SPDX-License-Identifier: MIT
// The shared object itself, as the loader sees it.
#include <accel/backend.h>

#include <catch2/catch_test_macros.hpp>

#include <dlfcn.h>
#include <string>

TEST_CASE("the module exports its entry and negotiates", "[module]")
{
    void *library = dlopen(CPU_MODULE_PATH, RTLD_NOW | RTLD_LOCAL);
    INFO((library ? "" : dlerror()));
    REQUIRE(library != nullptr);
    const auto entry = reinterpret_cast<decltype(&accel_module_entry)>(dlsym(library, "accel_module_entry"));
    REQUIRE(entry != nullptr);
    CHECK(dlsym(library, "_ZN5accel3cpu15describe_moduleEPK13accel_bk_host") == nullptr);
    const accel_bk_module *module = entry(nullptr, ACCEL_MAKE_VERSION(9u, 0u, 0u));
    REQUIRE(module != nullptr);
    CHECK(module->api_version == ACCEL_BK_API_VERSION);
    CHECK(std::string(module->name) == "cpu");
    CHECK(module->compiler != nullptr);
    CHECK(module->device != nullptr);
    CHECK(entry(nullptr, 0) != nullptr);
    accel_bk_target_info info{};
    info.struct_size = sizeof info;
    CHECK(module->compiler->target_info(0, &info) == ACCEL_STATUS_OK);
    CHECK(std::string(info.name) == "cpu");
    CHECK(module->compiler->target_info(1, &info) == ACCEL_STATUS_NOT_FOUND);
}
