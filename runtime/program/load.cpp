// SPDX-License-Identifier: MIT
// Loads and checks saved programs: the entry points that read one.
#include <algorithm>

#include "base/check.h"
#include "base/progress.h"
#include "compiler/variables.h"
#include "devices.h"
#include "fit.h"
#include "instance/device_set.h"
#include "instance/instance.h"
#include "make.h"
#include "model/model.h"
#include "open_sizes.h"
#include "saved_source.h"

namespace accel::runtime {

namespace {

class Load {
public:
    Load(accel_instance *instance, const accel_program_load_desc &desc)
        : instance_(instance),
          devices_(desc.devices),
          device_count_(desc.device_count),
          source_(instance, desc),
          progress_(desc.progress, desc.progress_user)
    {
    }

    accel_status run(accel_program **out)
    {
        accel_instance *owner = nullptr;
        ACCEL_TRY(check_device_set(devices_, device_count_, "desc.devices", &owner));
        if (owner != instance_) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", instance_, "desc.devices are of another instance than the program");
        ACCEL_TRY(step(0.0, kRead, "reading the program"));
        SavedProgram saved;
        ACCEL_TRY(source_.read(progress_, &saved));
        ACCEL_TRY(check_set(saved));
        std::vector<std::shared_ptr<OpenDevice>> open;
        ACCEL_TRY(open_device_set(devices_, device_count_, "desc.devices", &open, &owner));
        for (const Blob &blob : saved.blobs) ACCEL_TRY(check_fit(blob));
        const auto program = fill(saved);
        ACCEL_TRY(upload(*program, open));
        settle_ports(*program);
        settle_remarks(*program);
        program->settle_files();
        progress_.enter(1.0, 1.0, "done");
        *out = Ref<accel_program>(program).release();
        return ACCEL_STATUS_OK;
    }

private:
    static constexpr double kRead = 0.2;  ///< of the progress bar

    accel_status step(double from, double to, const char *what)
    {
        return progress_.enter(from, to, what) ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_CANCELLED, "P-5", instance_, "loading was cancelled while %s", what);
    }

    accel_status upload(accel_program &program, const std::vector<std::shared_ptr<OpenDevice>> &open)
    {
        const accel_status status = upload(program.blobs, open);
        ACCEL_TRY(program.verify_files());
        return status;
    }

    accel_status upload(std::vector<Blob> &blobs, const std::vector<std::shared_ptr<OpenDevice>> &open)
    {
        const double share = (1.0 - kRead) / static_cast<double>(std::max<size_t>(blobs.size(), 1));
        for (size_t i = 0; i < blobs.size(); ++i) {
            const double from = kRead + share * static_cast<double>(i);
            ACCEL_TRY(step(from, from + share, "uploading the program"));
            ACCEL_TRY(load_blob(open[blobs[i].device], blobs[i]));
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_set(const SavedProgram &saved) const
    {
        if (saved.places.size() != device_count_)
            return fail(ACCEL_STATUS_INCOMPATIBLE, "S-4", instance_, "the program was built for %zu devices, %u are given", saved.places.size(), device_count_);
        for (uint32_t i = 0; i < device_count_; ++i) {
            const char *backend = devices_[i]->entry().backend();
            if (saved.places[i].backend != backend)
                return fail(ACCEL_STATUS_INCOMPATIBLE, "S-4", devices_[i], "device %u of the set was built for module '%s', device '%s' is of module '%s'", i,
                            saved.places[i].backend.c_str(), devices_[i]->entry().id(), backend);
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_fit(const Blob &blob) const
    {
        Destination to;
        ACCEL_TRY(destination_of_device(devices_[blob.device], &to));
        accel_fit fit = ACCEL_FIT_NONE;
        ACCEL_TRY(fit_of(blob, to, &fit));
        if (fit != ACCEL_FIT_NONE) return ACCEL_STATUS_OK;
        return fail(ACCEL_STATUS_INCOMPATIBLE, "S-4", devices_[blob.device], "a part built for target '%s' does not run on device '%s' with target '%s'",
                    blob.target.c_str(), devices_[blob.device]->entry().id(), to.target.c_str());
    }

    Ref<accel_program> fill(SavedProgram &saved)
    {
        auto program = Ref<accel_program>::adopt(new accel_program);
        program->instance = instance_;
        instance_->ref();
        for (uint32_t i = 0; i < device_count_; ++i) {
            program->devices.push_back(Ref<accel_device>::adopt(devices_[i]->acquire()));
            program->places.push_back({saved.places[i].backend, saved.places[i].target, devices_[i]->entry().id()});
        }
        program->blobs = std::move(saved.blobs);
        program->entries = std::move(saved.entries);
        program->variables = std::move(saved.variables);
        std::vector<const ProgramEntry *> entries;
        for (const ProgramEntry &entry : program->entries) entries.push_back(&entry);
        list_variable_devices(entries, program->variables);
        program->rounding = saved.rounding;
        program->precisions = saved.precisions;
        program->saved_bytes = source_.size_bytes();
        program->saved = source_.take_files();
        return program;
    }

    accel_instance *instance_;
    accel_device *const *devices_;
    uint32_t device_count_;
    SavedSource source_;
    Progress progress_;
};

}  // namespace

accel_status load_program(accel_instance *instance, const accel_program_load_desc &desc, accel_program **out_program)
{
    return Load(instance, desc).run(out_program);
}

accel_status check_program(accel_instance *instance, const accel_program_load_desc &desc, const char *name, accel_fit *out_fit)
{
    if (desc.device_count) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "S-2", instance, "desc.device_count is %u, expected 0: name says what it is checked for", desc.device_count);
    Progress progress(desc.progress, desc.progress_user);
    const auto go_on = [&](double done, const char *step) {
        return progress.enter(done, 1.0, step) ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_CANCELLED, "P-5", instance, "the check was cancelled while %s", step);
    };
    ACCEL_TRY(go_on(0.0, "reading the program"));
    SavedSource source(instance, desc);
    SavedProgram saved;
    ACCEL_TRY(source.read(progress, &saved));
    accel_fit worst = ACCEL_FIT_FULL;
    double done = 0;
    for (const Blob &blob : saved.blobs) {
        ACCEL_TRY(go_on(done++ / static_cast<double>(saved.blobs.size()), "checking a part"));
        Destination to;
        if (name) {
            ACCEL_TRY(destination_of_name(instance, name, &to));
        } else {
            Module *module = instance->module_for_target(blob.target);
            if (!module) return ACCEL_STATUS_OK;  // nobody here can run it: the fit stays NONE
            ACCEL_TRY(destination_of_module(module, blob.target.c_str(), &to));
        }
        accel_fit fit = ACCEL_FIT_NONE;
        ACCEL_TRY(fit_of(blob, to, &fit));
        worst = std::min(worst, fit);
    }
    *out_fit = worst;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime

using namespace accel::runtime;

namespace {

accel_status check_source(const accel_instance *instance, const accel_program_load_desc &given)
{
    if (given.flags & ~static_cast<uint32_t>(ACCEL_LOAD_FLAG_COPY))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "desc.flags is 0x%x, which has bits without a meaning", given.flags);
    if (given.bytes && given.path) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "desc has both bytes and a path, expected one of them");
    if (!given.bytes && !given.path) return fail_null("desc.bytes and desc.path");
    if (given.flags && !given.path) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "desc.flags asks for a copy of a file, and desc has no path");
    return ACCEL_STATUS_OK;
}

}  // namespace

