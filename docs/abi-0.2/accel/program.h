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
    ACCEL_PROGRAM_FLAG_BALANCE = 1 << 1
};

enum accel_option_kind {
    ACCEL_OPTION_KIND_STRING = 1,
    ACCEL_OPTION_KIND_INTEGER = 2,
    ACCEL_OPTION_KIND_NUMBER = 3
};

/**
 * A build option, named `<module>.<option>` and handed to that module. An unknown name is INVALID_ARGUMENT unless optional; so is a kind
 * that the module does not expect. Frozen.
 */
struct accel_option {
    const char *name;
    uint32_t kind;       /**< enum accel_option_kind: which of the values below counts; the others are 0 */
    uint32_t optional;   /**< 1: a set of devices that does not know it ignores it */
    const char *string;
    int64_t integer;
    double number;
};

/** What is known about a free symbol. Where a build leaves one out it stays open, in the range that the model gives it. */
struct accel_symbol_value {
    const char *name;
    const char *entry;     /**< in a build: the entry point, where its size differs from others'; NULL: all. Else NULL */
    int64_t size;          /**< the size; -1, in a build only: stays open, in the range below */
    int64_t min_size;      /**< with size -1: at least this, else 0 */
    int64_t max_size;      /**< with size -1: at most this, 0: as the model says. Else 0 */
    int64_t typical_size;  /**< with size -1: what the program is made fast for; 0: not said. Else 0 */
};

/** The value of an input that is known when the program is built: it becomes a constant and is no port. */
struct accel_known_value {
    const char *input;
    const char *entry;     /**< NULL: in every entry point that has an input of that name */
    const void *data;      /**< dense row-major, at any byte; NULL: the input's default. Without elements any pointer but NULL */
    uint64_t data_bytes;
    /**
     * rank; NULL: as the model says, which then has no open size. Where the model has a free symbol this is its size in that entry, as if
     * symbols gave it; if symbols, or another known value, gives another one: INVALID_ARGUMENT
     */
    const int64_t *dims;
    uint32_t rank;
    uint32_t reserved;     /**< must be 0 */
};

/** How a port is to lie. */
struct accel_port_choice {
    const char *port;
    const char *entry;     /**< NULL: in every entry point that has a port of that name */
    uint32_t layout;       /**< enum accel_port_layout */
    uint32_t reserved;     /**< must be 0 */
    const struct accel_layout *given; /**< with GIVEN, else NULL */
};

/**
 * An output and the input that it is in the next run: together a variable of the input's name (accel_variable has what their sizes may be).
 * It is as large as the largest tensor that reads or writes it. An entry point that has only one of both only reads or writes it: a first
 * pass without a past, say.
 */
struct accel_state_pair {
    const char *input;
    const char *output;
    const char *entry;     /**< NULL: in every entry point that has one of them */
};

struct accel_program_desc {
    size_t struct_size;
    struct accel_model *model;
    struct accel_device *const *devices;  /**< ordered device set: the policy; work never leaves it */
    /** compile for a target without hardware, such as "ethos-u65-256": first in the set, in front of devices; else NULL */
    const char *target;
    const char *const *entries;           /**< names of the entry points to build, which are numbered in this order; NULL: all */
    const struct accel_symbol_value *symbols;
    const struct accel_known_value *known;
    const struct accel_port_choice *ports; /**< ports that are not named are STRIDED */
    const struct accel_state_pair *states;
    const struct accel_option *options;
    accel_progress_fn progress;           /**< may be NULL */
    void *progress_user;
    accel_release_fn release;             /**< called when the data of known is used no more; NULL: the caller knows by other means */
    void *release_user;
    /** most memory for constants that passes make or copy, those of the import included; 0: what the model was given */
    uint64_t constant_budget_bytes;
    uint32_t device_count;                /**< 0 only with target */
    uint32_t entry_count;
    uint32_t symbol_count;
    uint32_t symbol_size;                 /**< sizeof(struct accel_symbol_value) */
    uint32_t known_count;
    uint32_t known_size;                  /**< sizeof(struct accel_known_value) */
    uint32_t port_count;
    uint32_t port_size;                   /**< sizeof(struct accel_port_choice) */
    uint32_t state_count;
    uint32_t state_size;                  /**< sizeof(struct accel_state_pair) */
    uint32_t option_count;
    uint32_t flags;                       /**< enum accel_program_flag */
    uint32_t rounding;                    /**< enum accel_rounding to requantise with; 0: STRICT, exactly what the model says */
    uint32_t precisions;                  /**< set of enum accel_precision permitted beside the model's own; 0: STRICT */
    /**
     * most sets of sizes that the program keeps built for devices without OPEN_SIZES; 0: 8. The one unused longest goes; one that a run is
     * bound to stays, so with more runs there may be more
     */
    uint32_t size_variant_max;
    uint32_t reserved;                    /**< must be 0 */
};

