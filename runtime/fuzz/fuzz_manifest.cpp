// SPDX-License-Identifier: MIT
// Any text gives a sentence about what is wrong with it, or a manifest that the loader can believe.
#include <cstdlib>

#include "loader/manifest.h"

namespace {

using namespace accel::runtime;

void require(bool holds)
{
    if (!holds) std::abort();
}

/// Names are handed on as C strings.
void require_text(const std::string &text) { require(text.find('\0') == std::string::npos); }

void require_texts(const std::vector<std::string> &texts)
{
    for (const std::string &text : texts) {
        require(!text.empty());
        require_text(text);
    }
}

void require_device(const DeviceFacts &device)
{
    for (const std::string *text : {&device.id, &device.name, &device.target}) require_text(*text);
    require(device.queue_depth <= 1 << 16 && device.context_count <= 1 << 16 && device.buffer_align_bytes <= 1 << 30);
}

/// Names are part of ids, options and file names.
void require_name(const std::string &name)
{
    require(!name.empty());
    for (const char c : name) require((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-');
}

void require_sound(const Manifest &manifest)
{
    require_name(manifest.name);
    require(!manifest.library.empty());
    for (const std::string *text : {&manifest.name, &manifest.library, &manifest.version, &manifest.license, &manifest.model_of, &manifest.device_id})
        require_text(*text);
    for (const auto *texts : {&manifest.drivers, &manifest.render_drivers, &manifest.device_names, &manifest.of, &manifest.pci, &manifest.targets,
                              &manifest.formats, &manifest.suffixes})
        require_texts(*texts);
    for (const std::string &id : manifest.pci) require(id.size() == 9 && id[4] == ':');
    require_device(manifest.device);
    if (manifest.always) require_device(*manifest.always);
    require(!manifest.always || !manifest.always->id.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    const std::string path = "/etc/accel/modules.d/some.json";
    ManifestError error;
    const auto manifest = parse_manifest({reinterpret_cast<const char *>(bytes), byte_count}, path, &error);
    if (manifest)
        require_sound(*manifest);
    else
        require(error.status != ACCEL_STATUS_OK && error.message.rfind(path, 0) == 0 && error.message.size() < 4096 + byte_count);
    return 0;
}
