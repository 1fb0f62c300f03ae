/* SPDX-License-Identifier: MIT */
/*
 * libaccel: the vendor door.
 *
 * A module is one shared object that exports one symbol, accel_module_entry. It answers with tables of functions; each table may be
 * NULL: `compiler` (turns graphs into blobs, touches no hardware), `device` (runs blobs through a transport), `importer` (reads a
 * model format) and `device_model` (plays a device in this process). A vendor fills the first two.
 *
 * What the runtime has done before a function here is called (docs/contract.md, rules H-*): handles are alive and of the right
 * type, sizes, alignments, ports, order and states are checked, strings are not NULL, reserved members are 0. A module reports only what its
 * hardware and kernel driver alone can know.
 *
 * Binary contract
 * - Every table and struct starts with struct_size, as its maker compiled it. Members are appended, never moved. A slot beyond the maker's struct_size
 *   is absent. Slots marked [mandatory] must not be NULL; new slots are optional for ever. A module writes no member of an out struct beyond its struct_size.
 * - Array elements (graph tensors and nodes, accel_bk_support, accel_bk_port, accel_bk_binding, accel_bk_constant) have the sizes of the module's own
 *   api_version: the runtime lays them out so, and the burden of an old module is the runtime's.
 * - struct accel_bk_* objects are the module's own types: it defines them, the runtime only carries the pointers.
 * - No C++ type, no exception and no signal handler crosses this border.
 *
 * Threads: calls that name different devices may overlap. Calls on one device overlap only where a line says *may overlap*.
 * Compiler, importer and entry calls may overlap each other without limit. Device models: see their table.
 *
 * Returned statuses outside enum accel_status become INTERNAL, and the module is named.
 */
#ifndef ACCEL_BACKEND_H
#define ACCEL_BACKEND_H

#include <accel/accel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ACCEL_BK_API_VERSION_MAJOR 0u
#define ACCEL_BK_API_VERSION_MINOR 1u
/** Version of the module contract in this header. */
#define ACCEL_BK_API_VERSION ACCEL_MAKE_VERSION(ACCEL_BK_API_VERSION_MAJOR, ACCEL_BK_API_VERSION_MINOR, 0u)

#define ACCEL_BK_EXPORT __attribute__((visibility("default")))

struct accel_bk_device;
struct accel_bk_buffer;
struct accel_bk_program;
struct accel_bk_run;
struct accel_bk_queue;
struct accel_bk_simulation;

/* ----------------------------------------------------------- host services */

/**
 * Services that the runtime hands to a module.
 *
 * Ownership: lives as long as the module is loaded. Threads: any thread, in every slot. Blocks: never for long.
 */
struct accel_bk_host {
    size_t struct_size;
    uint32_t api_version; /**< of the runtime */
    uint32_t reserved;
    void *context;        /**< first argument of every slot */

    /** Is a line of this level wanted? Ask before formatting one. */
    int (*log_enabled)(void *context, enum accel_log_level level);
    void (*log)(void *context, enum accel_log_level level, const char *message);

    /**
     * Add the detail sentence, and the number of the rule concerned, to the status that the module is about to return on this thread.
     * Copied; never allocates.
     */
    void (*set_error)(void *context, const char *rule, const char *message);

    /** Begin and end a span on the calling thread's track of a recorded trace; nothing happens while no trace is recorded. */
    void (*trace_begin)(void *context, const char *name);
    void (*trace_end)(void *context);

    /**
     * A named place where tests inject failures. Answers OK, or the status that the module must behave as if the system had answered.
     * Place names are `<module>.<what>`, such as "ethosu.submit".
     */
    enum accel_status (*fault_point)(void *context, const char *place);

    /**
     * For work on the application's thread that is given no progress function, such as program_load: shows the application that the call goes on. To be asked at least
     * every 100 ms of work; asking costs nanoseconds. OK, or CANCELLED when the application wants no more: the module then gives up and answers so.
     */
    enum accel_status (*pulse)(void *context);

    /**
     * In program_load, on its thread: a sentence for the placement report about node number `node` of the built graph, such as why the device has a slower way for it than
     * for others. The last one about a node counts; it is dropped where the graph has no such node, where the load fails, and outside of program_load. Copied.
     */
    void (*remark)(void *context, uint32_t node, const char *message);
};

