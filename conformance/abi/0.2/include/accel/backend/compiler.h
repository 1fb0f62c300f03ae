/* SPDX-License-Identifier: MIT */
/*
 * A module's compiler: graphs to a blob, without hardware.
 */
#ifndef ACCEL_BACKEND_COMPILER_H
#define ACCEL_BACKEND_COMPILER_H

#include <accel/backend/host.h>
#include <accel/layout.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_bk_target_flag {
    /**
     * Graphs whose sizes are open are built, once for all sizes: query and build get dimensions that are symbols, with the sizes that memory is planned for
     * (planned_sizes), and run_bind tells the sizes. Else the runtime gives every symbol a size first, builds for each set of sizes, and refuses for
     * the module, with SYMBOL, what has sizes that depend on data.
     */
    ACCEL_BK_TARGET_FLAG_OPEN_SIZES = 1 << 0,
    ACCEL_BK_TARGET_FLAG_ENTRIES = 1 << 1, /**< build takes several graphs. Else the runtime calls it once for each */
    /** Nodes with regions may be claimed, where what is in the regions may be. Else the runtime refuses them for the module, which never sees one. */
    ACCEL_BK_TARGET_FLAG_REGIONS = 1 << 2,
    /** Custom nodes may be claimed. Else the runtime refuses them for the module, which never sees one. */
    ACCEL_BK_TARGET_FLAG_CUSTOM = 1 << 3,
    ACCEL_BK_TARGET_FLAG_MAX_ENUM = 0x7fffffff
};

/** Facts about a compile target. A target is a name for what a blob fits: "ethos-u65-256", "cpu". */
struct accel_bk_target_info {
    size_t struct_size;
    const char *name;   /**< static */
    uint32_t flags;     /**< enum accel_bk_target_flag */
    uint32_t roundings; /**< set of 1 << enum accel_rounding */
};

/**
 * An operation that a module knows. Frozen.
 *
 * What is not listed, or is of a newer revision, the runtime refuses for the module, with OPERATION or REVISION. Write the revision that
 * was implemented as a number: a constant of a newer header would claim what nobody wrote.
 */
struct accel_bk_operation {
    uint32_t operation; /**< enum accel_operation, not custom */
    uint32_t revision;  /**< newest that is understood, at least 1; all older ones are, too */
};

/**
 * A layout that a tensor at a blob's border had better have, so that nothing is converted: what the application wants of a port, or what
 * the part of the model has that makes the tensor. Frozen.
 */
struct accel_bk_layout_wish {
    uint32_t graph;  /**< of those given to build */
    uint32_t tensor; /**< an input or output of the graph */
    const struct accel_layout *layout;
};

/** What all nodes of a graph share, given with query and build. */
struct accel_bk_compile_options {
    size_t struct_size;
    const char *target;
    const struct accel_option *options;
    uint32_t option_count;
    uint32_t precisions; /**< set of enum accel_precision permitted beside the graph's own types */
    accel_progress_fn progress;
    void *progress_user;
    const struct accel_bk_layout_wish *wishes; /**< of build; may be ignored: the blob's ports say what was done */
    uint32_t wish_count;
    uint32_t reserved; /**< 0 */
    /**
     * Where sizes are open, for each graph what memory is planned for, one size per symbol of it; NULL for a graph without symbols. No size that fits
     * the plan is larger: of a symbol with a bound it is the bound, each for itself (of a P - S the one for the largest P and the smallest S). Of a FREE one without a bound it is
     * the typical size; of a DERIVED one without an expression, or one without a bound, what it is at the planned sizes; of a DATA one without a bound
     * ACCEL_SIZE_UNBOUNDED. Ports and scratch of the blob are those of these sizes. NULL: no size is open.
     */
    const int64_t *const *planned_sizes;
};

/** A module's answer for one node. */
struct accel_bk_support {
    uint32_t group;     /**< 0: refused; nodes with the same number build together as one unit */
    uint32_t reason;    /**< enum accel_reason when refused, else ACCEL_REASON_OK. One that the runtime does not know reaches the application as its number */
    uint32_t tensor;    /**< the tensor concerned, of the graph that was given, not of a region in it; ACCEL_TENSOR_NONE if none */
    uint32_t attribute; /**< enum accel_attribute_key of the attribute concerned, 0 if none: messages then name it */
    int64_t given;      /**< the refused value: a rank, size, attribute value … */
    int64_t expected;   /**< the limit or the nearest admitted value */
};

enum accel_bk_port_flag {
    /**
     * an output that may have the memory of port in_place_of: no element of that is read after it was written, and what the output does not
     * write stays
     */
    ACCEL_BK_PORT_FLAG_IN_PLACE = 1 << 0,
    ACCEL_BK_PORT_FLAG_MAX_ENUM = 0x7fffffff
};

