// SPDX-License-Identifier: MIT
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
int write_to(const std::string &path, int flags, const std::string &bytes)
{
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd < 0) return errno;
    int error = 0;
    for (size_t done = 0; done < bytes.size() && !error;) {
        const ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
        if (count > 0) done += static_cast<size_t>(count);
        else if (errno != EINTR) error = errno;
    }
    // Some file systems tell only now that there was no room.
    if (close(fd) != 0 && errno != EINTR && !error) error = errno;
    return error;
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
        if (const int error = write_to(path, 0, bytes)) fail_to_write(path, error);
        return;
    }
    const std::string temporary = path + ".part" + std::to_string(getpid());
    int error = write_to(temporary, O_CREAT | O_TRUNC, bytes);
    if (!error && std::rename(temporary.c_str(), path.c_str()) == 0) return;
    if (!error) error = errno;
    std::remove(temporary.c_str());
    fail_to_write(path, error);
}

void finish_output()
{
    // Of an earlier print that failed, errno is most likely still the reason.
    if (std::cout) errno = 0;
    std::cout.flush();
    if (!std::cout) fail_to_write("to standard output", errno ? errno : EIO);
}

}  // namespace accel::tool
