// SPDX-License-Identifier: MIT
// The runtime's services, as this module uses them.
#ifndef ACCEL_BACKENDS_ETHOSU_HOST_H
#define ACCEL_BACKENDS_ETHOSU_HOST_H

#include <accel/backend.h>

namespace accel::ethosu
{

class Host
{
public:
    explicit Host(const accel_bk_host *table) : table_(table) {}

    // Leaves a sentence for the caller and answers `status`.
    accel_status fail(accel_status status, const char *rule, const char *format, ...) const __attribute__((format(printf, 4, 5)));

    void warn(const char *format, ...) const __attribute__((format(printf, 2, 3)));

    // A place where tests inject failures; names are in README.md.
    accel_status fault(const char *place) const;

private:
    const accel_bk_host *table_;
};

} // namespace accel::ethosu

#endif
