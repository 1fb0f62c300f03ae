// SPDX-License-Identifier: MIT
#include "external.h"

#include "failure.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace accel::onnx {
namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

// The kernel resolves the path inside the folder, so no check here can be raced by renames. Links are followed only inside the folder.
// O_NONBLOCK: a FIFO must not hang the import before fstat refuses it.
int open_beneath(int folder_fd, const char* path) {
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    do {
        fd = syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd < 0 ? -errno : static_cast<int>(fd);
}

[[noreturn]] void fail_open(int error, const std::string& location, std::string_view tensor) {
    const std::string what = text("external data of tensor '", tensor, "': '", location, "' ");
    switch (error) {
        case EXDEV: fail(ACCEL_STATUS_PERMISSION, what, "leads outside the model's folder; move the file into the folder");
        case ELOOP: fail(ACCEL_STATUS_PERMISSION, what, "goes through a link that is not followed; put the file itself into the model's folder");
        case EACCES:
        case EPERM: fail(ACCEL_STATUS_PERMISSION, what, "may not be read; check its permissions");
        case ENOENT:
        case ENOTDIR: fail(ACCEL_STATUS_NOT_FOUND, what, "does not exist in the model's folder");
        case ENAMETOOLONG: corrupt(what, "is too long for a path");
        case EMFILE:
        case ENFILE: fail(ACCEL_STATUS_RESOURCE, what, "cannot be opened: no file descriptors are left");
        case ENOMEM: fail(ACCEL_STATUS_OUT_OF_MEMORY, what, "cannot be opened: no memory");
        case ENOSYS: unsupported(what, "needs openat2 (Linux 5.6) to be opened safely");
        default: fail(ACCEL_STATUS_IO, what, "cannot be opened: ", std::strerror(error));
    }
}

}  // namespace

ExternalFiles::~ExternalFiles() {
    for (const auto& [location, mapping] : mappings_) {
        if (mapping.size_bytes > 0) {
            munmap(mapping.address, mapping.size_bytes);
        }
    }
}

ExternalFiles::Mapping ExternalFiles::open_and_map(const std::string& location, std::string_view tensor) const {
    if (folder_fd_ < 0) {
        fail(ACCEL_STATUS_PERMISSION, "external data of tensor '", tensor, "': '", location,
             "' cannot be opened because the model came without a folder; import it by path");
    }
    if (host_ != nullptr && host_->fault_point != nullptr) {
        const accel_status injected = host_->fault_point(host_->context, "onnx.external");
        if (injected != ACCEL_STATUS_OK) {
            fail(injected, "external data of tensor '", tensor, "': '", location, "' failed");
        }
    }
    const Descriptor file(open_beneath(folder_fd_, location.c_str()));
    if (file.get() < 0) {
        fail_open(-file.get(), location, tensor);
    }
    struct stat facts {};
    if (fstat(file.get(), &facts) != 0) {
        fail(ACCEL_STATUS_IO, "external data of tensor '", tensor, "': '", location, "': ", std::strerror(errno));
    }
    if (!S_ISREG(facts.st_mode)) {
        corrupt("external data of tensor '", tensor, "': '", location, "' is not an ordinary file");
    }
    const auto size_bytes = static_cast<uint64_t>(facts.st_size);
    if (size_bytes == 0) {
        return {nullptr, 0};
    }
    void* address = mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) {
        fail(errno == ENOMEM ? ACCEL_STATUS_OUT_OF_MEMORY : ACCEL_STATUS_IO, "external data of tensor '", tensor, "': '", location,
             "' cannot be mapped: ", std::strerror(errno));
    }
    return {address, size_bytes};
}

std::span<const char> ExternalFiles::map(std::string_view location, std::string_view tensor) {
    auto found = mappings_.find(location);
    if (found == mappings_.end()) {
        // The slot exists before the mapping does, so a failing insertion cannot leak one.
        found = mappings_.emplace(std::string(location), Mapping{nullptr, 0}).first;
        try {
            found->second = open_and_map(found->first, tensor);
        } catch (...) {
            mappings_.erase(found);
            throw;
        }
    }
    return {static_cast<const char*>(found->second.address), found->second.size_bytes};
}

}  // namespace accel::onnx
