/* SPDX-License-Identifier: MIT */
/*
 * A module's compiler: graphs to a blob, without hardware.
 */
#ifndef ACCEL_BACKEND_COMPILER_H
#define ACCEL_BACKEND_COMPILER_H

#include <accel/backend/host.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_bk_target_flag {
    /**
     * graphs with symbols are built as they are; else the runtime gives every symbol a size first, and refuses for the module, with SYMBOL,
     * what reads sizes that depend on data
     */
    ACCEL_BK_TARGET_FLAG_OPEN_SIZES = 1 << 0,
    ACCEL_BK_TARGET_FLAG_ENTRIES = 1 << 1,    /**< build takes several graphs; else the runtime calls it once for each */
    ACCEL_BK_TARGET_FLAG_REGIONS = 1 << 2,    /**< nodes with regions may be claimed; else the runtime refuses them for the module */
    ACCEL_BK_TARGET_FLAG_CUSTOM = 1 << 3      /**< custom nodes may be claimed; else the runtime refuses them for the module */
};

/** Facts about a compile target. A target is a name for what a blob fits: "ethos-u65-256", "cpu". */
struct accel_bk_target_info {
    size_t struct_size;
    const char *name;         /**< static */
    const char *description;  /**< static */
    uint64_t memory_bytes;    /**< 0: not limited */
    uint32_t roundings;       /**< set of 1 << enum accel_rounding */
    uint32_t flags;           /**< enum accel_bk_target_flag */
};

/**
 * An operation that the module knows, up to which revision. Frozen.
 *
 * What is not listed, or is of a newer revision, the runtime refuses for the module, with OPERATION or REVISION. Write the revision that
 * was implemented as a number: a constant of a newer header would claim what nobody wrote.
 */
struct accel_bk_operation {
    uint32_t operation; /**< enum accel_operation, not custom */
    uint32_t revision;  /**< newest that is understood, at least 1; all older ones are, too */
};

/** A layout that a tensor at a blob's border had better have, so that nothing is converted. */
struct accel_bk_layout_wish {
    uint32_t graph;   /**< of those given to build; 0 in query */
    uint32_t tensor;  /**< an input or output of that graph */
    const struct accel_layout *layout;
};

/** What all nodes share, given with query and build. */
struct accel_bk_compile_options {
    size_t struct_size;
    const char *target;
    const struct accel_option *options;
    const struct accel_bk_layout_wish *wishes; /**< may be ignored: the blob's ports say what was done */
    /**
     * per graph and symbol, what memory is planned for: no size that fits the plan is larger. Those of derived symbols are bounds, too,
     * each for itself: a P - S is planned for the largest P and the smallest S. NULL without open sizes
     */
    const int64_t *const *planned_sizes;
    accel_progress_fn progress;
    void *progress_user;
    uint32_t option_count;
    uint32_t wish_count;
    uint32_t precisions;      /**< set of enum accel_precision permitted beside the graph's own types */
    uint32_t reserved;
};

/** A module's answer for one node. */
struct accel_bk_support {
    uint32_t group;    /**< 0: refused; nodes with the same number build together as one unit */
    uint32_t reason;   /**< enum accel_reason when refused, else ACCEL_REASON_OK; one newer than the runtime is handed on as it is */
    uint32_t tensor;   /**< the tensor concerned, ACCEL_TENSOR_NONE if none */
    uint32_t attribute; /**< enum accel_attribute_key of the attribute concerned, 0 if none: messages then name it */
    int64_t given;     /**< the refused value: a rank, size, attribute value … */
    int64_t expected;  /**< the limit or the nearest admitted value */
};

enum accel_bk_port_flag {
    /**
     * an output that may have the memory of port in_place_of: no element of that is read after it was written, and what the output does not
     * write stays
     */
    ACCEL_BK_PORT_FLAG_IN_PLACE = 1 << 0
};

/** What one input or output of a blob's entry needs. */
struct accel_bk_port {
    uint32_t tensor;                   /**< index in the built graph */
    uint32_t flags;                    /**< enum accel_bk_port_flag */
    const struct accel_layout *layout; /**< of the planned sizes, where some are open */
    uint64_t align_bytes;              /**< power of two */
    /** with IN_PLACE: an input port of the entry whose elements lie where those of equal index of the output lie; else 0 */
    uint32_t in_place_of;
    uint32_t reserved;
};

/** One graph in a blob, in the order in which build got them. */
struct accel_bk_blob_entry {
    const struct accel_bk_port *ports; /**< graph inputs, then graph outputs, those that are variables included */
    uint64_t scratch_bytes;            /**< per run, for reports; the device table's program_scratch decides */
    uint32_t port_count;
    /** distinct buffers that run_bind takes at once over all ports; 0: no limit. The runtime plans with it and keeps to it */
    uint32_t buffer_count_max;
};

enum accel_bk_constant_part {
    ACCEL_BK_CONSTANT_PART_VALUES = 0,
    ACCEL_BK_CONSTANT_PART_SCALES = 1,     /**< of the tensor's quantisation */
    ACCEL_BK_CONSTANT_PART_ZERO_POINTS = 2
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
 * Constants: a blob holds what the module has transformed. Tensors that it uses as they are may be listed in `constants` instead of being
 * copied into the blob: the runtime hands their bytes to load, in this order, and stores them with a saved program, each once.
 *
 * Threads: release is called once, on any thread. Blocks: never for long.
 */
struct accel_bk_blob {
    size_t struct_size;
    void (*release)(struct accel_bk_blob *blob);
    const void *bytes;
    uint64_t byte_count;
    const struct accel_bk_blob_entry *entries;       /**< one per graph */
    const struct accel_bk_constant_place *constants; /**< no bytes twice */
    const char *log;                                 /**< remarks of the compiler; "" if none */
    uint32_t entry_count;
    uint32_t constant_count;
};

/**
 * Turns graphs into blobs. Pure: opens nothing, so it also runs without hardware, in another process or in a jail.
 *
 * What a graph here looks like: sizes are fixed unless the target has OPEN_SIZES; known inputs are constants; composites and regions appear
 * only where the module may claim them. An operand with data is a constant; without, its value comes at run time, also that of a shape or a
 * bound: refuse with CONSTANT what needs one.
 *
 * Threads: any thread; calls may overlap without limit. Blocks: as long as the work takes.
 */
struct accel_bk_compiler {
    size_t struct_size;

    const struct accel_bk_operation *operations; /**< [mandatory] static; NULL with a count of 0 where query refuses everything */
    uint32_t operation_count;
    uint32_t reserved;

    /** [mandatory] Facts about target number index; NOT_FOUND beyond the last. */
    enum accel_status (*target_info)(uint32_t index, struct accel_bk_target_info *info);

    /**
     * [mandatory] Say for every node whether it can be built, together with which others, or why not. Calls options->progress at least
     * every 100 ms of work and obeys its answer with CANCELLED.
     *
     * Sound per group: the sub-graph of a group builds, or build answers LIMIT or OUT_OF_MEMORY; and it runs right. The answer depends on
     * the graph and options alone, wishes left out. Groups need not be convex: the runtime cuts them where they are not, and asks again.
     *
     * Ownership: out_nodes has graph->node_count entries, made by the runtime.
     */
    enum accel_status (*query)(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *out_nodes);

    /**
     * [mandatory] Build graphs whose nodes were, in each, all claimed in one group. graph_count is 1 unless the target has ENTRIES.
     *
     * Variables of one name are one piece of state in all graphs, and the ports that read or write it have one layout: that of the whole
     * variable, of which a smaller tensor is the leading part. Where they have not, the runtime converts, every run, and reports it.
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
