/* SPDX-License-Identifier: MIT */
/*
 * A program: a model built for an ordered device set, its entry points and their ports.
 */
#ifndef ACCEL_PROGRAM_H
#define ACCEL_PROGRAM_H

#include <accel/device.h>
#include <accel/layout.h>
#include <accel/model.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_program_flag {
    /** Fail with UNSUPPORTED unless everything runs on the first device. */
    ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY = 1 << 0,
    /** Cut the graph where measured speeds and transfer costs say, instead of by the order of the set alone. */
    ACCEL_PROGRAM_FLAG_BALANCE = 1 << 1,
    ACCEL_PROGRAM_FLAG_MAX_ENUM = 0x7fffffff
};

enum accel_option_kind {
    ACCEL_OPTION_KIND_STRING = 1,
    ACCEL_OPTION_KIND_INTEGER = 2,
    ACCEL_OPTION_KIND_NUMBER = 3,
    ACCEL_OPTION_KIND_MAX_ENUM = 0x7fffffff
};

/** A build option, named `<module>.<option>` and handed to that module. An unknown name is INVALID_ARGUMENT unless optional; so is a kind that the module does not expect. Frozen. */
struct accel_option {
    const char *name;
    uint32_t kind;     /**< enum accel_option_kind: which of the values below counts; the others are 0 */
    uint32_t optional; /**< 1: a set of devices that does not know it ignores it */
    const char *string;
    int64_t integer;
    double number;
};

/** What is known about a free symbol. Where a build leaves one out it stays open, in the range that the model gives it. */
struct accel_symbol_value {
    const char *name;
    const char *entry;    /**< in a build: the entry point, where its size differs from that of the others; NULL: all that have the symbol. Else NULL */
    int64_t size;         /**< the size; -1, in a build only: stays open, in the range below */
    int64_t min_size;     /**< with size -1: at least this, else 0 */
    int64_t max_size;     /**< with size -1: at most this, 0: as the model says. Else 0 */
    int64_t typical_size; /**< with size -1: what memory is planned for where there is no bound; 0: not said. Else 0 */
};

/** The value of an input that is known when the program is built: it becomes a constant and is no port. */
struct accel_known_value {
    const char *input;   /**< name of an input, given once for each entry point */
    const char *entry;   /**< the entry point; NULL: all that have an input of that name, but for those that are given their own */
    const void *data;    /**< dense row-major, at any byte; without elements any pointer but NULL. NULL: the default that the model gives the input */
    uint64_t data_bytes; /**< what its type and its dims need, rounded up to bytes; 0 with NULL */
    /**
     * rank sizes; NULL: as the model says, which then has no open size. Where the model has a free symbol this is its size in that entry
     * point, as if symbols gave it; if symbols, or another known value, gives another one: INVALID_ARGUMENT
     */
    const int64_t *dims;
    uint32_t rank;     /**< of dims; 0 without */
    uint32_t reserved; /**< must be 0 */
};

/**
 * An output and the input that it is in the next run: together a variable of the input's name (accel_variable has what their sizes may be).
 * It is as large as the largest tensor that reads or writes it, and begins with zero bits. An entry point that has only one of both only
 * reads or writes it: a first pass without a past, say.
 */
struct accel_state_pair {
    const char *input;
    const char *output;
    const char *entry; /**< NULL: in every entry point that has one of them */
};

/** How a port is to lie. */
struct accel_port_choice {
    const char *port;                 /**< name of an input or output that is no variable, given once for each entry point */
    const char *entry;                /**< the entry point; NULL: all that have a port of that name, but for those that are given their own */
    uint32_t layout;                  /**< enum accel_port_layout */
    uint32_t reserved;                /**< must be 0 */
    const struct accel_layout *given; /**< with GIVEN, else NULL; for the sizes that the port has in the program. Where they are open: for the planned ones; PACKED follows the others, MAXIMUM stays */
};

