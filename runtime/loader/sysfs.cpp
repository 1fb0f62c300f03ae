// SPDX-License-Identifier: MIT
// Reads nodes, drivers, parents and permissions from sysfs.
#include "sysfs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "folder.h"

namespace accel::runtime {

namespace {

// Not by a stream: one that runs out of memory ends as if the text did.
std::vector<std::string> split(std::string_view text, char end)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const size_t length = std::min(text.find(end), text.size());
        parts.emplace_back(text.substr(0, length));
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return parts;
}

std::string last_part(const std::string &path)
{
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

// "0x8086\n" -> "8086"
std::string hexadecimal(const std::string &text)
{
    std::string digits = text.starts_with("0x") ? text.substr(2) : text;
    while (!digits.empty() && (digits.back() == '\n' || digits.back() == ' '))
        digits.pop_back();
    return digits;
}

// The device tree keeps a list of NUL-terminated strings.
std::vector<std::string> split_compatibles(const std::string &text)
{
    std::vector<std::string> result = split(text, '\0');
    std::erase(result, "");
    return result;
}

void read_parent(const std::string &sysfs_root, const std::string &device_link, DeviceNode &node)
{
    const std::string parent = real_path(device_link);
    const std::string devices = real_path(sysfs_root + "/devices") + "/";
    node.bus_path = parent.starts_with(devices) ? parent.substr(devices.size()) : parent;
    node.device_name = last_part(parent);
    node.driver = last_part(real_path(device_link + "/driver"));
    node.compatibles = split_compatibles(read_text(device_link + "/of_node/compatible"));
    const std::string vendor = hexadecimal(read_text(device_link + "/vendor"));
    const std::string device = hexadecimal(read_text(device_link + "/device"));
    if (vendor.size() == 4 && device.size() == 4)
        node.pci_id = vendor + ":" + device;
}

bool parse_number(const std::string &name, const std::string &prefix, uint32_t *number)
{
    if (!name.starts_with(prefix) || name.size() == prefix.size() || name.size() > prefix.size() + 6)
        return false;
    const std::string digits = name.substr(prefix.size());
    if (digits.find_first_not_of("0123456789") != std::string::npos)
        return false;
    *number = static_cast<uint32_t>(std::stoul(digits));
    return true;
}

// Read from the file, not through the name service: that would load its plugins.
std::string group_name(gid_t gid)
{
    const std::string number = std::to_string(gid);
    for (const std::string &line : split(read_text("/etc/group"), '\n'))
        if (const std::vector<std::string> fields = split(line, ':'); fields.size() > 2 && fields[2] == number)
            return fields[0];
    return number;
}

std::string access_remedy(const std::string &path)
{
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0)
        return "let an administrator give you access to " + path;
    const bool group_may = (facts.st_mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP);
    if (group_may && facts.st_gid != 0)
        return "add yourself to group '" + group_name(facts.st_gid) + "' (usermod -aG " + group_name(facts.st_gid) + " USER) and log in again";
    return "let an administrator give group 'render' access to " + path + " (a udev rule for SUBSYSTEM==\"accel\", as systemd 254 and later ship)";
}

}  // namespace

std::vector<DeviceNode> scan_nodes(const std::string &sysfs_root, const std::string &dev_root, NodeClass node_class)
{
    const bool accel = node_class == NodeClass::Accel;
    const std::string folder = sysfs_root + (accel ? "/class/accel" : "/class/drm");
    const std::string prefix = accel ? "accel" : "renderD";
    std::vector<DeviceNode> nodes;
    std::vector<std::string> names;
    list_folder(folder, &names);
    for (const std::string &name : names) {
        DeviceNode node;
        node.node_class = node_class;
        node.name = name;
        if (!parse_number(node.name, prefix, &node.number))
            continue;
        node.path = dev_root + (accel ? "/accel/" : "/dri/") + node.name;
        read_parent(sysfs_root, folder + "/" + node.name + "/device", node);
        nodes.push_back(std::move(node));
    }
    std::sort(nodes.begin(), nodes.end(), [](const DeviceNode &a, const DeviceNode &b) { return a.number < b.number; });
    return nodes;
}

int check_access(const std::string &path, std::string *remedy)
{
    if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0)
        return 0;
    const int error = errno;
    *remedy = error == ENOENT ? "check that devtmpfs or udev creates device nodes, and that the container passes " + path + " through" : access_remedy(path);
    return error;
}

}  // namespace accel::runtime
