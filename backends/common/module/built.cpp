// SPDX-License-Identifier: MIT
// Makes the description of a built blob, which lives until its release.
#include "module/built.h"

#include <utility>

namespace accel::module {
namespace {

// Lists that the description points to, reserved before they are filled.
struct Shown : accel_bk_blob {
    explicit Shown(std::unique_ptr<Built> given) : accel_bk_blob{},
                                                   built(std::move(given)) {}

    std::unique_ptr<Built> built;
    std::vector<accel_layout> layouts;
    std::vector<accel_bk_port> ports;
    std::vector<accel_bk_blob_entry> shown_entries;
};

void show_ports(Shown &shown)
{
    size_t count = 0;
    for (const Built::Entry &entry : shown.built->entries)
        count += entry.ports.size();
    shown.layouts.reserve(count);
    shown.ports.reserve(count);
    for (const Built::Entry &entry : shown.built->entries) {
        const accel_bk_port *first = shown.ports.data() + shown.ports.size();
        for (const Built::Port &port : entry.ports) {
            shown.layouts.push_back(port.layout.view());
            shown.ports.push_back({port.tensor, port.flags, &shown.layouts.back(), port.align_bytes, port.in_place_of, 0});
        }
        shown.shown_entries.push_back({first, entry.scratch_bytes, static_cast<uint32_t>(entry.ports.size()), entry.buffer_count_max});
    }
}

void release(accel_bk_blob *blob) { delete static_cast<Shown *>(blob); }

}  // namespace

accel_bk_blob *hand_out(std::unique_ptr<Built> built)
{
    auto shown = std::make_unique<Shown>(std::move(built));
    show_ports(*shown);
    shown->struct_size = sizeof(accel_bk_blob);
    shown->release = release;
    shown->bytes = shown->built->bytes.data();
    shown->byte_count = shown->built->bytes.size();
    shown->entries = shown->shown_entries.data();
    shown->entry_count = static_cast<uint32_t>(shown->shown_entries.size());
    shown->constants = shown->built->constants.data();
    shown->constant_count = static_cast<uint32_t>(shown->built->constants.size());
    shown->log = shown->built->log.c_str();
    return shown.release();
}

}  // namespace accel::module
