// SPDX-License-Identifier: MIT
// A file for tests, and what can happen to it. It has no name, so that nothing stays behind of a process that is killed.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace accel::testing {

class TempFile {
public:
    explicit TempFile(const std::string &bytes)
    {
        char name[] = "/tmp/accel-file-XXXXXX";
        fd_ = mkstemp(name);
        if (fd_ < 0) throw std::runtime_error("no temporary file");
        unlink(name);
        path_ = "/proc/self/fd/" + std::to_string(fd_);
        write(bytes);
    }
    ~TempFile() { close(fd_); }
    TempFile(const TempFile &) = delete;
    TempFile &operator=(const TempFile &) = delete;

    const char *path() const { return path_.c_str(); }
    int open() const { return ::open(path_.c_str(), O_RDONLY | O_CLOEXEC); }
    /// Over the beginning of what is there.
    void write(const std::string &bytes)
    {
        if (pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("cannot write");
    }
    void truncate(off_t size_bytes)
    {
        if (ftruncate(fd_, size_bytes) != 0) throw std::runtime_error("cannot truncate");
    }
    /// As `touch -r` and archives do.
    void set_times(const struct stat &of)
    {
        const timespec times[] = {of.st_atim, of.st_mtim};
        if (futimens(fd_, times) != 0) throw std::runtime_error("cannot set times");
    }
    struct stat facts() const
    {
        struct stat facts {};
        if (fstat(fd_, &facts) != 0) throw std::runtime_error("cannot look");
        return facts;
    }

private:
    std::string path_;
    int fd_;
};

}  // namespace accel::testing
