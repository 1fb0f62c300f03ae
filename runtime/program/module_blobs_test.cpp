// SPDX-License-Identifier: MIT
// What a module's compiler says and hands out, in words of headers that this library does not have.
#include <catch2/catch_test_macros.hpp>

#include "compiler/testing/builder.h"
#include "fake/fake_compiler.h"
#include "fake/house.h"
#include "instance/instance.h"
#include "model/model.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

struct Shop {
    Ref<accel_instance> instance = fake::make_building_instance();
    Ref<accel_device> npu = fake::find_device(*instance, "fake-npu");
    Ref<accel_program> program;

    accel_status build()
    {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
        b.node("only", ACCEL_OPERATION_RELU, {x}, {y});
        b.output(y);
        const GraphDesc desc(b.graph);
        const accel_entry_desc entry{"", &desc.get()};
        const accel_model_desc wanted{sizeof wanted, &entry, 1, sizeof entry, nullptr, nullptr};
        accel_model *model = nullptr;
        REQUIRE(accel_model_create(instance.get(), &wanted, &model) == ACCEL_STATUS_OK);
        const auto held = Ref<accel_model>::adopt(model);
        accel_device *devices[] = {npu.get()};
        accel_program_desc build{};
        build.struct_size = sizeof build;
        build.model = model;
        build.devices = devices;
        build.device_count = 1;
        accel_program *made = nullptr;
        const accel_status status = accel_program_build(&build, &made);
        program = Ref<accel_program>::adopt(made);
        return status;
    }
};

enum accel_status append(void *user, const void *bytes, size_t byte_count)
{
    static_cast<std::string *>(user)->append(static_cast<const char *>(bytes), byte_count);
    return ACCEL_STATUS_OK;
}

}  // namespace

TEST_CASE("C-7 a reason that the library does not know reaches the application as its number", "[module]")
{
    Shop shop;
    fake::npu_compiler().reason = 0x40000007;
    CHECK(shop.build() == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message).find("reason 1073741831, which this library does not know") != std::string::npos);
}

TEST_CASE("C-5 a fit that the library does not know is none", "[module]")
{
    Shop shop;
    fake::npu_compiler().operations = {ACCEL_OPERATION_RELU};
    REQUIRE(shop.build() == ACCEL_STATUS_OK);
    std::string saved;
    REQUIRE(accel_program_save(shop.program.get(), append, &saved) == ACCEL_STATUS_OK);
    for (const auto &[told, expected] : {std::pair{ACCEL_FIT_REBUILD, ACCEL_FIT_REBUILD}, std::pair{static_cast<accel_fit>(7), ACCEL_FIT_NONE}}) {
        fake::npu_compiler().fit = told;
        accel_fit fit = ACCEL_FIT_FULL;
        CHECK(fake::check_saved(shop.instance.get(), saved, "fake-npu", &fit) == ACCEL_STATUS_OK);
        CHECK(fit == expected);
    }
}

TEST_CASE("A-17 a blob without its size is refused", "[module]")
{
    Shop shop;
    fake::npu_compiler().operations = {ACCEL_OPERATION_RELU};
    for (const size_t wrong : {size_t{0}, sizeof(accel_bk_blob) - 8, size_t{1} << 40}) {
        fake::npu_compiler().blob_bytes = wrong;
        CHECK(shop.build() == ACCEL_STATUS_INTERNAL);
        CHECK(std::string(accel_last_error()->rule) == "A-17");
        CHECK(std::string(accel_last_error()->message).find("module 'fake-npu' built a blob whose description has struct_size " + std::to_string(wrong)) != std::string::npos);
    }
}
