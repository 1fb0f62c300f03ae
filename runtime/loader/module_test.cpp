// SPDX-License-Identifier: MIT
// Tests of modules that are broken, down to every slot of every table.
#include "module.h"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstring>

#include "instance/instance.h"
#include "testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;

TEST_CASE("A-8 A-9 A-10 broken modules are refused with the rule, good ones load", "[module]")
{
    struct Case {
        const char *library;
        const char *expected;
    };
    const Case cases[] = {
        {"no-entry", "does not export accel_module_entry"},
        {"null", "does not work here: there is nothing to break on this machine"},
        {"short-table", "lacks a mandatory slot: check"},
        {"null-slots", "lacks a mandatory slot: target_info"},
        {"newer", "needs a library of contract"},
        {"other-name", "calls itself 'somebody'"},
        {"no-table", "has no table"},
        {"good", nullptr},
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
    check_table(g_importer, "importer", {SLOT(accel_bk_importer, probe), SLOT(accel_bk_importer, import)});
    check_table(g_device_model, "device_model",
                {SLOT(accel_bk_device_model, driver), SLOT(accel_bk_device_model, create), SLOT(accel_bk_device_model, destroy),
                 SLOT(accel_bk_device_model, open_transport), SLOT(accel_bk_device_model, close_transport)});
#undef SLOT
    CHECK(refusal() == "");
}

namespace {

/// The status of opening a listed device; its sentence is that of accel_last_error.
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
        {"importer-null", "importer", ACCEL_STATUS_INCOMPATIBLE, "its importer table lacks a mandatory slot: probe"},
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
