/* SPDX-License-Identifier: MIT */
/*
 * libaccel: the application door.
 *
 * One C API for every accelerator behind /dev/accel, and for the CPU. An application
 * links libaccel.so.0, lists devices, turns a model into a program for an ordered set of
 * devices, binds buffers to a run and submits it to a queue.
 *
 *     once per process     once per model                     every inference
 *     instance, devices    model, program, buffers, run       queue submit -> fence wait
 *
 * Conventions, valid for every declaration of every header
 * - Objects are opaque, reference counted and typed. `create`, `import`, `build`, `load` give
 *   the caller one reference; `ref` adds one, `unref` drops one and accepts NULL. A child keeps its
 *   parents alive, so the order of the last unrefs does not matter.
 * - Out parameters come last. On any error every out handle is NULL and every out fd is -1.
 * - A `struct_size` member is set by the caller to sizeof the struct it was compiled with. Members beyond it
 *   are neither read nor written; unknown non-zero input members are INVALID_ARGUMENT; unknown output members become 0, so a caller that
 *   is newer than the library reads "not told" and no stale bytes. Sizes above 4096 are INVALID_ARGUMENT.
 * - Of an array, X_count says how many elements there are and X_size how large one is: sizeof the struct in the headers of whoever made the array, a multiple of 8. With a
 *   count of 0 it is not looked at. (X_bytes is a length of memory.)
 * - In structs that libaccel hands out (accel_error, records and rows of callbacks, graphs of accel_model_entry, extension tables) struct_size is the library's: read no member
 *   beyond it.
 * - Structs without a struct_size are of two sorts. Those whose size stands in their owner grow like the others: accel_binding, accel_memory_binding, accel_join_port,
 *   accel_symbol_value, accel_known_value, accel_state_pair, accel_port_choice, accel_entry_desc, accel_tensor_desc, accel_node_desc, accel_symbol, accel_attribute,
 *   accel_variable; accel_bk_sizes lists the modules'. All others are frozen, and their comments say so. Their reserved members are 0 for ever; what has no room in one is a new struct
 *   behind a new number of a `kind`, which old readers refuse.
 * - Enums have a value ACCEL_..._MAX_ENUM, which means nothing: it makes all numbers of 31 bits legal in C++, since a newer library may answer with one that these headers
 *   do not name.
 * - Strings are UTF-8, NUL terminated. A string inside a returned struct lives as long as the object asked.
 * - Threads: *any thread* = may be called at any time from any thread; *one thread per object* = calls
 *   that name the same object must not overlap; *host thread* = called by libaccel on a thread of its own.
 * - Callbacks must not throw, longjmp or end the thread, and must not call libaccel unless their comment says so.
 * - *Blocks: never* on unref excludes the last reference, which may call drivers and close devices. submit, transfer, query and wait may do the same for objects that only
 *   finished work kept alive.
 * - No function changes the signal mask, the floating point environment, the locale or the working directory.
 * - After fork a child may make an instance of its own, with every module that starts again; its parent's objects answer ACCEL_STATUS_FORKED, and to unref them changes nothing.
 * - Every rule that these headers state has a number in docs/contract.md, and a case of the conformance suite or a unit test.
 *
 * Labels in the comments, in this order: Shapes, Units, Ownership, Threads, Blocks, Errors. Every function says Threads and Blocks, and Errors if it answers with a
 * status; another label that cannot apply is left out. Errors lists the codes that a caller treats differently. Possible everywhere are INVALID_ARGUMENT (a rule of the
 * declaration was broken), OUT_OF_MEMORY, RESOURCE (descriptors are used up), INTERNAL (the detail names the module that broke its contract) and FORKED; where something
 * is done on a device also DEVICE_LOST and DEVICE_GONE; and where devices are opened (Blocks says so) what accel_device_open answers.
 */
#ifndef ACCEL_ACCEL_H
#define ACCEL_ACCEL_H

#include <accel/base.h>
#include <accel/catalog.h>

#include <accel/buffer.h>
#include <accel/device.h>
#include <accel/fence.h>
#include <accel/instance.h>

#include <accel/graph.h>
#include <accel/model.h>
#include <accel/tensor.h>

#include <accel/layout.h>
#include <accel/program.h>
#include <accel/report.h>
#include <accel/saved.h>
#include <accel/scratch.h>

#include <accel/queue.h>
#include <accel/run.h>
#include <accel/state.h>

#endif /* ACCEL_ACCEL_H */
