// SPDX-License-Identifier: MIT
// Which of several modules is taken: those of one name, and importers.
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "door/create_instance.h"
#include "importer_choice.h"
#include "instance/instance.h"
#include "loader/module.h"

using namespace accel::runtime;
namespace fs = std::filesystem;

namespace {

/// A folder with manifests, and the instance that reads it and nothing else.
class Folder {
public:
    Folder() { fs::create_directories(path_); }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    std::string path(const std::string &name) const { return path_ / name; }
    void write(const std::string &name, const std::string &text) const { std::ofstream(path_ / name) << text; }
    /// A backend "healthy" with one device.
    void add(const std::string &file, const std::string &library, const std::string &device) const
    {
        write(file, R"({"file_format":"1.0","module":{"kind":"backend","name":"healthy","library":")" + library +
                        R"(","api_version":"0.2"},"serves":{"always":{"id":")" + device + R"("}}})");
    }
    Ref<accel_instance> instance() const
    {
        InstanceOptions options;
        options.discovery.module_paths = {path_};
        options.discovery.only_given_paths = true;
        options.discovery.sysfs_root = path_ / "sys";
        accel_instance *made = nullptr;
        REQUIRE(create_instance(options, &made) == ACCEL_STATUS_OK);
        return Ref<accel_instance>::adopt(made);
    }

private:
    fs::path path_ = fs::temp_directory_path() / ("choice-" + std::to_string(getpid()));
};

std::vector<std::string> actions(accel_instance &instance)
{
    std::vector<std::string> seen;
    instance.report([](void *user, const accel_report_entry *entry) {
        if (entry->kind == ACCEL_REPORT_KIND_MANIFEST)
            static_cast<std::vector<std::string> *>(user)->push_back(std::string(entry->action) + (*entry->reason ? "" : ", without a reason"));
        return ACCEL_STATUS_OK;
    },
                    &seen);
    return seen;
}

const std::string kHealthy = TEST_MODULE_DIR "/healthy.so";

}  // namespace

TEST_CASE("I-7 a module that cannot be loaded hides no good one of its name", "[discovery]")
{
    for (const char *library : {"null.so", "no-entry.so", "newer.so", "other-name.so", "text.so"}) {
        INFO(library);
        const Folder folder;
        folder.write("text.so", "no library");
        folder.add("1.json", std::string(library) == "text.so" ? folder.path(library) : TEST_MODULE_DIR "/" + std::string(library), "bad");
        folder.add("2.json", kHealthy, "good");
        folder.add("3.json", kHealthy, "hidden");
        for (int round = 0; round < 2; ++round) {
            REQUIRE(fail(ACCEL_STATUS_BUSY, "", nullptr, "the thread's own") == ACCEL_STATUS_BUSY);
            const auto instance = folder.instance();
            CHECK(std::string(accel_last_error()->message) == "the thread's own");  // A-16: a success leaves it alone
            REQUIRE(instance->device_count() == 1);
            CHECK(std::string(instance->device(0)->entry().id()) == "good");
            CHECK(accel_device_open(instance->device(0)) == ACCEL_STATUS_OK);
            CHECK(actions(*instance) == std::vector<std::string>{"skipped", "loaded", "shadowed"});
        }
    }
}

TEST_CASE("I-7 the first good module of a name wins, whatever comes after it", "[discovery]")
{
    const Folder folder;
    folder.add("1.json", kHealthy, "good");
    folder.add("2.json", TEST_MODULE_DIR "/null.so", "bad");
    const auto instance = folder.instance();
    REQUIRE(instance->device_count() == 1);
    CHECK(std::string(instance->device(0)->entry().id()) == "good");
    CHECK(actions(*instance) == std::vector<std::string>{"loaded", "shadowed"});
}

namespace {

/// An importer without a library, sure of everything by `score`.
template <int number, uint32_t score> const accel_bk_module *importer_entry(const accel_bk_host *, uint32_t)
{
    static const std::string name = "importer" + std::to_string(number);
    static const accel_bk_importer importer = {sizeof importer, [](const void *, uint64_t) { return score; },
                                               [](const accel_bk_host *, const accel_bk_source *, accel_bk_model **) { return ACCEL_STATUS_CORRUPT; }};
    static const accel_bk_module module = [] {
        accel_bk_module it{};
        it.struct_size = sizeof it;
        it.api_version = ACCEL_BK_API_VERSION;
        static constexpr accel_bk_sizes sizes = ACCEL_BK_SIZES;
        it.sizes = &sizes;
        it.name = name.c_str();
        it.version = "1";
        it.importer = &importer;
        return it;
    }();
    return &module;
}

template <int number, uint32_t score> std::unique_ptr<Module> make_importer(std::vector<const char *> patterns, std::vector<std::string> suffixes = {})
{
    Manifest manifest;
    manifest.kind = ModuleKind::Importer;
    manifest.name = "importer" + std::to_string(number);
    manifest.formats = {"format" + std::to_string(number)};
    manifest.suffixes = std::move(suffixes);
    for (const char *text : patterns)
        REQUIRE(FirstBytes::parse(text, &manifest.first_bytes.emplace_back()));
    return std::make_unique<Module>(std::move(manifest), importer_entry<number, score>);
}

struct Importers {
    std::vector<std::unique_ptr<Module>> modules;
    template <class... Made> explicit Importers(Made... made) { (modules.push_back(std::move(made)), ...); }

