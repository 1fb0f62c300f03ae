// SPDX-License-Identifier: MIT
// What one build made for one device: a module's bytes with their constants, and the same loaded.
#pragma once

#include <accel/backend.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/remarks.h"
#include "device/device.h"

namespace accel::runtime {

struct Blob;

/// A blob on its device. Unloads itself.
class LoadedBlob {
public:
    explicit LoadedBlob(std::shared_ptr<OpenDevice> device) : device_(std::move(device)) {}
    ~LoadedBlob();
    LoadedBlob(const LoadedBlob &) = delete;
    LoadedBlob &operator=(const LoadedBlob &) = delete;
    /// Once. What the module says of nodes is left in the blob.
    accel_status load(Blob &blob);
    const std::shared_ptr<OpenDevice> &device() const { return device_; }
    accel_bk_program *program() const { return program_; }

private:
    std::shared_ptr<OpenDevice> device_;
    accel_bk_program *program_ = nullptr;
};

/// What one build made for one device: one segment, or, of a compiler that takes several graphs, segments of all entry points.
struct Blob {
    uint32_t device = 0;  ///< index in the program's device set
    std::string target;
    std::string backend;
    std::vector<uint8_t> bytes;
    std::vector<std::shared_ptr<const std::vector<uint8_t>>> kept_constants;  ///< those that neither the model nor the file of a saved program has: made by passes, or copied
    std::vector<accel_bk_constant> constants;
    uint32_t graph_count = 1;
    Remarks remarks;                     ///< of its module when it was loaded, until they are in the placement reports
    std::shared_ptr<LoadedBlob> loaded;  ///< null in programs for a bare target; programs for sets of sizes have those for open sizes in common
};

/// Put a blob onto its device.
accel_status load_blob(const std::shared_ptr<OpenDevice> &device, Blob &blob);

}  // namespace accel::runtime
