// SPDX-License-Identifier: MIT
// Device nodes as sysfs shows them. Opens no node.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace accel::runtime {

enum class NodeClass { Accel,
                       Render };

struct DeviceNode {
    NodeClass node_class = NodeClass::Accel;
    uint32_t number = 0;
    std::string name;                      ///< "accel0"
    std::string path;                      ///< "/dev/accel/accel0"
    std::string driver;                    ///< name behind the driver link, "" without one
    std::string bus_path;                  ///< below /sys/devices
    std::string device_name;               ///< of the parent, such as "4a900000.npu"
    std::string pci_id;                    ///< "vvvv:dddd", "" if it is no PCI device
    std::vector<std::string> compatibles;  ///< device tree
};

/// Nodes of a class in the order of their numbers. No class directory: none.
std::vector<DeviceNode> scan_nodes(const std::string &sysfs_root, const std::string &dev_root, NodeClass node_class);

/// May this process open the node for reading and writing? errno answers why not; *remedy says what would help.
int check_access(const std::string &path, std::string *remedy);

}  // namespace accel::runtime