struct accel_program_desc {
    size_t struct_size;
    struct accel_model *model;
    struct accel_device *const *devices; /**< ordered device set: the policy; work never leaves it */
    uint32_t device_count;               /**< 0 only with target */
    uint32_t flags;                      /**< enum accel_program_flag */
    const char *target;                  /**< compile for a target without hardware, such as "ethos-u65-256": first in the set, in front of devices; else NULL */
    uint32_t rounding;                   /**< enum accel_rounding to requantise with; 0: STRICT, exactly what the model says */
    uint32_t precisions;                 /**< set of enum accel_precision permitted beside the model's own; 0: STRICT */
    const struct accel_symbol_value *symbols;
    uint32_t symbol_count;
    uint32_t option_count;
    const struct accel_option *options;
    accel_progress_fn progress; /**< may be NULL */
    void *progress_user;
    uint64_t constant_budget_bytes;        /**< most memory for constants that passes make or copy, those of the import included; 0: what the model was given */
    const struct accel_known_value *known; /**< copied within the call, at the cost of constant_budget_bytes */
    uint32_t known_count;
    uint32_t known_size;        /**< sizeof(struct accel_known_value) of the caller */
    const char *const *entries; /**< names of the entry points to build, which are numbered in this order; NULL: all, as the model has them */
    uint32_t entry_count;       /**< at least 1, or 0 with NULL */
    uint32_t symbol_size;       /**< sizeof(struct accel_symbol_value) of the caller */
    const struct accel_state_pair *states;
    uint32_t state_count;
    uint32_t state_size; /**< sizeof(struct accel_state_pair) of the caller */
    /**
     * most sets of sizes that an entry point keeps built, the planned one among them; 0: 8. The one unused longest goes; one that a run is bound to
     * stays, so with more runs there may be more
     */
    uint32_t size_variant_max;
    uint32_t reserved;                     /**< must be 0 */
    const struct accel_port_choice *ports; /**< ports that are not named are STRIDED */
    uint32_t port_count;
    uint32_t port_size; /**< sizeof(struct accel_port_choice) of the caller */
};

/**
 * Build entry points of a model for an ordered device set, into one program that holds each of their constants once. All slow work happens here, but for
 * sizes that stay open: where a device is built for one set of sizes at a time, a set is built by accel_program_prepare, or by the bind that meets it first.
 *
 * Sizes that stay open are planned: the largest size of a symbol, or, where it has no bound below 2^31 - 1, its typical_size (1 if that is not
 * said), made a size that it may have. What the program tells of itself (segments, placement, transfers, layouts, memory) is told for these.
 *
 * With a target the program can be saved and not be run here, and the devices behind the target take what it does not. Loading it asks for a device in the target's place.
 *
 * Ownership: desc is borrowed for the call; the program keeps devices and model. Threads: any thread. Blocks: on opening the devices, and for as long as compilers take;
 *         cancellable through progress.
 * Errors: UNSUPPORTED no device of the set takes some operations (the detail names all of them, with the reason of each device, as far as it has room), or the module of a
 *         device has no compiler; NOT_FOUND no module compiles for target, or the model has no such entry point or port; CANCELLED; LIMIT the graph needs more than a device has, or its constants more than
 *         constant_budget_bytes; CORRUPT a file of the model has changed since it was imported.
 */
ACCEL_API enum accel_status accel_program_build(const struct accel_program_desc *desc, struct accel_program **out_program);

/** What is to be prepared. */
struct accel_prepare_desc {
    size_t struct_size;
    const struct accel_symbol_value *symbols; /**< a size for every symbol that the entry point leaves open */
    uint32_t symbol_count;
    uint32_t symbol_size; /**< sizeof(struct accel_symbol_value) of the caller */
    uint32_t entry;
    uint32_t reserved;          /**< must be 0 */
    accel_progress_fn progress; /**< may be NULL; must not ask the same program for sizes */
    void *progress_user;
};

/**
 * Build a set of sizes now, so that binding it runs no compiler. Where no size is open, or all work is on devices that take open sizes, no compiler runs.
 *
 * Ownership: desc is borrowed for the call. Threads: any thread. Blocks: as a build does; cancellable through progress.
 * Errors: INVALID_ARGUMENT a symbol has no size, or one outside its range or not a multiple, or is not open; CANCELLED; what a build answers.
 */
ACCEL_API enum accel_status accel_program_prepare(struct accel_program *program, const struct accel_prepare_desc *desc);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_program *accel_program_ref(struct accel_program *program);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_program_unref(struct accel_program *program);

struct accel_program_info {
    size_t struct_size;
    uint64_t object_id;
    uint64_t scratch_bytes;  /**< memory that a run allocates, all devices together; of the entry point that needs most */
    uint64_t constant_bytes; /**< weights held once per program */
    uint64_t state_bytes;    /**< of one accel_state */
    uint64_t saved_bytes;    /**< size of accel_program_save's output; 0 of a program that leaves sizes open, which cannot be saved */
    uint32_t entry_count;
    uint32_t device_count; /**< places of the device set, a target's too */
    uint32_t variable_count;
    uint32_t size_variant_count; /**< sets of sizes that are built now, of all entry points that leave some open; else 1. One entry point whose devices take open sizes counts 1 */
    uint32_t rounding;           /**< enum accel_rounding that was forced, or 0 */
    uint32_t precisions;         /**< precisions beyond the model's own that were used */
};

/** Facts about a program. Threads: any thread. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_program_query(struct accel_program *program, struct accel_program_info *info);

/**
 * A device of the program's set, by its place.
 *
 * Ownership: adds a reference; NULL with OK for a target without hardware. Threads: any thread. Blocks: never. Errors: NOT_FOUND beyond the last.
 */
