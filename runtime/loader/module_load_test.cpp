// SPDX-License-Identifier: MIT
// Tests of how a library becomes a module, and of nodes that are not the runtime's to open.
#include "module.h"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>

#include "testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;

namespace {

Module *named(const char *path, const char *library)
{
    Manifest facts;
    facts.name = "broken";
    facts.path = path;
    return new Module(facts, std::string(TEST_MODULE_DIR) + "/" + library + ".so");
}

/// What opening the device of node accel0 comes to, and its sentence.
std::string open_node(const TemporaryTree &tree)
{
    Listing listing(tree);
    accel_device *device = nullptr;
    REQUIRE(accel_instance_device(listing.instance, 0, &device) == ACCEL_STATUS_OK);
    const accel_status status = accel_device_open(device);
    const std::string sentence = std::string(accel_status_name(status)) + ": " + accel_last_error()->message;
    accel_device_unref(device);
    return sentence;
}

}  // namespace

TEST_CASE("A-9 the entry of a library that two manifests name is called once", "[module]")
{
    const TemporaryTree tree;
    const std::string calls = tree.path("calls");
    setenv("ACCEL_TEST_ENTRIES", calls.c_str(), 1);
    const std::unique_ptr<Module> one(named("a/broken.json", "device-c")), other(named("b/broken.json", "device-c"));
    CHECK(one->load() == ACCEL_STATUS_OK);
    CHECK(other->load() == ACCEL_STATUS_OK);
    CHECK(other->device() != nullptr);
    unsetenv("ACCEL_TEST_ENTRIES");
    CHECK(std::filesystem::file_size(calls) == 1);
}

TEST_CASE("a module tells its version where its manifest does not", "[module]")
{
    const std::unique_ptr<Module> module(named("broken.json", "good"));
    CHECK(std::string(module->version()).empty());
    REQUIRE(module->load() == ACCEL_STATUS_OK);
    CHECK(std::string(module->version()) == "1");
}

TEST_CASE("A-10 a compiler lists the operations that it counts, and may count none", "[module]")
{
    static accel_bk_compiler compiler;
    static const accel_bk_sizes sizes = ACCEL_BK_SIZES;
    static accel_bk_module answer{};
    answer.struct_size = sizeof answer;
    answer.api_version = ACCEL_BK_API_VERSION;
    answer.sizes = &sizes;
    answer.name = "loads-blobs";
    answer.compiler = &compiler;
    compiler.struct_size = sizeof compiler;
    compiler.target_info = [](uint32_t, accel_bk_target_info *) { return ACCEL_STATUS_NOT_FOUND; };
    compiler.query = [](const accel_bk_host *, const accel_graph_desc *, const accel_bk_compile_options *, accel_bk_support *) { return ACCEL_STATUS_OK; };
    compiler.build = [](const accel_bk_host *, const accel_graph_desc *const *, uint32_t, const accel_bk_compile_options *, accel_bk_blob **) { return ACCEL_STATUS_UNSUPPORTED; };
    compiler.check = [](const accel_bk_host *, const void *, uint64_t, const char *, accel_fit *) { return ACCEL_STATUS_CORRUPT; };
    const auto load = [] {
        Manifest facts;
        facts.name = "loads-blobs";
        Module module(facts, [](const accel_bk_host *, uint32_t) -> const accel_bk_module * { return &answer; });
        return module.load() == ACCEL_STATUS_OK ? std::string() : module.load_error();
    };
    CHECK(load() == "");
    compiler.operation_count = 2;
    CHECK(load().find("its compiler table counts operations and has no list of them") != std::string::npos);
}

TEST_CASE("a node is opened for a module unless its manifest says that it opens it itself", "[module]")
{
    const auto say = [](const char *transport) {
        const TemporaryTree tree;
        add_node(tree, "accel0", "1000.npu", "broken");
        std::filesystem::remove(tree.path("dev/accel/accel0"));
        tree.write("modules/broken.json", manifest("broken", TEST_MODULE_DIR "/device-b.so", std::string(R"("drivers":["broken"])") + transport));
        setenv("ACCEL_TEST_TELLS_OPEN", "1", 1);
        std::string said = open_node(tree);
        unsetenv("ACCEL_TEST_TELLS_OPEN");
        const std::string node = tree.path("dev/accel/accel0");
        const size_t at = said.find(node);
        return at == std::string::npos ? said : said.replace(at, node.size(), "NODE");
    };
    CHECK(say("").starts_with("DEVICE_GONE: "));
    CHECK(say(R"(,"transport":"node")").starts_with("DEVICE_GONE: "));
    CHECK(say(R"(,"transport":"none")") == "UNSUPPORTED: NODE");
}

TEST_CASE("I-3 an unknown way to a node is refused, an unknown key is not", "[manifest]")
{
    ManifestError error;
    CHECK_FALSE(parse_manifest(manifest("x", "x.so", R"("drivers":["d"],"transport":"telepathy")"), "m.json", &error));
    CHECK(error.message == "m.json: 'serves.transport' is \"telepathy\", expected one of: node, none");
    const auto parsed = parse_manifest(manifest("x", "x.so", R"("drivers":["d"],"transport":"none","colour":{"red":[1]})"), "m.json", &error);
    REQUIRE(parsed);
    CHECK(parsed->opens_itself);
}
