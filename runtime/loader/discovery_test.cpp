// SPDX-License-Identifier: MIT
// Tests of which devices are listed, in which order, and of what is skipped and reported.
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "fake/counters.h"
#include "instance/instance.h"
#include "testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;
using accel::runtime::fake::dlopen_count;

TEST_CASE("I-1 eight manifests that match nothing cause not one dlopen", "[discovery]")
{
    TemporaryTree tree;
    for (int i = 0; i < 8; ++i) {
        const std::string name = "m" + std::to_string(i);
        tree.write("modules/" + name + ".json", manifest(name, TEST_MODULE_DIR "/good.so", R"("drivers":["none"])"));
    }
    add_node(tree, "accel0", "1000.npu", "other");
    const uint64_t before = dlopen_count();
    {
        Listing listing(tree);
        CHECK(accel_instance_device_count(listing.instance) == 0);
        const auto lines = report_of(listing.instance);
        CHECK(lines.size() == 9);
        const Line *node = find_line(lines, "accel0");
        REQUIRE(node);
        CHECK(node->status == ACCEL_STATUS_UNSUPPORTED);
        CHECK(node->reason.find("no module serves driver 'other'") != std::string::npos);
    }
    CHECK(dlopen_count() == before);
    Manifest facts;
    facts.name = "broken";
    Module control(facts, TEST_MODULE_DIR "/good.so");
    CHECK(control.load() == ACCEL_STATUS_OK);
    CHECK(dlopen_count() == before + 1);  // the counter does rise
}

TEST_CASE("I-2 D-4 devices are listed in node order, then simulated, then the CPU", "[discovery]")
{
    TemporaryTree tree;
    tree.write("modules/a-cpu.json", manifest("cpu", TEST_MODULE_DIR "/good.so", R"("always":{"id":"cpu","kind":"cpu","target":"cpu"})"));
    tree.write("modules/npu.json", manifest("ethosu", TEST_MODULE_DIR "/good.so", R"("drivers":["ethosu"],"device_names":["rknn"],"device":{"kind":"npu"})"));
    tree.write("modules/model.json", manifest("play", TEST_MODULE_DIR "/good.so", R"("model_of":"ethosu","device_id":"ethosu-sim")", "device-model"));
    add_node(tree, "accel10", "2000.npu", "ethosu");
    add_node(tree, "accel2", "1000.npu", "ethosu");
    add_node(tree, "accel3", "rknn.1.auto", "");
    add_node(tree, "accel4", "mystery", "");
    Listing listing(tree, ACCEL_INSTANCE_FLAG_SIMULATED);
    REQUIRE(accel_instance_device_count(listing.instance) == 5);
    CHECK(listing.id(0) == "ethosu@1000.npu");
    CHECK(listing.id(1) == "ethosu@rknn.1.auto");
    CHECK(listing.id(2) == "ethosu@2000.npu");
    CHECK(listing.id(3) == "ethosu-sim");
    CHECK(listing.id(4) == "cpu");
    const auto lines = report_of(listing.instance);
    const Line *orphan = find_line(lines, "accel4");
    REQUIRE(orphan);
    CHECK(orphan->reason.find("no kernel driver is bound") != std::string::npos);
    accel_device *device = nullptr;
    CHECK(accel_instance_find_device(listing.instance, "cpu", &device) == ACCEL_STATUS_OK);
    accel_device_unref(device);
    CHECK(accel_instance_find_device(listing.instance, "ethosu", &device) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(device == nullptr);
    CHECK(accel_instance_find_device(listing.instance, "zzz", &device) == ACCEL_STATUS_NOT_FOUND);
    CHECK(std::string(accel_last_error()->message).find("ethosu-sim") != std::string::npos);
    const Listing filtered(tree, ACCEL_INSTANCE_FLAG_SIMULATED, {"cpu", "ethosu-sim"});
    CHECK(accel_instance_device_count(filtered.instance) == 2);
}

TEST_CASE("D-4 I-8 a filter changes no id", "[discovery]")
{
    TemporaryTree tree;
    tree.write("modules/1.json", manifest("first", TEST_MODULE_DIR "/good.so", R"("always":{"id":"npu","kind":"npu","target":"a"})"));
    tree.write("modules/2.json", manifest("second", TEST_MODULE_DIR "/good.so", R"("always":{"id":"npu","kind":"npu","target":"b"})"));
    const Listing all(tree);
    REQUIRE(accel_instance_device_count(all.instance) == 2);
    const Listing one(tree, 0, {"npu#2"});
    REQUIRE(accel_instance_device_count(one.instance) == 1);
    CHECK(one.id(0) == "npu#2");
}

TEST_CASE("I-3 I-5 I-7 what is skipped is reported, the rest works", "[discovery]")
{
    TemporaryTree tree;
    tree.write("modules/1.json", "{ not json");
    tree.write("modules/2.json", manifest("gone", "no-such-library.so", R"("drivers":["d"])"));
    tree.write("modules/3.json", manifest("cpu", TEST_MODULE_DIR "/good.so", R"("always":{"id":"cpu","kind":"cpu"})"));
    tree.write("modules/4.json", manifest("cpu", TEST_MODULE_DIR "/good.so", R"("always":{"id":"cpu2","kind":"cpu"})"));
    tree.folder("modules/5.json");
    Listing listing(tree);
    CHECK(accel_instance_device_count(listing.instance) == 1);
    const auto lines = report_of(listing.instance);
    REQUIRE(lines.size() == 6);
    CHECK(lines[0].status == ACCEL_STATUS_CORRUPT);
    CHECK(lines[1].status == ACCEL_STATUS_NOT_FOUND);
    CHECK(lines[2].status == ACCEL_STATUS_INCOMPATIBLE);  // it calls itself otherwise, which is looked at because another one claims its name
    CHECK(lines[3].action == "listed");
    CHECK(lines[4].status == ACCEL_STATUS_IO);
    for (const Line &line : lines)
        CHECK((line.status == ACCEL_STATUS_OK || (!line.reason.empty() && !line.remedy.empty())));
    // The library is there, but is another module: found when the device is opened, and reported from then on.
    accel_device *device = nullptr;
    REQUIRE(accel_instance_find_device(listing.instance, "cpu", &device) == ACCEL_STATUS_OK);
    CHECK(accel_device_open(device) == ACCEL_STATUS_INCOMPATIBLE);
    accel_device_unref(device);
    const auto later = report_of(listing.instance);
    CHECK(later[3].action == "skipped");
    CHECK(later[3].reason.find("calls itself") != std::string::npos);
}

namespace {

ptrdiff_t open_descriptors() { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); }

/// Bytes that are handed out; 0 where a sanitizer's malloc is in use, which looks for leaks itself.
int64_t heap_bytes()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    const struct mallinfo2 facts = mallinfo2();
    return static_cast<int64_t>(facts.uordblks + facts.hblkhd);
#endif
}

}  // namespace

