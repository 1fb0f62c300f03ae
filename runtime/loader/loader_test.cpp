// SPDX-License-Identifier: MIT
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "../fake/counters.h"
#include "../instance.h"
#include "manifest.h"
#include "testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;
using accel::runtime::fake::dlopen_count;

TEST_CASE("I-3 broken manifests are refused with the place and what was expected", "[manifest]")
{
    struct Broken {
        const char *text;
        const char *expected;
    };
    const std::string good = manifest("x", "x.so", R"("drivers":["d"])");
    const Broken cases[] = {
        {"", "parse error"},
        {"{", "parse error"},
        {"[]", "expected an object"},
        {"\xff\xfe{", "is UTF-16, expected UTF-8"},
        {"\xff{", "parse error"},
        {R"({"module":{}})", "'file_format' is missing"},
        {R"({"file_format":"2.0"})", "reads 1.x"},
        {R"({"file_format":"1.0"})", "'module' is missing"},
        {R"({"file_format":1.0})", "'file_format' is number, expected a string"},
        {R"({"file_format":"1.0","module":{"kind":"plugin","name":"x","library":"x","api_version":"0.2"}})", "expected one of: backend, importer, device-model"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"../x","library":"x","api_version":"0.2"}})", "expected letters"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"","api_version":"0.2"}})", "'module.library' is missing or empty"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"9.1"}})", "serves 0.2 to 0.x"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.1"}})", "built for contract 0.1; this library serves 0.2 and newer: build it with newer headers"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"}})", "'serves' is missing"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"},"serves":{}})", "serves at least one of"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"},"serves":{"drivers":"d"}})", "expected an array"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"},"serves":{"drivers":[1]}})", "contains 1"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"},"serves":{"drivers":["d"],"pci":["8086"]}})", "lower-case"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"},"serves":{"always":{"name":"n"}}})", "'serves.always.id'"},
        {R"({"file_format":"1.0","module":{"kind":"backend","name":"x","library":"x","api_version":"0.2"},"serves":{"drivers":["d"],"device":{"queue_depth":-1}}})",
         "expected a whole number"},
        {R"({"file_format":"1.0","module":{"kind":"importer","name":"x","library":"x","api_version":"0.2"},"serves":{}})", "'serves.formats'"},
        {R"({"file_format":"1.0","module":{"kind":"device-model","name":"x","library":"x","api_version":"0.2"},"serves":{"model_of":"d"}})", "device_id"},
    };
    for (const Broken &broken : cases) {
        ManifestError error;
        INFO(broken.text);
        CHECK_FALSE(parse_manifest(broken.text, "/a/b.json", &error));
        INFO(error.message);
        CHECK(error.message.find(broken.expected) != std::string::npos);
        CHECK(error.message.starts_with("/a/b.json: "));
    }
    ManifestError error;
    const auto parsed = parse_manifest(good, "/a/b.json", &error);
    REQUIRE(parsed);
    CHECK(parsed->folder == "/a");
    CHECK(parsed->device.no_import == "");
    const auto refusing = parse_manifest(manifest("x", "x.so", R"("drivers":["d"],"device":{"no_import":"no IOMMU"})"), "/a/b.json", &error);
    REQUIRE(refusing);
    CHECK(refusing->device.no_import == "no IOMMU");
    const std::string deep(100000, '[');
    CHECK_FALSE(parse_manifest(deep, "/a/b.json", &error));
}

