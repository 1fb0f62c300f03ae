// SPDX-License-Identifier: MIT
#include "sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace accel::runtime {

namespace {

constexpr size_t kAttributeBytesMax = 4096;  // sysfs gives at most a page

std::string read_attribute(const std::string &path)
{
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return "";
    char text[kAttributeBytesMax];
    const ssize_t got = read(fd, text, sizeof text);
    close(fd);
    return got > 0 ? std::string(text, static_cast<size_t>(got)) : "";
}

std::string resolve(const std::string &path)
{
    char *real = realpath(path.c_str(), nullptr);
    std::string result = real ? real : "";
    free(real);
    return result;
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
    std::vector<std::string> result;
    std::istringstream stream(text);
    for (std::string item; std::getline(stream, item, '\0');)
        if (!item.empty())
            result.push_back(item);
    return result;
}

void read_parent(const std::string &sysfs_root, const std::string &device_link, DeviceNode &node)
{
    const std::string parent = resolve(device_link);
    const std::string devices = resolve(sysfs_root + "/devices") + "/";
    node.bus_path = parent.starts_with(devices) ? parent.substr(devices.size()) : parent;
    node.device_name = last_part(parent);
    node.driver = last_part(resolve(device_link + "/driver"));
    node.compatibles = split_compatibles(read_attribute(device_link + "/of_node/compatible"));
    const std::string vendor = hexadecimal(read_attribute(device_link + "/vendor"));
    const std::string device = hexadecimal(read_attribute(device_link + "/device"));
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
    std::ifstream file("/etc/group");
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name, password, number;
        if (std::getline(fields, name, ':') && std::getline(fields, password, ':') && std::getline(fields, number, ':') && number == std::to_string(gid))
            return name;
    }
    return std::to_string(gid);
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
    DIR *stream = opendir(folder.c_str());
    if (!stream)
        return nodes;
    while (const dirent *entry = readdir(stream)) {
        DeviceNode node;
        node.node_class = node_class;
        node.name = entry->d_name;
        if (!parse_number(node.name, prefix, &node.number))
            continue;
        node.path = dev_root + (accel ? "/accel/" : "/dri/") + node.name;
        read_parent(sysfs_root, folder + "/" + node.name + "/device", node);
        nodes.push_back(std::move(node));
    }
    closedir(stream);
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
