// SPDX-License-Identifier: MIT
// The passes at the application's door.
#include "pass_teller.h"

#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <string>
#include <vector>

#include "base/check.h"
#include "compiler/testing/builder.h"
#include "fake/fake_compiler.h"
#include "model/model.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// x -> relu -> exp -> y, and a relu that nobody reads; two entry points of it.
struct Stand {
    Ref<accel_instance> instance = fake::make_building_instance();
    Ref<accel_device> npu = fake::find_device(*instance, "fake-npu");
    Ref<accel_model> model;
    accel_device *devices[1] = {npu.get()};
    accel_program_desc desc{};
    const PassesInterface *passes = static_cast<const PassesInterface *>(accel_interface(instance.get(), kPassesName, kPassesVersion));

    Stand()
    {
        fake::npu_compiler().operations = {};  // it would take nothing, and is not asked
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {6}), h = b.tensor("h", ACCEL_TYPE_F32, {6}), y = b.tensor("y", ACCEL_TYPE_F32, {6});
        b.node("relu", ACCEL_OPERATION_RELU, {x}, {h});
        b.node("dead", ACCEL_OPERATION_RELU, {x}, {b.tensor("unread", ACCEL_TYPE_F32, {6})});
        b.node("exp", ACCEL_OPERATION_EXP, {h}, {y});
        b.output(y);
        const GraphDesc graph(b.graph);
        const accel_entry_desc entries[] = {{"one", &graph.get()}, {"two", &graph.get()}};
        const accel_model_desc wanted{sizeof wanted, entries, 2, sizeof entries[0], nullptr, nullptr};
        accel_model *made = nullptr;
        REQUIRE(accel_model_create(instance.get(), &wanted, &made) == ACCEL_STATUS_OK);
        model = Ref<accel_model>::adopt(made);
        desc.struct_size = sizeof desc;
        desc.model = model.get();
        desc.devices = devices;
        desc.device_count = 1;
        REQUIRE(passes);
    }
};

/// PassRow, for keeps.
struct Row {
    std::string name, why, changes;
    uint32_t entry, graph, nodes_before, nodes_after;
};

accel_status keep(void *user, const PassRow *pass)
{
    std::string changes;
    for (size_t i = 0; i < pass->change_count; ++i)
        changes += std::string(pass->changes[i].operation) + " " + std::to_string(pass->changes[i].before) + " " + std::to_string(pass->changes[i].after) + "; ";
    static_cast<std::vector<Row> *>(user)->push_back({pass->name, pass->why, changes, pass->entry, pass->graph, pass->nodes_before, pass->nodes_after});
    return ACCEL_STATUS_OK;
}

}  // namespace

TEST_CASE("the library tells of every pass over every entry point, and asks no device", "[passes]")
{
    Stand stand;
    std::vector<Row> rows;
    REQUIRE(stand.passes->tell(&stand.desc, keep, &rows) == ACCEL_STATUS_OK);
    std::vector<const Pass *> table;
    for (const Pass &pass : passes())
        if (!pass.open_only) table.push_back(&pass);
    REQUIRE(rows.size() == 2 * table.size());
    for (size_t i = 0; i < rows.size(); ++i) {
        const Pass &pass = *table[i % table.size()];
        CHECK((rows[i].name == pass.name && rows[i].why == pass.why));
        CHECK((rows[i].entry == i / table.size() && rows[i].graph == 0));
        if (rows[i].name == "sweep") CHECK((rows[i].changes == "Relu 2 1; " && rows[i].nodes_before == 3 && rows[i].nodes_after == 2));
    }
}

TEST_CASE("asking for passes refuses what a build refuses, and ends with what the receiver answers", "[passes]")
{
    Stand stand;
    std::vector<Row> rows;
    CHECK(stand.passes->tell(&stand.desc, nullptr, &rows) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(stand.passes->tell(nullptr, keep, &rows) == ACCEL_STATUS_INVALID_ARGUMENT);
    stand.desc.device_count = 0;
    CHECK(stand.passes->tell(&stand.desc, keep, &rows) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "P-8");
    CHECK(rows.empty());
    stand.desc.device_count = 1;
    int left = 3;
    const auto stop = [](void *user, const PassRow *) { return --*static_cast<int *>(user) ? ACCEL_STATUS_OK : ACCEL_STATUS_CANCELLED; };
    CHECK(stand.passes->tell(&stand.desc, stop, &left) == ACCEL_STATUS_CANCELLED);
    CHECK(left == 0);
}

TEST_CASE("operations that are gone, come and become more are told with their numbers, and a graph begins where the rows begin anew", "[passes]")
{
    std::vector<Row> rows;
    PassTeller teller(keep, &rows, 7);
    PassTold told;
    told.before.labels = {{"Add", 2}, {"Conv", 1}, {"Relu", 1}};
    told.after.labels = {{"Add", 3}, {"Conv", 1}, {"Exp", 1}};
    told.pass = &passes()[1];
    REQUIRE(teller(told) == ACCEL_STATUS_OK);
    told.pass = &passes()[2];
    REQUIRE(teller(told) == ACCEL_STATUS_OK);
    told.pass = &passes()[2];
    REQUIRE(teller(told) == ACCEL_STATUS_OK);
    CHECK(rows[0].changes == "Add 2 3; Relu 1 0; Exp 0 1; ");
    CHECK((rows[0].entry == 7 && rows[0].graph == 0 && rows[1].graph == 0 && rows[2].graph == 1));
}
