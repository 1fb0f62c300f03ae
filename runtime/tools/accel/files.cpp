// SPDX-License-Identifier: MIT
// Writes through names that appear when a file is whole.
#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "common.h"

namespace accel::tool {
namespace {

[[noreturn]] void fail_to_write(const std::string &path, int error)
{
    const bool full = error == ENOSPC || error == EFBIG || error == EDQUOT;
    throw Failure("cannot write " + path + ": " + std::strerror(error) + (full ? "; free some space or choose another place" : "; choose another place"));
}

/// 0, or the errno of what failed.
int write_to(int fd, const std::string &bytes)
{
    if (fd < 0) return errno;
    int error = 0;
    for (size_t done = 0; done < bytes.size() && !error;) {
        const ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
        if (count > 0)
            done += static_cast<size_t>(count);
        else if (errno != EINTR)
            error = errno;
    }
    return error;
}

int open_to_write(const std::string &path, int flags, mode_t mode = 0666) { return open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, mode); }

int close_written(int fd, int error)
{
    // Some file systems tell only now that there was no room.
    return fd >= 0 && close(fd) != 0 && errno != EINTR && !error ? errno : error;
}

/// The bytes get the name when they are all there, so that whoever ends the process meanwhile leaves no file; not every file system can do it.
int write_unnamed(const std::string &path, const std::string &bytes, bool *able)
{
    const size_t slash = path.rfind('/');
    const int fd = open_to_write(slash == std::string::npos ? "." : path.substr(0, slash + 1), O_TMPFILE);
    *able = fd >= 0;
    if (fd < 0) return 0;
    int error = write_to(fd, bytes);
    const std::string source = "/proc/self/fd/" + std::to_string(fd);
    if (!error && linkat(AT_FDCWD, source.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) *able = false;
    return close_written(fd, error);
}

int write_named(const std::string &path, const std::string &bytes, int flags)
{
    const int fd = open_to_write(path, flags);
    return close_written(fd, write_to(fd, bytes));
}

bool is_special(const std::string &path)
{
    struct stat facts {};
    return stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode);
}

}  // namespace

std::string read_file(const std::string &path)
{
    // Streams do not tell an error from the end.
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Failure("cannot read " + path + ": " + std::strerror(errno) + "; check the path and who may read it");
    std::string bytes;
    char part[1 << 16];
    ssize_t count = 0;
    while ((count = read(fd, part, sizeof part)) > 0 || (count < 0 && errno == EINTR))
        if (count > 0) bytes.append(part, static_cast<size_t>(count));
    const int error = errno;
    close(fd);
    if (count < 0) throw Failure("cannot read " + path + ": " + std::strerror(error) + "; give the path of a file on a medium that can be read");
    return bytes;
}

void write_whole(const std::string &path, const std::string &bytes)
{
    // A device or a pipe is written to; renaming would put a file in its place.
    if (is_special(path)) {
        if (const int error = write_named(path, bytes, 0)) fail_to_write(path, error);
        return;
    }
    const std::string temporary = path + ".part" + std::to_string(getpid());
    bool able = false;
    int error = write_unnamed(temporary, bytes, &able);
    if (!able && !error) error = write_named(temporary, bytes, O_CREAT | O_TRUNC);
    if (!error && std::rename(temporary.c_str(), path.c_str()) == 0) return;
    if (!error) error = errno;
    std::remove(temporary.c_str());
    fail_to_write(path, error);
}

void keep_model(const std::string &output, const std::string &model)
{
    struct stat written {
    }, read{};
    if (stat(output.c_str(), &written) == 0 && stat(model.c_str(), &read) == 0 && written.st_dev == read.st_dev && written.st_ino == read.st_ino)
        throw Failure(output + " is the model itself, which would be lost; give the output another name");
}

void finish_output()
{
    // Of an earlier print that failed, errno is most likely still the reason.
    if (std::cout) errno = 0;
    std::cout.flush();
    if (!std::cout) fail_to_write("to standard output", errno ? errno : EIO);
}

}  // namespace accel::tool
