// SPDX-License-Identifier: MIT
// Looks at size and times of a file, and compares.
#include "file_state.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace accel::runtime {

namespace {

bool same(const timespec &a, const timespec &b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }
bool earlier(const timespec &a, const timespec &b) { return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec; }

}  // namespace

int look_at(int fd, FileState *out)
{
    struct stat facts {};
    if (fstat(fd, &facts) != 0) return errno;
    *out = {static_cast<uint64_t>(facts.st_size), facts.st_mtim, facts.st_ctim, facts.st_nlink};
    return 0;
}

int look_settled(int fd, FileState *out)
{
    constexpr int kLooks = 10;  // times of a file server's clock may lie in the future; they are not waited for
    constexpr timespec kPause{0, 2'000'000};
    for (int look = 0; look < kLooks; ++look) {
        if (const int error = look_at(fd, out)) return error;
        timespec tick{};
        clock_gettime(CLOCK_REALTIME_COARSE, &tick);
        if (earlier(out->changed, tick)) break;
        nanosleep(&kPause, nullptr);
    }
    return 0;
}

bool bytes_may_differ(const FileState &then, const FileState &now)
{
    if (then.size_bytes != now.size_bytes || !same(then.modified, now.modified)) return true;
    return !same(then.changed, now.changed) && then.links == now.links;
}

void describe_change(const FileState &then, const FileState &now, char *out, size_t capacity)
{
    if (then.size_bytes != now.size_bytes)
        snprintf(out, capacity, "its size was %llu bytes and is %llu", static_cast<unsigned long long>(then.size_bytes), static_cast<unsigned long long>(now.size_bytes));
    else
        snprintf(out, capacity, "its %s is another", same(then.modified, now.modified) ? "ctime" : "mtime");
}

}  // namespace accel::runtime
