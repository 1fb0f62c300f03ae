// SPDX-License-Identifier: MIT
// Opens a model's files, and refuses names that leave its folder.
#include "file_set.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/check.h"

namespace accel::runtime {

namespace {

std::string folder_of(const std::string &path)
{
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// The kernel resolves the path inside the folder, so no check here can be raced by renames. Links are followed only inside the folder.
/// O_NONBLOCK: a FIFO must not hang the import before fstat refuses it.
int open_inside(int folder_fd, const char *path)
{
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    do {
        fd = syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return static_cast<int>(fd);
}

/// Where an open file lies, by its name of now; "": nobody says.
std::string path_of(int fd)
{
    char path[PATH_MAX];
    const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    return length > 0 && path[0] == '/' ? std::string(path, static_cast<size_t>(length)) : "";
}

border::Fd open_folder(const std::string &path) { return border::Fd(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)); }

/// Names that stay in the folder as far as they are written; where links lead is another matter.
bool is_written_inside(const std::string &path)
{
    return !path.starts_with('/') && ('/' + path + '/').find("/../") == std::string::npos;
}

accel_status fail_inside(int error, const char *purpose, const char *location)
{
    const auto refuse = [&](accel_status status, const char *rule, const char *why) {
        return fail(status, rule, nullptr, "%s: '%s' %s", purpose, location, why);
    };
    switch (error) {
    case EXDEV: return refuse(ACCEL_STATUS_PERMISSION, "G-13", "leads outside the model's folder; move the file into the folder");
    case ELOOP: return refuse(ACCEL_STATUS_PERMISSION, "G-13", "goes through a link that is not followed; put the file itself into the model's folder");
    case EACCES:
    case EPERM: return refuse(ACCEL_STATUS_PERMISSION, "G-13", "may not be read; check its permissions");
    case ENOENT:
    case ENOTDIR: return refuse(ACCEL_STATUS_NOT_FOUND, "", "does not exist in the model's folder");
    case ENAMETOOLONG: return refuse(ACCEL_STATUS_CORRUPT, "G-9", "is too long for a path");
    case EMFILE:
    case ENFILE: return refuse(ACCEL_STATUS_RESOURCE, "", "cannot be opened: no file descriptors are left");
    case ENOMEM: return refuse(ACCEL_STATUS_OUT_OF_MEMORY, "", "cannot be opened: no memory");
    case ENOSYS: return refuse(ACCEL_STATUS_UNSUPPORTED, "", "needs openat2 (Linux 5.6) to be opened safely");
    default: return fail(ACCEL_STATUS_IO, "", nullptr, "%s: '%s' cannot be opened: %s", purpose, location, strerror(error));
    }
}

}  // namespace

accel_status FileSet::open(const char *path, const char *what, Progress &progress, const WatchedFile **out)
{
    const std::string who = std::string(what) + " '" + path + "'";
    border::Fd file(::open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0) return fail_file(errno, who.c_str(), "cannot be opened");
    struct stat facts {};
    if (fstat(file.get(), &facts) != 0) return fail_file(errno, who.c_str(), "cannot be examined");
    if (!S_ISREG(facts.st_mode)) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-9", nullptr, "%s is no regular file", who.c_str());
    if (facts.st_size == 0) return fail(ACCEL_STATUS_CORRUPT, "G-9", nullptr, "%s is empty", who.c_str());
    folder_ = open_folder(folder_of(path));
    const int folder_error = errno;
    find_target_folder(file.get());
    std::unique_ptr<WatchedFile> opened;
    ACCEL_TRY(WatchedFile::open(std::move(file), who, options_, progress, &opened));
    // Without its folder a model can still be read, unless it has external data; that would then be blamed for what is only a lack of descriptors.
    if (folder_.get() < 0 && (folder_error == EMFILE || folder_error == ENFILE)) return fail_file(folder_error, who.c_str(), "its folder cannot be opened");
    files_.push_back(std::move(opened));
    *out = files_.back().get();
    return ACCEL_STATUS_OK;
}

void FileSet::find_target_folder(int file_fd)
{
    const std::string target = path_of(file_fd);
    border::Fd folder = target.empty() ? border::Fd() : open_folder(folder_of(target));
    struct stat here {
    }, there{};
    const bool elsewhere = folder.get() >= 0 && folder_.get() >= 0 && fstat(folder_.get(), &here) == 0 && fstat(folder.get(), &there) == 0 &&
                           (here.st_dev != there.st_dev || here.st_ino != there.st_ino);
    target_folder_ = elsewhere ? std::move(folder) : border::Fd();
}

/// The descriptor, or -1 and errno: of the model's folder, if the target's has no such file.
int FileSet::open_by_name(const char *location) const
{
    const int fd = open_inside(folder_.get(), location);
    const int error = errno;
    if (fd >= 0 || target_folder_.get() < 0 || !is_written_inside(location)) return fd;
    // The link is only asked where it leads; what is opened is a name beneath the target's folder, which the kernel holds it to.
    const border::Fd linked(openat(folder_.get(), location, O_PATH | O_CLOEXEC));
    const std::string path = linked.get() < 0 ? "" : path_of(linked.get()), folder = path_of(target_folder_.get()) + '/';
    const int second = open_inside(target_folder_.get(), path.starts_with(folder) ? path.c_str() + folder.size() : location);
    if (second < 0) errno = error;
    return second;
}

accel_status FileSet::open_beneath(const char *location, const char *purpose, Progress &progress, const WatchedFile **out)
{
    if (const auto known = beneath_.find(std::string_view(location)); known != beneath_.end()) {
        *out = known->second;
        return ACCEL_STATUS_OK;
    }
    if (folder_.get() < 0)
        return fail(ACCEL_STATUS_PERMISSION, "G-13", nullptr, "%s: '%s' cannot be opened because the model came without a folder; import it by path", purpose, location);
    border::Fd file(open_by_name(location));
    if (file.get() < 0) return fail_inside(errno, purpose, location);
    struct stat facts {};
    if (fstat(file.get(), &facts) != 0) return fail_inside(errno, purpose, location);
    if (!S_ISREG(facts.st_mode)) return fail(ACCEL_STATUS_CORRUPT, "G-9", nullptr, "%s: '%s' is not an ordinary file", purpose, location);
    std::unique_ptr<WatchedFile> opened;
    ACCEL_TRY(WatchedFile::open(std::move(file), std::string("external data '") + location + "'", options_, progress, &opened));
    files_.push_back(std::move(opened));
    *out = beneath_.emplace(location, files_.back().get()).first->second;
    return ACCEL_STATUS_OK;
}

bool FileSet::changed(char *sentence, size_t capacity) const
{
    return std::any_of(files_.begin(), files_.end(), [&](const auto &file) { return file->changed(sentence, capacity); });
}

accel_status FileSet::verify(const Object *object) const
{
    char sentence[1024];
    return changed(sentence, sizeof sentence) ? fail(ACCEL_STATUS_CORRUPT, "G-16", object, "%s", sentence) : ACCEL_STATUS_OK;
}

bool FileSet::lost() const
{
    return std::any_of(files_.begin(), files_.end(), [](const auto &file) { return file->lost(); });
}

bool FileSet::holds(const void *data) const
{
    return std::any_of(files_.begin(), files_.end(), [data](const auto &file) { return file->holds(data); });
}

uint64_t FileSet::size_bytes() const
{
    uint64_t bytes = 0;
    for (const auto &file : files_) bytes += file->size_bytes();
    return bytes;
}

}  // namespace accel::runtime