/* --------------------------------------------------------------- transport */

/**
 * The way to a device node: the kernel's, or a device model's in this process. A module never calls open, ioctl or mmap itself.
 *
 * Results are 0 or a negative errno value, as the kernel gives it. EINTR of ioctl is retried below this table; EAGAIN has a meaning of its own in some
 * drivers and comes back.
 *
 * Threads: any thread. Blocks: as the system call does.
 */
struct accel_bk_transport {
    size_t struct_size;
    void *context;
    uint32_t simulated; /**< 1: no kernel behind it; share, adopt and fences are absent */
    uint32_t reserved;

    int (*ioctl)(void *context, unsigned long request, void *argument);                        /**< [mandatory] */
    /** [mandatory] Read-write, shared. The pointer is a multiple of align_bytes, a power of two; 0: of a page. (amdxdna's heap wants 64 MiB.) */
    int (*map)(void *context, uint64_t offset, uint64_t size_bytes, uint64_t align_bytes, void **out_pointer);
    int (*unmap)(void *context, void *pointer, uint64_t size_bytes);                           /**< [mandatory] */
    /** dma-buf of a GEM handle; the fd is the caller's. */
    int (*share)(void *context, uint32_t gem_handle, int *out_dma_buf_fd);
    /** GEM handle of a dma-buf; the fd stays the caller's. Memory that this node knows already answers its old handle, which is then not to be closed twice. */
    int (*adopt)(void *context, int dma_buf_fd, uint32_t *out_gem_handle);
    /** sync_file of the fences on a dma-buf that an access of this kind (set of enum accel_access) has to wait for. */
    int (*fence_from)(void *context, int dma_buf_fd, uint32_t access, int *out_sync_file_fd);
    /** Add a sync_file to a dma-buf as the fence of an access of this kind. */
    int (*fence_to)(void *context, int dma_buf_fd, uint32_t access, int sync_file_fd);
    /**
     * Wait for a sync_file. deadline_ns is a CLOCK_MONOTONIC instant; 0 looks only; UINT64_MAX never ends. 0: signalled; -ETIME: not yet;
     * another negative value is the error that the fence carries.
     */
    int (*fence_wait)(void *context, int sync_file_fd, uint64_t deadline_ns);
    /** CLOCK_MONOTONIC instant at which the last fence of a sync_file signalled, whenever it is asked for. -ETIME: not yet. */
    int (*fence_time)(void *context, int sync_file_fd, uint64_t *out_signalled_ns);
};

/* ---------------------------------------------------------------- compiler */

/** Facts about a compile target. A target is a name for what a blob fits: "ethos-u65-256", "cpu". */
struct accel_bk_target_info {
    size_t struct_size;
    const char *name;         /**< static */
    const char *description;  /**< static */
    uint32_t operation_profile; /**< newest catalog revision that the module knows */
    uint32_t roundings;       /**< set of 1 << enum accel_rounding */
    uint64_t memory_bytes;    /**< 0: not limited */
};

/** What all nodes of a graph share, given with query and build. */
struct accel_bk_compile_options {
    size_t struct_size;
    const char *target;
    const struct accel_option *options;
    uint32_t option_count;
    uint32_t precisions;      /**< set of enum accel_precision permitted beside the graph's own types */
    accel_progress_fn progress;
    void *progress_user;
};

/** A module's answer for one node. */
struct accel_bk_support {
    uint32_t group;    /**< 0: refused; nodes with the same number build together as one unit */
    uint32_t reason;   /**< enum accel_reason when refused, else ACCEL_REASON_OK */
    uint32_t tensor;   /**< the tensor concerned, ACCEL_TENSOR_NONE if none */
    uint32_t attribute; /**< enum accel_attribute_key of the attribute concerned, 0 if none: messages then name it */
    int64_t given;     /**< the refused value: a rank, size, attribute value … */
    int64_t expected;  /**< the limit or the nearest admitted value */
};

/** What one input or output of a blob needs; the strides are the layout. */
struct accel_bk_port {
    uint32_t tensor;              /**< index in the built graph */
    uint32_t rank;
    const int64_t *strides_bytes; /**< rank, in the graph's axis order */
    uint64_t size_bytes;
    uint64_t align_bytes;         /**< power of two */
};

