/* SPDX-License-Identifier: MIT */
/*
 * A module's importer: a model format to graphs.
 */
#ifndef ACCEL_BACKEND_IMPORTER_H
#define ACCEL_BACKEND_IMPORTER_H

#include <accel/backend/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a model. Ownership: alive until the imported model is released. */
struct accel_bk_source {
    size_t struct_size;
    const void *bytes;
    uint64_t byte_count;
    int32_t folder_fd; /**< where external data may be opened, and nowhere above; -1: nowhere */
    uint32_t reserved;
    const char *name; /**< for messages */
    void *context;    /**< first argument of map, charge */
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
    const char *format; /**< what the application says that the bytes are, one of the formats in the manifest; "": nobody says */
};

/** An imported model. Released by its own release. Threads: release is called once, on any thread. Blocks: never for long. */
struct accel_bk_model {
    size_t struct_size;
    void (*release)(struct accel_bk_model *model);
    const struct accel_entry_desc *entries; /**< constants may point into the source's bytes */
    uint32_t entry_count;                   /**< at least 1 */
    uint32_t reserved;
};

/** Reads a model format. Threads: any thread; calls may overlap without limit. Blocks: on file reads. */
struct accel_bk_importer {
    size_t struct_size;
    /** [mandatory] 0..100: how sure is it that these bytes are of this format. Looks at the beginning only. */
    uint32_t (*probe)(const void *bytes, uint64_t byte_count);
    /** [mandatory] Errors: CORRUPT; UNSUPPORTED naming operation and node; PERMISSION external data outside the folder. */
    enum accel_status (*import)(const struct accel_bk_host *host, const struct accel_bk_source *source, struct accel_bk_model **out_model);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_IMPORTER_H */
