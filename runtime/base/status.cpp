// SPDX-License-Identifier: MIT
// The table of statuses, and what errno values become.
#include "status.h"

#include <cerrno>

namespace accel::runtime {

namespace {

struct StatusRow {
    const char *name;
    bool transient;
};

// In the order of enum accel_status.
constexpr StatusRow kStatuses[] = {
    {"OK", false},
    {"NOT_READY", true},
    {"TIMEOUT", true},
    {"BUSY", true},
    {"INVALID_ARGUMENT", false},
    {"UNSUPPORTED", false},
    {"NOT_FOUND", false},
    {"OUT_OF_MEMORY", false},
    {"RESOURCE", true},
    {"PERMISSION", false},
    {"IO", false},
    {"CORRUPT", false},
    {"INCOMPATIBLE", false},
    {"CANCELLED", false},
    {"DEADLINE", false},
    {"JOB_FAILED", false},
    {"JOB_TIMEOUT", false},
    {"CONTEXT_LOST", false},
    {"DEVICE_LOST", false},
    {"DEVICE_GONE", false},
    {"FORKED", false},
    {"INTERNAL", false},
    {"LIMIT", false},
};
static_assert(sizeof kStatuses / sizeof kStatuses[0] == ACCEL_STATUS_LIMIT + 1);

}  // namespace

bool is_known(uint32_t status) { return status <= ACCEL_STATUS_LIMIT; }

accel_status status_from_errno(int error_number)
{
    switch (error_number < 0 ? -error_number : error_number) {
    case 0: return ACCEL_STATUS_OK;
    case EACCES:
    case EPERM: return ACCEL_STATUS_PERMISSION;
    case ENOENT: return ACCEL_STATUS_NOT_FOUND;
    case ENOMEM: return ACCEL_STATUS_OUT_OF_MEMORY;
    case EMFILE:
    case ENFILE:
    case ENOSPC: return ACCEL_STATUS_RESOURCE;
    case EBUSY: return ACCEL_STATUS_BUSY;
    case ENODEV:
    case ENXIO: return ACCEL_STATUS_DEVICE_GONE;
    case ETIME:
    case ETIMEDOUT: return ACCEL_STATUS_JOB_TIMEOUT;
    case ECANCELED: return ACCEL_STATUS_CANCELLED;
    case EOPNOTSUPP:
    case ENOTTY:
    case ENOSYS: return ACCEL_STATUS_UNSUPPORTED;
    case EINVAL:
    case EBADF: return ACCEL_STATUS_INVALID_ARGUMENT;
    default: return ACCEL_STATUS_IO;
    }
}

accel_status job_status_from_errno(int error_number)
{
    switch (error_number < 0 ? -error_number : error_number) {
    case ETIME:
    case ETIMEDOUT: return ACCEL_STATUS_JOB_TIMEOUT;
    case ECANCELED: return ACCEL_STATUS_CANCELLED;
    case ENODEV: return ACCEL_STATUS_DEVICE_GONE;
    default: return ACCEL_STATUS_JOB_FAILED;
    }
}

bool ends_ticket(accel_status status)
{
    switch (status) {
    case ACCEL_STATUS_OK:
    case ACCEL_STATUS_CANCELLED:
    case ACCEL_STATUS_JOB_FAILED:
    case ACCEL_STATUS_JOB_TIMEOUT:
    case ACCEL_STATUS_LIMIT:
    case ACCEL_STATUS_OUT_OF_MEMORY: return true;
    default: return is_loss(status);
    }
}

bool is_loss(accel_status status)
{
    return status == ACCEL_STATUS_CONTEXT_LOST || status == ACCEL_STATUS_DEVICE_LOST || status == ACCEL_STATUS_DEVICE_GONE;
}

}  // namespace accel::runtime

extern "C" {

uint32_t accel_version(void) { return ACCEL_VERSION; }
uint32_t accel_operation_profile(void) { return ACCEL_OPERATION_PROFILE; }

const char *accel_status_name(enum accel_status status)
{
    return accel::runtime::is_known(status) ? accel::runtime::kStatuses[status].name : "UNKNOWN";
}

int accel_status_is_transient(enum accel_status status)
{
    return accel::runtime::is_known(status) && accel::runtime::kStatuses[status].transient;
}

}  // extern "C"