/**
 * A built graph. Made by build, released by its own release.
 *
 * Constants: a blob holds what the module has transformed. Tensors that it uses as they are may be listed in `constants` instead of being copied into the
 * blob: the runtime hands their bytes to load, in this order, and stores them with a saved program.
 *
 * Threads: release is called once, on any thread. Blocks: never for long.
 */
struct accel_bk_blob {
    size_t struct_size;
    void (*release)(struct accel_bk_blob *blob);
    const void *bytes;
    uint64_t byte_count;
    const uint32_t *constants;         /**< tensor indices of the graph */
    uint32_t constant_count;
    uint32_t port_count;               /**< graph inputs, then graph outputs */
    const struct accel_bk_port *ports;
    uint64_t scratch_bytes;            /**< per run, for reports; the module allocates it in run_create */
    const char *log;                   /**< remarks of the compiler; "" if none */
    uint32_t buffer_count_max;         /**< distinct buffers that run_bind takes at once over all ports; 0: no limit. The runtime plans with it and keeps to it */
    uint32_t reserved;
};

/**
 * Turns graphs into blobs. Pure: opens nothing, so it also runs without hardware, in another process or in a jail.
 *
 * Threads: any thread; calls may overlap without limit. Blocks: as long as the work takes.
 */
struct accel_bk_compiler {
    size_t struct_size;

    /** [mandatory] Facts about target number index; NOT_FOUND beyond the last. */
    enum accel_status (*target_info)(uint32_t index, struct accel_bk_target_info *info);

    /**
     * [mandatory] Say for every node whether it can be built, together with which others, or why not. Calls options->progress at least every 100 ms of work and obeys
     * its answer with CANCELLED.
     *
     * Sound per group: the sub-graph of a group builds, or build answers LIMIT or OUT_OF_MEMORY; and it runs right. The answer depends on the
     * graph and options alone.
     *
     * Ownership: out_nodes has graph->node_count entries, made by the runtime.
     */
    enum accel_status (*query)(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *out_nodes);

    /**
     * [mandatory] Build a graph whose nodes were all claimed in one group.
     *
     * The same graph and options give the same bytes. UNSUPPORTED after a claim is a broken promise (rule C-2).
     *
     * Blocks: as long as it takes; calls options->progress at least every 100 ms of work and obeys its answer with CANCELLED.
     */
    enum accel_status (*build)(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_blob **out_blob);

    /**
     * [mandatory] Is this blob intact and good for that target? The bytes are not trusted.
     *
     * Errors: CORRUPT not intact; OK with *out_fit = ACCEL_FIT_NONE: intact, but for something else.
     */
    enum accel_status (*check)(const struct accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, enum accel_fit *out_fit);
};

/* ------------------------------------------------------------------ device */

struct accel_bk_open {
    size_t struct_size;
    const struct accel_bk_host *host;            /**< outlives the device */
    const struct accel_bk_transport *transport;  /**< outlives the device; NULL for devices without a node (the CPU) */
    const char *driver;                          /**< kernel driver that discovery saw; the module confirms it */
    const char *device_id;
    const char *node;                            /**< path of the node, to recognise the device behind another library (Vulkan); never opened. "" if none */
};

/** What a module tells about an open device. Strings live as long as the device; "" if unknown. */
struct accel_bk_device_info {
    size_t struct_size;
    const char *name;
    const char *target;             /**< a name from target_info */
    const char *driver_version;
    const char *firmware_version;
    uint32_t isolation;             /**< enum accel_isolation */
    uint32_t queue_depth;           /**< submissions in flight per queue; at least 1 */
    uint64_t job_timeout_ns;
    uint64_t memory_bytes;
    uint64_t buffer_align_bytes;
    uint32_t context_count;
    uint32_t buffer_import_kinds;   /**< set of ACCEL_HANDLE_BIT */
    uint32_t buffer_export_kinds;   /**< set of ACCEL_HANDLE_BIT */
    uint32_t fence_export_kinds;    /**< SYNC_FILE: queue_fence works */
    uint32_t fence_wait_kinds;      /**< SYNC_FILE: submit takes wait fds */
    uint32_t flags;                 /**< enum accel_device_flag: SINGLE_CONTEXT only */
};