/**
 * Build a model for an ordered device set. All slow work happens here, but for sizes that stay open on a device without OPEN_SIZES: those
 * are built by accel_program_prepare, or by the bind that meets them first.
 *
 * Memory for open sizes is planned: for the largest size of a symbol (of a derived one a bound over all sizes in range), or, where it has
 * no bound, for its typical_size (1 if that is not said). A bind of a size beyond the plan may allocate, and so may one of a set that,
 * built for itself, needs more scratch than was planned; a variable has no size without a bound.
 *
 * What is computed from tensors whose sizes depend on data goes to devices with OPEN_SIZES only: nothing is compiled in the middle of a
 * submission.
 *
 * With a target the program can be saved and not be run here, and the devices behind the target take what it does not. Loading it asks for
 * a device in the target's place.
 *
 * Ownership: desc is borrowed for the call, the data of known until the program is gone, which release tells; the program keeps devices and
 *         model. Threads: any thread. Blocks: on opening the devices, and for as long as compilers take; cancellable through progress.
 * Errors: UNSUPPORTED no device of the set takes some operations (the detail names all of them, with the reason of each device, as far as
 *         it has room), an output has no upper bound, or the module of a device has no compiler; NOT_FOUND no module compiles for target,
 *         or no such entry, input or port; CANCELLED; LIMIT the graph needs more than a device has, or its constants more than
 *         constant_budget_bytes; CORRUPT a file of the model has changed since it was imported.
 */
ACCEL_API enum accel_status accel_program_build(const struct accel_program_desc *desc, struct accel_program **out_program);

/** What is to be prepared. */
struct accel_prepare_desc {
    size_t struct_size;
    const struct accel_symbol_value *symbols; /**< a size for every symbol that the entry leaves open */
    uint32_t symbol_count;
    uint32_t symbol_size;
    uint32_t entry;
    uint32_t reserved;                        /**< must be 0 */
    accel_progress_fn progress;               /**< may be NULL */
    void *progress_user;
};

/**
 * Make a set of sizes fast to bind, now. Nothing happens where all devices have OPEN_SIZES.
 *
 * Ownership: desc is borrowed for the call. Threads: any thread. Blocks: as a build does; cancellable through progress.
 * Errors: INVALID_ARGUMENT a symbol has no size, or one outside its range or not a multiple; UNSUPPORTED a loaded program was not saved
 *         with these sizes, and what is left of the model cannot be built; CANCELLED; LIMIT.
 */
ACCEL_API enum accel_status accel_program_prepare(struct accel_program *program, const struct accel_prepare_desc *desc);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_program *accel_program_ref(struct accel_program *program);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_program_unref(struct accel_program *program);

struct accel_program_info {
    size_t struct_size;
    uint64_t object_id;
    uint64_t scratch_bytes;     /**< memory that a run needs beside its ports and state, all devices together; the largest entry's */
    uint64_t constant_bytes;    /**< weights held once per program */
    uint64_t state_bytes;       /**< of one accel_state */
    uint64_t saved_bytes;       /**< size of accel_program_save's output */
    uint32_t entry_count;
    uint32_t device_count;      /**< places of the device set, a target's too */
    uint32_t variable_count;
    uint32_t rounding;          /**< enum accel_rounding that was forced, or 0 */
    uint32_t precisions;        /**< precisions beyond the model's own that were used */
    uint32_t size_variant_count; /**< sets of sizes that are built now, where some are open; else 1 */
};

