// SPDX-License-Identifier: MIT
// The bytes of a file that must stay as they are: mapped and watched, or copied.
#pragma once

#include <accel/accel.h>
#include <accel/border/fd.h>

#include <atomic>
#include <memory>
#include <string>

#include "file_state.h"
#include "guard.h"

namespace accel::runtime {

class Progress;

/// How an application wants its files to be used.
struct FileOptions {
    bool copied = false;  ///< read into memory
    bool guarded = true;  ///< a mapping answers faults itself
};

class WatchedFile {
public:
    /// An ordinary file that is open for reading. who begins sentences: "model 'a.onnx'". An empty file has no bytes. Sets the error detail.
    static accel_status open(border::Fd file, std::string who, const FileOptions &options, Progress &progress, std::unique_ptr<WatchedFile> *out);
    ~WatchedFile();
    WatchedFile(const WatchedFile &) = delete;
    WatchedFile &operator=(const WatchedFile &) = delete;

    /// Whole pages, the last one filled with zeros: as aligned as the file's own offsets.
    const void *bytes() const { return bytes_; }
    uint64_t size_bytes() const { return then_.size_bytes; }
    bool holds(const void *data) const;

    /// Looks at the file again: has it changed, or was it too short when it was read? Once yes, always yes; the sentence is then written. Copies never change.
    /// Any thread; one system call, which a network may delay.
    bool changed(char *sentence, size_t capacity);
    /// The same without looking: what is known already.
    bool lost() const { return lost_.load(std::memory_order_acquire) || guard_.lost(); }

private:
    WatchedFile(border::Fd file, std::string who, const FileState &then) : file_(std::move(file)),
                                                                           who_(std::move(who)),
                                                                           then_(then) {}
    accel_status map(bool guarded);
    accel_status copy(Progress &progress);

    border::Fd file_;  ///< none with a copy
    const std::string who_;
    const FileState then_;
    void *bytes_ = nullptr;
    Guard guard_;
    std::atomic<bool> lost_{false};
};

/// An errno as a status and "who: what: why", with rule G-9.
accel_status fail_file(int error, const char *who, const char *what);

}  // namespace accel::runtime