TEST_CASE("I-3 manifests that are skipped leave nothing behind", "[discovery]")
{
    TemporaryTree tree;
    tree.write("modules/1.json", "{ not json");
    tree.write("modules/2.json", manifest("gone", "no-such-library.so", R"("drivers":["d"])"));
    tree.write("modules/3.json", std::string(100000, '['));
    tree.write("modules/4.json", manifest("x", "x.so", R"("drivers":["d"],"device":{"queue_depth":-1})"));
    tree.write("modules/5.json", std::string(3000, '\xff'));
    tree.folder("modules/6.json");
    const auto list = [&] {
        const Listing listing(tree);
        const auto lines = report_of(listing.instance);
        return lines.size() == 6 && std::all_of(lines.begin(), lines.end(), [](const Line &line) { return line.status != ACCEL_STATUS_OK; });
    };
    REQUIRE(list());
    const ptrdiff_t descriptors = open_descriptors();
    // The least of several: what is allocated once and caches that fill grow some of them, a leak grows all.
    constexpr int kBatches = 8, kRounds = 20;
    int64_t growth = INT64_MAX;
    for (int batch = 0; batch < kBatches; ++batch) {
        const int64_t before = heap_bytes();
        for (int round = 0; round < kRounds; ++round)
            CHECK(list());
        growth = std::min(growth, heap_bytes() - before);
    }
    constexpr int64_t kSmallestLeakBytes = 16;
    CHECK(growth < kRounds * kSmallestLeakBytes);
    CHECK(open_descriptors() == descriptors);
}

TEST_CASE("a node that this process may not open is reported with a remedy", "[discovery]")
{
    TemporaryTree tree;
    tree.write("modules/npu.json", manifest("ethosu", TEST_MODULE_DIR "/good.so", R"("drivers":["ethosu"])"));
    add_node(tree, "accel0", "1000.npu", "ethosu");
    fs::remove(tree.path("dev/accel/accel0"));
    Listing listing(tree);
    CHECK(accel_instance_device_count(listing.instance) == 1);
    const auto lines = report_of(listing.instance);
    const Line *node = find_line(lines, "accel0");
    REQUIRE(node);
    CHECK(node->status == ACCEL_STATUS_NOT_FOUND);
    CHECK(node->remedy.find("udev") != std::string::npos);
}

