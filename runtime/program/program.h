// SPDX-License-Identifier: MIT
// A program: graphs of a model cut into segments, one device each, and the values that travel between them.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/object.h"
#include "files/file_set.h"
#include "instance/device_handle.h"
#include "parts/blob.h"
#include "parts/entry.h"
#include "parts/variable.h"

namespace accel::runtime {

/// One place of the device set that a program was built for.
struct Place {
    std::string backend;
    std::string target;
    std::string id;  ///< of the device; "" for a target without hardware
};

}  // namespace accel::runtime

struct accel_program : accel::runtime::Object {
    accel_program();
    ~accel_program() override;

    accel_instance *instance = nullptr;                      ///< one counted reference
    accel::runtime::Ref<accel_model> model;                  ///< holds constants of built programs; empty in loaded ones
    std::unique_ptr<accel::runtime::FileSet> saved;          ///< the file of a loaded program that came from one
    std::vector<accel::runtime::Place> places;               ///< the ordered set
    std::vector<accel::runtime::Ref<accel_device>> devices;  ///< by place; null for a target without hardware
    std::vector<accel::runtime::Blob> blobs;
    std::vector<accel::runtime::ProgramEntry> entries;
    std::vector<accel::runtime::Variable> variables;
    uint32_t rounding = 0, precisions = 0;
    uint64_t saved_bytes = 0;

    /// Every place has its device.
    bool loaded() const;

    /// The files that it came from; null for a program without.
    const accel::runtime::FileSet *files() const;
    /// CORRUPT if one of them has changed (G-16).
    accel_status verify_files() const;
    /// Look for constants that devices read where a file is mapped, once the blobs are final.
    void settle_files();
    /// Those files, if there are such constants: runs are to be judged by them.
    const accel::runtime::FileSet *files_in_use() const { return files_in_use_; }

protected:
    void let_go() override;

private:
    const accel::runtime::FileSet *files_in_use_ = nullptr;
};
