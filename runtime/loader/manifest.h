// SPDX-License-Identifier: MIT
// Manifests: what a module is and what it serves, without loading it.
#pragma once

#include <accel/backend.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace accel::runtime {

enum class ModuleKind { Backend,
                        Importer,
                        DeviceModel };

/// Facts about a device that are listed without opening it. 0 or "" where the manifest is silent.
struct DeviceFacts {
    std::string id;  ///< of a device that needs no node
    std::string name;
    std::string target;
    std::string no_import;  ///< why it imports no foreign memory, and what to do instead; for messages
    uint32_t kind = ACCEL_DEVICE_KIND_OTHER;
    uint32_t isolation = ACCEL_ISOLATION_UNKNOWN;
    uint32_t queue_depth = 0;
    uint32_t context_count = 0;
    uint64_t job_timeout_ns = 0;
    uint64_t memory_bytes = 0;
    uint64_t buffer_align_bytes = 0;
    bool coherent = false;  ///< of a target without hardware: what accel_bk_device_info.flags will say of its devices
    bool by_name = false;   ///< used only where it is named, never by default
};

/// How files of a format begin: bytes of which some digits are known.
class FirstBytes {
public:
    /// Two hexadecimal digits per byte, '?' for any: "????????54464c33". False if it is none.
    static bool parse(std::string_view text, FirstBytes *out);
    bool fits(std::string_view bytes) const;
    /// The more digits are known, the surer a fit is.
    uint32_t known_digits() const;

private:
    std::string digits_;
};

struct Manifest {
    std::string path;    ///< of the file
    std::string folder;  ///< that holds it
    ModuleKind kind = ModuleKind::Backend;
    std::string name;
    std::string library;  ///< as written
    std::string version;
    std::string license;
    bool waits_inline = false;                ///< it promises that its queue_wait comes back whatever the device does
    std::vector<std::string> drivers;         ///< kernel drivers behind accel nodes
    std::vector<std::string> render_drivers;  ///< kernel drivers behind render nodes, for NPUs that live there
    bool opens_itself = false;                ///< a node is the module's own to open, or a vendor's library's: it gets no transport
    std::vector<std::string> device_names;    ///< names of the parent device, for nodes without a driver link
    std::vector<std::string> of;              ///< device tree compatibles; none: any
    std::vector<std::string> pci;             ///< "vendor:device" in hexadecimal; none: any
    std::optional<DeviceFacts> always;
    DeviceFacts device;
    std::vector<std::string> targets;
    std::vector<std::string> formats;
    std::vector<std::string> suffixes;
    std::vector<FirstBytes> first_bytes;  ///< of its formats; none: only asking it tells
    std::string model_of;
    std::string device_id;
};

/// What is wrong with a manifest, in a sentence that names file and place.
struct ManifestError {
    accel_status status = ACCEL_STATUS_CORRUPT;
    std::string message;
};

/// Parse the text of a manifest. path is only for its folder and for messages.
std::optional<Manifest> parse_manifest(std::string_view text, const std::string &path, ManifestError *error);
/// Read and parse a file of at most 1 MiB.
std::optional<Manifest> read_manifest(const std::string &path, ManifestError *error);

const char *kind_name(ModuleKind kind);

}  // namespace accel::runtime
