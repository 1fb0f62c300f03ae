// SPDX-License-Identifier: MIT
#pragma once

#include <accel/backend.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace accel::onnx {

/// Files beside the model that hold weights, each mapped once, read-only, for as long as the model lives.
class ExternalFiles {
public:
    ExternalFiles(int folder_fd, const accel_bk_host* host) : folder_fd_(folder_fd), host_(host) {}
    ~ExternalFiles();
    ExternalFiles(const ExternalFiles&) = delete;
    ExternalFiles& operator=(const ExternalFiles&) = delete;

    /// All bytes of a file at or below the folder. tensor is for messages.
    std::span<const char> map(std::string_view location, std::string_view tensor);

private:
    struct Mapping {
        void* address;
        uint64_t size_bytes;
    };
    Mapping open_and_map(const std::string& location, std::string_view tensor) const;

    int folder_fd_;
    const accel_bk_host* host_;
    std::map<std::string, Mapping, std::less<>> mappings_;
};

}  // namespace accel::onnx
