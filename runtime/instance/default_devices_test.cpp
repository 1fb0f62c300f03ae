// SPDX-License-Identifier: MIT
// Tests of the default set and of what its report says.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "fake/house.h"
#include "loader/manifest.h"
#include "loader/testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;

namespace {

/// What an application has of the default set, for as long as it holds it.
struct DefaultSet {
    accel_device *devices[8] = {};
    uint32_t count = 99;
    accel_status status;
    explicit DefaultSet(accel_instance *instance, uint32_t capacity = 8) : status(accel_instance_default_devices(instance, devices, capacity, &count)) {}
    DefaultSet(const DefaultSet &) = delete;
    DefaultSet &operator=(const DefaultSet &) = delete;
    ~DefaultSet()
    {
        for (accel_device *device : devices)
            accel_device_unref(device);
    }
    accel_device_info info(uint32_t index) const
    {
        accel_device_info info{};
        info.struct_size = sizeof info;
        accel_device_query(devices[index], &info);
        return info;
    }
};

/// Two NPUs of which one has lost its node, a simulated one, an example, and the CPU.
void populate(const TemporaryTree &tree)
{
    tree.write("modules/healthy.json",
               manifest("healthy", TEST_MODULE_DIR "/healthy.so", R"("drivers":["ethosu"],"device":{"kind":"npu"},"always":{"id":"cpu","kind":"cpu","target":"nothing"})"));
    tree.write("modules/example.json", manifest("example", TEST_MODULE_DIR "/good.so", R"("always":{"id":"example","use":"by-name"})"));
    tree.write("modules/model.json", manifest("play", TEST_MODULE_DIR "/model-good.so", R"("model_of":"ethosu","device_id":"ethosu-sim")", "device-model"));
    add_node(tree, "accel0", "1000.npu", "ethosu");
    add_node(tree, "accel1", "2000.npu", "ethosu");
    fs::remove(tree.path("dev/accel/accel0"));
}

const Line *left_out(const std::vector<Line> &lines, const std::string &subject)
{
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line &line) { return line.subject == subject && line.action == "left out of the default set"; });
    return found == lines.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("I-9 the default set is what can be used, in order, the CPU last", "[default]")
{
    TemporaryTree tree;
    populate(tree);
    Listing listing(tree, ACCEL_INSTANCE_FLAG_SIMULATED);
    REQUIRE(accel_instance_device_count(listing.instance) == 5);
    const DefaultSet set(listing.instance);
    REQUIRE(set.status == ACCEL_STATUS_OK);
    REQUIRE(set.count == 2);
    CHECK(std::string(set.info(0).id) == "ethosu@2000.npu");
    CHECK(std::string(set.info(1).id) == "cpu");
    CHECK((set.info(0).flags & ACCEL_DEVICE_FLAG_OPEN) != 0);
    CHECK(set.devices[2] == nullptr);
}

TEST_CASE("I-9 I-5 what the default set leaves out is in the report, with the reason, once", "[default]")
{
    TemporaryTree tree;
    populate(tree);
    Listing listing(tree, ACCEL_INSTANCE_FLAG_SIMULATED);
    CHECK_FALSE(left_out(report_of(listing.instance), "ethosu@1000.npu"));
    for (int time = 0; time < 2; ++time) {
        const DefaultSet set(listing.instance);
        const auto lines = report_of(listing.instance);
        CHECK(std::count_if(lines.begin(), lines.end(), [](const Line &line) { return line.action == "left out of the default set"; }) == 3);
        const Line *gone = left_out(lines, "ethosu@1000.npu"), *simulated = left_out(lines, "ethosu-sim"), *example = left_out(lines, "example");
        REQUIRE((gone && simulated && example));
        CHECK(gone->status == ACCEL_STATUS_DEVICE_GONE);
        CHECK(gone->reason.find("accel0 cannot be opened: No such file") != std::string::npos);
        CHECK(!gone->remedy.empty());
        CHECK(simulated->status == ACCEL_STATUS_OK);
        CHECK(example->reason.find("its manifest") == 0);
    }
    // What was to be expected is no warning.
    REQUIRE(listing.logged.size() == 2);
    CHECK(listing.logged[0].find("'ethosu@1000.npu' is left out of the default set: ") != std::string::npos);
}

TEST_CASE("I-9 a list without room takes what fits and tells the full count", "[default]")
{
    TemporaryTree tree;
    populate(tree);
    Listing listing(tree);
    const DefaultSet one(listing.instance, 1), none(listing.instance, 0);
    CHECK(one.count == 2);
    CHECK(one.devices[0] != nullptr);
    CHECK(one.devices[1] == nullptr);
    CHECK(none.count == 2);
    CHECK(none.devices[0] == nullptr);
    CHECK(accel_instance_default_devices(listing.instance, nullptr, 0, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
    uint32_t count = 99;
    CHECK(accel_instance_default_devices(listing.instance, nullptr, 1, &count) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(count == 0);
    CHECK(accel_instance_default_devices(nullptr, nullptr, 0, &count) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("I-9 a device whose module has no compiler is no default, and nothing at all is NOT_FOUND with the reasons", "[default]")
{
    const int before = fake::npu().live_count;
    const auto instance = fake::make_instance();
    const DefaultSet set(instance.get());
    CHECK(set.status == ACCEL_STATUS_NOT_FOUND);
    CHECK(set.count == 0);
    CHECK(set.devices[0] == nullptr);
    const std::string message = accel_last_error()->message;
    CHECK(message.find("fake-npu: module 'fake-npu' has no compiler") != std::string::npos);
    CHECK(message.find("fake-cpu: ") != std::string::npos);
    CHECK(fake::npu().live_count == before);  // and it is closed again
}

TEST_CASE("a manifest keeps its device out of the default set", "[default][manifest]")
{
    ManifestError error;
    const auto kept = [&](const char *value) {
        const auto parsed = parse_manifest(manifest("x", "x.so", std::string(R"("always":{"id":"x","use":)") + value + "}"), "x.json", &error);
        return parsed ? parsed->always->by_name ? "by name" : "default" : error.message;
    };
    CHECK(kept("\"default\"") == "default");
    CHECK(kept("\"by-name\"") == "by name");
    CHECK(kept("\"never\"") == "x.json: 'serves.always.use' is \"never\", expected one of: default, by-name");
}
