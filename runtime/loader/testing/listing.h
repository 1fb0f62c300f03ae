// SPDX-License-Identifier: MIT
// A system that is played for tests: manifests, sysfs and nodes in a folder, and an instance that looks at nothing else.
#pragma once

#include <accel/accel.h>

#include <stdlib.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace accel::runtime::testing {

namespace fs = std::filesystem;

/// A directory that goes with the test.
class TemporaryTree {
public:
    TemporaryTree()
    {
        char name[] = "/tmp/accel-runtime-test-XXXXXX";
        root_ = mkdtemp(name);
    }
    ~TemporaryTree() { fs::remove_all(root_); }
    TemporaryTree(const TemporaryTree &) = delete;
    TemporaryTree &operator=(const TemporaryTree &) = delete;
    std::string path(const std::string &name) const { return (root_ / name).string(); }
    void write(const std::string &name, const std::string &text) const
    {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text;
    }
    void link(const std::string &target, const std::string &name) const
    {
        fs::create_directories((root_ / name).parent_path());
        fs::create_symlink(root_ / target, root_ / name);
    }
    void folder(const std::string &name) const { fs::create_directories(root_ / name); }

private:
    fs::path root_;
};

inline std::string manifest(const std::string &name, const std::string &library, const std::string &serves, const std::string &kind = "backend")
{
    return R"({"file_format":"1.0","module":{"kind":")" + kind + R"(","name":")" + name + R"(","library":")" + library +
           R"(","api_version":"0.2","version":"1"},"serves":{)" + serves + "}}";
}

struct Line {
    uint32_t kind, status;
    std::string subject, action, reason, remedy;
};

inline std::vector<Line> report_of(accel_instance *instance)
{
    std::vector<Line> lines;
    accel_instance_report(
        instance,
        [](void *user, const accel_report_entry *entry) {
            static_cast<std::vector<Line> *>(user)->push_back({entry->kind, entry->status, entry->subject, entry->action, entry->reason, entry->remedy});
            return ACCEL_STATUS_OK;
        },
        &lines);
    return lines;
}

inline const Line *find_line(const std::vector<Line> &lines, const std::string &subject)
{
    for (const Line &line : lines)
        if (line.subject == subject)
            return &line;
    return nullptr;
}

struct Listing {
    accel_instance *instance = nullptr;
    std::vector<std::string> logged;
    explicit Listing(const TemporaryTree &tree, uint32_t flags = 0, std::vector<const char *> filters = {})
    {
        const std::string modules = tree.path("modules"), sys = tree.path("sys"), dev = tree.path("dev");
        const char *paths[] = {modules.c_str()};
        accel_instance_desc desc{};
        desc.struct_size = sizeof desc;
        desc.api_version = ACCEL_VERSION;
        desc.flags = flags | ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
        desc.module_paths = paths;
        desc.module_path_count = 1;
        desc.device_filters = filters.data();
        desc.device_filter_count = static_cast<uint32_t>(filters.size());
        desc.sysfs_root = sys.c_str();
        desc.dev_root = dev.c_str();
        desc.log = [](void *user, const accel_log_record *record) { static_cast<Listing *>(user)->logged.push_back(record->message); };
        desc.log_user = this;
        REQUIRE(accel_instance_create(&desc, &instance) == ACCEL_STATUS_OK);
    }
    Listing(const Listing &) = delete;
    Listing &operator=(const Listing &) = delete;
    ~Listing() { accel_instance_unref(instance); }
    std::string id(uint32_t index) const
    {
        accel_device *device = nullptr;
        if (accel_instance_device(instance, index, &device) != ACCEL_STATUS_OK)
            return "";
        accel_device_info info{};
        info.struct_size = sizeof info;
        accel_device_query(device, &info);
        std::string result = info.id;
        accel_device_unref(device);
        return result;
    }
};

inline void add_node(const TemporaryTree &tree, const std::string &name, const std::string &device, const std::string &driver)
{
    tree.folder("sys/devices/platform/" + device);
    tree.link("sys/devices/platform/" + device, "sys/class/accel/" + name + "/device");
    if (!driver.empty()) {
        tree.folder("sys/bus/platform/drivers/" + driver);
        tree.link("sys/bus/platform/drivers/" + driver, "sys/devices/platform/" + device + "/driver");
    }
    tree.write("dev/accel/" + name, "");
}

inline accel_status open_device_named(accel_instance *instance, const char *id)
{
    accel_device *device = nullptr;
    REQUIRE(accel_instance_find_device(instance, id, &device) == ACCEL_STATUS_OK);
    const accel_status status = accel_device_open(device);
    accel_device_unref(device);
    return status;
}

inline bool last_error_says(const std::string &part)
{
    INFO(accel_last_error()->message);
    const bool says = std::string(accel_last_error()->message).find(part) != std::string::npos;
    CHECK(says);
    return says;
}

}  // namespace accel::runtime::testing