struct accel_bk_buffer_desc {
    size_t struct_size;
    uint64_t size_bytes;
    uint64_t align_bytes;
    uint32_t import_kind;      /**< enum accel_handle_kind, or 0: allocate */
    int32_t fd;                /**< stays the runtime's */
    void *host_pointer;
    uint64_t offset_bytes;     /**< into the foreign memory */
    uint32_t export_kinds;
    uint32_t access;           /**< of imports: set of enum accel_access */
};

/** A constant that a blob refers to, aligned for its tensor's element type as in the graph. Ownership: alive as long as the program. */
struct accel_bk_constant {
    const void *data;
    uint64_t byte_count;
};

/** A buffer at a port, in port order. */
struct accel_bk_binding {
    struct accel_bk_buffer *buffer;
    uint64_t offset_bytes;
};

struct accel_bk_queue_desc {
    size_t struct_size;
    uint32_t priority; /**< enum accel_priority, a hint */
    uint32_t depth;    /**< at most the device's queue_depth */
};

enum accel_bk_submit_flag {
    ACCEL_BK_SUBMIT_FLAG_FENCE = 1 << 0 /**< queue_fence will be asked for this ticket */
};

struct accel_bk_submit {
    size_t struct_size;
    struct accel_bk_run *run;
    /**
     * sync_files, only if the device claims to take them; borrowed for the call. No memory of the run is read or written and the ticket does not finish before
     * all have signalled. An error that one carries ends the wait like a signal: the runtime fails the submission when the ticket has finished.
     * UNSUPPORTED: the device cannot wait for these; nothing was queued, and the runtime waits itself.
     */
    const int32_t *wait_fds;
    uint32_t wait_fd_count;
    uint32_t flags;            /**< enum accel_bk_submit_flag */
};

/** A copy (source set) or a fill. Ranges are inside their buffers and do not overlap. */
struct accel_bk_transfer {
    size_t struct_size;
    struct accel_bk_buffer *source;
    uint64_t source_offset_bytes;
    struct accel_bk_buffer *destination;
    uint64_t destination_offset_bytes;
    uint64_t size_bytes;
    uint32_t fill_value;       /**< the low byte is repeated */
    uint32_t wait_fd_count;
    const int32_t *wait_fds;   /**< as in accel_bk_submit */
    uint32_t flags;            /**< enum accel_bk_submit_flag */
    uint32_t reserved;
};

/**
 * Runs blobs on a device.
 *
 * Order: submissions of one queue take effect in the order of submit, memory included; a queue's tickets finish in order. Where the hardware does
 * otherwise, the module adds the dependency.
 *
 * Threads: any thread; calls that name different devices may overlap, calls on one device where its slot says *may overlap*.
 * Blocks: on the kernel. queue_submit, queue_transfer, queue_fence and queue_cancel do not wait for work; queue_wait does, up to its timeout.
 */
struct accel_bk_device_ops {
    size_t struct_size;

    /** [mandatory] Open through the transport and confirm the driver before any driver ioctl. */
    enum accel_status (*device_open)(const struct accel_bk_open *open, struct accel_bk_device **out_device);
    /** [mandatory] Everything made on the device is already gone. */
    void (*device_close)(struct accel_bk_device *device);
    /** [mandatory] may overlap. */
    enum accel_status (*device_info)(struct accel_bk_device *device, struct accel_bk_device_info *info);

    /** [mandatory] Allocate zeroed memory, or import. may overlap. Errors: UNSUPPORTED the kind cannot be imported. */
    enum accel_status (*buffer_create)(struct accel_bk_device *device, const struct accel_bk_buffer_desc *desc, struct accel_bk_buffer **out_buffer);
    /** [mandatory] No work uses it any more. may overlap. */
    void (*buffer_destroy)(struct accel_bk_buffer *buffer);
    /** [mandatory] Begin CPU access; the same pointer every time. may overlap. */
    enum accel_status (*buffer_map)(struct accel_bk_buffer *buffer, uint32_t access, void **out_pointer);
    /** [mandatory] End one CPU access. may overlap. */
    enum accel_status (*buffer_unmap)(struct accel_bk_buffer *buffer);
    /** A new fd of that kind. may overlap. NULL: nothing can be exported. */
    enum accel_status (*buffer_export)(struct accel_bk_buffer *buffer, enum accel_handle_kind kind, int *out_fd);

