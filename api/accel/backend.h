/* SPDX-License-Identifier: MIT */
/*
 * libaccel: the vendor door.
 *
 * A module is one shared object that exports one symbol, accel_module_entry. It answers with tables of functions; each table may be
 * NULL: `compiler` (turns graphs into blobs, touches no hardware), `device` (runs blobs through a transport), `importer` (reads a
 * model format) and `device_model` (plays a device in this process). A vendor fills the first two.
 *
 * What the runtime has done before a function here is called (docs/contract.md, rules H-*): handles are alive and of the right
 * type, sizes, alignments, ports, order and states are checked, reserved members are 0, and no string that a module gets is NULL, whatever an application may
 * leave out. A module reports only what its hardware and kernel driver alone can know.
 *
 * Binary contract
 * - Every table and struct starts with struct_size, as its maker compiled it. Members are appended, never moved. A slot beyond the maker's struct_size
 *   is absent. Slots marked [mandatory] must not be NULL; new slots are optional for ever. A module writes no member of an out struct beyond its struct_size
 *   (ACCEL_BK_ANSWER), and gives every struct that it hands out its struct_size, blob and model included: a size that cannot be is refused, and so is a newer one with
 *   something in what the runtime does not know.
 * - Elements of arrays have the sizes that the module says (accel_bk_module.sizes), in both directions: a module indexes arrays natively,
 *   also those of a graph. So a module may be older or newer than the runtime, and the burden is the runtime's. accel_bk_constant and accel_bk_constant_place are frozen.
 * - Structs that a graph, wish or view points to (quantisation, region, a region's graph, layout) come in the runtime's size: look at struct_size before a member that 0.2
 *   did not have. What an older module would not see of them, or of an element, is 0, else the runtime refuses for it.
 * - Flags and numbers: a module gets only those that the headers of its api_version have; where the application asked for another one (a usage, a kind) the runtime refuses
 *   for it. A module that is newer than the runtime sets in its answers what host->api_version has: unknown statuses, layout kinds and port flags are INTERNAL. Unknown bits
 *   of target and device flags are ignored, and so only name what may be ignored. Reasons are handed on as numbers.
 * - Numbers from 0x40000000 on, and of sets bits 24 to 31, are never given by libaccel. A vendor that needs one of its own takes it there; the runtime refuses it where it would
 *   have to know it.
 * - struct accel_bk_* objects are the module's own types: it defines them, the runtime only carries the pointers.
 * - No C++ type, no exception and no signal handler crosses this border.
 *
 * The process is not the module's: threads that it makes block all signals but those of their own instructions (SIGBUS …), descriptors that it makes are O_CLOEXEC, and no slot changes the signal mask, locale, working
 * directory, limits or floating point environment of its caller (what it sets for its own work it puts back). No slot calls a function of accel.h: the runtime may hold locks.
 * A module is never unloaded, and slots may be called while exit() runs destructors: none needs a static object that has one, and no handler of atexit takes a device away.
 *
 * Threads: calls that name different devices may overlap. Calls on one device overlap only where a line says *may overlap*.
 * Compiler, importer and entry calls may overlap each other without limit. Device models: see their table.
 *
 * Returned statuses outside enum accel_status become INTERNAL, and the module is named.
 */
#ifndef ACCEL_BACKEND_H
#define ACCEL_BACKEND_H

#include <accel/accel.h>

#include <accel/backend/buffer.h>
#include <accel/backend/compiler.h>
#include <accel/backend/device.h>
#include <accel/backend/device_model.h>
#include <accel/backend/host.h>
#include <accel/backend/importer.h>
#include <accel/backend/queue.h>
#include <accel/backend/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Element sizes of all arrays that cross the border, as the module compiled them; each a multiple of 8, and at most 4096. */
struct accel_bk_sizes {
    size_t struct_size;
    uint32_t tensor;     /**< struct accel_tensor_desc */
    uint32_t node;       /**< struct accel_node_desc */
    uint32_t support;    /**< struct accel_bk_support */
    uint32_t port;       /**< struct accel_bk_port */
    uint32_t memory;     /**< struct accel_bk_memory */
    uint32_t attribute;  /**< struct accel_attribute */
    uint32_t entry;      /**< struct accel_entry_desc */
    uint32_t blob_entry; /**< struct accel_bk_blob_entry */
    uint32_t timing;     /**< struct accel_bk_timing */
    uint32_t symbol;     /**< struct accel_symbol */
    uint32_t variable;   /**< struct accel_variable */
    uint32_t reserved;   /**< 0 */
};

