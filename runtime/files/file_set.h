// SPDX-License-Identifier: MIT
// The files that a model or a saved program came from.
#pragma once

#include <accel/accel.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "watched_file.h"

namespace accel::runtime {

class Object;

/// Filled by one thread, then only looked at, by any.
class FileSet {
public:
    /// folder: where open_beneath looks until open() names another one.
    explicit FileSet(const FileOptions &options, border::Fd folder = border::Fd()) : options_(options),
                                                                                     folder_(std::move(folder)) {}

    /// The file at a path. what begins sentences: "model". Errors: CORRUPT it is empty. The pointer lives as long as the set.
    accel_status open(const char *path, const char *what, Progress &progress, const WatchedFile **out);
    /// A file at or below the folder of the path that was opened, once per name; where that path is a link, also at or below the folder of the file that it leads to,
    /// as in caches whose files are links to blobs. purpose begins sentences. Errors: PERMISSION it is not below (G-13).
    accel_status open_beneath(const char *location, const char *purpose, Progress &progress, const WatchedFile **out);

    /// CORRUPT if a file has changed since it was opened (G-16). Sets the error detail.
    accel_status verify(const Object *object) const;
    /// The same for threads whose error detail must stay as it is.
    bool changed(char *sentence, size_t capacity) const;
    /// Is it known already that a file has changed?
    bool lost() const;
    /// Does some file have this byte?
    bool holds(const void *data) const;
    uint64_t size_bytes() const;
    int folder_fd() const { return folder_.get(); }

private:
    void find_target_folder(int file_fd);
    int open_by_name(const char *location) const;

    const FileOptions options_;
    border::Fd folder_;
    border::Fd target_folder_;  ///< of the file itself, where the path was a link that leads elsewhere
    std::vector<std::unique_ptr<WatchedFile>> files_;
    std::map<std::string, const WatchedFile *, std::less<>> beneath_;
};

}  // namespace accel::runtime