ACCEL_API enum accel_status accel_program_device(struct accel_program *program, uint32_t index, struct accel_device **out_device);

/** Facts about one entry point. */
struct accel_entry_info {
    size_t struct_size;
    const char *name;         /**< "" of a model with one graph */
    uint64_t scratch_bytes;   /**< memory that each run allocates, all devices together */
    uint64_t converted_bytes; /**< bytes per run that the runtime writes only because layouts or types in memory differ */
    uint64_t copied_bytes;    /**< bytes per run that are copied between devices as they are */
    uint32_t port_count;      /**< inputs first, in graph order, then outputs; no variables, no known inputs */
    uint32_t input_count;
    uint32_t segment_count;     /**< pieces submitted per run */
    uint32_t placement_count;   /**< one per operation of the model that is left after folding and fusing */
    uint32_t transfer_count;    /**< device switches, copies and conversions per run */
    uint32_t open_symbol_count; /**< sizes that a bind has to give */
    uint32_t buffer_count_max;  /**< distinct buffers that it can take at once over all ports, beside what it keeps for itself; 0: no limit, else at least 1 */
    uint32_t reserved;
};

/** Facts about an entry point. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_entry(struct accel_program *program, uint32_t entry, struct accel_entry_info *info);

enum accel_port_direction {
    ACCEL_PORT_DIRECTION_INPUT = 1,
    ACCEL_PORT_DIRECTION_OUTPUT = 2,
    ACCEL_PORT_DIRECTION_MAX_ENUM = 0x7fffffff
};

/** A size that an entry point leaves open, for a bind to give. */
struct accel_symbol_info {
    size_t struct_size;
    const char *name;
    int64_t min_size;
    int64_t max_size; /**< ACCEL_SIZE_UNBOUNDED: no bound */
    int64_t multiple;
    int64_t planned_size; /**< see accel_program_build */
};

/**
 * An open size of an entry point, by number.
 *
 * Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND beyond the last.
 */
ACCEL_API enum accel_status accel_program_symbol(struct accel_program *program, uint32_t entry, uint32_t symbol, struct accel_symbol_info *info);

/** How sure the sizes of a port are. */
enum accel_size_knowledge {
    ACCEL_SIZE_KNOWLEDGE_EXACT = 1, /**< these are the sizes */
    ACCEL_SIZE_KNOWLEDGE_BOUND = 2, /**< none is larger; the sizes themselves come with the bind, or, where they depend on data, with the fence: accel_run_port then tells them */
    /** some have no bound, dims has ACCEL_SIZE_UNBOUNDED for them, or one beyond what was planned; layout is that of the planned sizes, size_bytes is 0 */
    ACCEL_SIZE_KNOWLEDGE_OPEN = 3,
    ACCEL_SIZE_KNOWLEDGE_MAX_ENUM = 0x7fffffff
};

enum accel_port_flag {
    ACCEL_PORT_FLAG_DEFAULT = 1 << 0, /**< an input that has values where nothing is bound */
    /** the runtime converts between this layout and the device's, every run; a row of the transfer report */
    ACCEL_PORT_FLAG_CONVERTED = 1 << 1,
    ACCEL_PORT_FLAG_IN_PLACE = 1 << 2, /**< an output that may have the memory of input in_place_of, all of it */
    ACCEL_PORT_FLAG_MAX_ENUM = 0x7fffffff
};

/** What one input or output needs from its memory. */
struct accel_port_info {
    size_t struct_size;
    const char *name;
    uint32_t direction; /**< enum accel_port_direction */
    uint32_t type;      /**< enum accel_type, the model's */
    uint32_t rank;
    uint32_t flags;                                /**< enum accel_port_flag */
    const int64_t *dims;                           /**< rank, model axis order; see knowledge */
    const struct accel_layout *layout;             /**< of a tensor of these dims, or of the planned sizes */
    uint64_t size_bytes;                           /**< memory needed, padding included: layout->size_bytes */
    uint64_t align_bytes;                          /**< of offset_bytes in a binding */
    struct accel_device *device;                   /**< borrowed: the device that reads or writes it first */
    const struct accel_quantization *quantization; /**< NULL if none; where layout->type moves values, of those that were not moved */
    uint32_t in_place_of;                          /**< with IN_PLACE, else ACCEL_NONE */
    uint32_t knowledge;                            /**< enum accel_size_knowledge */
};

/** Facts about a port of an entry point, whatever run: sizes that stay open are bounds. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_port(struct accel_program *program, uint32_t entry, uint32_t port, struct accel_port_info *info);

/** Index of the port with that name; ACCEL_NONE on an error. Threads: any thread. Blocks: never. Errors: NOT_FOUND (the detail lists the names). */
ACCEL_API enum accel_status accel_program_find_port(struct accel_program *program, uint32_t entry, const char *name, uint32_t *out_port);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_PROGRAM_H */