    /** [mandatory] Upload an untrusted blob. may overlap. Errors: CORRUPT, INCOMPATIBLE. */
    enum accel_status (*program_load)(struct accel_bk_device *device, const void *bytes, uint64_t byte_count, const struct accel_bk_constant *constants,
                                      uint32_t constant_count, struct accel_bk_program **out_program);
    /** [mandatory] No run of it exists any more. may overlap. */
    void (*program_unload)(struct accel_bk_program *program);

    /** [mandatory] Make a run and all memory it needs, so that submit allocates nothing. may overlap. */
    enum accel_status (*run_create)(struct accel_bk_program *program, struct accel_bk_run **out_run);
    /** [mandatory] Not in flight. may overlap. */
    void (*run_destroy)(struct accel_bk_run *run);
    /**
     * [mandatory] Take the buffers of all ports, in port order. Not in flight. may overlap for different runs. A blob is not trusted, so memory that is
     * shorter than the loaded program needs is INVALID_ARGUMENT here, whatever its ports claimed, and more distinct buffers than a job can name are LIMIT.
     */
    enum accel_status (*run_bind)(struct accel_bk_run *run, const struct accel_bk_binding *bindings, uint32_t binding_count);
    /** What run_bind costs when only this port changes. NULL: FREE. may overlap. */
    enum accel_bind_cost (*run_bind_cost)(struct accel_bk_run *run, uint32_t port);
    /** Actual shape of an output of the latest finished submission. Not in flight. NULL: always the built shape. may overlap for different runs. */
    enum accel_status (*run_output_dims)(struct accel_bk_run *run, uint32_t port, int64_t *dims, uint32_t dim_capacity, uint32_t *out_rank);

    /** [mandatory] may overlap. */
    enum accel_status (*queue_create)(struct accel_bk_device *device, const struct accel_bk_queue_desc *desc, struct accel_bk_queue **out_queue);
    /** [mandatory] All its work is finished or was cancelled. may overlap. */
    void (*queue_destroy)(struct accel_bk_queue *queue);
    /**
     * [mandatory] Hand one run to the device; *out_ticket is 1 for the first submission of a queue and rises by one. Allocates nothing, waits for nothing,
     * executes nothing. One call at a time per queue; may overlap with every other call.
     * Errors: BUSY ring full; UNSUPPORTED only for the wait_fds; CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE. On an error nothing was queued.
     */
    enum accel_status (*queue_submit)(struct accel_bk_queue *queue, const struct accel_bk_submit *submit, uint64_t *out_ticket);
    /**
     * [mandatory] Wait until a ticket is finished. timeout_ns 0 only looks. The calling thread may execute the queue's work (a CPU device should).
     * Answers OK, TIMEOUT, or what the ticket failed with — the same each time it is asked about one of the latest queue_depth tickets.
     * may overlap with everything, itself included.
     */
    enum accel_status (*queue_wait)(struct accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns);
    /** A new sync_file of a ticket submitted with FLAG_FENCE; the fd is the runtime's. NULL unless the device claims SYNC_FILE. may overlap. */
    enum accel_status (*queue_fence)(struct accel_bk_queue *queue, uint64_t ticket, int *out_sync_file_fd);
    /** Drop what has not started; those tickets end with CANCELLED. NULL: nothing can be cancelled. may overlap. */
    enum accel_status (*queue_cancel)(struct accel_bk_queue *queue);
    /**
     * Copy or fill on the device, as queue_submit does a run. NULL: the runtime does it with the CPU, through buffer_map. So it does after
     * UNSUPPORTED, which says that the device cannot copy this range or between these buffers.
     */
    enum accel_status (*queue_transfer)(struct accel_bk_queue *queue, const struct accel_bk_transfer *transfer, uint64_t *out_ticket);
};

/* ---------------------------------------------------------------- importer */

