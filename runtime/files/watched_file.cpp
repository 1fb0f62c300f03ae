// SPDX-License-Identifier: MIT
// Maps or copies a file, and tells whether its bytes may have changed.
#include "watched_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/progress.h"

namespace accel::runtime {

namespace {

constexpr size_t kReadBytes = size_t{4} << 20;
constexpr size_t kClauseBytes = 128;

}  // namespace

accel_status fail_file(int error, const char *who, const char *what)
{
    accel_status status = ACCEL_STATUS_IO;
    if (error == ENOENT || error == ENOTDIR) status = ACCEL_STATUS_NOT_FOUND;
    if (error == EACCES || error == EPERM) status = ACCEL_STATUS_PERMISSION;
    if (error == ENOMEM) status = ACCEL_STATUS_OUT_OF_MEMORY;
    if (error == EMFILE || error == ENFILE) status = ACCEL_STATUS_RESOURCE;
    return fail(status, "G-9", nullptr, "%s: %s: %s", who, what, strerror(error));
}

accel_status WatchedFile::open(border::Fd file, std::string who, const FileOptions &options, Progress &progress, std::unique_ptr<WatchedFile> *out)
{
    FileState then;
    if (const int error = look_settled(file.get(), &then)) return fail_file(error, who.c_str(), "cannot be examined");
    std::unique_ptr<WatchedFile> made(new WatchedFile(std::move(file), std::move(who), then));
    if (then.size_bytes != 0) ACCEL_TRY(options.copied ? made->copy(progress) : made->map(options.guarded && guards_admitted()));
    *out = std::move(made);
    return ACCEL_STATUS_OK;
}

WatchedFile::~WatchedFile()
{
    guard_ = {};
    if (bytes_) munmap(bytes_, then_.size_bytes);
}

/// Privately and read-only: weights are in memory once, in the page cache.
accel_status WatchedFile::map(bool guarded)
{
    void *mapping = mmap(nullptr, then_.size_bytes, PROT_READ, MAP_PRIVATE, file_.get(), 0);
    if (mapping == MAP_FAILED) return fail_file(errno, who_.c_str(), "cannot be mapped");
    bytes_ = mapping;
    if (guarded) guard_ = Guard(mapping, then_.size_bytes);
    return ACCEL_STATUS_OK;
}

accel_status WatchedFile::copy(Progress &progress)
{
    void *memory = mmap(nullptr, then_.size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail_file(errno, who_.c_str(), "cannot be copied to memory");
    bytes_ = memory;
    for (uint64_t done = 0; done < then_.size_bytes;) {
        if (!progress.look()) return fail(ACCEL_STATUS_CANCELLED, "P-5", nullptr, "reading %s was cancelled", who_.c_str());
        const ssize_t count = pread(file_.get(), static_cast<char *>(memory) + done, std::min<uint64_t>(kReadBytes, then_.size_bytes - done), static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_file(errno, who_.c_str(), "cannot be read");
        if (count == 0) break;
        done += static_cast<uint64_t>(count);
    }
    char sentence[512];
    if (changed(sentence, sizeof sentence)) return fail(ACCEL_STATUS_CORRUPT, "G-16", nullptr, "%s was written to while it was read; try again when its writer has finished", who_.c_str());
    file_ = border::Fd();
    return ACCEL_STATUS_OK;
}

bool WatchedFile::holds(const void *data) const
{
    const auto at = reinterpret_cast<uintptr_t>(data), begin = reinterpret_cast<uintptr_t>(bytes_);
    return bytes_ && at >= begin && at < begin + then_.size_bytes;
}

bool WatchedFile::changed(char *sentence, size_t capacity)
{
    if (file_.get() < 0) return false;
    FileState now;
    const int error = look_at(file_.get(), &now);
    if (error == 0 && !lost() && !bytes_may_differ(then_, now)) return false;
    lost_.store(true, std::memory_order_release);
    char clause[kClauseBytes];
    if (error)
        snprintf(clause, sizeof clause, "it cannot be examined: %s", strerror(error));
    else if (bytes_may_differ(then_, now))
        describe_change(then_, now, clause, sizeof clause);
    else
        snprintf(clause, sizeof clause, "a part of it could not be read");
    snprintf(sentence, capacity, "%s has changed since it was opened (%s): what came from it is lost; open it again, or have it copied (COPY, --copy)", who_.c_str(), clause);
    return true;
}

}  // namespace accel::runtime