    /// The name of the chosen one, "" if there is none.
    std::string choose(const std::string &bytes, const char *path = nullptr, const char *format = nullptr)
    {
        InstanceOptions options;
        options.discovery.only_given_paths = true;
        options.discovery.sysfs_root = "/nonexistent";
        for (const auto &module : modules)
            options.discovery.built_in.push_back(module.get());
        accel_instance *made = nullptr;
        REQUIRE(create_instance(options, &made) == ACCEL_STATUS_OK);
        const auto instance = Ref<accel_instance>::adopt(made);
        accel_model_source given{};
        given.path = path;
        given.format = format;
        Module *chosen = nullptr;
        const accel_status status = choose_importer(*instance, given, bytes, &chosen);
        CHECK((status == ACCEL_STATUS_OK) == (chosen != nullptr));
        CHECK((chosen || status == ACCEL_STATUS_NOT_FOUND));
        return chosen ? chosen->name() : "";
    }
    std::string loaded() const
    {
        std::string all;
        for (const auto &module : modules)
            all += module->is_loaded() ? std::string(all.empty() ? "" : " ") + module->name() : "";
        return all;
    }
};

}  // namespace

TEST_CASE("G-18 patterns of bytes", "[importer]")
{
    FirstBytes pattern;
    REQUIRE(FirstBytes::parse("08?a", &pattern));
    CHECK(pattern.known_digits() == 3);
    CHECK(pattern.fits("\x08\x1a"));
    CHECK(pattern.fits("\x08\xfa and more"));
    CHECK_FALSE(pattern.fits("\x08\x1b"));
    CHECK_FALSE(pattern.fits("\x08"));
    CHECK_FALSE(pattern.fits(""));
    for (const char *wrong : {"", "0", "08?", "??", "0G", "0A", "08 12"}) {
        INFO(wrong);
        CHECK_FALSE(FirstBytes::parse(wrong, &pattern));
    }
    CHECK_FALSE(FirstBytes::parse(std::string(130, '0'), &pattern));
}

TEST_CASE("G-18 only importers whose manifest fits are loaded, the longest fit first", "[importer]")
{
    SECTION("one fits")
    {
        Importers all(make_importer<1, 90>({"aabb"}), make_importer<2, 50>({"cc", "08??12"}), make_importer<3, 90>({}));
        CHECK(all.choose("\x08\x09\x12") == "importer2");
        CHECK(all.loaded() == "importer2");
    }
    SECTION("two fit, and the more general one is surer of itself")
    {
        Importers all(make_importer<1, 100>({"08"}), make_importer<2, 1>({"????????54464c33"}));
        CHECK(all.choose(std::string("\x08\0\0\0TFL3", 8)) == "importer2");
        CHECK(all.loaded() == "importer2");
    }
    SECTION("two fit equally: the surer one")
    {
        Importers all(make_importer<1, 10>({"08"}), make_importer<2, 60>({"08"}));
        CHECK(all.choose("\x08") == "importer2");
        CHECK(all.loaded() == "importer1 importer2");
    }
    SECTION("the one that fits knows better, the next fit is asked")
    {
        Importers all(make_importer<1, 0>({"0812"}), make_importer<2, 60>({"08"}), make_importer<3, 99>({}));
        CHECK(all.choose("\x08\x12") == "importer2");
        CHECK(all.loaded() == "importer1 importer2");
    }
    SECTION("none fits: the suffix, then those that do not say")
    {
        Importers all(make_importer<1, 90>({"aa"}, {".one"}), make_importer<2, 70>({}), make_importer<3, 80>({}));
        CHECK(all.choose("\x08", "model.one") == "importer1");
        CHECK(all.loaded() == "importer1");
        CHECK(all.choose("\x08", "model") == "importer3");
        CHECK(all.choose("\x08") == "importer3");
    }
    SECTION("a format that is named needs no pattern, and nobody else")
    {
        Importers all(make_importer<1, 90>({"08"}), make_importer<2, 0>({"aa"}));
        CHECK(all.choose("\x08", nullptr, "format2") == "importer2");
        CHECK(all.loaded() == "importer2");
    }
    SECTION("nobody")
    {
        Importers all(make_importer<1, 90>({"aa"}));
        CHECK(all.choose("\x08") == "");
        CHECK(all.loaded() == "");
    }
}