extern "C" {

enum accel_status accel_program_save(struct accel_program *program, accel_write_fn write, void *user)
{
    ACCEL_TRY(check_handle(program, "program"));
    if (!write) return fail_null("write");
    return guarded([&] {
        for (const ProgramEntry &entry : program->entries)
            if (entry.open_sizes)
                return fail(ACCEL_STATUS_UNSUPPORTED, "S-8", program, "the program leaves sizes open (%s), and what is saved has no model to build others from; build it with desc.symbols and save that",
                            entry.open_sizes->missing(std::vector<int64_t>(entry.open_sizes->symbols().size(), OpenSizes::kNone)).c_str());
        for (const ProgramEntry &entry : program->entries)
            if (entry.has_open_parts())
                return fail(ACCEL_STATUS_UNSUPPORTED, "S-8", program, "the program has sizes that depend on data, and what is saved has no model to tell them from; build it where the device is");
        ACCEL_TRY(program->verify_files());
        const accel_status status = write_saved(*program, write, user);
        ACCEL_TRY(program->verify_files());
        return status;
    });
}

enum accel_status accel_program_load(struct accel_instance *instance, const struct accel_program_load_desc *desc, struct accel_program **out_program)
{
    if (!out_program) return fail_null("out_program");
    *out_program = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_program_load_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    ACCEL_TRY(check_source(instance, given));
    return guarded([&] { return load_program(instance, given, out_program); });
}

enum accel_status accel_program_find_devices(struct accel_instance *instance, const struct accel_program_load_desc *desc, struct accel_device **devices, uint32_t device_capacity,
                                             uint32_t *out_count)
{
    ACCEL_TRY(begin_list(devices, device_capacity, out_count));
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_program_load_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    ACCEL_TRY(check_source(instance, given));
    return guarded([&] {
        std::vector<Ref<accel_device>> found;
        ACCEL_TRY(find_program_devices(*instance, given, &found));
        hand_out(found, devices, device_capacity, out_count);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_program_check(struct accel_instance *instance, const struct accel_program_load_desc *desc, const char *name, enum accel_fit *out_fit)
{
    if (!out_fit) return fail_null("out_fit");
    *out_fit = ACCEL_FIT_NONE;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_program_load_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    ACCEL_TRY(check_source(instance, given));
    return guarded([&] { return check_program(instance, given, name, out_fit); });
}

}  // extern "C"
