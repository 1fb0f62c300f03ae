// SPDX-License-Identifier: MIT
// The calling thread's latest failure: accel_last_error().
#pragma once

#include <accel/accel.h>

#include <string>

#include "object.h"

namespace accel::runtime {

/// Record a failure and answer its status, so that `return fail(…)` reads well. rule is a number of docs/contract.md
/// or ""; object may be null. Formats into a fixed per-thread area: never allocates, cuts long sentences.
[[gnu::format(printf, 4, 5)]] accel_status fail(accel_status status, const char *rule, const Object *object, const char *format, ...);

/// The failure that was just recorded, with the name of the entry point that it is about in front of its sentence. OK, and an entry point without a name, change nothing.
accel_status fail_in_entry(accel_status status, const std::string &entry);

/// The detail that a module left with set_error during the call that answered `status`, or a sentence made from the module's name
/// and what it was asked to do. Normalises statuses outside the enum to INTERNAL and blames the module.
accel_status fail_from_module(accel_status status, const char *module, const char *what, const Object *object);

/// The thread's latest failure, kept over calls that make others. Allocates nothing.
class KeptError {
public:
    KeptError();
    /// It is the latest again. Answers its status.
    accel_status put_back() const;

private:
    accel_error error_;
    char rule_[16];
    char message_[1024];
};

/// Forget what a module left on this thread; called before each module call whose status is passed on.
void clear_module_error();
/// What a module left on this thread since clear_module_error(); "" if nothing.
const char *module_error();
/// Host service behind accel_bk_host::set_error.
void set_module_error(const char *rule, const char *message);

}  // namespace accel::runtime
