// SPDX-License-Identifier: MIT
// Looks for a device of the right module for each place of a saved program.
#include "devices.h"

#include <algorithm>

#include "base/check.h"
#include "fit.h"
#include "saved_source.h"

namespace accel::runtime {

namespace {

class Finder {
public:
    Finder(accel_instance &instance, const SavedProgram &saved) : instance_(instance),
                                                                  saved_(saved),
                                                                  found_(saved.places.size()) {}

    accel_status run(std::vector<Ref<accel_device>> *out)
    {
        // Where the program was built, it runs where it was built for; only then are others looked for.
        for (uint32_t place = 0; place < found_.size(); ++place) ACCEL_TRY(look(place, [&](const DeviceEntry &entry) { return saved_.places[place].id == entry.id(); }));
        for (uint32_t place = 0; place < found_.size(); ++place) {
            ACCEL_TRY(look(place, [](const DeviceEntry &) { return true; }));
            if (!found_[place]) return fail_place(place);
        }
        *out = std::move(found_);
        return ACCEL_STATUS_OK;
    }

private:
    /// Take the first free device that is wanted, of the place's module, and fits. Only short memory is an error.
    template <class Wanted> accel_status look(uint32_t place, const Wanted &wanted)
    {
        refusals_.clear();
        for (uint32_t i = 0; i < instance_.device_count() && !found_[place]; ++i) {
            accel_device *device = instance_.device(i);
            const DeviceEntry &entry = device->entry();
            if (saved_.places[place].backend != entry.backend() || !wanted(entry)) continue;
            if (is_taken(device)) {
                refusals_ += std::string("; ") + entry.id() + ": another part of the program has it";
                continue;
            }
            auto held = Ref<accel_device>::adopt(device->acquire());
            const accel_status status = try_place(place, *device);
            if (status == ACCEL_STATUS_OUT_OF_MEMORY) return status;
            if (status == ACCEL_STATUS_OK)
                found_[place] = std::move(held);
            else
                refusals_ += std::string("; ") + entry.id() + ": " + accel_last_error()->message;
        }
        return ACCEL_STATUS_OK;
    }

    bool is_taken(const accel_device *device) const
    {
        return std::any_of(found_.begin(), found_.end(), [&](const Ref<accel_device> &one) { return one.get() == device; });
    }

    /// Opens the device, which may then tell a target of its own. Sets the error detail.
    accel_status try_place(uint32_t place, accel_device &device) const
    {
        ACCEL_TRY(device.hold_open());
        Destination to;
        ACCEL_TRY(destination_of_device(&device, &to));
        bool used = false;
        for (const Blob &blob : saved_.blobs) {
            if (blob.device != place) continue;
            used = true;
            accel_fit fit = ACCEL_FIT_NONE;
            ACCEL_TRY(fit_of(blob, to, &fit));
            if (fit == ACCEL_FIT_NONE) return fail_target(place, to);
        }
        return used || saved_.places[place].target == to.target ? ACCEL_STATUS_OK : fail_target(place, to);
    }

    accel_status fail_target(uint32_t place, const Destination &to) const
    {
        return fail(ACCEL_STATUS_INCOMPATIBLE, "S-7", nullptr, "its target is '%s', the part was built for '%s'", to.target.c_str(), saved_.places[place].target.c_str());
    }

    accel_status fail_place(uint32_t place) const
    {
        const std::string refusals = refusals_;
        return fail(ACCEL_STATUS_NOT_FOUND, "S-7", &instance_, "no device here runs the part of the program that was built for target '%s' by module '%s'%s", saved_.places[place].target.c_str(),
                    saved_.places[place].backend.c_str(), refusals.empty() ? ": none of that module is listed" : refusals.c_str());
    }

    accel_instance &instance_;
    const SavedProgram &saved_;
    std::vector<Ref<accel_device>> found_;
    std::string refusals_;  ///< of the place that was looked at last
};

}  // namespace

accel_status find_program_devices(accel_instance &instance, const accel_program_load_desc &desc, std::vector<Ref<accel_device>> *out)
{
    if (desc.device_count) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "S-7", &instance, "desc.device_count is %u, expected 0: the devices are what is asked for", desc.device_count);
    Progress progress(desc.progress, desc.progress_user);
    SavedSource source(&instance, desc);
    SavedProgram saved;
    ACCEL_TRY(source.read(progress, &saved));
    return Finder(instance, saved).run(out);
}

}  // namespace accel::runtime
