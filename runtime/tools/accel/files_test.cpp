// SPDX-License-Identifier: MIT
// A test that a writer which is killed leaves no part of a file.
#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

namespace {

namespace fs = std::filesystem;

/// A folder of this test's own, on the file system of the build: there a file can be written before it has a name.
struct Folder {
    fs::path path;
    Folder()
    {
        std::string name = (fs::current_path() / "files_test_XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
};

/// The signal by which the kernel ends a process that writes more than a few bytes, in the middle of write_whole.
int signal_of_killed_writer(const fs::path &file)
{
    const pid_t child = fork();
    if (child == 0) {
        const rlimit few{64, 64};
        setrlimit(RLIMIT_FSIZE, &few);
        signal(SIGXFSZ, SIG_DFL);
        accel::tool::write_whole(file, std::string(4096, 'x'));
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a process that is ended while it writes leaves no part of the file", "[files]")
{
    const Folder folder;
    const int unnamed = open(folder.path.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (unnamed < 0) SKIP("this file system has no files without a name: " << std::generic_category().message(errno));
    close(unnamed);
    REQUIRE(signal_of_killed_writer(folder.path / "new") == SIGXFSZ);
    CHECK(fs::is_empty(folder.path));
    accel::tool::write_whole(folder.path / "old", "old");
    REQUIRE(signal_of_killed_writer(folder.path / "old") == SIGXFSZ);
    CHECK(accel::tool::read_file(folder.path / "old") == "old");
    CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}
