// SPDX-License-Identifier: MIT
// Buffers for accel.hpp.
#ifndef ACCEL_BUFFER_HPP
#define ACCEL_BUFFER_HPP

#include <accel/instance.hpp>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace accel {
inline namespace v0_2 {

class Buffer : public Counted<accel_buffer, accel_buffer_ref, accel_buffer_unref> {
public:
    using Counted::Counted;
    /// accel_buffer_create
    static Buffer create(const std::vector<Device> &devices, uint64_t size_bytes, uint32_t export_kinds = 0)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_buffer_desc>();
        desc.size_bytes = size_bytes;
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.export_kinds = export_kinds;
        return Buffer(made(accel_buffer_create, &desc));
    }
    uint64_t size_bytes() const { return asked<accel_buffer_info>(accel_buffer_query, handle_).size_bytes; }
    /// accel_buffer_create, accel_buffer_import
    static Buffer create(const accel_buffer_desc &desc) { return Buffer(made(accel_buffer_create, &desc)); }
    static Buffer import(const accel_buffer_import_desc &desc) { return Buffer(made(accel_buffer_import, &desc)); }
    /// accel_buffer_export; the descriptor is the caller's to close.
    int export_fd(accel_handle_kind kind) const
    {
        int fd = -1;
        check(accel_buffer_export(handle_, kind, &fd));
        return fd;
    }
    /// accel_buffer_join
    static accel_buffer_recipe join(const std::vector<accel_join_port> &ports, uint32_t usage = 0, uint32_t export_kinds = 0)
    {
        auto desc = sized<accel_join_desc>();
        desc.ports = ports.data();
        desc.port_count = static_cast<uint32_t>(ports.size());
        desc.port_size = sizeof(accel_join_port);
        desc.usage = usage;
        desc.export_kinds = export_kinds;
        return asked<accel_buffer_recipe>(accel_buffer_join, &desc);
    }
    class Mapping;
    /// CPU access to a part (size 0: to the end) for as long as the result lives: accel_buffer_map, accel_buffer_unmap.
    Mapping map(uint32_t access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE, uint64_t offset_bytes = 0, uint64_t size_bytes = 0) const;
    void write(const void *bytes, size_t byte_count, uint64_t offset_bytes = 0) const;
    void read(void *bytes, size_t byte_count, uint64_t offset_bytes = 0) const;

private:
    void require_range(uint64_t offset_bytes, uint64_t byte_count) const
    {
        const uint64_t size = size_bytes();
        if (offset_bytes > size || byte_count > size - offset_bytes)
            throw std::out_of_range("accel::Buffer: " + std::to_string(byte_count) + " bytes at " + std::to_string(offset_bytes) + " of a buffer of " +
                                    std::to_string(size));
    }
};

class Buffer::Mapping {
public:
    Mapping(const Buffer &buffer, uint32_t access, uint64_t offset_bytes = 0, uint64_t size_bytes = 0) : buffer_(buffer),
                                                                                                         desc_(sized<accel_map_desc>())
    {
        desc_.offset_bytes = offset_bytes;
        desc_.size_bytes = size_bytes;
        desc_.access = access;
        check(accel_buffer_map(buffer_.get(), &desc_, &pointer_));
    }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    ~Mapping()
    {
        if (pointer_) accel_buffer_unmap(buffer_.get(), &desc_);
    }
    /// End the access now and learn whether that worked: the CPU's writes may have to be flushed.
    void end()
    {
        pointer_ = nullptr;
        check(accel_buffer_unmap(buffer_.get(), &desc_));
    }
    /// Of the part's first byte.
    template <class T> T *as() const { return static_cast<T *>(pointer_); }

private:
    Buffer buffer_;
    accel_map_desc desc_;
    void *pointer_ = nullptr;
};

inline Buffer::Mapping Buffer::map(uint32_t access, uint64_t offset_bytes, uint64_t size_bytes) const { return Mapping(*this, access, offset_bytes, size_bytes); }

inline void Buffer::write(const void *bytes, size_t byte_count, uint64_t offset_bytes) const
{
    require_range(offset_bytes, byte_count);
    if (byte_count == 0) return;
    Mapping mapping(*this, ACCEL_ACCESS_WRITE, offset_bytes, byte_count);
    std::memcpy(mapping.as<char>(), bytes, byte_count);
    mapping.end();
}

inline void Buffer::read(void *bytes, size_t byte_count, uint64_t offset_bytes) const
{
    require_range(offset_bytes, byte_count);
    if (byte_count == 0) return;
    std::memcpy(bytes, map(ACCEL_ACCESS_READ, offset_bytes, byte_count).as<const char>(), byte_count);
}

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_BUFFER_HPP
