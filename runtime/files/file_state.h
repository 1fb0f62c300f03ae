// SPDX-License-Identifier: MIT
// What tells one state of a file from another.
#pragma once

#include <ctime>

#include <cstddef>
#include <cstdint>

namespace accel::runtime {

struct FileState {
    uint64_t size_bytes = 0;
    timespec modified{}, changed{};  ///< mtime, ctime
    uint64_t links = 0;
};

/// 0, or the errno of fstat.
int look_at(int fd, FileState *out);

/// The state of a file to which every later write gives another one: a write in the same tick of the kernel's clock would leave the times as they are, so this waits
/// for the next tick where the latest write is that young (milliseconds, at most 20). 0, or the errno of fstat.
int look_settled(int fd, FileState *out);

/// Can the bytes be other ones? A ctime that moved together with the number of links is no sign of that: the file was unlinked, replaced by renaming, or linked.
bool bytes_may_differ(const FileState &then, const FileState &now);

/// How they differ, as a clause: "its size was 10 bytes and is 5".
void describe_change(const FileState &then, const FileState &now, char *out, size_t capacity);

}  // namespace accel::runtime