namespace {

/// Acts as a user without privileges, who may read the tree, until the end of the scope. The same process: a child of a fork may not use the library.
class WithoutPrivileges {
public:
    explicit WithoutPrivileges(const TemporaryTree &tree)
    {
        if (geteuid() != 0)
            return;
        for (const auto &entry : fs::recursive_directory_iterator(tree.path(".")))
            if (entry.is_directory() && !entry.is_symlink())
                fs::permissions(entry.path(), fs::perms(0755));
        fs::permissions(tree.path("."), fs::perms(0755));
        changed_ = seteuid(65534) == 0;
        if (!changed_)
            SKIP("root cannot become another user here: " << strerror(errno));
    }
    ~WithoutPrivileges()
    {
        if (changed_ && seteuid(0) != 0)
            abort();
        // Whoever changes its user may no longer be looked at, not even by LeakSanitizer.
        prctl(PR_SET_DUMPABLE, 1);
    }
    WithoutPrivileges(const WithoutPrivileges &) = delete;
    WithoutPrivileges &operator=(const WithoutPrivileges &) = delete;

private:
    bool changed_ = false;
};

/// One node, and a device of the same module that needs none.
struct OneNode {
    OneNode()
    {
        tree.write("modules/healthy.json", manifest("healthy", TEST_MODULE_DIR "/healthy.so", R"("drivers":["ethosu"],"always":{"id":"good","kind":"npu"})"));
        add_node(tree, "accel0", "1000.npu", "ethosu");
        node = tree.path("dev/accel/accel0");
    }
    TemporaryTree tree;
    std::string node;
};

/// Neither the report nor the door gives access to the node: PERMISSION, the path and a remedy with these words.
void check_denied(const OneNode &one, accel_instance *listed, const std::string &remedy)
{
    const WithoutPrivileges user(one.tree);
    const Listing listing(one.tree);
    const auto lines = report_of(listing.instance);
    const Line *line = find_line(lines, "accel0");
    REQUIRE(line);
    CHECK(line->status == ACCEL_STATUS_PERMISSION);
    CHECK(line->remedy.find(remedy) != std::string::npos);
    CHECK(open_device_named(listed, "ethosu@1000.npu") == ACCEL_STATUS_PERMISSION);
    CHECK(last_error_says(one.node + " cannot be opened: Permission denied; "));
    CHECK(last_error_says(remedy));
    CHECK(open_device_named(listed, "good") == ACCEL_STATUS_OK);
}

}  // namespace

TEST_CASE("I-5 opening a node without permission answers PERMISSION with a remedy", "[discovery]")
{
    const OneNode one;
    const Listing listing(one.tree);
    // Loads the module while this process may still read where it lies.
    REQUIRE(open_device_named(listing.instance, "good") == ACCEL_STATUS_OK);
    CHECK(open_device_named(listing.instance, "ethosu@1000.npu") == ACCEL_STATUS_OK);
    chmod(one.node.c_str(), 0);
    check_denied(one, listing.instance, "group 'render' access to " + one.node + " (a udev rule");
    if (geteuid() == 0) {
        constexpr gid_t kNobodysGroup = 54321;
        REQUIRE(chown(one.node.c_str(), 0, kNobodysGroup) == 0);
        chmod(one.node.c_str(), 0660);
        check_denied(one, listing.instance, "add yourself to group '54321' (usermod -aG 54321 USER)");
    }
    chmod(one.node.c_str(), 0666);
    CHECK(open_device_named(listing.instance, "ethosu@1000.npu") == ACCEL_STATUS_OK);
}

TEST_CASE("I-5 opening a node that went away after it was listed answers DEVICE_GONE with a remedy", "[discovery]")
{
    const OneNode one;
    const Listing listing(one.tree);
    REQUIRE(listing.id(0) == "ethosu@1000.npu");
    fs::remove(one.node);
    CHECK(open_device_named(listing.instance, "ethosu@1000.npu") == ACCEL_STATUS_DEVICE_GONE);
    CHECK(last_error_says(one.node + " cannot be opened: No such file or directory; check that devtmpfs or udev creates device nodes"));
    CHECK(open_device_named(listing.instance, "good") == ACCEL_STATUS_OK);
    one.tree.write("dev/accel/accel0", "");
    CHECK(open_device_named(listing.instance, "ethosu@1000.npu") == ACCEL_STATUS_OK);
}