/** What one input or output of a graph in a blob needs. */
struct accel_bk_port {
    uint32_t tensor; /**< index in the built graph */
    uint32_t flags;  /**< enum accel_bk_port_flag */
    /** for the planned sizes where sizes are open, and follows others as its sizing says; alive until release; its struct_size is the module's own */
    const struct accel_layout *layout;
    uint64_t align_bytes; /**< power of two */
    uint32_t in_place_of; /**< with IN_PLACE: an input port of the graph whose elements lie where those of equal index of the output lie; else 0 */
    uint32_t reserved;    /**< 0 */
};

/** One graph in a blob, in the order in which build got them. */
struct accel_bk_blob_entry {
    const struct accel_bk_port *ports; /**< graph inputs, then graph outputs */
    uint64_t scratch_bytes;            /**< per run, for reports; the module allocates it in run_create */
    uint32_t port_count;
    uint32_t buffer_count_max; /**< distinct buffers that run_bind takes at once over all ports; 0: no limit. The runtime plans with it and keeps to it */
};

/** What of a constant a blob refers to. */
enum accel_bk_constant_part {
    ACCEL_BK_CONSTANT_PART_VALUES = 0,
    ACCEL_BK_CONSTANT_PART_MAX_ENUM = 0x7fffffff
};

/** A constant that a blob refers to. Frozen. */
struct accel_bk_constant_place {
    uint32_t graph;    /**< of those given to build */
    uint32_t tensor;   /**< of that graph; what stands in regions only is copied into the blob */
    uint32_t part;     /**< enum accel_bk_constant_part */
    uint32_t reserved; /**< must be 0 */
};

/**
 * Built graphs. Made by build, released by its own release.
 *
 * Constants: a blob holds what the module has transformed. Tensors that it uses as they are may be listed in `constants` instead of being copied into the
 * blob: the runtime hands their bytes to load, in this order, and stores them with a saved program, each once.
 *
 * Threads: release is called once, on any thread. Blocks: never for long.
 */
struct accel_bk_blob {
    size_t struct_size;
    void (*release)(struct accel_bk_blob *blob);
    const void *bytes;
    uint64_t byte_count;
    const struct accel_bk_blob_entry *entries;       /**< one per graph */
    const struct accel_bk_constant_place *constants; /**< one that several graphs have, with one data pointer, need be listed once only */
    const char *log;                                 /**< remarks of the compiler for the application's log, a line each; "" if none */
    uint32_t entry_count;
    uint32_t constant_count;
};

/**
 * Turns graphs into blobs. Pure: opens no device, so it also runs without hardware, in another process or in a jail, and answers the same wherever its own files are the
 * same. Files of its own it may read; where they are missing target_info has no target, and set_error says which file it wants.
 *
 * Where a target has OPEN_SIZES, a node may have sizes that are symbols of its graph, which has then all symbols and expressions of the model's. Its attributes and value operands are as the model
 * has them: what follows from sizes (SHAPE, a Reshape's shape, AUTO_PAD) is not worked out. Claim what is right for every size in range; what is refused so is
 * asked about again with sizes.
 *
 * Threads: any thread; calls may overlap without limit. Blocks: as long as the work takes.
 */
struct accel_bk_compiler {
    size_t struct_size;

    const struct accel_bk_operation *operations; /**< static; NULL where operation_count is 0, as of a module that claims custom nodes only, or loads blobs only */
    uint32_t operation_count;
    uint32_t reserved;

    /** [mandatory] Facts about target number index; NOT_FOUND beyond the last. The same at every time. */
    enum accel_status (*target_info)(uint32_t index, struct accel_bk_target_info *info);

    /**
     * [mandatory] Say for every node whether it can be built, together with which others, or why not. Calls options->progress at least every 100 ms of work and obeys
     * its answer with CANCELLED.
     *
     * Sound per group: the sub-graph of a group builds, or build answers LIMIT or OUT_OF_MEMORY; and it runs right. The answer depends on the
     * graph and options alone, wishes left out. The graph need not be the whole model: nodes that the runtime has refused are not in it.
     *
     * Ownership: out_nodes has graph->node_count entries, made by the runtime.
     */
    enum accel_status (*query)(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *out_nodes);

    /**
     * [mandatory] Build graphs whose nodes were, in each, all claimed in one group. graph_count is 1 unless the target has ENTRIES; then several entry points of a
     * model, or several parts of one, are built into one blob, so that what is made of a constant exists once. Constants that graphs have in common have one data
     * pointer. LIMIT for several: the runtime builds each by itself.
     *
     * The same graphs and options give the same bytes. UNSUPPORTED after a claim is a broken promise (rule C-2).
     *
     * Blocks: as long as it takes; calls options->progress at least every 100 ms of work and obeys its answer with CANCELLED.
     */
    enum accel_status (*build)(const struct accel_bk_host *host, const struct accel_graph_desc *const *graphs, uint32_t graph_count,
                               const struct accel_bk_compile_options *options, struct accel_bk_blob **out_blob);

    /**
     * [mandatory] Is this blob intact and good for that target? The bytes are not trusted.
     *
     * Errors: CORRUPT not intact; OK with *out_fit = ACCEL_FIT_NONE: intact, but for something else.
     */
    enum accel_status (*check)(const struct accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, enum accel_fit *out_fit);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_COMPILER_H */
