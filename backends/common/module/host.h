// SPDX-License-Identifier: MIT
// The runtime's services, as a module uses them.
//
// One host per process, as the runtime loads a module once: accel_module_entry gives it (enter, table.h), and after_fork its successor. Slots that an
// older runtime does not have do nothing here, and so does everything before a host was given: tests that need no host need not make one.
//
// Threads: any thread, in every function but set_host. Blocks: never for long. Nothing here allocates.
#pragma once

#include <accel/backend.h>

namespace accel::module {

// From now on the services of this one; null takes them away. Ownership: borrowed, for as long as the module is loaded. Threads: no other call of the
// module overlaps.
void set_host(const accel_bk_host *host);

// Leaves a sentence for the caller, with the number of the rule concerned ("" if none), and answers `status`. Sentences are cut at 255 bytes.
[[gnu::format(printf, 3, 4)]] accel_status fail(accel_status status, const char *rule, const char *format, ...);

// A line in the log; formatted only if somebody listens.
[[gnu::format(printf, 1, 2)]] void warn(const char *format, ...);

// During the load of a program, on its thread: a sentence for the placement report about a node of one of its graphs.
[[gnu::format(printf, 3, 4)]] void remark(uint32_t graph, uint32_t node, const char *format, ...);

// OK, or what a test wants this place to fail with. Names are `<module>.<what>`.
accel_status fault_point(const char *place);

// Thrown where the application wants no more; guarded (guard.h) makes CANCELLED of it.
struct Cancelled {
};

// Inside of a handler: the status of what was thrown, with a sentence. Never throws.
accel_status fail_thrown() noexcept;

// Shows the application that a call goes on which has no progress function, such as program_load. To be called at least every 100 ms of work.
// Throws Cancelled.
void pulse();

// The same for query and build: tells what part of the work is done (0 to 1), and what is being done. Throws Cancelled.
void progress(const accel_bk_compile_options &options, double fraction, const char *what);

}  // namespace accel::module
