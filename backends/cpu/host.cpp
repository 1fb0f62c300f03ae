// SPDX-License-Identifier: MIT
#include "host.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>

namespace accel::cpu
{
namespace
{

std::atomic<const accel_bk_host *> g_host{nullptr};

} // namespace

void set_host(const accel_bk_host *host) { g_host.store(host, std::memory_order_release); }

accel_status fail(accel_status status, const char *rule, const char *format, ...)
{
    const accel_bk_host *host = g_host.load(std::memory_order_acquire);
    if (host == nullptr || host->set_error == nullptr)
        return status;
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    host->set_error(host->context, rule, message);
    return status;
}

accel_status fault_point(const char *place)
{
    const accel_bk_host *host = g_host.load(std::memory_order_acquire);
    if (host == nullptr || host->fault_point == nullptr)
        return ACCEL_STATUS_OK;
    return host->fault_point(host->context, place);
}

} // namespace accel::cpu
