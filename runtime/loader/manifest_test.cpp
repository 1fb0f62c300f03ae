// SPDX-License-Identifier: MIT
// Tests of manifests that are broken or mean harm.
#include "manifest.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;

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
