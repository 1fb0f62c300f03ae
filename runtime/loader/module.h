// SPDX-License-Identifier: MIT
// A module: its library, loaded on first need and never unloaded, and complete copies of its tables.
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/elements.h"
#include "host.h"
#include "manifest.h"

namespace accel::runtime {

using ModuleEntry = const accel_bk_module *(*)(const accel_bk_host *host, uint32_t runtime_api_version);

/// One per library and manifest of the process; shared by instances.
class Module {
public:
    Module(Manifest manifest, std::string library_path);
    /// A module without a library, for tests.
    Module(Manifest manifest, ModuleEntry entry);
    Module(const Module &) = delete;
    Module &operator=(const Module &) = delete;

    /// Load the library if that has not been tried yet, and negotiate. The answer of the first try stays, unless it was that file descriptors or memory were used up. Sets the error detail.
    accel_status load();
    /// As load(), without an error detail.
    accel_status try_load();
    bool is_loaded() const { return loaded_.load(std::memory_order_acquire); }
    /// Why the load failed; "" if it did not.
    std::string load_error();

    const Manifest &manifest() const { return manifest_; }
    const std::string &library_path() const { return library_path_; }
    const char *name() const { return manifest_.name.c_str(); }
    /// Of the manifest; where that names none, of the module once it is loaded. For people.
    const char *version() const { return manifest_.version.empty() && is_loaded() ? version_.c_str() : manifest_.version.c_str(); }
    const accel_bk_host *host() const { return host_.table(); }
    /// Of the elements in arrays for and from it; those of this library before load() answered OK.
    const accel_bk_sizes &sizes() const { return sizes_; }

    /// Tables: complete copies in which absent optional slots are NULL. Null if the module has none; only after load() answered OK.
    const accel_bk_compiler *compiler() const { return has_compiler_ ? &compiler_ : nullptr; }
    const accel_bk_device_ops *device() const { return has_device_ ? &device_ : nullptr; }
    const accel_bk_importer *importer() const { return has_importer_ ? &importer_ : nullptr; }
    const accel_bk_device_model *device_model() const { return has_device_model_ ? &device_model_ : nullptr; }

private:
    accel_status load_locked();
    accel_status load_once();
    accel_status open_library(ModuleEntry *entry);
    accel_status start_again(const std::string &library, const accel_bk_module &answer);
    accel_status negotiate(const accel_bk_module *answer, const char *why);
    accel_status take_tables(const accel_bk_module &module);
    [[gnu::format(printf, 4, 5)]] accel_status refuse(accel_status status, const char *rule, const char *format, ...);

    Manifest manifest_;
    std::string library_path_;
    ModuleHost host_;
    ModuleEntry given_entry_ = nullptr;

    std::mutex lock_;
    bool tried_ = false;
    accel_status status_ = ACCEL_STATUS_OK;
    const char *rule_ = "";
    std::string error_;
    std::string version_;
    std::atomic<bool> loaded_{false};

    bool has_compiler_ = false, has_device_ = false, has_importer_ = false, has_device_model_ = false;
    accel_bk_sizes sizes_ = kNativeSizes;
    accel_bk_compiler compiler_{};
    accel_bk_device_ops device_{};
    accel_bk_importer importer_{};
    accel_bk_device_model device_model_{};
};

}  // namespace accel::runtime