TEST_CASE("I-3 manifests that mean harm are refused as well", "[manifest]")
{
    const auto reason = [](const std::string &text) {
        ManifestError error;
        CHECK_FALSE(parse_manifest(text, "m.json", &error));
        return error.message;
    };
    // As many levels as fit a manifest would take more stack than there is; those that are taken do not get into messages.
    const auto lists = [](size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    CHECK(reason(manifest("x", "x.so", R"("drivers":)" + lists(400000))) == "m.json: values are nested more than 64 deep");
    const std::string nested = lists(50);
    CHECK(reason(manifest("x", "x.so", R"("drivers":["d"],"device":{"queue_depth":)" + nested + "}")) ==
          "m.json: 'serves.device.queue_depth' is array, expected a whole number from 0 to 65536");
    CHECK(reason(manifest("x", "x.so", R"("drivers":[)" + nested + "]")) == "m.json: 'serves.drivers' contains array, expected strings that are not empty");
    for (const char *name : {"a\\u0000b", "a\\u001b[2J", "a\\nb", "a\\u202eb"}) {
        INFO(name);
        CHECK(reason(manifest("x", "x.so", "\"drivers\":[\"" + std::string(name) + "\"]")).find("expected text without control characters") != std::string::npos);
    }
    CHECK(reason(manifest("x", "x.so", R"("drivers":["a\u001bb"])")) == "m.json: 'serves.drivers' is \"a\\x1bb\", expected text without control characters");
    const std::string wide("{\0\"\0}\0", 6);
    CHECK(reason(wide) == "m.json: is UTF-16, expected UTF-8; save it as UTF-8");
    for (const char *version : {"4294967297.0", "-4294967295.0", " 1.0", "1", "1.", "1.x"}) {
        INFO(version);
        CHECK(reason(std::string(R"({"file_format":")") + version + "\"}").find("expected a version") != std::string::npos);
    }
}

TEST_CASE("A-8 A-9 A-10 broken modules are refused with the rule, good ones load", "[module]")
{
    struct Case {
        const char *library;
        const char *expected;
    };
    const Case cases[] = {
        {"no-entry", "does not export accel_module_entry"}, {"null", "cannot serve version"}, {"short-table", "lacks a mandatory slot: check"},
        {"null-slots", "lacks a mandatory slot: operations"}, {"newer", "needs a library of contract"},       {"other-name", "calls itself 'somebody'"},
        {"no-table", "has no table"},                        {"good", nullptr},
    };
    for (const Case &wanted : cases) {
        INFO(wanted.library);
        Manifest facts;
        facts.name = "broken";
        Module module(facts, std::string(TEST_MODULE_DIR) + "/" + wanted.library + ".so");
        if (!wanted.expected) {
            CHECK(module.load() == ACCEL_STATUS_OK);
            CHECK(module.compiler() != nullptr);
            CHECK(module.device() == nullptr);
            continue;
        }
        CHECK(module.load() == ACCEL_STATUS_INCOMPATIBLE);
        CHECK(std::string(accel_last_error()->message).find(wanted.expected) != std::string::npos);
        CHECK(module.load() == ACCEL_STATUS_INCOMPATIBLE);  // the first answer stays
        CHECK(std::string(accel_last_error()->message).find(wanted.expected) != std::string::npos);
    }
    TemporaryTree tree;
    tree.write("text.so", "not ELF at all");
    Manifest facts;
    facts.name = "broken";
    Module text(facts, tree.path("text.so"));
    CHECK(text.load() == ACCEL_STATUS_INCOMPATIBLE);
    CHECK(std::string(accel_last_error()->message).find("cannot be loaded") != std::string::npos);
}

namespace {

/// The name that every word of a table points to: slots that are there, and are never called.
constexpr const char *kSomething = "x";

template <class Table> Table full_table()
{
    Table table;
    for (size_t at = 0; at < sizeof table; at += sizeof kSomething)
        memcpy(reinterpret_cast<char *>(&table) + at, &kSomething, sizeof kSomething);
    table.struct_size = sizeof table;
    return table;
}

accel_bk_compiler g_compiler;
accel_bk_device_ops g_device;
accel_bk_importer g_importer;
accel_bk_device_model g_device_model;

const accel_bk_module *entry_with_all(const accel_bk_host *, uint32_t version)
{
    static accel_bk_module module;
    static constexpr accel_bk_sizes sizes = ACCEL_BK_SIZES;
    module = {sizeof module, version, 0, &sizes, "broken", "1", &g_compiler, &g_device, &g_importer, &g_device_model};
    return &module;
}

/// What a module with these tables is refused with; "" when it is accepted.
std::string refusal()
{
    Manifest facts;
    facts.name = "broken";
    Module module(facts, entry_with_all);
    const accel_status status = module.load();
    if (status == ACCEL_STATUS_OK)
        return "";
    CHECK(status == ACCEL_STATUS_INCOMPATIBLE);
    CHECK(std::string(accel_last_error()->rule) == "A-10");
    return accel_last_error()->message;
}

template <class Table> void check_table(Table &table, const char *name, const std::vector<std::pair<size_t, const char *>> &slots)
{
    INFO(name);
    const std::string of = std::string("its ") + name + " table ";
    for (const auto &[offset, slot] : slots) {
        INFO(slot);
        table = full_table<Table>();
        memset(reinterpret_cast<char *>(&table) + offset, 0, sizeof(void *));
        CHECK(refusal().find(of + "lacks a mandatory slot: " + slot) != std::string::npos);
        table = full_table<Table>();
        table.struct_size = offset;
        CHECK(refusal().find(of + "lacks a mandatory slot: ") != std::string::npos);
    }
    for (const size_t size : {size_t{0}, size_t{4}, sizeof(Table) - 1, size_t{1} << 20}) {
        INFO(size);
        table = full_table<Table>();
        table.struct_size = size;
        CHECK(refusal().find(of + "has an impossible size") != std::string::npos);
    }
    table = full_table<Table>();
}

}  // namespace

TEST_CASE("A-10 every mandatory slot of every table is asked for", "[module]")
{
    g_compiler = full_table<accel_bk_compiler>();
    g_device = full_table<accel_bk_device_ops>();
    g_importer = full_table<accel_bk_importer>();
    g_device_model = full_table<accel_bk_device_model>();
    REQUIRE(refusal() == "");
#define SLOT(table, member) {offsetof(table, member), #member}
    check_table(g_compiler, "compiler",
                {SLOT(accel_bk_compiler, target_info), SLOT(accel_bk_compiler, query), SLOT(accel_bk_compiler, build), SLOT(accel_bk_compiler, check)});
    check_table(g_device, "device",
                {SLOT(accel_bk_device_ops, device_open), SLOT(accel_bk_device_ops, device_close), SLOT(accel_bk_device_ops, device_info),
                 SLOT(accel_bk_device_ops, buffer_create), SLOT(accel_bk_device_ops, buffer_destroy), SLOT(accel_bk_device_ops, buffer_map),
                 SLOT(accel_bk_device_ops, buffer_unmap), SLOT(accel_bk_device_ops, program_load), SLOT(accel_bk_device_ops, program_unload),
                 SLOT(accel_bk_device_ops, run_create), SLOT(accel_bk_device_ops, run_destroy), SLOT(accel_bk_device_ops, run_bind),
                 SLOT(accel_bk_device_ops, queue_create), SLOT(accel_bk_device_ops, queue_destroy), SLOT(accel_bk_device_ops, queue_submit),
                 SLOT(accel_bk_device_ops, queue_wait)});
    check_table(g_importer, "importer", {SLOT(accel_bk_importer, format), SLOT(accel_bk_importer, probe), SLOT(accel_bk_importer, import)});
    check_table(g_device_model, "device_model",
                {SLOT(accel_bk_device_model, driver), SLOT(accel_bk_device_model, create), SLOT(accel_bk_device_model, destroy),
                 SLOT(accel_bk_device_model, open_transport), SLOT(accel_bk_device_model, close_transport)});
#undef SLOT
    CHECK(refusal() == "");
}

namespace {

/// The status of opening a listed device; its sentence is that of accel_last_error.
accel_status open_device_named(accel_instance *instance, const char *id)
{
    accel_device *device = nullptr;
    REQUIRE(accel_instance_find_device(instance, id, &device) == ACCEL_STATUS_OK);
    const accel_status status = accel_device_open(device);
    accel_device_unref(device);
    return status;
}

accel_status import_as(accel_instance *instance, const char *format)
{
    accel_model_source source{};
    source.struct_size = sizeof source;
    source.bytes = "bytes";
    source.byte_count = 5;
    source.format = format;
    accel_model *model = nullptr;
    const accel_status status = accel_model_import(instance, &source, &model);
    CHECK(model == nullptr);
    return status;
}

}  // namespace

TEST_CASE("I-3 A-10 a module with a broken table is refused where it is needed, and the instance goes on", "[module]")
{
    struct Case {
        const char *library;
        const char *kind;
        accel_status status;
        const char *expected;
    };
    const Case cases[] = {
        {"device-short", "backend", ACCEL_STATUS_INCOMPATIBLE, "its device table lacks a mandatory slot: queue_wait"},
        {"device-null", "backend", ACCEL_STATUS_INCOMPATIBLE, "its device table lacks a mandatory slot: device_open"},
        {"importer-short", "importer", ACCEL_STATUS_INCOMPATIBLE, "its importer table lacks a mandatory slot: import"},
        {"importer-null", "importer", ACCEL_STATUS_INCOMPATIBLE, "its importer table lacks a mandatory slot: format"},
        {"model-short", "device-model", ACCEL_STATUS_INCOMPATIBLE, "its device_model table lacks a mandatory slot: close_transport"},
        {"model-null", "device-model", ACCEL_STATUS_INCOMPATIBLE, "its device_model table lacks a mandatory slot: driver"},
        {"transport-short", "device-model", ACCEL_STATUS_INTERNAL, "the transport of module 'broken' lacks its mandatory slot unmap"},
        {"transport-null", "device-model", ACCEL_STATUS_INTERNAL, "the transport of module 'broken' lacks its mandatory slot request"},
        {"model-good", "device-model", ACCEL_STATUS_OK, ""},
    };
    for (const Case &wanted : cases) {
        INFO(wanted.library);
        const std::string kind = wanted.kind, library = TEST_MODULE_DIR "/" + std::string(wanted.library) + ".so";
        const char *serves = kind == "backend"    ? R"("always":{"id":"bad","kind":"npu"})"
                             : kind == "importer" ? R"("formats":["broken"],"suffixes":[".broken"])"
                                                  : R"("model_of":"ethosu","device_id":"bad")";
        TemporaryTree tree;
        tree.write("modules/broken.json", manifest("broken", library, serves, kind));
        tree.write("modules/healthy.json", manifest("healthy", TEST_MODULE_DIR "/healthy.so", R"("drivers":["ethosu"],"always":{"id":"good","kind":"npu"})"));
        Listing listing(tree, ACCEL_INSTANCE_FLAG_SIMULATED);
        for (int attempt = 0; attempt < 2; ++attempt) {
            CHECK((kind == "importer" ? import_as(listing.instance, "broken") : open_device_named(listing.instance, "bad")) == wanted.status);
            if (wanted.status == ACCEL_STATUS_OK)
                continue;
            CHECK(std::string(accel_last_error()->message).find(wanted.expected) != std::string::npos);
            CHECK(std::string(accel_last_error()->rule) == "A-10");
        }
        CHECK(open_device_named(listing.instance, "good") == ACCEL_STATUS_OK);
    }
}

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

bool last_error_says(const std::string &part)
{
    INFO(accel_last_error()->message);
    const bool says = std::string(accel_last_error()->message).find(part) != std::string::npos;
    CHECK(says);
    return says;
}

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
