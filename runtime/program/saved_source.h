// SPDX-License-Identifier: MIT
// Where a saved program comes from: bytes that the application lends for a call, or a file that is watched for as long as it is in use.
#pragma once

#include <accel/accel.h>

#include <memory>

#include "base/progress.h"
#include "files/file_set.h"
#include "instance/instance.h"
#include "saved.h"

namespace accel::runtime {

class SavedSource {
public:
    SavedSource(accel_instance *instance, const accel_program_load_desc &desc) : instance_(instance),
                                                                                 desc_(desc),
                                                                                 size_bytes_(desc.byte_count) {}

    /// Constants stay where a file has them; bytes are the application's, which may take them back after the call. Errors: as read_saved, and as FileSet::open.
    accel_status read(Progress &progress, SavedProgram *out);
    uint64_t size_bytes() const { return size_bytes_; }
    /// The file, if there is one, for whoever goes on to use its constants.
    std::unique_ptr<FileSet> take_files() { return std::move(files_); }

private:
    accel_instance *instance_;
    const accel_program_load_desc &desc_;
    uint64_t size_bytes_;
    std::unique_ptr<FileSet> files_;
};

}  // namespace accel::runtime
