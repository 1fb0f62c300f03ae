// SPDX-License-Identifier: MIT
// Tests of what counts as a change, and of copies that outlive one.
#include "watched_file.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>

#include "base/progress.h"
#include "loader/testing/listing.h"
#include "testing/temp_file.h"

using namespace accel::runtime;
using accel::testing::TempFile;

namespace {

std::unique_ptr<WatchedFile> watch(int fd, const FileOptions &options = {})
{
    Progress silent(nullptr, nullptr);
    std::unique_ptr<WatchedFile> watched;
    REQUIRE(WatchedFile::open(accel::border::Fd(fd), "model 'm'", options, silent, &watched) == ACCEL_STATUS_OK);
    return watched;
}

std::unique_ptr<WatchedFile> watch(const TempFile &file, const FileOptions &options = {}) { return watch(file.open(), options); }

std::string change_of(WatchedFile &file)
{
    char sentence[256] = "";
    return file.changed(sentence, sizeof sentence) ? sentence : "";
}

bool says(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("G-16 a file that is left alone has not changed", "[files]")
{
    const TempFile file("0123456789");
    const auto watched = watch(file);
    CHECK(watched->size_bytes() == 10);
    CHECK(memcmp(watched->bytes(), "0123456789", 10) == 0);
    CHECK(watched->holds(static_cast<const char *>(watched->bytes()) + 9));
    CHECK_FALSE(watched->holds(static_cast<const char *>(watched->bytes()) + 10));
    CHECK(change_of(*watched) == "");
    CHECK_FALSE(watched->lost());
}

TEST_CASE("G-16 every change of bytes is seen, and stays", "[files]")
{
    SECTION("shorter by a byte")
    {
        TempFile file("0123456789");
        const auto watched = watch(file);
        file.truncate(9);
        CHECK(says(change_of(*watched), "its size was 10 bytes and is 9"));
        file.truncate(10);
        CHECK(watched->lost());
        CHECK(says(change_of(*watched), "has changed"));
    }
    SECTION("other bytes of the same length, at once")
    {
        // At once: without care the times of a file that was just written stay as they are.
        for (int round = 0; round < 20; ++round) {
            TempFile file("0123456789");
            const auto watched = watch(file);
            file.write("x");
            CHECK(says(change_of(*watched), "mtime"));
        }
    }
    SECTION("other bytes under the old times")
    {
        TempFile file("0123456789");
        const auto watched = watch(file);
        const struct stat before = file.facts();
        file.write("x");
        file.set_times(before);
        CHECK(says(change_of(*watched), "ctime"));
    }
    SECTION("gone and written again")
    {
        TempFile file("0123456789");
        const auto watched = watch(file);
        file.truncate(0);
        file.write("0123456789");
        CHECK(says(change_of(*watched), "mtime"));
    }
}

TEST_CASE("G-16 a file is opened when every later write gives it other times", "[files]")
{
    for (int round = 0; round < 20; ++round) {
        const TempFile file("0123456789");
        FileState state;
        const accel::border::Fd descriptor(file.open());
        REQUIRE(look_settled(descriptor.get(), &state) == 0);
        timespec tick{};
        clock_gettime(CLOCK_REALTIME_COARSE, &tick);
        const bool later = tick.tv_sec != state.changed.tv_sec ? tick.tv_sec > state.changed.tv_sec : tick.tv_nsec > state.changed.tv_nsec;
        CHECK(later);
    }
}

TEST_CASE("G-16 names are not bytes: a file may be unlinked, linked and replaced", "[files]")
{
    const testing::TemporaryTree folder;
    folder.write("file", "0123456789");
    const std::string path = folder.path("file"), other = folder.path("other");
    const auto watched = watch(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(link(path.c_str(), other.c_str()) == 0);
    CHECK(change_of(*watched) == "");
    REQUIRE(unlink(other.c_str()) == 0);
    REQUIRE(unlink(path.c_str()) == 0);
    CHECK(change_of(*watched) == "");
    CHECK(memcmp(watched->bytes(), "0123456789", 10) == 0);
}

TEST_CASE("G-16 a copy outlives every change", "[files]")
{
    TempFile file(std::string(100'000, 'a'));
    const auto watched = watch(file, {.copied = true});
    file.truncate(0);
    file.write("b");
    CHECK(change_of(*watched) == "");
    CHECK(static_cast<const char *>(watched->bytes())[0] == 'a');
    CHECK(static_cast<const char *>(watched->bytes())[99'999] == 'a');
}

TEST_CASE("P-5 copying a file can be cancelled", "[files]")
{
    const TempFile file("0123456789");
    Progress unwilling([](void *, const accel_progress *) { return 1; }, nullptr);
    std::unique_ptr<WatchedFile> watched;
    CHECK(WatchedFile::open(accel::border::Fd(file.open()), "model 'm'", {.copied = true}, unwilling, &watched) == ACCEL_STATUS_CANCELLED);
    CHECK(watched == nullptr);
}
