// SPDX-License-Identifier: MIT
// Keeps the latest failure of each thread, without allocating.
#include "error.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "status.h"
#include "text/printable.h"

namespace accel::runtime {

namespace {

constexpr size_t kMessageBytes = 1024;
constexpr size_t kRuleBytes = 16;

struct Detail {
    accel_error error{sizeof(accel_error), ACCEL_STATUS_OK, 0, 0, "", ""};
    char rule[kRuleBytes] = "";
    char message[kMessageBytes] = "";
};

thread_local Detail latest;
thread_local bool module_spoke = false;
thread_local char module_rule[kRuleBytes] = "";
thread_local char module_message[kMessageBytes] = "";

void record(accel_status status, const char *rule, const Object *object)
{
    text::copy_printable(latest.rule, kRuleBytes, rule);
    latest.error.status = status;
    latest.error.object_id = object ? object->id() : 0;
    latest.error.rule = latest.rule;
    latest.error.message = latest.message;
}

}  // namespace

accel_status fail(accel_status status, const char *rule, const Object *object, const char *format, ...)
{
    // Formatted aside first: the arguments may be parts of the previous message.
    char sentence[2 * kMessageBytes];  // what is cut here is cut again below, between characters
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    text::copy_printable(latest.message, kMessageBytes, sentence);
    record(status, rule, object);
    return status;
}

KeptError::KeptError() : error_(latest.error)
{
    static_assert(sizeof rule_ == sizeof latest.rule && sizeof message_ == sizeof latest.message);
    memcpy(rule_, latest.rule, sizeof rule_);
    memcpy(message_, latest.message, sizeof message_);
}

accel_status KeptError::put_back() const
{
    memcpy(latest.rule, rule_, sizeof rule_);
    memcpy(latest.message, message_, sizeof message_);
    latest.error = error_;
    return static_cast<accel_status>(error_.status);
}

accel_status fail_in_entry(accel_status status, const std::string &entry)
{
    if (status == ACCEL_STATUS_OK || entry.empty()) return status;
    char sentence[2 * kMessageBytes];
    snprintf(sentence, sizeof sentence, "entry point '%s': %s", entry.c_str(), latest.message);
    text::copy_printable(latest.message, kMessageBytes, sentence);
    return status;
}

accel_status fail_from_module(accel_status status, const char *module, const char *what, const Object *object)
{
    if (status == ACCEL_STATUS_OK || !is_known(status)) {
        clear_module_error();
        return fail(ACCEL_STATUS_INTERNAL, "A-11", object, "module '%s' answered %d to '%s', which is no valid failure", module,
                    static_cast<int>(status), what);
    }
    if (module_spoke) {
        text::copy_printable(latest.message, kMessageBytes, module_message);
        record(status, module_rule, object);
        clear_module_error();
        return status;
    }
    return fail(status, "", object, "module '%s' answered %s to '%s'", module, accel_status_name(status), what);
}

void clear_module_error() { module_spoke = false; }

const char *module_error() { return module_spoke ? module_message : ""; }

void set_module_error(const char *rule, const char *message)
{
    text::copy_printable(module_rule, kRuleBytes, rule ? rule : "");
    text::copy_printable(module_message, kMessageBytes, message ? message : "");
    module_spoke = true;
}

}  // namespace accel::runtime

extern "C" const struct accel_error *accel_last_error(void) { return &accel::runtime::latest.error; }
