// SPDX-License-Identifier: MIT
// Judges dlopen's words, with a look at room, permissions and descriptors.
#include "dlopen_failure.h"

#include <accel/border/fd.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

namespace accel::runtime {

namespace {

/// What glibc says of every mapping that the system refuses, whether there was no room or no permission. A library in front of it: a path, or of what it needs the name alone.
constexpr char kNotMapped[] = ": failed to map segment from shared object";
/// More than any library takes.
constexpr size_t kRoomBytes = size_t{1} << 30;

bool has_room()
{
    void *room = mmap(nullptr, kRoomBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return false;
    munmap(room, kRoomBytes);
    return true;
}

/// False where the file may not be executed from: it lies on a file system that is mounted so, or a policy forbids it.
bool may_execute(const char *path)
{
    const border::Fd file(open(path, O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return true;
    void *page = mmap(nullptr, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.get(), 0);
    const bool refused = page == MAP_FAILED && (errno == EPERM || errno == EACCES);
    if (page != MAP_FAILED)
        munmap(page, 1);
    return !refused;
}

/// Whether descriptors are used up is seen by taking one.
bool descriptors_are_used_up()
{
    const border::Fd taken(open("/", O_PATH | O_CLOEXEC));
    return !taken.valid() && (errno == EMFILE || errno == ENFILE);
}

DlopenFailure judge_mapping(const char *words, size_t library_length)
{
    char library[PATH_MAX];
    snprintf(library, sizeof library, "%.*s", static_cast<int>(library_length), words);
    if (strchr(library, '/') && !may_execute(library))
        return {ACCEL_STATUS_INCOMPATIBLE, "; nothing may be executed from where it lies: mount that file system without noexec, or install the module elsewhere"};
    if (!has_room())
        return {ACCEL_STATUS_OUT_OF_MEMORY, "; there is no address space for it (ulimit -v, vm.max_map_count)"};
    return {ACCEL_STATUS_INCOMPATIBLE, "; there is room for it, so the file is damaged, or lies on a file system that is mounted noexec"};
}

}  // namespace

DlopenFailure judge_dlopen(const char *words)
{
    // The system's reasons are in the language of the process; its own, for which it has no memory either, are not.
    if (strstr(words, strerror(ENOMEM)) || strcmp(words, "out of memory") == 0)
        return {ACCEL_STATUS_OUT_OF_MEMORY, ""};
    if (const char *mapping = strstr(words, kNotMapped))
        return judge_mapping(words, static_cast<size_t>(mapping - words));
    return {descriptors_are_used_up() ? ACCEL_STATUS_RESOURCE : ACCEL_STATUS_INCOMPATIBLE, ""};
}

}  // namespace accel::runtime
