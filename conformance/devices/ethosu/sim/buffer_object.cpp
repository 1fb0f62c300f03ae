// SPDX-License-Identifier: MIT
// Allocates objects at bus addresses, and finds them again for the model.
#include "buffer_object.h"

#include <sys/mman.h>

#include <cstring>

namespace accel::devices::ethosu {
namespace {
constexpr uint64_t kPageBytes = 4096;
}

BufferObject::BufferObject(uint64_t address, uint64_t size_bytes) : address_(address),
                                                                    size_bytes_(size_bytes)
{
    void *memory = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory_ = memory == MAP_FAILED ? nullptr : static_cast<uint8_t *>(memory);
}

BufferObject::~BufferObject()
{
    if (memory_) munmap(memory_, size_bytes_);
}

std::shared_ptr<BufferObject> Memory::allocate(uint64_t size_bytes)
{
    // A hole after every object, so that running over an end is always seen.
    const uint64_t address = next_address_.fetch_add(size_bytes + 16 * kPageBytes);
    const std::shared_ptr<BufferObject> object(new BufferObject(address, size_bytes), [this](BufferObject *last) {
        forget(last->address());
        delete last;
    });
    if (!object->valid()) return nullptr;
    const std::lock_guard lock(mutex_);
    objects_[address] = object.get();
    return object;
}

void Memory::forget(uint64_t address)
{
    const std::lock_guard lock(mutex_);
    objects_.erase(address);
}

uint8_t *Memory::span(uint64_t address, size_t size_bytes)
{
    const std::lock_guard lock(mutex_);
    auto entry = objects_.upper_bound(address);
    if (entry == objects_.begin()) return nullptr;
    const BufferObject *object = std::prev(entry)->second;
    const uint64_t offset = address - object->address();
    if (offset > object->size_bytes() || size_bytes > object->size_bytes() - offset) return nullptr;
    return object->memory() + offset;
}

bool Memory::read(uint64_t address, void *bytes, size_t size_bytes)
{
    const uint8_t *memory = span(address, size_bytes);
    if (memory) std::memcpy(bytes, memory, size_bytes);
    return memory != nullptr;
}

bool Memory::write(uint64_t address, const void *bytes, size_t size_bytes)
{
    uint8_t *memory = span(address, size_bytes);
    if (memory) std::memcpy(memory, bytes, size_bytes);
    return memory != nullptr;
}

}  // namespace accel::devices::ethosu
