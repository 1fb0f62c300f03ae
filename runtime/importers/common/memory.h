// SPDX-License-Identifier: MIT
// The memory of one imported model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace accel::importer {

/// Memory that lives as long as an imported model. Small pieces share blocks; large ones get exactly their size.
class ModelMemory : public std::pmr::memory_resource {
public:
    ModelMemory() = default;
    ~ModelMemory() override;
    ModelMemory(const ModelMemory &) = delete;
    ModelMemory &operator=(const ModelMemory &) = delete;

    template <typename T>
    T *copy(std::span<const T> values)
    {
        if (values.empty()) {
            return nullptr;
        }
        void *out = allocate(values.size_bytes(), alignof(T));
        std::memcpy(out, values.data(), values.size_bytes());
        return static_cast<T *>(out);
    }
    template <typename T>
    T *copy(const std::vector<T> &values)
    {
        return copy(std::span<const T>(values));
    }
    const char *copy_string(std::string_view string);

private:
    struct Block {
        void *address;
        size_t align_bytes;
    };
    void *do_allocate(size_t size_bytes, size_t align_bytes) override;
    void do_deallocate(void *, size_t, size_t) override {}
    bool do_is_equal(const std::pmr::memory_resource &other) const noexcept override { return this == &other; }

    std::pmr::monotonic_buffer_resource small_;
    std::vector<Block> large_;
};

}  // namespace accel::importer
