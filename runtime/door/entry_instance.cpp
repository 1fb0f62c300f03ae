// SPDX-License-Identifier: MIT
// Entry points of the instance: check, call, return.
#include <cstring>

#include "base/check.h"
#include "base/fault.h"
#include "base/trace.h"
#include "create_instance.h"
#include "instance/device_set.h"
#include "instance/instance.h"
#include "loader/contract.h"
#include "program/calibration.h"
#include "program/pass_teller.h"

using namespace accel::runtime;

namespace {

accel_status take_texts(const char *const *texts, uint32_t count, const char *name, std::vector<std::string> *out)
{
    if (count && !texts)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", nullptr, "desc.%s is NULL, but its count is %u", name, count);
    for (uint32_t i = 0; i < count; ++i) {
        if (!texts[i] || !*texts[i])
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", nullptr, "desc.%s[%u] is %s", name, i, texts[i] ? "empty" : "NULL");
        out->push_back(texts[i]);
    }
    return ACCEL_STATUS_OK;
}

/// Before struct_size, which would give another sentence: 0.1 had flags where api_version is, a number below 8, and took NULL.
accel_status check_version(const accel_instance_desc *desc)
{
    const uint32_t version = desc ? desc->api_version : 0;
    const ContractVersion given = contract_version(version);
    if (given < kOldestContract)
        return fail_compiled_for_0_1(desc ? "" : ", or passes NULL, which names no version");
    if (given.major > kContract.major)
        return fail(ACCEL_STATUS_INCOMPATIBLE, "A-9", nullptr, "this application was compiled for libaccel %u.%u; this library, %u.%u.%u, serves %u.%u to %u.x: install a newer one",
                    given.major, given.minor, ACCEL_VERSION_MAJOR, ACCEL_VERSION_MINOR, ACCEL_VERSION_PATCH, kOldestContract.major, kOldestContract.minor, kContract.major);
    return ACCEL_STATUS_OK;
}

accel_status take_options(const accel_instance_desc &desc, InstanceOptions *options)
{
    constexpr uint32_t kFlags = ACCEL_INSTANCE_FLAG_SIMULATED | ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS | ACCEL_INSTANCE_FLAG_NO_SIGBUS_HANDLER | ACCEL_INSTANCE_FLAG_NO_LOG;
    if (desc.flags & ~kFlags)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.flags is 0x%x, of which 0x%x is not known", desc.flags, desc.flags & ~kFlags);
    if (desc.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.reserved is %u, expected 0", desc.reserved);
    if (desc.log_level > ACCEL_LOG_LEVEL_DEBUG)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", nullptr, "desc.log_level is %u, expected at most %u", desc.log_level, ACCEL_LOG_LEVEL_DEBUG);
    const bool silent = desc.flags & ACCEL_INSTANCE_FLAG_NO_LOG;
    if (silent && desc.log)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-30", nullptr, "desc.flags has NO_LOG, and desc.log is a function; expected one of them");
    if (desc.log_release && !desc.log)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-30", nullptr, "desc.log_release is set, and desc.log is NULL: nothing is lent");
    options->log = {desc.log, desc.log_user, desc.log_release, desc.log_level, silent};
    options->discovery.simulated = desc.flags & ACCEL_INSTANCE_FLAG_SIMULATED;
    options->discovery.only_given_paths = desc.flags & ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
    options->guards_files = !(desc.flags & ACCEL_INSTANCE_FLAG_NO_SIGBUS_HANDLER);
    if (desc.sysfs_root)
        options->discovery.sysfs_root = desc.sysfs_root;
    if (desc.dev_root)
        options->discovery.dev_root = desc.dev_root;
    ACCEL_TRY(take_texts(desc.module_paths, desc.module_path_count, "module_paths", &options->discovery.module_paths));
    return take_texts(desc.device_filters, desc.device_filter_count, "device_filters", &options->discovery.filters);
}

}  // namespace

extern "C" {

enum accel_status accel_instance_create(const struct accel_instance_desc *desc, struct accel_instance **out_instance)
{
    if (!out_instance)
        return fail_null("out_instance");
    *out_instance = nullptr;
    if (in_broken_child())
        return fail_broken_child();
    ACCEL_TRY(check_version(desc));
    accel_instance_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] {
        InstanceOptions options;
        ACCEL_TRY(take_options(given, &options));
        return create_instance(options, out_instance);
    });
}

struct accel_instance *accel_instance_ref(struct accel_instance *instance) { return ref_handle(instance); }
void accel_instance_unref(struct accel_instance *instance) { unref_handle(instance); }

enum accel_status accel_instance_report(struct accel_instance *instance, accel_report_fn report, void *user)
{
    ACCEL_TRY(check_handle(instance, "instance"));
    if (!report)
        return fail_null("report");
    return guarded([&] { return instance->report(report, user); });
}

uint32_t accel_instance_device_count(struct accel_instance *instance)
{
    return check_handle(instance, "instance") == ACCEL_STATUS_OK ? instance->device_count() : 0;
}

enum accel_status accel_instance_device(struct accel_instance *instance, uint32_t index, struct accel_device **out_device)
{
    if (!out_device)
        return fail_null("out_device");
    *out_device = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    if (index >= instance->device_count())
        return fail(ACCEL_STATUS_NOT_FOUND, "I-2", instance, "device %u was asked for, the instance lists %u", index, instance->device_count());
    *out_device = instance->device(index)->acquire();
    return ACCEL_STATUS_OK;
}

enum accel_status accel_instance_find_device(struct accel_instance *instance, const char *name, struct accel_device **out_device)
{
    if (!out_device)
        return fail_null("out_device");
    *out_device = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    if (!name)
        return fail_null("name");
    return guarded([&] { return instance->find(name, out_device); });
}

enum accel_status accel_instance_default_devices(struct accel_instance *instance, struct accel_device **devices, uint32_t device_capacity, uint32_t *out_count)
{
    ACCEL_TRY(begin_list(devices, device_capacity, out_count));
    ACCEL_TRY(check_handle(instance, "instance"));
    return guarded([&] {
        std::vector<Ref<accel_device>> chosen;
        ACCEL_TRY(instance->default_devices(&chosen));
        hand_out(chosen, devices, device_capacity, out_count);
        return ACCEL_STATUS_OK;
    });
}

uint64_t accel_object_id(void *object)
{
    const auto *known = static_cast<const Object *>(object);
    return known && known->is_object() ? known->id() : 0;
}

const void *accel_interface(void *object, const char *name, uint32_t version)
{
    if (!object || !name || !static_cast<const Object *>(object)->is_object() || static_cast<const Object *>(object)->is_parents())
        return nullptr;
    if (strcmp(name, ACCEL_TRACE_NAME) == 0 && version == ACCEL_TRACE_VERSION)
        return &kTraceInterface;
    if (strcmp(name, ACCEL_FAULT_NAME) == 0 && version == ACCEL_FAULT_VERSION)
        return &kFaultInterface;
    if (strcmp(name, ACCEL_CALIBRATION_NAME) == 0 && version == ACCEL_CALIBRATION_VERSION)
        return &kCalibrationInterface;
    if (strcmp(name, kPassesName) == 0 && version == kPassesVersion)
        return &kPassesInterface;
    return nullptr;
}

}  // extern "C"
