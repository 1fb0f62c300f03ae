/* SPDX-License-Identifier: MIT */
/* A module that breaks one rule of its border, chosen when it is compiled: MODE is its place in test_modules.cmake. */
#include <accel/backend.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODE_NO_ENTRY 1
#define MODE_NULL 2
#define MODE_SHORT_TABLE 3
#define MODE_NULL_SLOTS 4
#define MODE_NEWER 5
#define MODE_OTHER_NAME 6
#define MODE_NO_TABLE 7
#define MODE_GOOD 8
#define MODE_DEVICE_SHORT 9
#define MODE_DEVICE_NULL 10
#define MODE_IMPORTER_SHORT 11
#define MODE_IMPORTER_NULL 12
#define MODE_MODEL_SHORT 13
#define MODE_MODEL_NULL 14
#define MODE_TRANSPORT_SHORT 15
#define MODE_TRANSPORT_NULL 16
#define MODE_HEALTHY 17
#define MODE_MODEL_GOOD 18
#define MODE_ABORTS 19
#define MODE_HANGS 20
#define MODE_EXITS 21
/* What becomes of it in a child after fork. */
#define MODE_STARTS_AGAIN 22
#define MODE_STAYS_DOWN 23
#define MODE_LOADS_LONG 24
#define MODE_DEVICE_A 25
#define MODE_DEVICE_B 26
#define MODE_DEVICE_C 27

#if MODE == MODE_ABORTS || MODE == MODE_HANGS || MODE == MODE_EXITS
/* What a process that loads it comes to. */
__attribute__((constructor)) static void end_the_process(void)
{
    if (MODE == MODE_ABORTS)
        abort();
    if (MODE == MODE_EXITS)
        _exit(7);
    for (;;)
        pause();
}
#endif

#if MODE != MODE_NO_ENTRY
static enum accel_status target_info(uint32_t index, struct accel_bk_target_info *info)
{
    if (index > 0)
        return ACCEL_STATUS_NOT_FOUND;
    info->name = "nothing";
    return ACCEL_STATUS_OK;
}
static enum accel_status query(const struct accel_bk_host *host, const struct accel_graph_desc *graph, const struct accel_bk_compile_options *options,
                               struct accel_bk_support *nodes)
{
    (void)host, (void)graph, (void)options, (void)nodes;
    return ACCEL_STATUS_OK;
}
static enum accel_status build(const struct accel_bk_host *host, const struct accel_graph_desc *const *graphs, uint32_t graph_count,
                               const struct accel_bk_compile_options *options, struct accel_bk_blob **blob)
{
    (void)host, (void)graphs, (void)graph_count, (void)options, (void)blob;
    return ACCEL_STATUS_RESOURCE;
}
static enum accel_status check(const struct accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, enum accel_fit *fit)
{
    (void)host, (void)bytes, (void)byte_count, (void)target, (void)fit;
    return ACCEL_STATUS_CORRUPT;
}

/* Something that is there: an object, or a slot that no test calls. */
static int something;
static void never_called(void)
{
}
static void fill_slots(void *table, size_t size_bytes)
{
    void (*slot)(void) = never_called;
    for (size_t at = sizeof(size_t); at < size_bytes; at += sizeof slot)
        memcpy((char *)table + at, &slot, sizeof slot);
    memcpy(table, &size_bytes, sizeof size_bytes);
}

static enum accel_status device_open(const struct accel_bk_open *open, struct accel_bk_device **device)
{
    if (getenv("ACCEL_TEST_TELLS_OPEN")) {
        open->host->set_error(open->host->context, NULL, open->transport ? "it was given a transport" : open->node);
        return ACCEL_STATUS_UNSUPPORTED;
    }
    *device = (struct accel_bk_device *)(void *)&something;
    return ACCEL_STATUS_OK;
}
static void device_close(struct accel_bk_device *device)
{
    (void)device;
}
static enum accel_status device_info(struct accel_bk_device *device, struct accel_bk_device_info *info)
{
    (void)device, (void)info;
    return ACCEL_STATUS_OK;
}
static struct accel_bk_device_ops *device_table(void)
{
    static struct accel_bk_device_ops table;
    fill_slots(&table, sizeof table);
    table.device_open = device_open;
    table.device_close = device_close;
    table.device_info = device_info;
    if (MODE == MODE_DEVICE_SHORT)
        table.struct_size = offsetof(struct accel_bk_device_ops, queue_wait);
    if (MODE == MODE_DEVICE_NULL)
        memset(&table.device_open, 0, sizeof table - sizeof table.struct_size);
    return &table;
}

static struct accel_bk_importer *importer_table(void)
{
    static struct accel_bk_importer table;
    fill_slots(&table, sizeof table);
    if (MODE == MODE_IMPORTER_SHORT)
        table.struct_size = offsetof(struct accel_bk_importer, import);
    if (MODE == MODE_IMPORTER_NULL)
        memset(&table.probe, 0, sizeof table - sizeof table.struct_size);
    return &table;
}

