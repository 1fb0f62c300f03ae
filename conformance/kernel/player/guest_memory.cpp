// SPDX-License-Identifier: MIT
// Maps the guest's RAM, and answers the device from it.
#include "guest_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "control_page.h"

namespace accel::lane {
namespace {

[[noreturn]] void fail(const std::string &what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

bool overlaps(uint64_t address, size_t size_bytes, uint64_t begin, size_t range_bytes)
{
    return address < begin + range_bytes && begin < address + size_bytes;
}

}  // namespace

GuestMemory::GuestMemory(const std::string &path)
{
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) fail("cannot open the guest's memory " + path);
    struct stat info {};
    if (fstat(fd, &info) != 0) {
        close(fd);
        fail("cannot size the guest's memory " + path);
    }
    size_bytes_ = static_cast<size_t>(info.st_size);
    void *mapped = mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) fail("cannot map the guest's memory " + path);
    bytes_ = static_cast<uint8_t *>(mapped);
}

GuestMemory::~GuestMemory() { munmap(bytes_, size_bytes_); }

uint8_t *GuestMemory::at(uint64_t address, size_t size_bytes) const
{
    if (address < kRamAddress) return nullptr;
    const uint64_t offset = address - kRamAddress;
    if (offset > size_bytes_ || size_bytes > size_bytes_ - offset) return nullptr;
    return bytes_ + offset;
}

uint8_t *GuestBus::span(uint64_t address, size_t size_bytes) const
{
    uint8_t *bytes = memory_.at(address, size_bytes);
    if (bytes && (overlaps(address, size_bytes, kRegistersAddress, kRegistersSizeBytes) ||
                  overlaps(address, size_bytes, kControlAddress, kControlSizeBytes)))
        return nullptr;
    return bytes;
}

bool GuestBus::read(uint64_t address, void *bytes, size_t size_bytes)
{
    const uint8_t *from = span(address, size_bytes);
    if (!from) {
        refusals_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    std::memcpy(bytes, from, size_bytes);
    return true;
}

bool GuestBus::write(uint64_t address, const void *bytes, size_t size_bytes)
{
    uint8_t *to = span(address, size_bytes);
    if (!to) {
        refusals_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    std::memcpy(to, bytes, size_bytes);
    return true;
}

}  // namespace accel::lane