/** Initialiser of a module's struct accel_bk_sizes. */
#define ACCEL_BK_SIZES                                                                                                                      \
    {                                                                                                                                       \
        sizeof(struct accel_bk_sizes), sizeof(struct accel_tensor_desc), sizeof(struct accel_node_desc), sizeof(struct accel_bk_support),   \
            sizeof(struct accel_bk_port), sizeof(struct accel_bk_memory), sizeof(struct accel_attribute), sizeof(struct accel_entry_desc),  \
            sizeof(struct accel_bk_blob_entry), sizeof(struct accel_bk_timing), sizeof(struct accel_symbol), sizeof(struct accel_variable), \
            0                                                                                                                               \
    }

/** What a module in a child is told about the fork. */
struct accel_bk_fork {
    size_t struct_size;
    const struct accel_bk_host *host; /**< this process' host, from now on in place of the one that accel_module_entry got */
    uint32_t generation;              /**< 1 in a child, 2 in a child's child, … */
    uint32_t reserved;                /**< 0 */
};

/** What a module is. It serves as what its manifest's kind says (docs/manifest.md): tables of other kinds are checked, and not called. */
struct accel_bk_module {
    size_t struct_size;
    uint32_t api_version; /**< what the module was compiled for */
    /** oldest contract of a runtime that can serve it; 0: 0.2. A runtime that is older than api_version gets the module all the same */
    uint32_t api_version_min;
    const struct accel_bk_sizes *sizes; /**< [mandatory] static, from ACCEL_BK_SIZES */
    const char *name;                   /**< as in its manifest */
    const char *version;                /**< of the module, for people, where its manifest names none */
    const struct accel_bk_compiler *compiler;
    const struct accel_bk_device_ops *device;
    const struct accel_bk_importer *importer;
    const struct accel_bk_device_model *device_model;
    /**
     * Called in a child after fork whose parent had loaded the module, before anything else of it is: forget threads, locks, caches of
     * devices, and descriptors of the parent, free nothing that its threads may have been changing, and start again. OK, or why that cannot
     * be (set_error); then, and where it is NULL, a child does not use the module. What was made before the fork is never named again.
     *
     * A module that stands on a library with locks of its own keeps its threads out of it while the process forks (pthread_atfork), or
     * answers UNSUPPORTED when one was inside.
     *
     * Ownership: fork is borrowed for the call, its host outlives the module. Threads: the first of the child that needs the module, not
     * the handler of fork, so memory may be allocated; once per child, and no call of the module overlaps. Blocks: never for long.
     * Errors: UNSUPPORTED what it holds does not survive.
     */
    enum accel_status (*after_fork)(const struct accel_bk_fork *fork);
};

/**
 * The only symbol that a module exports.
 *
 * runtime_api_version is the newest contract that the runtime speaks. The module answers with a static description, or with NULL if it
 * cannot work here at all, and why with set_error; it does not compare versions. The runtime refuses a module that is older than it serves (0.1 is), of a newer
 * major version, or whose api_version_min is newer than its own; slots that it does not know it ignores.
 *
 * Ownership: host outlives the module; the answer is static. Threads: any thread; called once per library and process, however many manifests name it, and not again in its
 * children (after_fork is); may overlap the entry calls of other modules. Blocks: never for long.
 */
ACCEL_BK_EXPORT const struct accel_bk_module *accel_module_entry(const struct accel_bk_host *host, uint32_t runtime_api_version);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_H */