static enum accel_status create(const struct accel_bk_play *play, struct accel_bk_simulation **simulation)
{
    (void)play;
    *simulation = (struct accel_bk_simulation *)(void *)&something;
    return ACCEL_STATUS_OK;
}
static void destroy(struct accel_bk_simulation *simulation)
{
    (void)simulation;
}
static enum accel_status open_transport(struct accel_bk_simulation *simulation, const struct accel_bk_transport **transport)
{
    static struct accel_bk_transport table;
    (void)simulation;
    fill_slots(&table, sizeof table);
    table.flags = ACCEL_BK_TRANSPORT_FLAG_SIMULATED;
    table.node_fd = -1;
    if (MODE == MODE_TRANSPORT_SHORT)
        table.struct_size = offsetof(struct accel_bk_transport, unmap);
    if (MODE == MODE_TRANSPORT_NULL)
        memset(&table.context, 0, sizeof table - sizeof table.struct_size);
    *transport = &table;
    return ACCEL_STATUS_OK;
}
static void close_transport(struct accel_bk_simulation *simulation, const struct accel_bk_transport *transport)
{
    (void)simulation, (void)transport;
}
static struct accel_bk_device_model *device_model_table(void)
{
    static struct accel_bk_device_model table = {sizeof table, "ethosu", "a model", create, destroy, open_transport, close_transport};
    if (MODE == MODE_MODEL_SHORT)
        table.struct_size = offsetof(struct accel_bk_device_model, close_transport);
    if (MODE == MODE_MODEL_NULL)
        memset(&table.driver, 0, sizeof table - sizeof table.struct_size);
    return &table;
}

static const struct accel_bk_host *given_host;

/* The first of a child: a second call would fail. */
static enum accel_status after_fork(const struct accel_bk_fork *fork)
{
    if (MODE == MODE_STAYS_DOWN) {
        fork->host->set_error(fork->host->context, "", "its vendor's library does not");
        return ACCEL_STATUS_UNSUPPORTED;
    }
    if (fork->struct_size != sizeof *fork || fork->host == given_host || fork->reserved)
        return ACCEL_STATUS_INTERNAL;
    given_host = fork->host;
    return ACCEL_STATUS_OK;
}

ACCEL_BK_EXPORT const struct accel_bk_module *accel_module_entry(const struct accel_bk_host *host, uint32_t runtime_api_version)
{
    static const struct accel_bk_operation operations[] = {{ACCEL_OPERATION_ADD, 1}};
    static struct accel_bk_compiler compiler = {sizeof compiler, operations, 1, 0, target_info, query, build, check};
    static const struct accel_bk_sizes sizes = ACCEL_BK_SIZES;
    static struct accel_bk_module module = {sizeof module, 0, 0, &sizes, "broken", "1", &compiler, NULL, NULL, NULL, NULL};
    /* A byte for each call, wherever it is made. */
    if (getenv("ACCEL_TEST_ENTRIES")) {
        const int calls = open(getenv("ACCEL_TEST_ENTRIES"), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
        if (write(calls, "x", 1) != 1)
            abort();
        close(calls);
    }
    module.api_version = runtime_api_version;
    switch (MODE) {
    case MODE_NULL: host->set_error(host->context, "", "there is nothing to break on this machine"); return NULL;
    case MODE_SHORT_TABLE: compiler.struct_size = offsetof(struct accel_bk_compiler, check); break;
    case MODE_NULL_SLOTS: memset(&compiler.operations, 0, sizeof compiler - sizeof compiler.struct_size); break;
    case MODE_NEWER: module.api_version_min = runtime_api_version + ACCEL_MAKE_VERSION(0u, 1u, 0u); break;
    case MODE_OTHER_NAME: module.name = "somebody"; break;
    case MODE_NO_TABLE: module.compiler = NULL; break;
    case MODE_DEVICE_SHORT:
    case MODE_DEVICE_NULL: module.device = device_table(); break;
    case MODE_IMPORTER_SHORT:
    case MODE_IMPORTER_NULL: module.importer = importer_table(); break;
    case MODE_MODEL_SHORT:
    case MODE_MODEL_NULL:
    case MODE_TRANSPORT_SHORT:
    case MODE_TRANSPORT_NULL:
    case MODE_MODEL_GOOD: module.device_model = device_model_table(); break;
    case MODE_HEALTHY:
        module.name = "healthy";
        module.device = device_table();
        break;
    case MODE_LOADS_LONG:
        /* Tells the test that it is at it. */
        if (getenv("ACCEL_TEST_LOADING"))
            close(open(getenv("ACCEL_TEST_LOADING"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        usleep(600000);
        module.device = device_table();
        break;
    case MODE_DEVICE_A:
    case MODE_DEVICE_B:
    case MODE_DEVICE_C: module.device = device_table(); break;
    case MODE_STARTS_AGAIN:
    case MODE_STAYS_DOWN:
        given_host = host;
        module.after_fork = after_fork;
        module.device = device_table();
        break;
    default: break;
    }
    return &module;
}
#else
int accel_nothing;
#endif
