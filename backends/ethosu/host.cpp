// SPDX-License-Identifier: MIT
#include "host.h"

#include <cstdarg>
#include <cstddef>
#include <cstdio>

namespace accel::ethosu
{
namespace
{

constexpr size_t kMaxMessageBytes = 256;

} // namespace

accel_status Host::fail(accel_status status, const char *rule, const char *format, ...) const
{
    if (table_ == nullptr || table_->set_error == nullptr)
        return status;
    char message[kMaxMessageBytes];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    table_->set_error(table_->context, rule, message);
    return status;
}

void Host::warn(const char *format, ...) const
{
    if (table_ == nullptr || table_->log == nullptr || table_->log_enabled == nullptr ||
        !table_->log_enabled(table_->context, ACCEL_LOG_LEVEL_WARNING))
        return;
    char message[kMaxMessageBytes];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    table_->log(table_->context, ACCEL_LOG_LEVEL_WARNING, message);
}

accel_status Host::fault(const char *place) const
{
    constexpr size_t kNeeded = offsetof(accel_bk_host, fault_point) + sizeof(void *);
    if (table_ == nullptr || table_->struct_size < kNeeded || table_->fault_point == nullptr)
        return ACCEL_STATUS_OK;
    return table_->fault_point(table_->context, place);
}

} // namespace accel::ethosu
