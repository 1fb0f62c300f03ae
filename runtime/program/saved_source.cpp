// SPDX-License-Identifier: MIT
// Reads a saved program from where its bytes are.
#include "saved_source.h"

#include "base/check.h"

namespace accel::runtime {

accel_status SavedSource::read(Progress &progress, SavedProgram *out)
{
    if (!desc_.path) return read_saved(desc_.bytes, desc_.byte_count, Constants::Copied, out);
    files_ = std::make_unique<FileSet>(FileOptions{(desc_.flags & ACCEL_LOAD_FLAG_COPY) != 0, instance_->guards_files()});
    const WatchedFile *file = nullptr;
    ACCEL_TRY(files_->open(desc_.path, "saved program", progress, &file));
    size_bytes_ = file->size_bytes();
    const accel_status status = read_saved(file->bytes(), file->size_bytes(), Constants::InPlace, out);
    ACCEL_TRY(files_->verify(instance_));
    return status;
}

}  // namespace accel::runtime
