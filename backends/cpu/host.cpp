// SPDX-License-Identifier: MIT
#include "host.h"

#include <atomic>
#include <cstdarg>
#include <cstddef>
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

void remark(uint32_t graph, uint32_t node, const char *format, ...)
{
    const accel_bk_host *host = g_host.load(std::memory_order_acquire);
    // A runtime of an older contract takes none.
    if (host == nullptr || host->struct_size < offsetof(accel_bk_host, remark) + sizeof host->remark || host->remark == nullptr)
        return;
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    host->remark(host->context, graph, node, message);
}

accel_status fault_point(const char *place)
{
    const accel_bk_host *host = g_host.load(std::memory_order_acquire);
    if (host == nullptr || host->fault_point == nullptr)
        return ACCEL_STATUS_OK;
    return host->fault_point(host->context, place);
}

void pulse()
{
    const accel_bk_host *host = g_host.load(std::memory_order_acquire);
    // A runtime of an older contract has no pulse.
    if (host == nullptr || host->struct_size < offsetof(accel_bk_host, pulse) + sizeof host->pulse || host->pulse == nullptr)
        return;
    if (host->pulse(host->context) != ACCEL_STATUS_OK)
        throw Cancelled();
}

} // namespace accel::cpu
