/* SPDX-License-Identifier: MIT */
/*
 * A model: one or more portable graphs that share constants and variables, made by an application or read by an importer.
 */
#ifndef ACCEL_MODEL_H
#define ACCEL_MODEL_H

#include <accel/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One graph of a model that can be run: "prefill", "decode"; "" for the only one. Several may name one graph, to be built for different sizes. */
struct accel_entry_desc {
    const char *name; /**< unique in the model */
    const struct accel_graph_desc *graph;
};

struct accel_model_desc {
    size_t struct_size;
    /** The graphs that can be run. Variables of one name are one variable, free symbols of one name have one range; constants with one data pointer, size and type are held once. */
    const struct accel_entry_desc *entries;
    uint32_t entry_count;     /**< at least 1 */
    uint32_t entry_size;      /**< sizeof(struct accel_entry_desc) of the caller */
    accel_release_fn release; /**< called when the constant data is used no more; NULL: the caller knows by other means */
    void *release_user;
};

/**
 * A model from graphs. They are checked and copied; constant data is not.
 *
 * Ownership: desc and graphs are borrowed for the call, constant data until the model and every program built from it are gone, which release tells.
 * Threads: any thread. Blocks: never.
 * Errors: INVALID_ARGUMENT a graph breaks a rule (the detail names entry point, node or tensor, and rule); UNSUPPORTED an operation or revision that the library's catalog does not have.
 */
ACCEL_API enum accel_status accel_model_create(struct accel_instance *instance, const struct accel_model_desc *desc, struct accel_model **out_model);

enum accel_import_flag {
    /** Read the file, and files with external data, into memory instead of mapping them: what happens to the files afterwards changes nothing. */
    ACCEL_IMPORT_FLAG_COPY = 1 << 0,
    ACCEL_IMPORT_FLAG_MAX_ENUM = 0x7fffffff
};

struct accel_model_source {
    size_t struct_size;
    const char *path;  /**< a file; or NULL with bytes */
    const void *bytes; /**< must outlive the model and every program built from it */
    uint64_t byte_count;
    const char *format;       /**< importer name such as "onnx"; NULL: found by content */
    accel_release_fn release; /**< called when bytes are used no more; NULL: the caller knows by other means. Only with bytes */
    void *release_user;
    uint32_t flags;                 /**< enum accel_import_flag */
    uint32_t reserved;              /**< must be 0 */
    uint64_t constant_budget_bytes; /**< most memory for constants that are made or copied, at import and in each build; 0: 256 MiB, or 4 times the model's bytes where that is more */
    accel_progress_fn progress;     /**< may be NULL */
    void *progress_user;
};

/**
 * A model from a file or from bytes, through an importer module.
 *
 * A file is mapped, not read: its weights exist once, and the file must stay as it is while the model or a program built from it lives. Size, mtime and ctime are looked
 * at again when a program is built, saved, given a run, and when a run ends: once they differ the model and its programs are lost, and every such call or run is
 * CORRUPT. So is what was in the middle of reading a file that shrinks (libaccel handles SIGBUS for its own mappings; docs/decisions/0011-mapped-files.md). A program
 * that needs no byte of the file any more still counts as lost. With COPY files may change once the import has answered. External data is opened below the model's
 * folder only, and treated alike. Bytes are the caller's to keep; they have no folder, so a model whose external data is needed is refused, naming the file.
 *
 * Ownership: source is borrowed for the call. Threads: any thread. Blocks: on file reads and on loading the importer; cancellable through progress.
 * Errors: NOT_FOUND no such file or no importer for it; CORRUPT malformed, or changed while it was read; UNSUPPORTED a form of storage, or more nodes, than the
 *         importer takes (unknown operators become custom nodes); PERMISSION; IO; LIMIT constants need more than constant_budget_bytes; CANCELLED.
 */
ACCEL_API enum accel_status accel_model_import(struct accel_instance *instance, const struct accel_model_source *source, struct accel_model **out_model);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_model *accel_model_ref(struct accel_model *model);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_model_unref(struct accel_model *model);

struct accel_model_info {
    size_t struct_size;
    uint64_t object_id;
    uint64_t constant_bytes; /**< of all constants, each counted once */
    uint32_t entry_count;
    uint32_t custom_node_count; /**< nodes that no catalog operation describes, regions included; those of a graph that several entry points name count for each */
};

/** Facts about a model. Threads: any thread. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_model_query(struct accel_model *model, struct accel_model_info *info);

struct accel_model_entry_info {
    size_t struct_size;
    const char *name;
    const struct accel_graph_desc *graph;
};

/** Name and graph of an entry point. Ownership: pointers live as long as the model. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_model_entry(struct accel_model *model, uint32_t entry, struct accel_model_entry_info *info);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_MODEL_H */
