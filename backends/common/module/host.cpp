// SPDX-License-Identifier: MIT
// Keeps the host, and calls those of its slots that are there.
#include "module/host.h"

#include <accel/border/guard.h>

#include <atomic>
#include <cstdarg>
#include <cstddef>
#include <cstdio>

namespace accel::module {
namespace {

constexpr size_t kMaxMessageBytes = 256;

std::atomic<const accel_bk_host *> g_host{nullptr};

constexpr accel_bk_host kBlank{};

// The host if it is so long that it has the slot, and has set it; else null.
template <class Slot> const accel_bk_host *host_with(Slot accel_bk_host::*slot)
{
    const accel_bk_host *host = g_host.load(std::memory_order_acquire);
    const auto *begin = reinterpret_cast<const char *>(&kBlank), *place = reinterpret_cast<const char *>(&(kBlank.*slot));
    const bool has = host != nullptr && static_cast<size_t>(place - begin) + sizeof(Slot) <= host->struct_size && host->*slot != nullptr;
    return has ? host : nullptr;
}

struct Message {
    char text[kMaxMessageBytes];

    Message(const char *format, va_list arguments) { std::vsnprintf(text, sizeof text, format, arguments); }
};

}  // namespace

void set_host(const accel_bk_host *host) { g_host.store(host, std::memory_order_release); }

accel_status fail(accel_status status, const char *rule, const char *format, ...)
{
    const accel_bk_host *host = host_with(&accel_bk_host::set_error);
    if (host == nullptr)
        return status;
    va_list arguments;
    va_start(arguments, format);
    const Message message(format, arguments);
    va_end(arguments);
    host->set_error(host->context, rule, message.text);
    return status;
}

accel_status fail_thrown() noexcept
{
    try {
        throw;
    } catch (const Cancelled &) {
        return fail(ACCEL_STATUS_CANCELLED, "P-5", "the application cancelled it");
    } catch (...) {
        const border::Caught caught = border::caught();
        return fail(caught.status, "", "%s", caught.what);
    }
}

void warn(const char *format, ...)
{
    const accel_bk_host *host = host_with(&accel_bk_host::log);
    if (host == nullptr || host_with(&accel_bk_host::log_enabled) == nullptr || host->log_enabled(host->context, ACCEL_LOG_LEVEL_WARNING) == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    const Message message(format, arguments);
    va_end(arguments);
    host->log(host->context, ACCEL_LOG_LEVEL_WARNING, message.text);
}

void remark(uint32_t graph, uint32_t node, const char *format, ...)
{
    const accel_bk_host *host = host_with(&accel_bk_host::remark);
    if (host == nullptr)
        return;
    va_list arguments;
    va_start(arguments, format);
    const Message message(format, arguments);
    va_end(arguments);
    host->remark(host->context, graph, node, message.text);
}

accel_status fault_point(const char *place)
{
    const accel_bk_host *host = host_with(&accel_bk_host::fault_point);
    return host != nullptr ? host->fault_point(host->context, place) : ACCEL_STATUS_OK;
}

void pulse()
{
    const accel_bk_host *host = host_with(&accel_bk_host::pulse);
    if (host != nullptr && host->pulse(host->context) != ACCEL_STATUS_OK)
        throw Cancelled();
}

void progress(const accel_bk_compile_options &options, double fraction, const char *what)
{
    const accel_progress done = {sizeof done, fraction, what};
    if (options.progress != nullptr && options.progress(options.progress_user, &done) != 0)
        throw Cancelled();
}

}  // namespace accel::module
