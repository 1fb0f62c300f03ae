// SPDX-License-Identifier: MIT
// Tests of where external data may lie.
#include "file_set.h"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>

#include "base/progress.h"

using namespace accel::runtime;

namespace {

namespace fs = std::filesystem;

/// A cache of downloads: names/ has links to what lies in blobs/, and other/ is somebody else's.
struct Cache {
    fs::path path;
    Cache()
    {
        std::string name = (fs::temp_directory_path() / "file_set_test_XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        path = name;
        for (const char *folder : {"names", "blobs", "other"}) fs::create_directory(path / folder);
        for (const char *file : {"blobs/m", "blobs/w", "blobs/beside", "names/own", "other/secret"}) std::ofstream(path / file) << file;
        link("../blobs/m", "model");
        link("../blobs/w", "weights");
        link("../other/secret", "secret");
    }
    ~Cache() { fs::remove_all(path); }
    void link(const char *target, const char *name) const { fs::create_symlink(target, path / "names" / name); }

    /// What the external data of that model holds, or why not.
    std::string read(const char *model, const char *location) const
    {
        Progress silent(nullptr, nullptr);
        FileSet files(FileOptions{});
        const WatchedFile *file = nullptr;
        REQUIRE(files.open((path / model).c_str(), "model", silent, &file) == ACCEL_STATUS_OK);
        if (files.open_beneath(location, "weights", silent, &file) != ACCEL_STATUS_OK) return accel_last_error()->message;
        return {static_cast<const char *>(file->bytes()), file->size_bytes()};
    }
};

}  // namespace

TEST_CASE("G-13 external data may lie where the model's link leads", "[files]")
{
    const Cache cache;
    CHECK(cache.read("names/model", "own") == "names/own");
    CHECK(cache.read("names/model", "weights") == "blobs/w");
    CHECK(cache.read("names/model", "beside") == "blobs/beside");
    CHECK(cache.read("names/model", "./weights") == "blobs/w");
}

TEST_CASE("G-13 a link that leads anywhere else is not followed", "[files]")
{
    const Cache cache;
    const std::string outside = "leads outside the model's folder; move the file into the folder";
    CHECK(cache.read("names/model", "secret") == "weights: 'secret' " + outside);
    CHECK(cache.read("names/model", "../blobs/w") == "weights: '../blobs/w' " + outside);
    CHECK(cache.read("names/model", (cache.path / "blobs/w").c_str()) == "weights: '" + (cache.path / "blobs/w").string() + "' " + outside);
    CHECK(cache.read("names/model", "missing") == "weights: 'missing' does not exist in the model's folder");
    // Not a link itself, so its folder is the only one.
    CHECK(cache.read("names/own", "weights") == "weights: 'weights' " + outside);
    CHECK(cache.read("blobs/m", "w") == "blobs/w");
}