/** Facts about a program. Threads: any thread. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_program_query(struct accel_program *program, struct accel_program_info *info);

/** Facts about one entry point, with the sizes that it was built for first. */
struct accel_entry_info {
    size_t struct_size;
    const char *name;
    uint64_t scratch_bytes;
    uint64_t converted_bytes;   /**< bytes per run that the runtime writes only because layouts or types in memory differ */
    uint64_t copied_bytes;      /**< bytes per run that are copied between devices as they are */
    uint32_t port_count;        /**< inputs first, in graph order, then outputs; no variables, no known inputs */
    uint32_t input_count;
    uint32_t segment_count;     /**< pieces submitted per run */
    uint32_t placement_count;   /**< one per operation of the model that is left after folding and fusing */
    uint32_t transfer_count;    /**< device switches, copies and conversions per run */
    uint32_t open_symbol_count; /**< sizes that a bind has to give */
};

/** Facts about an entry point. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_entry(struct accel_program *program, uint32_t entry, struct accel_entry_info *info);

enum accel_port_direction {
    ACCEL_PORT_DIRECTION_INPUT = 1,
    ACCEL_PORT_DIRECTION_OUTPUT = 2
};

/** A size that an entry point leaves open, for a bind to give. */
struct accel_symbol_info {
    size_t struct_size;
    const char *name;
    int64_t min_size;
    int64_t max_size;      /**< ACCEL_SIZE_UNBOUNDED: no bound */
    int64_t multiple;
    int64_t planned_size;  /**< see accel_program_build */
};

/**
 * An open size of an entry point.
 *
 * Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND.
 */
ACCEL_API enum accel_status accel_program_symbol(struct accel_program *program, uint32_t entry, uint32_t symbol, struct accel_symbol_info *info);

/** How sure the sizes of a port are. */
enum accel_size_knowledge {
    ACCEL_SIZE_KNOWLEDGE_EXACT = 1, /**< these are the sizes */
    /** none is larger; the sizes themselves come with the bind, or, where they depend on data, with the fence */
    ACCEL_SIZE_KNOWLEDGE_BOUND = 2,
    /** some have no bound, dims has ACCEL_SIZE_UNBOUNDED for them; layout is that of the planned sizes, size_bytes is 0 */
    ACCEL_SIZE_KNOWLEDGE_OPEN = 3
};

enum accel_port_flag {
    ACCEL_PORT_FLAG_DEFAULT = 1 << 0,   /**< an input that has a value where nothing is bound */
    /** the runtime converts between this layout and the device's, every run; a row of the transfer report */
    ACCEL_PORT_FLAG_CONVERTED = 1 << 1,
    ACCEL_PORT_FLAG_IN_PLACE = 1 << 2   /**< an output that may share the memory of input in_place_of */
};

/** What one input or output needs from its memory. */
struct accel_port_info {
    size_t struct_size;
    const char *name;
    const int64_t *dims;            /**< rank, model axis order; see knowledge */
    const struct accel_layout *layout; /**< of a tensor of these dims, or of the planned sizes */
    struct accel_device *device;    /**< borrowed: the device that reads or writes it first */
    const struct accel_quantization *quantization; /**< NULL if none; where layout->type shifts values, of the unshifted ones */
    uint64_t size_bytes;            /**< memory needed, padding included: layout->size_bytes */
    uint64_t align_bytes;           /**< of offset_bytes in a binding */
    uint32_t direction;             /**< enum accel_port_direction */
    uint32_t type;                  /**< enum accel_type, the model's */
    uint32_t rank;
    uint32_t knowledge;             /**< enum accel_size_knowledge */
    uint32_t flags;                 /**< enum accel_port_flag */
    uint32_t in_place_of;           /**< with IN_PLACE, else 0 */
    /** distinct buffers the entry can take at once over all ports, beside what it keeps for itself; 0: no limit, else at least 1 */
    uint32_t buffer_count_max;
    uint32_t reserved;
};

/**
 * Facts about a port of an entry, whatever run: sizes that stay open are bounds.
 *
 * Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND.
 */
ACCEL_API enum accel_status accel_program_port(struct accel_program *program, uint32_t entry, uint32_t port, struct accel_port_info *info);

/** Index of the port with that name. Threads: any thread. Blocks: never. Errors: NOT_FOUND (the detail lists the names). */
ACCEL_API enum accel_status accel_program_find_port(struct accel_program *program, uint32_t entry, const char *name, uint32_t *out_port);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_PROGRAM_H */