/** Bytes of a model. Ownership: alive until the imported model is released. */
struct accel_bk_source {
    size_t struct_size;
    const void *bytes;
    uint64_t byte_count;
    int32_t folder_fd;   /**< where external data may be opened, and nowhere above; -1: nowhere */
    uint32_t reserved;
    const char *name;    /**< for messages */
    void *context;       /**< first argument of map, charge */
    /**
     * The bytes of a file at or below the folder, alive until the imported model is released. The runtime maps or reads it, as the application wanted, and watches
     * whether it changes. purpose begins the detail sentence, which is set on an error. NULL, or beyond struct_size: files are the importer's own affair, in folder_fd.
     *
     * Threads: those of the import. Blocks: on file reads.
     */
    enum accel_status (*map)(void *context, const char *location, const char *purpose, const void **out_bytes, uint64_t *out_byte_count);
    /**
     * Ask before making or copying so many bytes of constants; purpose begins the detail sentence. LIMIT: more than the application allows. The answer goes to the
     * application as it is. NULL, or beyond struct_size: nothing is counted.
     *
     * Threads: those of the import. Blocks: never.
     */
    enum accel_status (*charge)(void *context, uint64_t byte_count, const char *purpose);
    accel_progress_fn progress; /**< to be called at least every 100 ms of work, and obeyed with CANCELLED; NULL: nobody wants to know */
    void *progress_user;
};

/** An imported graph. Released by its own release. Threads: release is called once, on any thread. Blocks: never for long. */
struct accel_bk_model {
    size_t struct_size;
    void (*release)(struct accel_bk_model *model);
    const struct accel_graph_desc *graph;  /**< constants may point into the source's bytes */
};

/** Reads a model format. Threads: any thread; calls may overlap without limit. Blocks: on file reads. */
struct accel_bk_importer {
    size_t struct_size;
    const char *format;  /**< "onnx" */
    /** [mandatory] 0..100: how sure is it that these bytes are of this format. Looks at the beginning only. */
    uint32_t (*probe)(const void *bytes, uint64_t byte_count);
    /** [mandatory] Errors: CORRUPT; UNSUPPORTED naming operation and node; PERMISSION external data outside the folder. */
    enum accel_status (*import)(const struct accel_bk_host *host, const struct accel_bk_source *source, struct accel_bk_model **out_model);
};

/* ------------------------------------------------------------ device model */

/**
 * A device played in this process. Its transport answers as the kernel driver would.
 *
 * One simulation is made for each opening of a device and ends with it: create, open_transport, close_transport, destroy, one after the other. Several devices may be opened and
 * closed at once.
 *
 * Threads: any thread; calls that name different simulations may overlap each other and create, calls on one simulation do not. Blocks: for as long as power-up takes.
 */
struct accel_bk_device_model {
    size_t struct_size;
    const char *driver;       /**< the kernel driver whose uAPI it speaks */
    const char *device_name;  /**< for people */
    /** [mandatory] Power it up. The transport lives until destroy. */
    enum accel_status (*create)(const struct accel_bk_host *host, struct accel_bk_simulation **out_simulation);
    /** [mandatory] */
    void (*destroy)(struct accel_bk_simulation *simulation);
    /** [mandatory] One call per opened device, as open() would be; released with close_transport. */
    enum accel_status (*open_transport)(struct accel_bk_simulation *simulation, const struct accel_bk_transport **out_transport);
    /** [mandatory] */
    void (*close_transport)(struct accel_bk_simulation *simulation, const struct accel_bk_transport *transport);
};

/* ------------------------------------------------------------------- entry */

struct accel_bk_module {
    size_t struct_size;
    uint32_t api_version;      /**< what the module was compiled for */
    uint32_t api_version_min;  /**< oldest contract of a runtime that can serve it; 0: any of the same major version */
    const char *name;      /**< as in its manifest */
    const char *version;   /**< of the module, for people */
    const struct accel_bk_compiler *compiler;
    const struct accel_bk_device_ops *device;
    const struct accel_bk_importer *importer;
    const struct accel_bk_device_model *device_model;
};

/**
 * The only symbol that a module exports.
 *
 * runtime_api_version is the newest contract that the runtime speaks. The module answers with a static description, or with NULL if it cannot work here at all; it
 * does not compare versions. The runtime refuses a module of another major version, or whose api_version_min is newer than its own; slots that it does not
 * know it ignores.
 *
 * Ownership: host outlives the module; the answer is static. Threads: any thread; called once per process, and may overlap the entry calls of other modules. Blocks: never for long.
 */
ACCEL_BK_EXPORT const struct accel_bk_module *accel_module_entry(const struct accel_bk_host *host, uint32_t runtime_api_version);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_H */
